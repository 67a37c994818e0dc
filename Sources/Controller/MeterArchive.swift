import FoundationEssentials
public import Grid
import Signing
public import Storage
import Verification
public import Wire

/// The readings database as commands work on it: archived readings, live ones, and the files that
/// they came from.
public struct MeterArchive {
  /// The database.
  public let store: SQLiteReadingStore
  /// Its folder, in which `originals/` and `reports/` lie.
  let folder: String

  /// Opens or creates the database at `path`.
  public init(path: String) throws(StoreError) {
    store = try SQLiteReadingStore(path: path)
    folder = URL(filePath: path).deletingLastPathComponent().path
  }

  /// The readings of a store that somebody else has opened; originals are not kept beside it.
  init(_ store: SQLiteReadingStore) {
    self.store = store
    folder = ""
  }

  /// SHA-256 of a file.
  public static func hash(_ bytes: [UInt8]) -> Digest { SHA256.hash(bytes) }

  /// Takes a delivery whole or not at all, and keeps the file as it came.
  ///
  /// - Parameter edit: Who replaces known values, and why.
  /// - Throws: `StoreError`; nothing was changed then.
  public func take(
    _ delivery: MeterDelivery, raw: [UInt8], options: String,
    edit: (author: String, reason: String)? = nil, at now: Timestamp
  ) throws -> ImportSummary {
    let hash = SHA256.hash(raw)
    let content = (try? PackedFile.unpack(raw, file: "")).map { SHA256.hash($0.bytes) } ?? hash
    var readings = ReadingImport(
      readings: delivery.readings, format: delivery.format.rawValue, hash: hash, content: content,
      options: options, at: now)
    readings.runs = delivery.runs.map { ReadingImport.Run(range: $0.range, version: $0.version) }
    readings.source = delivery.source
    readings.document = delivery.document.map { ($0.name, $0.number) }
    readings.edit = edit
    // The file first: an import without its evidence must not exist, a file without one may.
    let isNew = try keep(raw, hash)
    do {
      return try store.take(readings)
    } catch {
      if isNew { try? FileManager.default.removeItem(atPath: original(hash)) }
      throw error
    }
  }

  private func original(_ hash: Digest) -> String { "\(folder)/originals/\(hash)" }

  /// Keeps the bytes under their hash; false when they are there already.
  private func keep(_ raw: [UInt8], _ hash: Digest) throws -> Bool {
    let path = original(hash)
    let files = FileManager.default
    if files.fileExists(atPath: path) { return false }
    do {
      try files.createDirectory(atPath: "\(folder)/originals", withIntermediateDirectories: true)
      try Data(raw).write(to: URL(filePath: path), options: .atomic)
    } catch {
      throw StoreError.failed(
        reason: "the original cannot be kept as \(path): \(SystemReason.text(error))")
    }
    return true
  }

  /// Events that were settled over intervals whose values have changed, by name.
  public func eventsTouched(by summaries: [ImportSummary]) -> [String] {
    let changed = summaries.flatMap { $0.changed.values }
    guard !changed.isEmpty else { return [] }
    let reports = ReportFolder("\(folder)/reports")
    return reports.events.filter { event in
      guard let window = reports.window(ofEvent: event) else { return false }
      return changed.contains { $0.intersection(window) != nil }
    }
  }

  /// The readings of meters that begin in `window`: archived ones, and live ones where the archive
  /// has nothing. Visits meters in order of their numbers, each meter's in order of start.
  ///
  /// - Parameter last: The last batch of live records that is seen.
  public func readings(
    startingIn window: Window, of wanted: Set<MeterID>? = nil, upTo last: Int64 = .max,
    _ visit: (MeterID, [Reading]) throws -> Void
  ) throws {
    var live = try liveReadings(startingIn: window, of: wanted, upTo: last)
    try store.archivedReadings(startingIn: window, of: wanted) { meter, archived in
      let own = live.removeValue(forKey: meter) ?? []
      try visit(meter, Self.merged(archived, own))
    }
    for meter in store.meters() {
      if let own = live[meter], !own.isEmpty { try visit(meter, own) }
    }
  }

  /// Live records as readings. Records from the day before count too: a register begins there.
  private func liveReadings(
    startingIn window: Window, of wanted: Set<MeterID>?, upTo last: Int64
  ) throws -> [MeterID: [Reading]] {
    let wide = Window(start: window.start.adding(seconds: -86_400), end: window.end)!
    var records: [MeterID: [MeterRecord]] = [:]
    for (_, record) in try store.arrivals(startingIn: wide, upTo: last)
    where wanted?.contains(record.meter) ?? true {
      records[record.meter, default: []].append(record)
    }
    return records.reduce(into: [:]) { found, pair in
      let readings = RegisterBook.readings(of: pair.key, from: pair.value).readings
      let own = readings.filter { window.contains($0.window.start) }
      if !own.isEmpty { found[pair.key] = own }
    }
  }

  /// Archived readings with live ones where they leave room; both in order of start.
  static func merged(_ archived: [Reading], _ live: [Reading]) -> [Reading] {
    guard !live.isEmpty else { return archived }
    var all = archived
    var place = 0
    for reading in live {
      while place < archived.count, archived[place].window.end <= reading.window.start {
        place += 1
      }
      if place < archived.count, archived[place].window.start < reading.window.end { continue }
      all.append(reading)
    }
    all.sort { $0.window.start < $1.window.start }
    return all
  }
}
