import Grid

/// Which batteries of the fleet take part in a programme on one day.
struct EnrolmentRoll: Sendable {
  /// The day.
  let day: CivilDate
  /// One a battery, true where it does not; empty when everybody does.
  let isAbsent: [Bool]
  /// Rated power of those that do.
  let rated: Power

  /// The roll of a day, from the enrolments where there are any and the programme's own terms.
  init(
    _ fleet: [EnrolledBattery], _ enrolments: Enrolments?, terms: DispatchTerms, on day: CivilDate
  ) {
    self.day = day
    let rules = terms.enrolment
    var isAbsent: [Bool] = []
    var rated: Int64 = 0
    for (row, battery) in fleet.enumerated() {
      let takesPart =
        battery.greatestReduction >= rules.minimumBattery
        && (battery.offer.kind == .generator || rules.kinds.contains(battery.offer.kind))
        && (terms.controlSites.isEmpty || !terms.controlSites.contains(battery.site))
        && enrolments?.takesPart(
          battery.site, in: terms.programme, on: day, wholeMonths: rules.startsOnFirstOfMonth)
          != false
      if takesPart {
        rated += battery.greatestReduction.watts
      } else {
        if isAbsent.isEmpty { isAbsent = Array(repeating: false, count: fleet.count) }
        isAbsent[row] = true
      }
    }
    self.isAbsent = isAbsent
    self.rated = Power(watts: rated)
  }

  /// Why the programme takes no event with a fleet of this size; nil when it does.
  func fault(_ terms: EnrolmentTerms) -> Rejection? {
    let least = terms.minimumFleet ?? .zero
    guard rated < least || terms.maximumFleet.map({ $0 < rated }) == true else { return nil }
    return Rejection(
      .refusedByPolicy, field: "fleetSize", found: "\(rated.watts) W enrolled",
      allowed: terms.maximumFleet.map { "\(least.watts) to \($0.watts) W" }
        ?? "\(least.watts) W or more")
  }
}

extension Engine {
  /// Who takes part in the event at `place`; looked up once a day of the event.
  mutating func roll(_ place: Int, _ content: GridSignal.Content) -> EnrolmentRoll? {
    guard let terms = states[place].record.terms else { return nil }
    let day = terms.calendar.zone.date(at: content.window.start)
    if let known = states[place].roll, known.day == day { return known }
    let roll = EnrolmentRoll(fleet.enrolled, enrolments, terms: terms, on: day)
    states[place].roll = roll
    return roll
  }
}
