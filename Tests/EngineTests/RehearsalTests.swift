import Engine
import Grid
import Testing

/// C18: what is planned from files is what the engine would command.
@Suite struct `A rehearsal` {
  static let issued = Timestamp(rfc3339: "2026-07-15T18:00:00Z")!
  static let window = Window(
    start: Timestamp(rfc3339: "2026-07-16T00:00:00Z")!,
    end: Timestamp(rfc3339: "2026-07-16T02:00:00Z")!)!
  static let event = EventID("E-18")!
  static let utility = UtilityID("grid")!
  static let digest = Digest(bytes: Array(repeating: 7, count: 32))!

  static let feeder = try! FeederTree([
    .init(id: NodeID("root")!, parent: nil, limit: nil),
    .init(id: NodeID("east")!, parent: NodeID("root")!, limit: Power(watts: 9_001)),
    .init(id: NodeID("west")!, parent: NodeID("root")!, limit: nil),
  ])

  static let fleet: [EnrolledBattery] = (0..<40).map(battery)

  /// A battery at one of two nodes; some have an export limit, some were never heard.
  static func battery(_ number: Int) -> EnrolledBattery {
    let capacity = Energy(wattHours: 9_000 + Int64(number) * 377)
    let limit: Power? = number % 5 == 0 ? Power(watts: 700) : nil
    let charge: Percent? = number % 7 == 6 ? nil : Percent(whole: Int32(15 + number * 2))
    return EnrolledBattery(
      battery: BatteryID("b-\(number)")!, gateway: GatewayID("g-\(number / 3)")!,
      site: SiteID("s-\(number)")!, owner: OwnerID("o-\(number)")!,
      node: NodeID(number % 3 == 0 ? "east" : "west")!, capacity: capacity,
      maxDischarge: Power(watts: 5_000), maxCharge: Power(watts: 5_000),
      dischargeEfficiency: Percent(whole: 95)!, reserve: Percent(whole: 20)!,
      exportLimit: limit, charge: charge)
  }

  static func terms(
    spread: Int64 = 60, refuses: Bool = false, from: Set<UtilityID> = [utility]
  ) -> DispatchTerms {
    DispatchTerms(
      programme: ProgrammeID("p")!, policy: digest,
      effectiveFrom: CivilDate(year: 2026, month: 1, day: 1)!, effectiveTo: nil,
      calendar: ProgrammeCalendar(
        zone: .utc,
        seasons: [
          .init(
            name: "year", from: .init(month: 1, day: 1)!, to: .init(month: 12, day: 31)!,
            days: Set(Weekday.allCases), holidaysIncluded: true,
            windows: [.init(fromMinute: 0, toMinute: 1_440)])
        ]),
      events: .init(minimumMinutes: 15, maximumMinutes: 240),
      signals: .init(from: from, forms: [.level, .percent, .power], signatureRequired: false),
      notice: .init(minimumMinutes: 0),
      release: .init(byLevel: [2: Percent(whole: 10)!], basis: .storedEnergy),
      target: .init(refusesShortfall: refuses), spreadSeconds: spread)
  }

  static func content(
    _ request: ReductionRequest = .byLevel, level: Int = 2, targets: [NodeID] = [],
    programme: String? = nil
  ) -> GridSignal.Content {
    GridSignal.Content(
      window: window, level: level, programme: programme.flatMap(ProgrammeID.init),
      targets: targets, request: request)
  }

  static func rehearse(
    _ content: GridSignal.Content, terms: DispatchTerms = terms(), at now: Timestamp = issued,
    issuer: UtilityID? = utility
  ) throws(Rejection) -> Rehearsal {
    try Rehearsal(
      content, event: event, issuer: issuer, fleet: fleet, feeder: feeder, terms: terms, at: now)
  }

