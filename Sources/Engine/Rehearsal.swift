public import Grid

/// What a signal would ask of an enrolled fleet, worked out without dispatching it.
///
/// The enrolled charge of each battery counts as heard at the moment of planning, from a battery
/// that is connected, idle and behind a house whose load is not known. From there on the same code
/// decides as in `Engine`, so the same fleet, policy and signal give the same plan.
public struct Rehearsal: Sendable {
  /// The event.
  public let event: EventID
  /// What was asked.
  public let content: GridSignal.Content
  /// The time that is planned: what is left of the signal's window.
  public let window: Window
  /// What the planner was asked for.
  public let request: PlanRequest
  /// The plan; rows as in the enrolment.
  public let plan: Plan
  /// What the plan was made from: bounds, merits and standings of that moment.
  public let input: PlanningFleet
  /// Why the programme would turn this signal away at that moment; nil when it would not.
  ///
  /// Limits of number count no earlier event, because none is known here.
  public let refusal: Rejection?
  private let enrolled: [EnrolledBattery]
  private let spreadSeconds: Int64
  private let slope: FleetSlope?

  /// Plans a signal for a fleet of which `FleetTable.faults(of:feeder:)` found nothing.
  ///
  /// - Parameters:
  ///   - issuer: Who asks; nil when it is not known, and then it is not judged.
  ///   - enrolments: Who takes part on which days; nil is everybody.
  ///   - storms: The storm warnings that stand.
  ///   - now: The moment of planning.
  /// - Throws: Why there is nothing to plan: the window is past, a target is unknown, or the terms
  ///   have no percentage for the level.
  public init(
    _ content: GridSignal.Content, event: EventID, issuer: UtilityID?,
    fleet enrolled: [EnrolledBattery], feeder: FeederTree, terms: DispatchTerms,
    enrolments: Enrolments? = nil, storms: [StormWarning] = [], at now: Timestamp
  ) throws(Rejection) {
    guard
      let window = Window(
        start: max(content.window.start, now.roundedUpToSecond), end: content.window.end)
    else {
      throw Rejection(
        .past, field: "endsAt", found: "\(content.window.end)", allowed: "after \(now)")
    }
    let unknown = content.targets.filter { feeder.place(of: $0) == nil }
    guard unknown.isEmpty else {
      throw Rejection(
        .unknownTarget, field: "targets",
        found: unknown.prefix(3).map(\.text).joined(separator: ", "), allowed: "feeder nodes")
    }
    let rules = SignalRules(terms: terms, now: now, others: [])
    let broken = rules.fault(in: content, replacing: nil)
    guard let request = SignalRules.request(of: content, terms: terms) else {
      throw broken
        ?? Rejection(
          .refusedByPolicy, field: "formNotAccepted", found: "level \(content.level)",
          allowed: "a level with a percentage")
    }
    var table = FleetTable(enrolled, feeder: feeder)
    table.hearEnrolledCharges(at: now)
    table.note(storms, feeder: feeder)
    var planning = FleetTable.Planning(
      window: window, terms: terms, targets: content.targets,
      eventSeconds: content.window.seconds)
    let roll = EnrolmentRoll(
      enrolled, enrolments, terms: terms,
      on: terms.calendar.zone.date(at: content.window.start))
    planning.absent = roll.isAbsent
    if case .release = request { planning.isRelease = true }
    input = table.planning(for: planning, at: now, feeder: feeder)
    plan = Planner.plan(
      input, feeder: feeder, request: request, seconds: window.seconds, fairness: terms.fairness,
      minimumSetpoint: terms.minimumSetpoint, overCommit: terms.overCommit)
    self.request = request
    self.event = event
    self.content = content
    self.window = window
    self.enrolled = enrolled
    spreadSeconds = terms.spreadSeconds
    slope = terms.slopePerMinute.map { [plan, window] in
      FleetSlope(
        plan.setpointW, event: event, of: enrolled, start: window.start.seconds,
        end: window.end.seconds, wattsPerMinute: $0.watts)
    }
    refusal =
      Self.stranger(issuer, terms) ?? Self.otherProgramme(content, terms) ?? broken
      ?? roll.fault(terms.enrolment) ?? table.stormFault(planning, feeder: feeder)
      ?? Self.cannotHold(plan, content, terms)
  }

  /// What the battery in `row` would owe: its setpoint from its place in the spread to the end.
  public func owed(row: Int) -> CommittedPower {
    var owed = CommittedPower()
    if let slope {
      owed.replace(
        from: Timestamp(microseconds: .min), with: Power(watts: plan.setpointW[row]),
        in: slope.window(row: row))
      return owed
    }
    let offset = Spread.offset(
      event: event, battery: enrolled[row].battery, within: spreadSeconds)
    let start = max(content.window.start.adding(seconds: offset), window.start)
    owed.replace(
      from: Timestamp(microseconds: .min), with: Power(watts: plan.setpointW[row]),
      in: Window(start: start, end: window.end))
    return owed
  }

  private static func stranger(_ issuer: UtilityID?, _ terms: DispatchTerms) -> Rejection? {
    guard let issuer, !terms.signals.from.contains(issuer) else { return nil }
    return Rejection(
      .refusedByPolicy, field: "issuerNotListed", found: issuer.text,
      allowed: terms.signals.from.map(\.text).sorted().joined(separator: ", "))
  }

  private static func otherProgramme(
    _ content: GridSignal.Content, _ terms: DispatchTerms
  ) -> Rejection? {
    guard let programme = content.programme, programme != terms.programme else { return nil }
    return Rejection(
      .unknownId, field: "programmeId", found: programme.text, allowed: terms.programme.text)
  }

  private static func cannotHold(
    _ plan: Plan, _ content: GridSignal.Content, _ terms: DispatchTerms
  ) -> Rejection? {
    guard case .power = content.request, terms.target.refusesShortfall, plan.shortfall > .zero
    else { return nil }
    return Rejection(
      .refusedByPolicy, field: "cannotHold", found: "\(plan.requested.watts) W",
      allowed: "\(plan.committed.watts) W")
  }
}

extension FleetTable {
  /// Every battery with an enrolled charge counts as heard at `moment`: connected, idle, well.
  mutating func hearEnrolledCharges(at moment: Timestamp) {
    for place in gateways.indices {
      isBorn[place] = true
      isSynced[place] = true
      readsCommands[place] = true
    }
    for (row, battery) in enrolled.enumerated() {
      isDescribed[row] = true
      isOnline[row] = true
      isRemote[row] = true
      guard let charge = battery.charge else { continue }
      heardAt[row] = moment.microseconds
      chargeHundredths[row] = charge.hundredths
      dischargeW[row] = 0
      state[row] = .holding
    }
  }
}
