import FoundationEssentials
public import Grid
import Ledger
import Signing
import Storage

/// Proves one reading without showing the others: its salted leaf, the way to the meter's root, the
/// way from there to the day's root, and the entry of the ledger that has it.
public struct ReadingProof: Codable, Sendable {
  /// What proves; the form's name and version.
  public var form = "headroom.reading-proof/1"
  /// The meter.
  public var meter: String
  /// The local day.
  public var day: String
  /// Its zone.
  public var zone: String
  /// The salt of this reading, hexadecimal; it opens no other reading.
  public var salt: String
  /// Start of the reading.
  public var start: String
  /// Its length.
  public var seconds: Int64
  /// Joules from the grid; nil is missing.
  public var importJ: Int64?
  /// Joules into the grid; nil is missing.
  public var exportJ: Int64?
  /// `A`, `E` or `M`.
  public var quality: String
  /// Its place among the readings of the day.
  public var place: UInt64
  /// How many there are.
  public var count: UInt64
  /// Hashes from the leaf to the meter's root, hexadecimal, the sibling first.
  public var readingPath: [String]
  /// Stands for the meter in the day's tree, hexadecimal.
  public var meterKey: String
  /// Place of the meter's leaf among the day's.
  public var meterPlace: UInt64
  /// How many meters there are.
  public var meters: UInt64
  /// Hashes from there to the day's root, hexadecimal, the sibling first.
  public var meterPath: [String]
  /// The day's root.
  public var root: String
  /// The entry of the ledger that states it.
  public var entry: UInt64

  /// Why a proof does not hold; nil when it does, for the root that it names.
  public var fault: String? {
    guard form == "headroom.reading-proof/1" else { return "form is \(form)" }
    guard let salt = Hex.bytes(salt), salt.count == 16, let key = Hex.bytes(meterKey),
      key.count == 16, let meterID = MeterID(meter), let begin = Timestamp(rfc3339: start),
      let window = Window(start: begin, end: begin.adding(seconds: seconds)),
      let grade = ["A": Quality.actual, "E": .estimated, "M": .missing][quality],
      (grade == .missing) == (importJ == nil || exportJ == nil)
    else { return "a member is malformed" }
    let reading = Reading(
      meter: meterID, window: window, imported: importJ.map { Energy(joules: $0) },
      exported: exportJ.map { Energy(joules: $0) }, quality: grade)
    let leaf = MerkleHash.leaf(NotarizedReadings.leaf(reading, salt: salt))
    guard let meterRoot = Self.root(leaf, place, count, readingPath) else {
      return "the reading does not lead to a root"
    }
    guard let date = CivilDate(text: day) else { return "day is \(day)" }
    let dayLeaf = MerkleHash.leaf(
      NotarizedReadings.dayLeaf(meterKey: key, day: date, count: Int(count), root: meterRoot))
    guard let found = Self.root(dayLeaf, meterPlace, meters, meterPath) else {
      return "the meter's day does not lead to a root"
    }
    return found.description == root ? nil : "the root is \(found), not \(root)"
  }

  private static func root(
    _ leaf: Digest, _ place: UInt64, _ size: UInt64, _ path: [String]
  ) -> Digest? {
    guard place < size, path.count < 64 else { return nil }
    var siblings: [Digest] = []
    for text in path {
      guard let digest = Hex.bytes(text).flatMap({ Digest(bytes: $0) }) else { return nil }
      siblings.append(digest)
    }
    return MerkleProof.root(leafHash: leaf, at: place, size: size, proof: siblings)
  }
}

extension ReadingsNotary {
  /// Why there is no proof.
  public enum ProofFault: Error, Hashable, Sendable, CustomStringConvertible {
    /// The meter has no notarized reading that begins then.
    case notNotarized(MeterID, Timestamp)
    /// The store or the reading is not what was notarized.
    case changed(MeterID, Timestamp)

    /// What was found.
    public var description: String {
      switch self {
      case .notNotarized(let meter, let start):
        "meter \(meter) has no notarized reading at \(start); allowed: one of a notarized day"
      case .changed(let meter, let start):
        "meter \(meter) at \(start): not as it was notarized; `headroom meter validate` says more"
      }
    }
  }

  /// The proof of one reading.
  public func prove(
    _ meter: MeterID, at start: Timestamp, notes: ReadingsNotes
  ) throws -> ReadingProof {
    let day = zone.date(at: start)
    let states = try archive.store.notarized(on: day, zone: zone.name)
    guard let state = states.first(where: { $0.meter == meter }),
      let place = state.starts.firstIndex(of: start),
      let note = notes.byDay["\(day) \(zone.name)"]
    else { throw ProofFault.notNotarized(meter, start) }
    var found: Reading?
    try archive.readings(startingIn: window(day), of: [meter]) { _, readings in
      found = readings.first { $0.window.start == start }
    }
    guard let reading = found, note.root == Self.dayRoot(states),
      MerkleHash.leaf(
        NotarizedReadings.leaf(reading, number: UInt32(place), daySalt: state.salt))
        == state.leaves[place]
    else { throw ProofFault.changed(meter, start) }
    var own = MerkleTree()
    for leaf in state.leaves { own.append(leafHash: leaf) }
    let sorted = states.map { (leaf: Self.dayLeaf($0), meter: $0.meter) }.sorted {
      $0.leaf.lexicographicallyPrecedes($1.leaf)
    }
    var all = MerkleTree()
    for (leaf, _) in sorted { all.append(leaf) }
    let meterPlace = sorted.firstIndex { $0.meter == meter }!
    return ReadingProof(
      meter: meter.text, day: "\(day)", zone: zone.name,
      salt: Hex.text(NotarizedReadings.salt(daySalt: state.salt, number: UInt32(place))),
      start: "\(start)", seconds: reading.window.seconds, importJ: reading.imported?.joules,
      exportJ: reading.exported?.joules, quality: reading.quality.letter, place: UInt64(place),
      count: UInt64(state.starts.count),
      readingPath: own.inclusionProof(of: place, size: own.size).map(\.description),
      meterKey: Hex.text(NotarizedReadings.meterKey(daySalt: state.salt, meter: meter)),
      meterPlace: UInt64(meterPlace), meters: UInt64(states.count),
      meterPath: all.inclusionProof(of: meterPlace, size: all.size).map(\.description),
      root: note.root.description, entry: note.entry)
  }
}
