public import Grid
import Ledger
import Signing
import Storage

/// What a check of notarized readings found for one meter and day.
public struct ReadingsVerdict: Hashable, Sendable {
  /// Why a day is not as it was notarized.
  public enum Warning: String, Hashable, Sendable, CaseIterable {
    /// A reading has another value, length or quality.
    case altered
    /// A reading is not there any more.
    case missing
    /// A reading came after the day was notarized.
    case added
    /// The day has readings and was never notarized.
    case notNotarized
    /// What the store keeps of the day is not what the ledger states.
    case rootMismatch
  }

  /// One reading that is not as it was.
  public struct Difference: Hashable, Sendable {
    /// Why.
    public let warning: Warning
    /// Its start.
    public let start: Timestamp
    /// Its leaf when it was notarized; nil for one that was added.
    public let notarized: Digest?
    /// Its leaf now; nil for one that is missing.
    public let present: Digest?
    /// The reading as it is now.
    public let reading: Reading?
  }

  /// The meter.
  public let meter: MeterID
  /// The local day.
  public let day: CivilDate
  /// Readings now.
  public let count: Int
  /// Nil: everything is as it was.
  public let warning: Warning?
  /// The readings concerned, in order of start.
  public let differences: [Difference]
}

extension ReadingsNotary {
  /// Compares a day's readings with what was notarized, meter by meter in order of names.
  public func check(
    _ day: CivilDate, notes: ReadingsNotes
  ) throws -> [ReadingsVerdict] {
    let states = try archive.store.notarized(on: day, zone: zone.name)
    var known: [MeterID: NotarizedDay] = [:]
    for state in states { known[state.meter] = state }
    // What the store keeps must be what the ledger states, or the leaves prove nothing.
    let note = notes.byDay["\(day) \(zone.name)"]
    let holds =
      note.map { $0.root == Self.dayRoot(states) && $0.count == UInt64(states.count) } ?? false
    var verdicts: [ReadingsVerdict] = []
    try archive.readings(startingIn: window(day)) { meter, readings in
      guard let state = known.removeValue(forKey: meter), note != nil else {
        verdicts.append(
          ReadingsVerdict(
            meter: meter, day: day, count: readings.count, warning: .notNotarized,
            differences: []))
        return
      }
      verdicts.append(Self.verdict(state, readings, holds))
    }
    for state in known.values { verdicts.append(Self.verdict(state, [], holds)) }
    return verdicts.sorted { $0.meter < $1.meter }
  }

  /// What became of a meter's day; `holds` says that its state is that of the ledger.
  static func verdict(
    _ state: NotarizedDay, _ readings: [Reading], _ holds: Bool
  ) -> ReadingsVerdict {
    var present: [Timestamp: Reading] = [:]
    for reading in readings { present[reading.window.start] = reading }
    var differences: [ReadingsVerdict.Difference] = []
    for (place, start) in state.starts.enumerated() {
      let reading = present.removeValue(forKey: start)
      let leaf = reading.map {
        MerkleHash.leaf(
          NotarizedReadings.leaf($0, number: UInt32(place), daySalt: state.salt))
      }
      guard leaf != state.leaves[place] else { continue }
      differences.append(
        .init(
          warning: reading == nil ? .missing : .altered, start: start,
          notarized: state.leaves[place], present: leaf, reading: reading))
    }
    for (start, reading) in present {
      let leaf = MerkleHash.leaf(
        NotarizedReadings.leaf(reading, number: UInt32(state.starts.count), daySalt: state.salt))
      differences.append(
        .init(warning: .added, start: start, notarized: nil, present: leaf, reading: reading))
    }
    differences.sort { $0.start < $1.start }
    var tree = MerkleTree()
    for leaf in state.leaves { tree.append(leafHash: leaf) }
    let isSound = holds && tree.root == state.root
    let worst = ReadingsVerdict.Warning.allCases.first { warning in
      differences.contains { $0.warning == warning }
    }
    return ReadingsVerdict(
      meter: state.meter, day: state.day, count: readings.count,
      warning: isSound ? worst : .rootMismatch, differences: differences)
  }
}

/// The newest note of readings for each day and zone in a ledger.
public struct ReadingsNotes: Sendable {
  let byDay: [String: (entry: UInt64, root: Digest, count: UInt64)]

  /// Those of a book.
  public init(_ desk: LedgerDesk) throws { byDay = try desk.readingsNotes() }
}
