public import Grid

/// The readings of a meters file, and what a person should know of it.
public struct MeterReadings: Sendable {
  /// Sorted by meter, then start; no two overlap.
  public let readings: [Reading]
  /// False: the file has no `quality` column, and every reading with energies counts as actual.
  public let hasQuality: Bool
  /// Readings with one energy of the two: they are missing, because there is no net.
  public let halfMissing: Int
  /// Energies with more than five decimals that were rounded to a joule, half to even.
  public let rounded: Int
  /// Readings whose offset the zone does not have then, and the line of the first: a logger that
  /// ignores clock changes, perhaps. They are taken as the moments that they name.
  public let unusualOffsets: (count: Int, line: Int)
}

/// Meter readings as CSV: `meter_id,start,duration_min,import_kwh,export_kwh,quality`.
///
/// `quality` may be absent (all actual), `export_kwh` too (meters that only import). Kilowatt-hours
/// are exact decimals: five places are whole joules. A missing value is empty, never 0.
public enum MetersFile {
  /// Bytes of a file.
  public static let fileBytes = 67_108_864
  /// Different meters in a file.
  static let meters = 100_000
  /// Rows of a file.
  static let rows = 10_000_000

  enum Column: Int, CSVColumn {
    case meter, start, duration, imported, exported, quality

    static let names = [
      "meter_id", "start", "duration_min", "import_kwh", "export_kwh", "quality",
    ]
    static let optional: [Column] = [.exported, .quality]
    static let ignored: [String] = []
  }

  /// The readings of the file, sorted by meter and start.
  /// - Throws: every fault; intervals of a meter that overlap, and two lengths within one hour.
  public static func parse(_ bytes: [UInt8], file: String) throws(FileFaults) -> [Reading] {
    try read(bytes, file: file).readings
  }

  /// The same with what a report should say of the file.
  ///
  /// - Parameter zone: Where the meters are; offsets are compared with it and never changed by it.
  /// - Throws: as `parse`.
  public static func read(
    _ bytes: [UInt8], file: String, zone: ZoneOffsets? = nil
  ) throws(FileFaults) -> MeterReadings {
    var scan = MetersScan(bytes, file: file, zone: zone)
    scan.run()
    scan.sort()
    scan.refuseOverlaps()
    guard scan.table.faults.isEmpty else { throw scan.table.faults.faults }
    return MeterReadings(
      readings: scan.readings, hasQuality: scan.table.has(.quality),
      halfMissing: scan.halfMissing, rounded: scan.rounded, unusualOffsets: scan.unusualOffsets)
  }

  /// The file with all columns, start in UTC; `edited` is written as `E` and returns as estimated.
  ///
  /// Lengths must be whole minutes. Joules that no five decimals can show are written with as many
  /// as are needed to come back, at most seven.
  public static func encode(_ readings: [Reading]) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(64 + readings.count * 64)
    FleetFile.append(Column.names, to: &bytes)
    for reading in readings {
      precondition(
        reading.window.seconds.isMultiple(of: 60), "the file knows intervals of whole minutes")
      bytes.append(contentsOf: reading.meter.text.utf8)
      bytes.append(UInt8(ascii: ","))
      WireTime.append(reading.window.start, to: &bytes)
      bytes.append(UInt8(ascii: ","))
      bytes.append(contentsOf: String(reading.window.seconds / 60).utf8)
      bytes.append(UInt8(ascii: ","))
      if reading.quality == .missing {
        bytes.append(UInt8(ascii: ","))
      } else {
        bytes.append(contentsOf: (reading.imported.map(KilowattHours.text) ?? "").utf8)
        bytes.append(UInt8(ascii: ","))
        bytes.append(contentsOf: (reading.exported.map(KilowattHours.text) ?? "").utf8)
      }
      bytes.append(UInt8(ascii: ","))
      bytes.append(contentsOf: reading.quality.letter.utf8)
      bytes.append(UInt8(ascii: "\n"))
    }
    return bytes
  }
}
