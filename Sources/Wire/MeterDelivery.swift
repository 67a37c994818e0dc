public import Grid

/// The kinds of files in which meter readings come and go.
public enum MeterFormat: String, Hashable, Sendable, CaseIterable {
  /// Plain CSV, `MetersFile`.
  case csv
  /// Green Button: NAESB ESPI in an Atom feed.
  case espi
  /// The daily exchange file of Russian metering systems.
  case macet80020 = "80020"
  /// The Australian interval file.
  case nem12
  /// British half-hourly advances; they come and do not leave.
  case d0379
  /// British half hours as CSV, a row a day; they come and do not leave.
  case hhWide = "hh-wide"

  /// The names of all, for people.
  public static var list: String { allCases.map(\.rawValue).joined(separator: ", ") }

  /// The format of unpacked bytes, by content; nil when it is none of them.
  public static func recognise(_ bytes: [UInt8]) -> MeterFormat? {
    var head = bytes.prefix(4_096)
    if head.starts(with: [0xEF, 0xBB, 0xBF]) { head = head.dropFirst(3) }
    head = head.drop { $0 == 0x20 || $0 == 0x0A || $0 == 0x0D || $0 == 0x09 }
    let text = String(decoding: head, as: UTF8.self)
    if head.first == UInt8(ascii: "<") {
      if text.contains("http://www.w3.org/2005/Atom") || text.contains("http://naesb.org/espi") {
        return .espi
      }
      return text.contains("<message") ? .macet80020 : nil
    }
    if text.hasPrefix("100,NEM12") { return .nem12 }
    if text.hasPrefix("ZHV|") { return .d0379 }
    let first = text.prefix { !$0.isNewline }
    if first.contains("meter_id") { return .csv }
    return first.contains("mpan") && first.contains("HH") ? .hhWide : nil
  }
}

/// What an importer says beside the file; it changes what the file means and is kept with it.
public struct ImportOptions: Sendable {
  /// The format; nil recognises it.
  public var format: MeterFormat?
  /// The zone of local times (80020), and the one to compare with (ESPI).
  public var zone: ZoneOffsets?
  /// ESPI flow direction 4: a negative value is export.
  public var isNetSigned = false
  /// ESPI epochs are local wall clock.
  public var isEpochLocal = false
  /// 80020: a hole in the day is missing and no fault.
  public var allowsGaps = false
  /// A meter without an export channel in the file has none, and its export is 0.
  public var isOneWay = false
  /// ESPI: of several lengths of one direction only this one counts.
  public var intervalMinutes: Int64?
  /// Whose meters these are.
  public var map: MeterMap?

  /// No option.
  public init() {}

  /// The options that were used, for the record of an import.
  public var text: String {
    var words: [String] = []
    if let zone { words.append("zone=\(zone.name)") }
    if isNetSigned { words.append("net=signed") }
    if isEpochLocal { words.append("epoch=local") }
    if allowsGaps { words.append("allowGaps") }
    if isOneWay { words.append("oneWay") }
    if let intervalMinutes { words.append("interval=\(intervalMinutes)") }
    if let map { words.append("map=\(map.digest.map { "\($0)" } ?? "")") }
    return words.joined(separator: " ")
  }
}

/// Readings of consecutive places that came in one version of their source.
public struct VersionRun: Hashable, Sendable {
  /// Places in the delivery's readings.
  public var range: Range<Int>
  /// A greater one is newer.
  public var version: Int64
}

/// A document that its sender numbers: the same number has one content.
public struct NumberedDocument: Hashable, Sendable {
  /// Sender and day.
  public let name: String
  /// Rises with each one.
  public let number: Int64
}

/// What a file delivered.
public struct MeterDelivery: Sendable {
  /// The kind of file.
  public var format: MeterFormat
  /// Sorted by meter and start; no two overlap.
  public var readings: [Reading]
  /// Covers the readings in order; empty for a format without versions.
  public var runs: [VersionRun] = []
  /// Whose versions they are; nil for a format without versions.
  public var source: String?
  /// The document, where its sender numbers it.
  public var document: NumberedDocument?
  /// False: no column of quality, and every reading with energies counts as actual.
  public var hasQuality = true
  /// Readings with one channel of two.
  public var halfMissing = 0
  /// Energies rounded to a joule, half to even.
  public var rounded = 0
  /// Equal values that stood twice, and older versions beside a newer one.
  public var duplicates = 0
  /// What was passed over, by kind.
  public var ignored: [String: Int] = [:]
  /// What a person should know.
  public var findings: [String] = []
  /// The answer to a file of 80020.
  public var receipt: Receipt80021?

