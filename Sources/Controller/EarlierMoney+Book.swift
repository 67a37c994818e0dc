import Grid
import Ledger
import Policies
import Settlement
import Verification

extension EarlierMoney {
  /// What owners earned and lost by events of the same local month and year that began earlier.
  ///
  /// The book itself is the source: a reward is what left an escrow or a funding account towards an
  /// owner, a penalty what he paid into a penalty account.
  init(book: LedgerKeeper, before start: Timestamp, policy: Policy) {
    self.init()
    let periods = Self.periods(before: start, in: policy.measurement.calendar)
    if let window = periods.month { month = Self.sums(book, window) }
    if let window = periods.season { season = Self.sums(book, window) }
    if let window = periods.year { year = Self.sums(book, window) }
  }

  /// What lies before `start` of its local month, season and year; nil where that is no time.
  static func periods(
    before start: Timestamp, in calendar: ProgrammeCalendar
  ) -> (month: Window?, season: Window?, year: Window?) {
    let zone = calendar.zone
    let date = zone.date(at: start)
    let (year, month, _) = date.components
    func since(_ first: CivilDate) -> Window? {
      Window(start: zone.startOfDay(first), end: start)
    }
    // A season that passes New Year began in the year before.
    let season = calendar.season(of: date).map { season in
      let began = CivilDate(year: year, month: season.from.month, day: season.from.day)!
      return began <= date
        ? began : CivilDate(year: year - 1, month: season.from.month, day: season.from.day)!
    }
    return (
      since(CivilDate(year: year, month: month, day: 1)!), season.flatMap(since),
      since(CivilDate(year: year, month: 1, day: 1)!)
    )
  }

  private static func sums(
    _ book: LedgerKeeper, _ window: Window
  ) -> [OwnerID: HomePerformance.Earlier] {
    var sums: [OwnerID: HomePerformance.Earlier] = [:]
    book.settlements(in: window) { legs in
      guard let owner = legs.first(where: { $0.role == .owner }),
        let id = OwnerID(String(owner.path.dropFirst("owner:".count)))
      else { return }
      var sum = sums[id] ?? .init()
      for leg in legs {
        switch leg.role {
        case .escrow, .funding: sum.rewards = sum.rewards - leg.amount
        case .penalty: sum.penalties = sum.penalties + leg.amount
        case .bank, .owner, .aggregator, .grid, .supplier, .tax, .utility, .rounding, .issuer,
          .retired, .opening:
          break
        }
      }
      sums[id] = sum
    }
    return sums
  }
}
