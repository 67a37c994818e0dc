import Engine
import Fleet
import Foundation
import Grid
import Policies
import Wire

@testable import Controller
@testable import headroom

/// An engine and a simulated fleet in one process: every message is made and read by the real
/// codecs, only the broker and the stores between them are left out.
struct PretendWorld {
  static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

  var decider: Decider
  var fleet: SimulatedFleet
  let feeder: FeederTree
  let nodes: [Int32]
  private(set) var now: Timestamp
  /// What the controller said, in order.
  private(set) var effects: [(at: Timestamp, effect: Effect)] = []
  /// Nothing reaches anybody: the broker is away.
  var isCut = false
  private var waiting: [OutgoingMessage] = []
  /// What the meters have sent.
  private(set) var records: [MeterRecord] = []
  /// Covers the cost of events; without one the money is always there.
  var cover: (([Effect], Engine, Timestamp) throws -> [Input])?

  /// A world of a shipped scenario and policy, some minutes before `start`.
  init(
    scenario name: String, policy policyName: String, batteries: Int, before start: Timestamp,
    minutes: Int64 = 15, change: (inout Scenario) -> Void = { _ in },
    edit: (String) -> String = { $0 }, leavingOut: Set<SiteID> = []
  ) throws {
    let file = "simulators/scenarios/\(name).yaml"
    var scenario = try ScenarioFile.parse(bytes: try Self.bytes(file), file: file)
    change(&scenario)
    let text = edit(String(decoding: try Self.bytes("policies/\(policyName).yaml"), as: UTF8.self))
    let policy = try Policy.load(bytes: Array(text.utf8), file: policyName)
      .leaving(out: leavingOut)
    now = start.adding(seconds: -60 * minutes)
    fleet = SimulatedFleet(scenario: scenario, batteries: batteries, startingAt: now)
    let feeder =
      scenario.feederTree(batteries: batteries) ?? Assembly.anyFeeder(of: fleet.enrolment)
    self.feeder = feeder
    nodes = fleet.enrolment.map { feeder.place(of: $0.node)! }
    decider = Decider(
      engine: Engine(fleet: fleet.enrolment, feeder: feeder, programmes: [policy.dispatch]),
      intake: Intake(fleet: fleet.enrolment, keys: KeyDirectory([])))
    deliver(fleet.births())
  }

  private static func bytes(_ path: String) throws -> [UInt8] {
    Array(try Data(contentsOf: root.appendingPathComponent(path)))
  }

  /// Sends a signal of the first listed utility, whose signature was good.
  mutating func signal(
    _ content: GridSignal.Content?, revision: Int64 = 1, event: String = "peak"
  ) {
    let utility = decider.engine.programmes[0].signals.from.sorted()[0]
    let signal = GridSignal(
      event: EventID(event)!, revision: revision, issuedAt: now, content: content)
    let digest = Digest(bytes: Array(repeating: UInt8(revision), count: 32))!
    tell([.signal(signal, from: utility, digest: digest, signed: true)])
  }

  var record: EventRecord? { decider.engine.event(EventID("peak")!) }

  /// Goes on to `moment`, stopping wherever somebody has something to do.
  mutating func run(to moment: Timestamp, _ look: (inout PretendWorld) -> Void = { _ in }) {
    while now < moment {
      let due = [fleet.nextDue, decider.engine.nextDue].compactMap { $0 }.min() ?? moment
      now = min(moment, max(due, Timestamp(seconds: now.seconds + 1)))
      deliver(fleet.advance(to: now))
      tell([])
      look(&self)
    }
  }

  /// Gateways' messages on their way to the controller, which wait while the broker is away.
  private mutating func deliver(_ messages: [OutgoingMessage]) {
    guard !isCut else {
      waiting += messages.filter { $0.qos > 0 }
      return
    }
    let all = waiting + messages
    waiting = []
    guard !all.isEmpty else { return }
    tell(all.flatMap { read($0) })
  }

  private mutating func read(_ message: OutgoingMessage) -> [Input] {
    let outcome = decider.intake.read(
      topic: message.topic, payload: message.payload, retained: message.retain, at: now)
    switch outcome.result {
    case .inputs(let inputs): return inputs
    case .telemetry(let items, let gateway): return [.telemetry(items, from: gateway)]
    case .records(let records):
      self.records += records
      return []
    case .own, .nothing: return []
    }
  }

  /// One turn, its escrow, and what gateways answer to what it sends.
  private mutating func tell(_ inputs: [Input]) {
    var decided = decider.tell(inputs, at: now)
    var asked = decided
    while !asked.isEmpty {
      let answers = covered(asked)
      if answers.isEmpty { break }
      asked = decider.tell(answers, at: now)
      decided += asked
    }
    effects += decided.map { (now, $0) }
    guard !isCut else { return }
    var answers: [OutgoingMessage] = []
    for message in decider.messages(for: decided) {
      answers += fleet.receive(topic: message.topic, payload: message.payload, at: now)
    }
    if !answers.isEmpty { deliver(answers) }
  }

  private func covered(_ effects: [Effect]) -> [Input] {
    if let cover {
      do { return try cover(effects, decider.engine, now) } catch {
        preconditionFailure("the ledger took nothing: \(error)")
      }
    }
    return effects.compactMap {
      if case .holdEscrow(let event, let revision) = $0 {
        .escrowHeld(event, revision: revision)
      } else {
        nil
      }
    }
  }

  /// Gateways connect again after the broker was away.
  mutating func reconnect() {
    isCut = false
    deliver(fleet.births())
  }

  /// What flows now: the simulated truth.
  mutating func load() -> SimulatedFleet.Load { fleet.load(below: feeder, nodes: nodes) }

  /// The first `committed` answer to the utility, and when it was given.
  var promise: (at: Timestamp, commitment: SignalAcknowledgement.Commitment)? {
    for (at, effect) in effects {
      if case .answer(let answer, _) = effect, answer.status == .committed,
        let commitment = answer.commitment
      {
        return (at, commitment)
      }
    }
    return nil
  }
}