  /// Different meters.
  public var meters: Int {
    var count = 0
    var last: MeterID?
    for reading in readings where reading.meter != last {
      count += 1
      last = reading.meter
    }
    return count
  }
}

/// A file that was not taken: every fault, and the receipt that its sender gets.
public struct DeliveryRefusal: Error, Sendable, CustomStringConvertible {
  /// What is wrong.
  public let faults: FileFaults
  /// For files of 80020.
  public let receipt: Receipt80021?

  /// One line a fault.
  public var description: String { faults.description }
}

/// Meter files of every format.
public enum MeterFiles {
  /// What a file delivers; packed ones are unpacked.
  ///
  /// - Parameter file: Its name, which may tell of its content and is compared with it.
  public static func read(
    _ raw: [UInt8], file: String, options: ImportOptions = ImportOptions()
  ) throws(DeliveryRefusal) -> MeterDelivery {
    let contents: PackedFile.Contents
    do throws(FileFault) {
      contents = try PackedFile.unpack(raw, file: file)
    } catch {
      throw DeliveryRefusal(faults: FileFaults(list: [error], total: 1), receipt: nil)
    }
    let bytes = contents.bytes
    let format = options.format ?? MeterFormat.recognise(bytes)
    let name = contents.name ?? String(file.split(separator: "/").last ?? "")
    do throws(FileFaults) {
      switch format {
      case .csv: return try csv(bytes, file, options)
      case .espi: return try ESPIFile.read(bytes, file: file, options: options)
      case .nem12: return try NEM12File.read(bytes, file: file, options: options)
      case .d0379: return try D0379File.read(bytes, file: file, options: options)
      case .hhWide: return try HHWideFile.read(bytes, file: file, options: options)
      case .macet80020: break
      case nil:
        if name.hasPrefix("80020_") { break }
        if bytes.starts(with: [0xFF, 0xFE]) || bytes.starts(with: [0xFE, 0xFF]) {
          throw FileFaults.one(file, "encoding", "UTF-16 or UTF-32", "UTF-8")
        }
        throw FileFaults.one(
          file, "format", Excerpt.of(bytes.prefix(40)),
          "meters CSV, ESPI, 80020, NEM12, D0379 or hh-wide; --format names one")
      }
    } catch {
      throw DeliveryRefusal(faults: error, receipt: nil)
    }
    return try Macet80020.read(
      bytes, file: file, name: name, packing: contents.packing, options: options)
  }

  private static func csv(
    _ bytes: [UInt8], _ file: String, _ options: ImportOptions
  ) throws(FileFaults) -> MeterDelivery {
    let read = try MetersFile.read(bytes, file: file, zone: options.zone)
    var delivery = MeterDelivery(format: .csv, readings: read.readings)
    if let map = options.map, map.has(.csv) {
      delivery.readings = try map.renamed(read.readings, format: .csv, file: file)
    }
    delivery.hasQuality = read.hasQuality
    delivery.halfMissing = read.halfMissing
    delivery.rounded = read.rounded
    if !read.hasQuality {
      delivery.findings.append("noQuality: no quality column; every energy counts as actual")
    }
    if read.unusualOffsets.count > 0, let zone = options.zone {
      delivery.findings.append(
        "offsetUnusual: \(read.unusualOffsets.count) readings have an offset that \(zone.name) does"
          + " not have then, the first on line \(read.unusualOffsets.line)")
    }
    if read.halfMissing > 0 {
      delivery.findings.append(
        "halfMissing: \(read.halfMissing) readings have one energy of two and are missing")
    }
    return delivery
  }
}

extension FileFaults {
  /// One fault of the whole file.
  static func one(_ file: String, _ field: String, _ found: String, _ allowed: String) -> FileFaults
  {
    FileFaults(
      list: [FileFault(file: file, line: 1, field: field, found: found, allowed: allowed)], total: 1
    )
  }
}
