import Engine
import Grid

/// A small programme and fleet with an engine in it, driven by hand.
///
/// Batteries `b0`… hang behind gateways of the same number, 13.5 kWh, 5 kW, 80 %, reserve 20 %,
/// efficiency 100 %, as in the contract's §16; the day is 2026-09-15, a Tuesday, in UTC.
struct World {
  static let utility = UtilityID("acme")!
  static let programme = ProgrammeID("summer-peak")!
  static let policy = Digest(bytes: Array(repeating: 7, count: 32))!

  var engine: Engine
  let count: Int

  static func at(_ clock: String, day: Int = 15) -> Timestamp {
    let text = clock.utf8.count == 5 ? clock + ":00" : clock
    return Timestamp(rfc3339: "2026-09-\(day)T\(text)Z")!
  }

  static func terms(_ change: (inout DispatchTerms) -> Void = { _ in }) -> DispatchTerms {
    let season = ProgrammeCalendar.Season(
      name: "summer", from: .init(month: 5, day: 1)!, to: .init(month: 10, day: 31)!,
      days: Set(Weekday.allCases), holidaysIncluded: true,
      windows: [.init(fromMinute: 0, toMinute: 1_440)])
    var terms = DispatchTerms(
      programme: programme, policy: policy, effectiveFrom: CivilDate(text: "2026-05-01")!,
      effectiveTo: nil, calendar: ProgrammeCalendar(zone: .utc, seasons: [season]),
      events: .init(minimumMinutes: 1, maximumMinutes: 1_440),
      signals: .init(
        from: [utility], forms: [.level, .percent, .power], signatureRequired: false),
      notice: .init(minimumMinutes: 0),
      release: .init(byLevel: [2: Percent(whole: 10)!], basis: .storedEnergy), rampSeconds: 60)
    change(&terms)
    return terms
  }

  static func battery(_ row: Int) -> BatteryID { BatteryID("b\(row)")! }
  static func gateway(_ row: Int) -> GatewayID { GatewayID("g\(row)")! }

  init(
    _ count: Int = 2, terms: [DispatchTerms] = [World.terms()], heard: Bool = true,
    enrolments: Enrolments? = nil, feeder: FeederTree? = nil,
    nodes: [NodeID] = [NodeID("root")!], at now: Timestamp = World.at("12:00"),
    vendor: VendorID? = nil
  ) {
    self.count = count
    let fleet = (0..<count).map { row in
      EnrolledBattery(
        battery: Self.battery(row), gateway: Self.gateway(row), site: SiteID("s\(row)")!,
        owner: OwnerID("o\(row)")!, node: nodes[row % nodes.count],
        capacity: Energy(wattHours: 13_500),
        maxDischarge: Power(watts: 5_000), maxCharge: Power(watts: 5_000),
        dischargeEfficiency: .hundred, reserve: Percent(whole: 20)!, exportLimit: nil,
        charge: nil, vendor: vendor)
    }
    engine = Engine(
      fleet: fleet, feeder: feeder ?? .unlimited(nodes[0]), programmes: terms,
      enrolments: enrolments)
    if heard {
      _ = tell(births(at: now) + reports(at: now), now)
      _ = tell([], now.adding(seconds: 5))
    }
  }

  mutating func tell(_ inputs: [Input], _ now: Timestamp) -> [Effect] {
    engine.handle(inputs, at: now)
  }

  /// Runs the engine at each moment it asks for, up to `until`, holding every escrow it asks for.
  mutating func run(until: Timestamp) -> [Effect] {
    var effects: [Effect] = []
    while let due = engine.nextDue, due <= until { effects += hold(tell([], due), due) }
    return effects + hold(tell([], until), until)
  }

  /// What came, and what follows when its money is held at once.
  mutating func hold(_ effects: [Effect], _ now: Timestamp) -> [Effect] {
    var all = effects
    for effect in effects {
      if case .holdEscrow(let event, let revision) = effect {
        all += tell([.escrowHeld(event, revision: revision)], now)
      }
    }
    return all
  }

  /// A signal whose money is held at once.
  mutating func accept(_ signal: GridSignal, _ now: Timestamp) -> [Effect] {
    hold(tell([Self.input(signal)], now), now)
  }

  /// Fresh reports of all batteries, then the engine's moments up to `now`.
  mutating func freshen(_ now: Timestamp, charge: Percent = Percent(whole: 80)!) -> [Effect] {
    let effects = run(until: now.adding(seconds: -1))
    return effects + tell(reports(at: now, charge: charge), now.adding(seconds: -1))
  }

  func births(at now: Timestamp, session: Int64 = 1) -> [Input] {
    (0..<count).flatMap { row -> [Input] in
      [
        .state(Self.birth(session, at: now), of: Self.gateway(row)),
        .description(Self.description(at: now), Self.battery(row), of: Self.gateway(row)),
      ]
    }
  }

