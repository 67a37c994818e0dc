public import Grid

/// A rate of the policy in every form that it may have.
public struct PriceTable: Hashable, Sendable {
  /// What one price is for.
  public enum Unit: String, Hashable, Sendable, CaseIterable {
    case kWh
    case MWh
    case MWInterval = "MW-interval"
    case kWMonth = "kW-month"
    case MWMonth = "MW-month"
    case kWSeason = "kW-season"
    case homeEvent = "home-event"
    case homeDay = "home-day"
    case homeMonth = "home-month"
    case homeSeason = "home-season"

    /// Energy that is priced, or power over an interval.
    public var isOfEnergy: Bool { self == .kWh || self == .MWh || self == .MWInterval }
  }
  /// How the price is found; amounts are millionths of the currency a unit.
  public enum Form: Hashable, Sendable {
    /// Always the same.
    case amount(Int64)
    /// By stress level 0…3.
    case byLevel([Int: Int64])
    /// By month 1…12.
    case byMonth([Int64: Int64])
    /// By the season's name.
    case bySeason([String: Int64])
    /// By the zone of the enrolment.
    case byZone([String: Int64])
    /// By the first year of the enrolment; the latest that is not later.
    case byVintage([Int64: Int64])
    /// The price of the signal, held within both ends.
    case fromSignal(floor: Int64?, ceiling: Int64?)
  }
  /// Where a price is looked up.
  public struct Place: Hashable, Sendable {
    /// The local day.
    public var date: CivilDate
    /// The season's name, or nil outside of seasons.
    public var season: String?
    /// The zone of the enrolment.
    public var zone: String?
    /// The first year of the enrolment.
    public var vintage: Int64?
    /// The signal's price in millionths a unit of the rate.
    public var signalPrice: Int64?

    /// A place.
    public init(
      date: CivilDate, season: String? = nil, zone: String? = nil, vintage: Int64? = nil,
      signalPrice: Int64? = nil
    ) {
      self.date = date
      self.season = season
      self.zone = zone
      self.vintage = vintage
      self.signalPrice = signalPrice
    }
  }

  /// How the price is found.
  public var form: Form
  /// What it is for.
  public var unit: Unit

  /// A rate.
  public init(_ form: Form, per unit: Unit) {
    self.form = form
    self.unit = unit
  }

  /// Millionths a unit, or nil when the table has no price there: then the line is held.
  public func price(at place: Place, level: Int) -> Int64? {
    switch form {
    case .amount(let amount): return amount
    case .byLevel(let table): return table[level]
    case .byMonth(let table): return table[place.date.components.month]
    case .bySeason(let table): return place.season.flatMap { table[$0] }
    case .byZone(let table): return place.zone.flatMap { table[$0] }
    case .byVintage(let table):
      guard let vintage = place.vintage else { return nil }
      return table.filter { $0.key <= vintage }.max { $0.key < $1.key }?.value
    case .fromSignal(let floor, let ceiling):
      guard let price = place.signalPrice else { return nil }
      return min(max(price, floor ?? price), ceiling ?? .max)
    }
  }

  /// The greatest price that it can have, or nil without an upper end.
  public var greatest: Int64? {
    switch form {
    case .amount(let amount): amount
    case .byLevel(let table): table.values.max()
    case .byMonth(let table), .byVintage(let table): table.values.max()
    case .bySeason(let table), .byZone(let table): table.values.max()
    case .fromSignal(_, let ceiling): ceiling
    }
  }

  /// Millionths a kilowatt-hour in intervals of `seconds`; the loader has promised that it is whole.
  ///
  /// A megawatt over an interval is `seconds` / 3.6 kilowatt-hours.
  func perKilowattHour(_ millionths: Int64, intervalSeconds seconds: Int64) -> Money {
    switch unit {
    case .MWh:
      precondition(millionths % 1_000 == 0, "a price a MWh has at most 3 places")
      return Money(millionths: millionths / 1_000)
    case .MWInterval:
      let scaled = Int128(millionths) * 3_600
      let over = Int128(seconds) * 1_000
      precondition(scaled % over == 0, "a price a MW and interval has at most 3 places")
      return Money(millionths: Int64(scaled / over))
    case .kWh: return Money(millionths: millionths)
    case .kWMonth, .MWMonth, .kWSeason, .homeEvent, .homeDay, .homeMonth, .homeSeason:
      preconditionFailure("energy is priced by kWh, MWh or MW-interval")
    }
  }
}
