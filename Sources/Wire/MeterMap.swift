public import Grid

/// Which of our meters a sender's name means: CSV `format,external_id,meter_id`.
public struct MeterMap: Hashable, Sendable {
  private struct Key: Hashable {
    let format: MeterFormat
    let name: String
  }
  private var meters: [Key: MeterID] = [:]

  enum Column: Int, CSVColumn {
    case format, external, meter
    static let names = ["format", "external_id", "meter_id"]
    static let optional: [Column] = []
    static let ignored: [String] = []
  }

  /// The SHA-256 of its file, by which the record of an import knows it.
  public var digest: Digest?

  /// A map from its file.
  ///
  /// A name of Green Button may be `POINT/READING`: the MeterReadings that are so named are the only
  /// ones of their point that count, and several of one direction are registers that are added.
  ///
  /// - Throws: every fault.
  public static func parse(_ bytes: [UInt8], file: String) throws(FileFaults) -> MeterMap {
    var table = CSVTable<Column>(bytes, file: file)
    var map = MeterMap()
    while table.next() {
      let format = MeterFormat(rawValue: table.text(.format))
      if format == nil { table.fault(.format, allowed: MeterFormat.list) }
      let name = table.text(.external)
      if name.isEmpty { table.fault(.external, allowed: "the sender's name of a meter") }
      let meter = table.id(.meter, as: MeterKind.self)
      guard table.rowIsGood, let format, let meter else { continue }
      if let known = map.meters.updateValue(meter, forKey: Key(format: format, name: name)),
        known != meter
      {
        table.fault(.external, allowed: "each name once")
      }
    }
    guard table.faults.isEmpty else { throw table.faults.faults }
    return map
  }

  /// True when it names meters of this format, and is then the list of those that are known.
  public func has(_ format: MeterFormat) -> Bool { meters.keys.contains { $0.format == format } }

  /// What stands before the last `/` of the names of a format that have one.
  func wholes(_ format: MeterFormat) -> Set<String> {
    Set(
      meters.keys.compactMap { key in
        guard key.format == format else { return nil }
        return key.name.lastIndex(of: "/").map { String(key.name[..<$0]) }
      })
  }

  /// Our meter; nil when the name is not in a map for this format.
  func meter(_ name: String, format: MeterFormat) -> MeterID? {
    meters[Key(format: format, name: name)]
  }

  /// Readings under our names, in order.
  func renamed(
    _ readings: [Reading], format: MeterFormat, file: String
  ) throws(FileFaults) -> [Reading] {
    var faults = FaultCollector(file: file)
    var unknown: Set<MeterID> = []
    var renamed: [Reading] = []
    for reading in readings {
      guard let meter = meter(reading.meter.text, format: format) else {
        if unknown.insert(reading.meter).inserted {
          faults.add(
            line: 1, field: "meter_id", found: reading.meter.text, allowed: "a name of the map")
        }
        continue
      }
      renamed.append(
        Reading(
          meter: meter, window: reading.window, imported: reading.imported,
          exported: reading.exported, quality: reading.quality,
          isNonCommercial: reading.isNonCommercial))
    }
    renamed.sort { ($0.meter, $0.window.start) < ($1.meter, $1.window.start) }
    for (one, next) in zip(renamed, renamed.dropFirst())
    where one.meter == next.meter && next.window.start < one.window.end {
      faults.add(
        line: 1, field: "meter_id", found: "two names for \(next.meter)",
        allowed: "each moment of a meter once")
    }
    guard faults.isEmpty else { throw faults.faults }
    return renamed
  }
}
