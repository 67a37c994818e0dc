import Engine
import FoundationEssentials
public import Grid
import Policies
import Storage
import Wire

/// Decides everything in the logbook again and compares it, byte for byte, with what was recorded.
public enum Replay {
  /// Where the logbook and the decisions of today part.
  public struct Difference: Hashable, Sendable, CustomStringConvertible {
    /// The turn.
    public let turn: Int64
    /// When it was handled.
    public let at: Timestamp
    /// Which effect of the turn, from 1.
    public let effect: Int
    /// What the logbook has; nil when it has no such effect.
    public let recorded: String?
    /// What is decided now; nil when nothing is.
    public let decided: String?

    /// One sentence.
    public var description: String {
      "turn \(turn) at \(at), effect \(effect): recorded \(recorded ?? "nothing"),"
        + " decided now \(decided ?? "nothing")"
    }
  }

  /// What came of it.
  public struct Report: Hashable, Sendable {
    /// Turns that were decided again and are the same.
    public internal(set) var turns: Int64 = 0
    /// Effects in them.
    public internal(set) var effects: Int64 = 0
    /// The first difference, after which nothing is compared any more.
    public internal(set) var difference: Difference?

    /// The report as JSON.
    public var json: JSONResult {
      .object([
        ("identical", .bool(difference == nil)), ("turns", .integer(turns)),
        ("effects", .integer(effects)),
        (
          "difference",
          difference.map { found in
            .object([
              ("turn", .integer(found.turn)), ("at", .text("\(found.at)")),
              ("effect", .integer(Int64(found.effect))), ("recorded", .optional(found.recorded)),
              ("decided", .optional(found.decided)),
            ])
          } ?? .null
        ),
      ])
    }
  }

  /// Replays the logbook of `configuration` with the fleet, feeder, policies and keys it names.
  ///
  /// - Parameter progress: Told turns done and turns there, about once in 1,024.
  /// - Throws: `Assembly.Faults` for files, `StoreError` for stores, and a fault that names the turn
  ///   for a logbook that is damaged or has lost its telemetry.
  public static func run(
    _ configuration: ControllerConfiguration, progress: (Int64, Int64) -> Void = { _, _ in }
  ) throws -> Report {
    let decider = try decider(configuration)
    let (store, telemetry) = try stores(configuration.dataFolder)
    return try compare(
      store: store, telemetry: telemetry, decider: decider, progress: progress)
  }

  /// The logbook and its telemetry, which a controller has left in `folder`.
  static func stores(_ folder: String) throws -> (SQLiteMainStore, SQLiteReadingStore) {
    let missing = ["headroom.db", "readings.db"].filter {
      !FileManager.default.fileExists(atPath: "\(folder)/\($0)")
    }
    guard missing.isEmpty else {
      throw Assembly.Faults(
        lines: missing.map { "\(folder)/\($0): file is missing; allowed: that of a controller" })
    }
    return (
      try SQLiteMainStore(path: folder + "/headroom.db"),
      try SQLiteReadingStore(path: folder + "/readings.db")
    )
  }

  static func compare(
    store: some LogbookStore, telemetry: some TelemetryStore, decider: Decider,
    progress: (Int64, Int64) -> Void = { _, _ in }
  ) throws -> Report {
    let all = try store.lastTurn()
    var report = Report()
    var damaged: Int64?
    _ = try Recovery.replay(store: store, telemetry: telemetry, into: decider) { turn, decided, _ in
      guard let recorded = Frame.decode(turn.effects) else {
        damaged = turn.seq
        return false
      }
      if recorded != decided {
        report.difference = difference(turn, recorded, decided)
        return false
      }
      report.turns += 1
      report.effects += Int64(recorded.count)
      if turn.seq & 1_023 == 0 { progress(turn.seq, all) }
      return true
    }
    if let damaged { throw Recovery.Fault.damaged(turn: damaged) }
    progress(all, all)
    return report
  }

  static func decider(_ configuration: ControllerConfiguration) throws -> Decider {
    let parts = try Assembly.decisionParts(configuration)
    let engine = Engine(
      fleet: parts.fleet, feeder: parts.feeder, programmes: parts.policies.map(\.dispatch),
      enrolments: parts.enrolments)
    return Decider(
      engine: engine, intake: Intake(fleet: parts.fleet, keys: configuration.keys))
  }

  private static func difference(
    _ turn: Turn, _ recorded: [Frame], _ decided: [Frame]
  ) -> Difference {
    var place = 0
    while place < recorded.count, place < decided.count, recorded[place] == decided[place] {
      place += 1
    }
    func text(_ frames: [Frame]) -> String? {
      frames.indices.contains(place) ? frames[place].summary : nil
    }
    return Difference(
      turn: turn.seq, at: turn.at, effect: place + 1, recorded: text(recorded),
      decided: text(decided))
  }
}

extension Frame {
  /// What a person sees of a frame: kind, name and the text of its body.
  var summary: String { "\(kind) \(name) \(text)" }
}
