import Engine
public import Grid
public import Settlement

/// A home for worked numbers.
public struct ExampleHome: Hashable, Sendable {
  /// Usable capacity of its battery.
  public var capacity: Energy
  /// Discharge rating.
  public var rating: Power
  /// State of charge at the start.
  public var charge: Percent
  /// What its owner keeps.
  public var reserve: Percent
  /// AC energy out for energy in the cells.
  public var dischargeEfficiency: Percent

  /// A home; 13.5 kWh, 5 kW, charged to 80 %, with a reserve of 20 % unless said otherwise.
  public init(
    capacity: Energy = Energy(wattHours: 13_500), rating: Power = Power(watts: 5_000),
    charge: Percent = Percent(whole: 80)!, reserve: Percent = Percent(whole: 20)!,
    dischargeEfficiency: Percent = .hundred
  ) {
    self.capacity = capacity
    self.rating = rating
    self.charge = charge
    self.reserve = reserve
    self.dischargeEfficiency = dischargeEfficiency
  }
}

/// What one home is asked for, worked out for an explanation.
public struct ExampleRelease: Hashable, Sendable {
  /// Energy in the cells at the start.
  public let stored: Energy
  /// What arrives at the AC terminals: whole watt-hours.
  public let released: Energy
  /// The power that gives it, in whole watts, rounded down.
  public let power: Power
  /// The reserve that holds: the greater of the owner's and the programme's.
  public let floor: Percent
  /// Energy in the cells above that reserve that stays untouched.
  public let untouched: Energy
}

/// What one home earns for a delivery, worked out for an explanation.
public struct ExampleMoney: Hashable, Sendable {
  /// The line of `reward.energy`, rounded to the minor unit.
  public let energy: Money
  /// The line of `reward.premium`, rounded to the minor unit.
  public let premium: Money
  /// What is missing beyond the deadband, rounded down to a whole joule.
  public let shortfall: Energy
  /// The line of `reward.penalty`, rounded to the minor unit, before its caps; never negative.
  public let penalty: Money

  /// Both rewards without the penalty, before its caps.
  public var net: Money { energy + premium - penalty }

  /// What is charged of the penalty where these are all rewards that its caps look at.
  ///
  /// Whole minor units of `currency`; the smallest cap holds.
  public func charged(
    under caps: [SettlementTerms.Penalty.Cap], in currency: Currency
  ) -> Money {
    let unit = Int128(currency.millionthsPerMinorUnit)
    let rewards = Int128((energy + premium).millionths)
    let most = caps.map { rewards * Int128($0.percent) / 100 / unit * unit }.min()
    return most.map { min(penalty, Money(millionths: Int64($0))) } ?? penalty
  }
}

extension Policy {
  /// What `home` is asked for by a signal of `level`, or nil when no percentage is released.
  ///
  /// Source: the policy's `dispatch.release`: a percentage of the basis, as it arrives behind the
  /// inverter, within rating and reserve, rounded down to whole watt-hours and watts.
  public func release(of home: ExampleHome, minutes: Int64, level: Int) -> ExampleRelease? {
    precondition(minutes > 0, "an example event has a length")
    guard let release = dispatch.release, let percent = release.byLevel[level] else { return nil }
    let seconds = minutes * 60
    let stored = home.charge.share(of: home.capacity)
    let floor = max(home.reserve, dispatch.reserve)
    let above = max(.zero, stored - floor.share(of: home.capacity))
    let full = home.rating.held(forSeconds: seconds)
    let asked: Energy =
      switch release.basis {
      case .storedEnergy: home.dischargeEfficiency.share(of: percent.share(of: stored))
      case .nameplateEnergy: home.dischargeEfficiency.share(of: percent.share(of: home.capacity))
      case .energyAboveReserve: home.dischargeEfficiency.share(of: percent.share(of: above))
      case .ratedPower: percent.share(of: full)
      }
    let possible = min(asked, home.dischargeEfficiency.share(of: above), full)
    let released = Energy(wattHours: possible.wattHoursRoundedDown)
    let efficiency = Int64(max(1, home.dischargeEfficiency.hundredths))
    let drawn = Energy(joules: (released.joules * 10_000 + efficiency - 1) / efficiency)
    return ExampleRelease(
      stored: stored, released: released, power: released.power(overSeconds: seconds),
      floor: floor, untouched: max(.zero, above - drawn))
  }