  func reports(at now: Timestamp, charge: Percent = Percent(whole: 80)!) -> [Input] {
    (0..<count).map { Self.report($0, at: now, charge: charge) }
  }

  static func report(
    _ row: Int, at now: Timestamp, charge: Percent? = Percent(whole: 80)!,
    state: Telemetry.State = .holding
  ) -> Input {
    .telemetry(
      [Telemetry(battery: battery(row), at: now, discharge: .zero, charge: charge, state: state)],
      from: gateway(row))
  }

  static func birth(_ session: Int64, at now: Timestamp, synced: Bool = true) -> GatewayState {
    GatewayState(
      session: session,
      birth: .init(at: now, clockSynced: synced, schemas: ["headroom.cmd/1"]))
  }

  static func description(
    at now: Timestamp, online: Bool = true, remote: Bool = true, watts: Int64 = 5_000
  ) -> BatteryDescription {
    BatteryDescription(
      at: now, online: online, site: SiteID("s")!, capacity: Energy(wattHours: 13_500),
      maxDischarge: Power(watts: watts), maxCharge: Power(watts: 5_000), canExport: true,
      canCharge: true, remoteControl: remote)
  }

  static func signal(
    _ id: String = "peak", revision: Int64 = 1, from: Timestamp = at("17:00"),
    to: Timestamp = at("18:00"), level: Int = 2, programme: ProgrammeID? = nil,
    targets: [NodeID] = [],
    request: ReductionRequest = .release(Percent(whole: 10)!, of: .storedEnergy),
    isTest: Bool = false
  ) -> GridSignal {
    GridSignal(
      event: EventID(id)!, revision: revision, issuedAt: at("11:00"),
      content: .init(
        window: Window(start: from, end: to)!, level: level, programme: programme,
        targets: targets, request: request, isTest: isTest))
  }

  static func cancel(_ id: String = "peak", revision: Int64) -> GridSignal {
    GridSignal(event: EventID(id)!, revision: revision, issuedAt: at("11:00"), content: nil)
  }

  static func input(
    _ signal: GridSignal, from utility: UtilityID = World.utility, bytes: UInt8 = 1,
    signed: Bool = false
  ) -> Input {
    let digest = Digest(bytes: Array(repeating: bytes, count: 32))!
    return .signal(signal, from: utility, digest: digest, signed: signed)
  }

  static func ack(
    _ command: Command, _ status: Acknowledgement.Status, at now: Timestamp,
    accepted: Power? = nil, delivered: Energy? = nil, lastSeq: Int64? = nil
  ) -> Input {
    let row = Int(command.battery.text.dropFirst())!
    return .acknowledgement(
      Acknowledgement(
        subject: .command(command.id), battery: command.battery, status: status, at: now,
        accepted: accepted, delivered: delivered, lastSeq: lastSeq), from: gateway(row))
  }

  static func ack(
    notice id: String, row: Int, _ status: Acknowledgement.Status, at now: Timestamp
  ) -> Input {
    .acknowledgement(
      Acknowledgement(
        subject: .notice(LongIdentifier(id)!), battery: battery(row), status: status, at: now),
      from: gateway(row))
  }

  func record(_ id: String = "peak") -> EventRecord { engine.event(EventID(id)!)! }
}

extension [Effect] {
  var commands: [Command] {
    compactMap { if case .command(let command, _) = $0 { command } else { nil } }
  }
  var resent: [Command] {
    compactMap { if case .resend(let command, _) = $0 { command } else { nil } }
  }
  var notices: [Notice] {
    compactMap { if case .notice(let notice, _) = $0 { notice } else { nil } }
  }
  var answers: [SignalAcknowledgement] {
    compactMap { if case .answer(let answer, _) = $0 { answer } else { nil } }
  }
  var statuses: [SignalAcknowledgement.Status] { answers.map(\.status) }
  var rejections: [Rejection.Code] {
    compactMap { if case .reject(let rejection, _, _) = $0 { rejection.code } else { nil } }
  }
  var settles: [EventID] {
    compactMap { if case .settle(let event) = $0 { event } else { nil } }
  }
  var holds: [Int64] {
    compactMap { if case .holdEscrow(_, let revision) = $0 { revision } else { nil } }
  }
  var alarms: Int { count { if case .alarm = $0 { true } else { false } } }
  var cancels: [Command] { commands.filter { $0.action == .cancel } }
}

extension Command {
  /// The setpoint in watts; nil for what does not discharge.
  var watts: Int64? {
    if case .discharge(let setpoint, _, _) = action { setpoint.watts } else { nil }
  }
}
