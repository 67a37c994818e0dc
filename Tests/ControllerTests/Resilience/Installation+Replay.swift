import Engine
import Fleet
import Grid
import Policies
import Signing
import Storage

@testable import Controller

extension Installation {
  /// A decider that has decided nothing yet.
  func makeDecider() -> Decider {
    let fleet = makeFleet().enrolment
    return Decider(
      engine: Engine(
        fleet: fleet, feeder: Assembly.anyFeeder(of: fleet), programmes: [policy.dispatch]),
      intake: Intake(
        fleet: fleet,
        keys: KeyDirectory([.init(owner: .utility(Self.utility), publicKey: key.verifier.key)])))
  }

  /// Copies the whole ledger, and the logbook up to where the first settlement began: what a
  /// controller leaves that dies when everything is posted and nothing is noted.
  func copyLogbookBeforeSettlement(to path: String) throws {
    let (store, copy) = (try SQLiteMainStore(path: database), try SQLiteMainStore(path: path))
    var (entries, turns): ([StoredEntry], [Turn]) = ([], [])
    try store.entries(from: 0) { _, entry in
      entries.append(entry)
      return true
    }
    try store.turns(after: 0) { turn in
      turns.append(turn)
      return Frame.decode(turn.inputs)?.contains { $0.kind == .begun } == false
    }
    try copy.append(entries, names: try store.names(), expecting: 0)
    for turn in turns { try copy.append(turn) }
  }

  /// Decides the whole logbook again; the first turn that comes out differently, or nil.
  func difference(in database: String? = nil) throws -> Int64? {
    var different: Int64?
    _ = try Recovery.replay(
      store: try SQLiteMainStore(path: database ?? self.database),
      telemetry: try SQLiteReadingStore(path: data + "/readings.db"), into: makeDecider()
    ) { turn, effects, _ in
      if Frame.encode(effects) != turn.effects { different = turn.seq }
      return different == nil
    }
    return different
  }

  /// An event as the logbook tells it.
  func recorded(_ event: String) throws -> EventRecord? {
    let end = try Recovery.replay(
      store: try SQLiteMainStore(path: database),
      telemetry: try SQLiteReadingStore(path: data + "/readings.db"), into: makeDecider())
    return EventID(event).flatMap { end.decider.engine.event($0) }
  }
}
