import Grid
import Testing

@Suite struct `A site enrolled in a programme` {
  static let site = SiteID("S-1")!
  static let summer = ProgrammeID("summer")!
  static let winter = ProgrammeID("winter")!

  static func step(
    _ kind: EnrolmentStep.Kind, _ from: String, to: String? = nil, site: SiteID = site,
    in programme: ProgrammeID = summer
  ) -> EnrolmentStep {
    EnrolmentStep(
      site: site, programme: programme, kind: kind, from: CivilDate(text: from)!,
      to: to.map { CivilDate(text: $0)! }, by: "anna", consent: kind == .enrol ? "doc-1" : nil)
  }

  static func days(_ enrolments: Enrolments, wholeMonths: Bool = false) -> [String] {
    (0..<40).map { CivilDate(text: "2026-08-01")!.adding(days: $0) }.filter {
      enrolments.takesPart(site, in: summer, on: $0, wholeMonths: wholeMonths)
    }.map { "\($0)" }
  }

  @Test func `hold on the days between enrolment, suspension and withdrawal`() throws {
    // E43 of the acceptance scenarios.
    let enrolments = try Enrolments([
      Self.step(.enrol, "2026-08-10"), Self.step(.suspend, "2026-08-12", to: "2026-08-15"),
      Self.step(.withdraw, "2026-09-01"),
    ])
    let asked = ["2026-08-09", "2026-08-10", "2026-08-11", "2026-08-12", "2026-08-15"]
    let more = ["2026-08-16", "2026-08-31", "2026-09-01"]
    let held = (asked + more).filter {
      enrolments.takesPart(Self.site, in: Self.summer, on: CivilDate(text: $0)!)
    }
    #expect(held == ["2026-08-10", "2026-08-11", "2026-08-16", "2026-08-31"])
    #expect(enrolments.steps.count == 3)
    #expect(
      enrolments.stays(of: Self.site).map { "\($0.from) \($0.to.map { "\($0)" } ?? "")" }
        == ["2026-08-10 2026-08-11", "2026-08-16 2026-08-31"])
    #expect(!enrolments.takesPart(SiteID("S-2")!, in: Self.summer, on: .init(text: asked[1])!))
    #expect(!enrolments.takesPart(Self.site, in: Self.winter, on: .init(text: asked[1])!))
  }

  @Test func `may be suspended without an end, resumed early, and begun anew`() throws {
    let enrolments = try Enrolments([
      Self.step(.enrol, "2026-08-01"), Self.step(.suspend, "2026-08-03"),
      Self.step(.resume, "2026-08-05"), Self.step(.suspend, "2026-08-06", to: "2026-08-30"),
      Self.step(.resume, "2026-08-08"), Self.step(.withdraw, "2026-08-09"),
      Self.step(.enrol, "2026-09-02"), Self.step(.suspend, "2026-09-04", to: "2026-09-05"),
    ])
    #expect(
      Self.days(enrolments) == [
        "2026-08-01", "2026-08-02", "2026-08-05", "2026-08-08", "2026-09-02", "2026-09-03",
        "2026-09-06", "2026-09-07", "2026-09-08", "2026-09-09",
      ])
  }

  @Test func `count from the first of a month where a programme says so`() throws {
    let late = try Enrolments([
      Self.step(.enrol, "2026-08-10"), Self.step(.suspend, "2026-09-02", to: "2026-09-03"),
    ])
    #expect(
      Self.days(late, wholeMonths: true).prefix(3) == ["2026-09-01", "2026-09-04", "2026-09-05"])
    let prompt = try Enrolments([Self.step(.enrol, "2026-08-01")])
    #expect(Self.days(prompt, wholeMonths: true).first == "2026-08-01")
    let yearsEnd = try Enrolments([Self.step(.enrol, "2026-12-31")])
    #expect(
      !yearsEnd.takesPart(
        Self.site, in: Self.summer, on: CivilDate(text: "2026-12-31")!, wholeMonths: true))
    #expect(
      yearsEnd.takesPart(
        Self.site, in: Self.summer, on: CivilDate(text: "2027-01-01")!, wholeMonths: true))
  }

  @Test(arguments: [
    ([step(.suspend, "2026-08-01")], 0, "suspend"),
    ([step(.resume, "2026-08-01")], 0, "resume"),
    ([step(.withdraw, "2026-08-01")], 0, "withdraw"),
    ([step(.enrol, "2026-08-01"), step(.enrol, "2026-08-02")], 1, "enrol"),
    ([step(.enrol, "2026-08-01"), step(.resume, "2026-08-02")], 1, "resume"),
    ([step(.enrol, "2026-08-02"), step(.withdraw, "2026-08-01")], 1, "2026-08-01"),
    (
      [step(.enrol, "2026-08-01"), step(.suspend, "2026-08-02"), step(.suspend, "2026-08-03")], 2,
      "suspend"
    ),
    (
      [step(.enrol, "2026-08-02"), step(.suspend, "2026-08-05", to: "2026-08-04")], 1,
      "to 2026-08-04"
    ),
    (
      [step(.enrol, "2026-08-01"), step(.withdraw, "2026-08-02"), step(.suspend, "2026-08-03")], 2,
      "suspend"
    ),
  ]) func `refuse a step that cannot follow`(_ steps: [EnrolmentStep], _ at: Int, _ found: String) {
    let faults = #expect(throws: Enrolments.Faults.self) { try Enrolments(steps) }
    #expect(faults?.list.map(\.step) == [at])
    #expect(faults?.list.map(\.found) == [found])
  }

  @Test func `never change an earlier day by a later step`() throws {
    var steps = [Self.step(.enrol, "2026-08-03")]
    let rest = [
      Self.step(.suspend, "2026-08-10", to: "2026-08-20"), Self.step(.resume, "2026-08-15"),
      Self.step(.withdraw, "2026-08-25"), Self.step(.enrol, "2026-09-01"),
    ]
    for step in rest {
      let before = Self.days(try Enrolments(steps)).filter { $0 < "\(step.from)" }
      steps.append(step)
      #expect(Self.days(try Enrolments(steps)).filter { $0 < "\(step.from)" } == before)
    }
  }
}

