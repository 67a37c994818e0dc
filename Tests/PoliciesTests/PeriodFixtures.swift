import Policies

extension Fixture {
  /// `whole` with everything that a month or a season pays, and every limit.
  static let period: String = whole.replacing(
    "  excusals: [gridOutage, weather]",
    with: """
        capacity:
          rate: {per: kW-season, bySeason: {summer: 275, winter: 50}}
          average: season
          missed: zero
          optedOut: zero
          excused: excluded
          floorAtZero: event
          noEvents: lastTest
          weightBy: none
        availability:
          rate: {per: kW-month, byMonth: {1: 1, 2: 2, 3: 3, 4: 4, 5: 5, 6: 6, 7: 7, 8: 8, 9: 9, 10: 10, 11: 11, 12: 12}, ceiling: 25}
          partMonth: none
          noEvents: test
          performance: {measure: worstEvent, capPercent: 120, floorPercent: 25}
          strikes: {failedBelowPercent: 95, cutPercentPerFailure: 25.5}
          nthEvent: {from: 5, per: season, add: 5.5}
        flat:
          rate: {per: home-day, byZone: {north: 0.5, south: 0.25}}
        caps: {homePerMonth: 100, homePerSeason: 500, fleetPerEvent: 9000}
        budget: {amount: 100000, per: season, whenSpent: refuseEvents}
        bonusPool: {sharePercent: 50, fleetAtLeastPercent: 90, otherwise: utility}
        rateLockYears: 3
        excusals: [gridOutage, weather]
      """
  ).replacing("belowBaseline: zero", with: "belowBaseline: zero\n    missingData: shortfallAtFinal")

  /// `period` whose energy has the signal's price, its premium one by year of enrolment, and whose
  /// availability has tiers.
  static let tiered: String = period.replacing(
    "amount: 0.25, per: kWh, ceiling: 1",
    with: "fromSignal: true, floor: 0.1, ceiling: 1, per: kWh"
  ).replacing(
    "{per: MWh, byLevel: {0: 0, 1: 500, 2: 2000.001, 3: 3000}}",
    with: "{per: MW-interval, byVintage: {2025: 7, 2026: 6.5}}"
  ).replacing(
    "    performance: {measure: worstEvent, capPercent: 120, floorPercent: 25}",
    with: """
          tiers:
            - {from: 1.00, factor: 0, offset: 1}
            - {from: 0.75, factor: 1, offset: 0}
            - {factor: 1, offset: -0.60}
          spread: eventHours
          floor: none
      """)

  /// The faults of a text where programmes are settled.
  static func programmeFaults(_ text: String) -> [YAMLFault] { feeFaults(text) }
}