  /// An engine that heard of every battery with an enrolled charge at `moment`.
  static func engine(hearing moment: Timestamp) -> Engine {
    var engine = Engine(fleet: fleet, feeder: feeder, programmes: [terms()])
    var inputs: [Input] = []
    for gateway in Set(fleet.map(\.gateway)).sorted() {
      let birth = GatewayState.Birth(at: moment, clockSynced: true, schemas: ["headroom.cmd/1"])
      inputs.append(.state(GatewayState(session: 1, birth: birth), of: gateway))
    }
    for battery in fleet {
      inputs.append(
        .description(
          BatteryDescription(
            at: moment, online: true, site: battery.site, capacity: battery.capacity,
            maxDischarge: battery.maxDischarge, maxCharge: battery.maxCharge, canExport: true,
            canCharge: true, remoteControl: true), battery.battery, of: battery.gateway))
      guard let charge = battery.charge else { continue }
      inputs.append(
        .telemetry(
          [
            Telemetry(
              battery: battery.battery, at: moment, discharge: .zero, charge: charge,
              state: .holding)
          ], from: battery.gateway))
    }
    _ = engine.handle(inputs, at: moment)
    return engine
  }

  @Test(arguments: [
    ReductionRequest.byLevel, .release(Percent(whole: 100)!, of: .energyAboveReserve),
    .power(Power(watts: 60_001)), .power(Power(watts: 9_000_000)),
  ]) func `plans what the engine plans`(_ request: ReductionRequest) throws {
    for targets in [[], [NodeID("east")!]] {
      let content = Self.content(request, targets: targets)
      var engine = Self.engine(hearing: Self.issued)
      let signal = GridSignal(
        event: Self.event, revision: 1, issuedAt: Self.issued, content: content)
      _ = engine.handle(
        [.signal(signal, from: Self.utility, digest: Self.digest, signed: true)], at: Self.issued)
      let planned = try #require(engine.event(Self.event)?.pendingPlan)
      let rehearsal = try Self.rehearse(content)
      #expect(rehearsal.plan == planned.plan)
      #expect(rehearsal.window == planned.window)
      #expect(rehearsal.refusal == nil)
      _ = engine.handle([.escrowHeld(Self.event, revision: 1)], at: Self.issued)
      let record = try #require(engine.event(Self.event))
      for row in Self.fleet.indices {
        #expect(rehearsal.owed(row: row) == record.batteries[row].promised)
      }
    }
  }

  @Test func `takes what is left of an event that has begun`() throws {
    let late = try Self.rehearse(
      Self.content(), at: Timestamp(rfc3339: "2026-07-16T00:20:00.5Z")!)
    #expect(late.window.start == Timestamp(rfc3339: "2026-07-16T00:20:01Z")!)
    #expect(late.owed(row: 9).pieces.allSatisfy { $0.window.start >= late.window.start })
  }

  @Test func `skips who is not meant and who was not heard`() throws {
    let rehearsal = try Self.rehearse(Self.content(targets: [NodeID("east")!]))
    #expect(rehearsal.plan.skipped[1] == .notTargeted)
    #expect(rehearsal.plan.skipped[6] == .notHeard)
  }

  @Test func `says why there is nothing to plan`() {
    func code(_ content: GridSignal.Content, at now: Timestamp = Self.issued) -> String {
      do throws(Rejection) {
        _ = try Self.rehearse(content, at: now)
        return "planned"
      } catch { return "\(error.code.rawValue) \(error.field)" }
    }
    #expect(code(Self.content(), at: Self.window.end) == "past endsAt")
    #expect(code(Self.content(targets: [NodeID("north")!])) == "unknownTarget targets")
    #expect(code(Self.content(level: 3)) == "refusedByPolicy formNotAccepted")
  }

  @Test func `says why the programme would turn the signal away`() throws {
    func rule(
      _ content: GridSignal.Content, _ terms: DispatchTerms = Self.terms(),
      issuer: UtilityID? = Self.utility
    ) throws -> String? {
      try Self.rehearse(content, terms: terms, issuer: issuer).refusal?.field
    }
    #expect(try rule(Self.content(), issuer: UtilityID("other")!) == "issuerNotListed")
    #expect(try rule(Self.content(), issuer: nil) == nil)
    #expect(try rule(Self.content(programme: "q")) == "programmeId")
    #expect(try rule(Self.content(programme: "p")) == nil)
    var late = Self.terms()
    late.effectiveFrom = CivilDate(year: 2027, month: 1, day: 1)!
    #expect(try rule(Self.content(), late) == "notEffective")
    let much = Self.content(.power(Power(watts: 9_000_000)))
    #expect(try rule(much, Self.terms(refuses: true)) == "cannotHold")
    #expect(try rule(much) == nil)
  }
}
