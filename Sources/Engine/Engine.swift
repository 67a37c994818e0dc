public import Grid

/// Given what happened and what time it is, says what to do.
///
/// It decides and never acts: time arrives as an argument and decisions leave as effects, so the
/// same inputs at the same times give the same effects, byte for byte, whether they come one by one
/// or together. It belongs to one loop and is a plain value.
public struct Engine: Sendable {
  /// The fleet and what was heard of it.
  public internal(set) var fleet: FleetTable
  /// Where it hangs.
  public let feeder: FeederTree
  /// Every version of every programme's terms.
  public let programmes: [DispatchTerms]
  /// Who takes part on which days; nil is everybody on every day.
  public let enrolments: Enrolments?

  var states: [EventState] = []
  var places: [EventID: Int] = [:]
  /// Places of events in which something may still move or wait, in the order of acceptance.
  var live: [Int] = []
  var open: [[OpenCommand]]
  var budget: CommandBudget
  /// When anybody last reported, and since when there was no long silence of everybody.
  var lastHeard: Timestamp?
  var hearingSince: Timestamp?
  var timers = Timers()
  var recharge = RechargeTable()
  /// Places of events whose delivered power is written down.
  var curves: [Int] = []
  /// Commands that wait for a narrow door.
  var doors = CommandDoors()
  var doorsOpenAt: Timestamp?
  /// When each door of the wave that is being sent begins, in seconds; empty outside a wave.
  var waveStarts: [CommandDoors.Door: Int64] = [:]
  /// How far the controller's own clock is off; nil while it is right.
  public internal(set) var clockOff: ClockFault?
  /// Rows that an alarm will name.
  var notHandedBack: [Int32] = []
  var now = Timestamp(microseconds: .min)
  var effects: [Effect] = []

  /// An engine that has heard nothing yet; `FleetTable.faults(of:feeder:)` found nothing.
  public init(
    fleet: [EnrolledBattery], feeder: FeederTree, programmes: [DispatchTerms],
    enrolments: Enrolments? = nil
  ) {
    self.enrolments = enrolments
    self.fleet = FleetTable(fleet, feeder: feeder)
    self.feeder = feeder
    self.programmes = programmes
    open = Array(repeating: [], count: fleet.count)
    budget = CommandBudget(gateways: self.fleet.gateways.count)
  }

  /// Takes what happened, in order, and returns what to do, in order.
  ///
  /// First comes what was due before, then each input with what it makes due at once. Time never
  /// goes back: an earlier `now` counts as the latest one that was told. Without inputs and with
  /// nothing due it costs O(1).
  public mutating func handle(_ inputs: [Input], at now: Timestamp) -> [Effect] {
    self.now = max(self.now, now)
    writeCurves()
    runDue()
    for input in inputs {
      take(input)
      runDue()
    }
    let decided = effects
    effects = []
    return decided
  }

  /// When it wants to be called although nothing happened; nil is never.
  public var nextDue: Timestamp? { timers.nextDue }

  /// What is known of an event; nil when no signal named it, or its issuer is not of a programme.
  public func event(_ id: EventID) -> EventRecord? { places[id].map { states[$0].record } }

  /// All events, in the order in which their first signals came.
  public var events: [EventRecord] { states.map(\.record) }

  private mutating func take(_ input: Input) {
    switch input {
    case .signal(let signal, let utility, let digest, let signed):
      take(signal, from: utility, digest: digest, signed: signed)
    case .acknowledgement(let ack, let gateway): take(ack, from: gateway)
    case .telemetry(let reports, let gateway):
      for report in reports { take(report, from: gateway) }
    case .state(let state, let gateway): take(state, of: gateway)
    case .description(let description, let battery, let gateway):
      guard let row = row(of: battery, behind: gateway, about: .battery) else { return }
      fleet.note(description, row: row)
    case .preference(let preference, let battery, let gateway):
      take(preference, battery, of: gateway)
    case .escrowHeld(let event, let revision): escrowHeld(event, revision: revision)
    case .escrowRefused(let event, let revision, let detail):
      moneyRefused(
        event, revision: revision,
        Rejection(.underfunded, field: "escrow", found: detail, allowed: "the greatest cost"))
    case .budgetSpent(let event, let revision, let detail):
      moneyRefused(
        event, revision: revision,
        Rejection(
          .refusedByPolicy, field: "budgetSpent", found: detail,
          allowed: "what is left of the budget"))
    case .settled(let event, let settled): take(settled, of: event)
    case .clockOff(let milliseconds, let gateways): takeClock(milliseconds, gateways: gateways)
    case .storms(let warnings): takeStorms(warnings)
    case .restarted: restart()
    }
  }

  private mutating func runDue() {
    while let (kind, _) = timers.next(at: now) {
      switch kind {
      case .dispatch(let event, let generation): ifCurrent(event, generation) { $0.dispatchDue($1) }
      case .listened(let event, let generation):
        ifCurrent(event, generation) { $0.stopListening($1) }
      case .remind(let event, let generation): ifCurrent(event, generation) { $0.remind($1) }
      case .acknowledgeBy(let event, let generation):
        ifCurrent(event, generation) { $0.noteUnnotified($1) }
      case .start(let event, let generation): ifCurrent(event, generation) { $0.startIfDue($1) }
      case .sustain(let event, let generation): ifCurrent(event, generation) { $0.sustain($1) }
      case .recover(let event, let generation): ifCurrent(event, generation) { $0.recoverDue($1) }
      case .end(let event, let generation): ifCurrent(event, generation) { $0.end($1) }
      case .close(let event, let generation): ifCurrent(event, generation) { $0.close($1) }
      case .concession(let event, let generation):
        ifCurrent(event, generation) { $0.concessionDue($1) }
      case .correct(let event, let generation): ifCurrent(event, generation) { $0.correctDue($1) }
      case .doors: openDoors()
      case .handBacks: alarmHandBacks()
      case .answer(let event): answerDue(Int(event))
      case .forget(let event): forgetCommands(of: event)
      case .command(let event, let row, let seq, let attempt):
        resendCommand(event: event, row: Int(row), seq: seq, attempt: attempt)
      case .notice(let event, let row, let revision, let attempt):
        resendNotice(Int(event), row: Int(row), revision: revision, attempt: attempt)
      case .birth(let gateway, let session): sendOpen(gateway: Int(gateway), session: session)
      }
    }
  }

  private mutating func ifCurrent(
    _ event: Int32, _ generation: Int32, _ act: (inout Engine, Int) -> Void
  ) {
    guard states[Int(event)].generation == generation else { return }
    act(&self, Int(event))
  }

  /// The row of a battery that is enrolled behind `gateway`; else rejects and returns nil.
  mutating func row(
    of battery: BatteryID, behind gateway: GatewayID, about: Effect.About
  ) -> Int? {
    guard let row = fleet.row(of: battery) else {
      reject(
        Rejection(.unknownBattery, field: "batteryId", found: battery.text, allowed: "enrolled"),
        gateway.text, about)
      return nil
    }
    guard fleet.gateway(of: row) == gateway else {
      reject(
        Rejection(
          .wrongPrincipal, field: "batteryId", found: battery.text,
          allowed: "batteries of this gateway"), gateway.text, about)
      return nil
    }
    return row
  }

  mutating func reject(_ rejection: Rejection, _ sender: String, _ about: Effect.About) {
    effects.append(.reject(rejection, from: sender, about: about))
  }
}
