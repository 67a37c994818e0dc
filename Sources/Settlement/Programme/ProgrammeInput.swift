public import Grid

/// One settled event of a programme.
public struct ProgrammeEvent: Hashable, Sendable {
  /// Event, intervals and homes; its run is not read.
  public var event: SettlementInput
  /// The local day of its start.
  public var date: CivilDate
  /// The season's name, or nil outside of seasons.
  public var season: String?
  /// The first day of this year's season; it tells two summers apart.
  public var seasonFrom: CivilDate?
  /// The signal's price in millionths a unit of the rates that come from it.
  public var signalPrice: Int64?

  /// An event.
  public init(
    _ event: SettlementInput, date: CivilDate, season: String? = nil,
    seasonFrom: CivilDate? = nil, signalPrice: Int64? = nil
  ) {
    self.event = event
    self.date = date
    self.season = season
    self.seasonFrom = seasonFrom
    self.signalPrice = signalPrice
  }

  /// `2026-07`.
  public var month: String { String(date.description.prefix(7)) }
  /// `summer 2026`, or nil outside of seasons.
  public var seasonKey: String? {
    season.map { "\($0) \((seasonFrom ?? date).components.year)" }
  }
}

/// A home of a programme as it is enrolled.
public struct ProgrammeHome: Hashable, Sendable {
  /// The home.
  public var site: SiteID
  /// Whose it is.
  public var owner: OwnerID
  /// Power that it promised for its availability.
  public var committed: Power
  /// The zone of its enrolment.
  public var zone: String?
  /// The first year of its enrolment.
  public var vintage: Int64?
  /// First day, or nil for always.
  public var from: CivilDate?
  /// Last day, or nil.
  public var to: CivilDate?
  /// From which part of each day it was heard; nil where nobody says, and so is a day that is absent.
  public var heard: [CivilDate: Percent]?

  /// A home.
  public init(
    site: SiteID, owner: OwnerID, committed: Power = .zero, zone: String? = nil,
    vintage: Int64? = nil, from: CivilDate? = nil, to: CivilDate? = nil
  ) {
    self.site = site
    self.owner = owner
    self.committed = committed
    self.zone = zone
    self.vintage = vintage
    self.from = from
    self.to = to
  }

  /// Days of `first...last` on which it is enrolled and was heard from this share of them.
  func days(from first: CivilDate, to last: CivilDate, heardFrom least: Percent) -> Int64 {
    guard least > .zero else { return days(from: first, to: last) }
    let start = max(first, from ?? first)
    let end = min(last, to ?? last)
    return Int64(
      (heard ?? [:]).count { day, share in (start <= day && day <= end) && share >= least })
  }

  /// Days of `first...last` on which it is enrolled.
  func days(from first: CivilDate, to last: CivilDate) -> Int64 {
    let start = max(first, from ?? first)
    let end = min(last, to ?? last)
    return max(0, end.dayNumber - start.dayNumber + 1)
  }
}

/// A month or a season that is settled as a whole.
public struct ProgrammePeriod: Hashable, Sendable {
  /// `2026-07`, or `summer 2026`.
  public var key: String
  /// The season's name; for a month that of its first day, or nil.
  public var season: String?
  /// Its first day.
  public var from: CivilDate
  /// Its last day.
  public var to: CivilDate
  /// For a month the key of the season that its first day falls into, or nil.
  public var seasonKey: String?

  /// A period.
  public init(
    key: String, season: String?, from: CivilDate, to: CivilDate, seasonKey: String? = nil
  ) {
    self.key = key
    self.season = season
    self.from = from
    self.to = to
    self.seasonKey = seasonKey
  }
}

/// What is settled together: the events of some months and seasons, and those periods.
public struct ProgrammeInput: Hashable, Sendable {
  /// The run.
  public var run: SettlementRun
  /// True for the last run of the policy: what was never measured is short then.
  public var isFinal: Bool
  /// In the order of time.
  public var events: [ProgrammeEvent]
  /// Every enrolled home, in any order, none twice.
  public var homes: [ProgrammeHome]
  /// Months in the order of time.
  public var months: [ProgrammePeriod]
  /// Seasons in the order of time.
  public var seasons: [ProgrammePeriod]
  /// Events of this season before the first event here, for `nthEvent`.
  public var earlierEvents: Int64

  /// An input.
  public init(
    run: SettlementRun, isFinal: Bool = false, events: [ProgrammeEvent], homes: [ProgrammeHome],
    months: [ProgrammePeriod] = [], seasons: [ProgrammePeriod] = [], earlierEvents: Int64 = 0
  ) {
    self.run = run
    self.isFinal = isFinal
    self.events = events
    self.homes = homes
    self.months = months
    self.seasons = seasons
    self.earlierEvents = earlierEvents
  }
}