@Suite struct `A meter in two programmes` {
  typealias Steps = `A site enrolled in a programme`

  static func battery(_ site: String, meter: String? = nil) -> EnrolledBattery {
    EnrolledBattery(
      battery: BatteryID("b-\(site)")!, gateway: GatewayID("g")!, site: SiteID(site)!,
      owner: OwnerID("o")!, node: NodeID("n")!, capacity: Energy(wattHours: 1),
      maxDischarge: Power(watts: 1), maxCharge: Power(watts: 1), dischargeEfficiency: .hundred,
      reserve: .zero, exportLimit: nil, charge: nil, siteMeter: meter.map { MeterID($0)! })
  }

  static let both = [
    Steps.step(.enrol, "2026-08-01"), Steps.step(.enrol, "2026-08-10", in: Steps.winter),
  ]

  @Test func `is found with the other programme named`() throws {
    // E39 of the acceptance scenarios.
    let found = try Enrolments(Self.both).dualEnrolments([Self.battery("S-1")]) { _, _ in false }
    #expect(
      found.map(\.description) == [
        "dualEnrolment: meter S-1 of S-1 in winter is in summer already, as S-1, from 2026-08-10"
      ])
  }

  /// Of sites S-1 and S-2 the second's meter hangs below the first's, but not in September.
  static func tree() throws -> ConsumerTree {
    func place(
      _ node: String, _ parent: String?, _ kind: ConsumerPlace.Kind, _ from: String, _ to: String?
    ) -> ConsumerPlace {
      ConsumerPlace(
        node: ConsumerID(node)!, parent: parent.map { ConsumerID($0)! }, kind: kind,
        from: CivilDate(text: from)!, to: to.map { CivilDate(text: $0)! })
    }
    return try ConsumerTree([
      place("acme", nil, .company, "2026-01-01", nil),
      place("S-1", "acme", .meter, "2026-01-01", nil),
      place("S-2", "S-1", .meter, "2026-08-05", "2026-08-31"),
      place("S-2", "acme", .meter, "2026-09-01", "2026-09-30"),
      place("S-2", "S-1", .meter, "2026-10-01", nil),
    ])
  }

  @Test func `is found below a meter that takes part, on those days`() throws {
    let fleet = [Self.battery("S-1"), Self.battery("S-2")]
    let tree = try Self.tree()
    func found(_ from: String, _ to: String?, _ programme: ProgrammeID) throws -> [String] {
      var steps = [
        Steps.step(.enrol, "2026-08-01"),
        Steps.step(.enrol, from, site: SiteID("S-2")!, in: programme),
      ]
      if let to { steps.append(Steps.step(.withdraw, to, site: SiteID("S-2")!, in: programme)) }
      return try Enrolments(steps).dualEnrolments(fleet, tree: tree) { $0 != $1 }.map(\.description)
    }
    #expect(
      try found("2026-08-02", nil, Steps.summer) == [
        "dualEnrolment: meter S-2 of S-2 in summer is below S-1, which is in summer already, as "
          + "S-1, 2026-08-05 to 2026-08-31"
      ])
    #expect(
      try found("2026-09-02", nil, Steps.summer).map { $0.hasSuffix("S-1, from 2026-10-01") }
        == [true])
    #expect(try found("2026-09-02", "2026-10-01", Steps.summer) == [])
    #expect(try found("2026-08-02", "2026-08-05", Steps.summer) == [])
    #expect(try found("2026-08-02", nil, Steps.winter) == [], "both list each other")
    #expect(tree.metersAbove(MeterID("S-2")!) == [MeterID("S-1")!])
    #expect(tree.metersAbove(MeterID("S-1")!) == [])
  }

  @Test func `of one site is no fault below its own`() throws {
    // A battery's meter hangs below that of its site.
    let own = EnrolledBattery(
      battery: BatteryID("S-2")!, gateway: GatewayID("g")!, site: SiteID("S-1")!,
      owner: OwnerID("o")!, node: NodeID("n")!, capacity: Energy(wattHours: 1),
      maxDischarge: Power(watts: 1), maxCharge: Power(watts: 1), dischargeEfficiency: .hundred,
      reserve: .zero, exportLimit: nil, charge: nil)
    let steps = [Steps.step(.enrol, "2026-08-01")]
    #expect(
      try Enrolments(steps).dualEnrolments([own], tree: try Self.tree()) { _, _ in false } == [])
  }

  @Test func `is no fault when both allow it, or on different days`() throws {
    let fleet = [Self.battery("S-1")]
    #expect(try Enrolments(Self.both).dualEnrolments(fleet) { _, _ in true } == [])
    let apart = try Enrolments([
      Steps.step(.enrol, "2026-08-01"), Steps.step(.withdraw, "2026-08-10"),
      Steps.step(.enrol, "2026-08-10", in: Steps.winter),
    ])
    #expect(apart.dualEnrolments(fleet) { _, _ in false } == [])
  }

  @Test func `is found behind two sites, in one programme too`() throws {
    let enrolments = try Enrolments([
      Steps.step(.enrol, "2026-08-01"),
      Steps.step(.enrol, "2026-08-05", site: SiteID("S-2")!),
      Steps.step(.withdraw, "2026-08-08", site: SiteID("S-2")!),
    ])
    let fleet = [Self.battery("S-1", meter: "m"), Self.battery("S-2", meter: "m")]
    #expect(
      enrolments.dualEnrolments(fleet) { _, _ in true }.map(\.description) == [
        "dualEnrolment: meter m of S-2 in summer is in summer already, as S-1, "
          + "2026-08-05 to 2026-08-07"
      ])
  }
}
