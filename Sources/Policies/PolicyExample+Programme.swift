import Engine
import Grid
import Settlement
import Verification

/// A month of one home with some events, settled as any other, for worked numbers.
struct ProgrammeExample {
  let policy: Policy
  /// What the home promised for its availability.
  let committed: Power

  /// What one month and its season pay when each event delivers this share of the committed power
  /// for an hour, in hundredths of a percent; nil is an event that was missed.
  ///
  /// Only months and seasons are looked at: what the events pay for themselves is said elsewhere.
  func paid(_ shares: [Int64?]) -> Money? {
    let result = settle(shares)
    guard !result.lines.contains(where: { $0.status == .held }) else { return nil }
    return result.lines.filter { $0.period == period.key || $0.period == season.key }
      .reduce(Money.zero) { $0 + $1.charged }
  }

  /// The mean power that the capacity payment is made for, in whole watts, for the eye.
  func meanWatts(_ shares: [Int64?]) -> Int64? {
    settle(shares).lines.first { $0.field == "reward.capacity" }
      .map { $0.quantity.rounded(unit: 1_000).millionths / 1_000 }
  }

  private var calendar: ProgrammeCalendar { policy.dispatch.calendar }

  /// The first day of the first season on or after the first day of the policy.
  private var first: CivilDate {
    let from = policy.dispatch.effectiveFrom
    return (0..<366).lazy.map { from.adding(days: Int64($0)) }
      .first { calendar.season(of: $0) != nil } ?? from
  }

  private var period: ProgrammePeriod {
    let (year, month, _) = first.components
    let start = CivilDate(year: year, month: month, day: 1)!
    var end = start
    while end.adding(days: 1).components.month == month { end = end.adding(days: 1) }
    return ProgrammePeriod(
      key: String(start.description.prefix(7)), season: calendar.season(of: first)?.name,
      from: start, to: end)
  }

  private var season: ProgrammePeriod {
    let name = calendar.season(of: first)?.name ?? "season"
    return ProgrammePeriod(
      key: "\(name) \(first.components.year)", season: name, from: first, to: first)
  }

  /// What an event of one settlement interval comes to, after its penalty, when this share of the
  /// committed power is delivered.
  func net(_ share: Int64) -> Money? {
    let result = settle([share], seconds: policy.measurement.intervalMinutes * 60)
    let lines = result.lines.filter { $0.period == "E-1" }
    guard !lines.contains(where: { $0.status == .held }) else { return nil }
    return lines.reduce(Money.zero) { $0 + $1.charged }
  }

  private func settle(_ shares: [Int64?], seconds: Int64 = 3_600) -> ProgrammeResult {
    var terms = policy.programmeTerms
    // One home stands for its fleet, and its zone and year are those of the first price.
    terms.base.testsPaid = true
    terms.budget = nil
    terms.caps = .init()
    let home = ProgrammeHome(
      site: SiteID("home")!, owner: OwnerID("owner")!, committed: committed,
      zone: zone, vintage: vintage)
    let events = shares.enumerated().map { number, share in
      event(number, seconds: seconds, share: share)
    }
    return ProgrammeSettlement.settle(
      ProgrammeInput(
        run: SettlementRun(name: "example", isPayable: true, payer: .funding), events: events,
        homes: [home], months: [period], seasons: [season]), terms: terms)
  }

  private func event(_ number: Int, seconds: Int64, share: Int64?) -> ProgrammeEvent {
    let joules = committed.held(forSeconds: seconds).joules
    let start = Timestamp(seconds: first.dayNumber * 86_400 + Int64(number) * 7_200)
    let window = Window(start: start, end: start.adding(seconds: seconds))!
    let base = CommittedInterval(
      rewardBase: Energy(joules: joules), penaltyBase: Energy(joules: joules))
    let delivered = Energy(joules: joules * (share ?? 0) / 10_000)
    let home = HomePerformance(
      site: SiteID("home")!, owner: OwnerID("owner")!, batteries: [],
      commitment: Commitment(intervals: [base]), intervals: [.verified(delivered)],
      verdict: .verified)
    return ProgrammeEvent(
      SettlementInput(
        run: SettlementRun(name: "example", isPayable: true, payer: .funding),
        event: EventID("E-\(number + 1)")!, window: window,
        intervals: [EventInterval(window: window, level: 2)], homes: [home]),
      date: first, season: calendar.season(of: first)?.name, seasonFrom: first,
      signalPrice: signalPrice
        ?? (policy.programmeTerms.capacity?.weighsByPrice == true ? 1_000_000 : nil))
  }

  /// The price that the example's signals have where a rate asks for one: its ceiling or floor.
  var signalPrice: Int64? {
    tables.compactMap { table in
      if case .fromSignal(let floor, let ceiling) = table.form { return ceiling ?? floor }
      return nil
    }.first
  }

  private var tables: [PriceTable] {
    let terms = policy.programmeTerms
    return [
      terms.capacity?.rate, terms.availability?.rate, terms.flat?.rate, terms.energy?.rate,
      terms.premium?.rate,
    ].compactMap { $0 }
  }

  /// The first zone that some rate names.
  private var zone: String? {
    tables.compactMap { table -> String? in
      if case .byZone(let prices) = table.form { return prices.keys.min() }
      return nil
    }.first
  }

  private var vintage: Int64? {
    tables.compactMap { table -> Int64? in
      if case .byVintage(let prices) = table.form { return prices.keys.max() }
      return nil
    }.first
  }
}
