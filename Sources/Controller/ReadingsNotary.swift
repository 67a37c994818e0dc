public import Grid
import Ledger
import Signing
import Storage

/// Puts the root of each day's readings into the ledger, and finds out later whether one changed.
///
/// The reading store keeps salts and leaf hashes; the ledger keeps one root a day. The hashes name
/// the reading that changed, and the ledger proves that they were not changed with it.
public struct ReadingsNotary {
  /// What became of a day.
  public struct Notarized: Hashable, Sendable {
    /// The local day.
    public let day: CivilDate
    /// Meters with readings.
    public let meters: Int
    /// Readings.
    public let readings: Int
    /// The root that the ledger has.
    public let root: Digest
    /// Its entry; nil when there was nothing to state.
    public let entry: UInt64?
    /// False: the day stood in the ledger like this already.
    public let isNew: Bool
  }

  let archive: MeterArchive
  let zone: ZoneOffsets

  /// Readings of an archive by days of a zone.
  public init(_ archive: MeterArchive, zone: ZoneOffsets) {
    self.archive = archive
    self.zone = zone
  }

  /// The moments of a local day.
  func window(_ day: CivilDate) -> Window {
    Window(start: zone.startOfDay(day), end: zone.startOfDay(day.adding(days: 1)))!
  }

  /// Notarizes a day; a day that is notarized as it is changes nothing.
  ///
  /// Meters whose readings changed get a new state beside the old one, and the day a new note that
  /// refers to the last.
  /// - Parameter salts: Of another store, for showing that both hold the same readings; nil draws
  ///   them.
  public func notarize(
    _ day: CivilDate, desk: inout LedgerDesk, notes: ReadingsNotes, now: Timestamp,
    salts: ((MeterID) -> [UInt8]?)? = nil
  ) throws -> Notarized {
    let store = archive.store
    var known: [MeterID: NotarizedDay] = [:]
    for state in try store.notarized(on: day, zone: zone.name) { known[state.meter] = state }
    // A day that a settlement cited keeps its salt, and so its root.
    let cited = salts == nil ? try store.salts(on: day, zone: zone.name) : [:]
    var fresh: [NotarizedDay] = []
    var readingCount = 0
    try archive.readings(startingIn: window(day)) { meter, readings in
      readingCount += readings.count
      let before = known[meter]
      let salt =
        before?.salt ?? salts?(meter) ?? cited[meter] ?? RandomBytes.make(count: 32)
      let state = Self.state(meter, day, zone.name, salt, readings)
      if before?.root != state.root { fresh.append(state) }
    }
    if !fresh.isEmpty { try store.keep(fresh) }
    let states = try store.notarized(on: day, zone: zone.name)
    guard !states.isEmpty else {
      return Notarized(
        day: day, meters: 0, readings: 0, root: MerkleHash.emptyRoot, entry: nil, isNew: false)
    }
    let root = Self.dayRoot(states)
    let last = notes.byDay["\(day) \(zone.name)"]
    if let last, last.root == root {
      try store.enter(Int64(last.entry), day: day, zone: zone.name)
      return Notarized(
        day: day, meters: states.count, readings: readingCount, root: root, entry: last.entry,
        isNew: false)
    }
    let request = EntryRequest(
      .note(
        .readings(day: "\(day)", zone: zone.name, count: UInt64(states.count), root: root)),
      effective: window(day), reference: last?.entry)
    let written = try desk.write([request], names: [], now: now)
    try store.enter(Int64(written[0].index), day: day, zone: zone.name)
    return Notarized(
      day: day, meters: states.count, readings: readingCount, root: root, entry: written[0].index,
      isNew: true)
  }

  /// What is kept of a meter's day.
  static func state(
    _ meter: MeterID, _ day: CivilDate, _ zone: String, _ salt: [UInt8], _ readings: [Reading]
  ) -> NotarizedDay {
    var tree = MerkleTree()
    var leaves: [Digest] = []
    leaves.reserveCapacity(readings.count)
    for (place, reading) in readings.enumerated() {
      leaves.append(
        tree.append(NotarizedReadings.leaf(reading, number: UInt32(place), daySalt: salt)))
    }
    return NotarizedDay(
      meter: meter, day: day, zone: zone, salt: salt, root: tree.root,
      starts: readings.map(\.window.start), leaves: leaves)
  }

  /// The root of a day over its meters.
  static func dayRoot(_ states: [NotarizedDay]) -> Digest {
    NotarizedReadings.dayRoot(states.map(dayLeaf))
  }

  static func dayLeaf(_ state: NotarizedDay) -> [UInt8] {
    NotarizedReadings.dayLeaf(
      daySalt: state.salt, meter: state.meter, day: state.day, count: state.starts.count,
      root: state.root)
  }
}

extension LedgerDesk {
  /// The newest note of readings for each day and zone, `YYYY-MM-DD Zone`.
  func readingsNotes() throws -> [String: (entry: UInt64, root: Digest, count: UInt64)] {
    var notes: [String: (entry: UInt64, root: Digest, count: UInt64)] = [:]
    try store.entries(from: 0) { index, stored in
      if index >= Int64(book.size) { return false }
      if let entry = try? Entry(stored.body),
        case .note(.readings(let day, let zone, let count, let root)) = entry.request.data
      {
        notes["\(day) \(zone)"] = (UInt64(index), root, count)
      }
      return true
    }
    return notes
  }
}