  /// What `home` gives when a target asks for all that it can hold to the end of `minutes`.
  public func whole(of home: ExampleHome, minutes: Int64) -> ExampleRelease {
    precondition(minutes > 0, "an example event has a length")
    let seconds = minutes * 60
    let stored = home.charge.share(of: home.capacity)
    let floor = max(home.reserve, dispatch.reserve)
    let above = max(.zero, stored - floor.share(of: home.capacity))
    let possible = min(
      home.dischargeEfficiency.share(of: above), home.rating.held(forSeconds: seconds))
    let power = Energy(wattHours: possible.wattHoursRoundedDown).power(overSeconds: seconds)
    let released = Energy(wattHours: power.held(forSeconds: seconds).wattHoursRoundedDown)
    return ExampleRelease(
      stored: stored, released: released, power: power, floor: floor,
      untouched: max(.zero, above - released))
  }

  /// What a home earns that committed and delivered evenly over the event, at `level`.
  ///
  /// Each line is exact and rounded once, half away from zero; `delivered` is not negative.
  public func money(committed: Energy, delivered: Energy, level: Int) -> ExampleMoney {
    precondition(
      committed >= .zero && delivered >= .zero, "an example delivers nothing or something")
    let c = Int128(committed.joules)
    let d = Int128(delivered.joules)
    func line(_ reward: SettlementTerms.EnergyReward?) -> Money {
      guard let reward else { return .zero }
      let credited = reward.capPercent.map { min(d * 100, c * Int128($0)) } ?? d * 100
      let price = Int128(reward.rate.price(atLevel: level).millionths)
      return rounded(credited * price, over: 360_000_000)
    }
    var shortfall = Energy.zero
    var penalty = Money.zero
    if let terms = settlement.penalty {
      let short = max(0, c * Int128(10_000 - terms.deadband.hundredths) - d * 10_000)
      let price = millionthsOfMillionths(of: terms.price, level: level)
      shortfall = Energy(joules: Int64(short / 10_000))
      penalty = rounded(short * price, over: 10_000 * 3_600_000 * 1_000_000)
    }
    return ExampleMoney(
      energy: line(settlement.energy), premium: line(settlement.premium), shortfall: shortfall,
      penalty: penalty)
  }

  /// The greatest cost of `homes` such homes: each line rounded up, times `escrow.coverPercent`.
  ///
  /// Without an upper end of a cap there is no greatest cost: nil.
  public func greatestCost(committed: Energy, homes: Int64, level: Int) -> Money? {
    var cost: Int128 = 0
    let unit = Int128(settlement.currency.millionthsPerMinorUnit)
    for reward in [settlement.energy, settlement.premium].compactMap({ $0 }) {
      guard let cap = reward.capPercent else { return nil }
      let price = Int128(reward.rate.price(atLevel: level).millionths)
      let exact = Int128(committed.joules) * Int128(cap) * price
      cost += (exact + 360_000_000 * unit - 1) / (360_000_000 * unit) * unit
    }
    let covered = cost * Int128(homes) * Int128(settlement.escrowCoverPercent)
    return Int64(exactly: (covered + 99) / 100).map { Money(millionths: $0) }
  }

  /// The price of missing energy a kilowatt-hour, in millionths of a millionth.
  func millionthsOfMillionths(of price: SettlementTerms.Penalty.Price, level: Int) -> Int128 {
    switch price {
    case .rate(let rate): return Int128(rate.price(atLevel: level).millionths) * 1_000_000
    case .multiple(let ofEnergy, let ofPremium, let millionths):
      var sum = Money.zero
      if ofEnergy, let energy = settlement.energy { sum = sum + energy.rate.price(atLevel: level) }
      if ofPremium, let premium = settlement.premium {
        sum = sum + premium.rate.price(atLevel: level)
      }
      return Int128(sum.millionths) * Int128(millionths)
    }
  }

  /// `numerator` / `denominator` millionths, to the minor unit, half away from zero.
  private func rounded(_ numerator: Int128, over denominator: Int128) -> Money {
    precondition(numerator >= 0, "lines of an example are not negative")
    let unit = Int128(settlement.currency.millionthsPerMinorUnit)
    let units = (numerator * 2 + denominator * unit) / (denominator * unit * 2)
    return Money(millionths: Int64(units * unit))
  }
}
