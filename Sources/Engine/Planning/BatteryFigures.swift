import Grid

/// One battery's energies at its AC terminals, exact to the joule.
struct BatteryFigures {
  let capacityJ: Int64
  let charge: Int64
  let floor: Int64
  let efficiency: Int64
  let ratedW: Int64
  let exportW: Int64

  /// Figures beyond these ranges never come through the doors of the house.
  @inline(__always)
  init(
    capacityJ: Int64, charge: Int32, floor: Int32, efficiency: Int32, ratedW: Int64,
    exportRoomW: Int64
  ) {
    precondition(
      UInt64(bitPattern: capacityJ) <= 100_000_000_000_000
        && UInt64(bitPattern: ratedW) <= 1_000_000_000_000
        && UInt32(bitPattern: charge) <= 10_000 && floor >= 0
        && UInt32(bitPattern: efficiency) <= 10_000,
      "a battery's figures are within the ranges of the planning fleet")
    self.capacityJ = capacityJ
    self.charge = Int64(charge)
    self.floor = Int64(floor)
    self.efficiency = Int64(efficiency)
    self.ratedW = ratedW
    exportW = max(0, exportRoomW)
  }

  /// Energy above the floor as it would arrive at the terminals, rounded down.
  @inline(__always)
  var aboveFloorJ: Int64 { Self.split(capacityJ, (charge - floor) * efficiency).whole }

  /// What it could give in `seconds`, the export limit left out.
  @inline(__always)
  func deliverableJ(seconds: Int64) -> Int64 { min(ratedW * seconds, aboveFloorJ) }

  /// What `percent` (hundredths) of `basis` asks for at the terminals, rounded down once.
  @inline(__always)
  func releasedJ(_ percent: Int64, of basis: ReleaseBasis, seconds: Int64) -> Int64 {
    switch basis {
    case .storedEnergy: Self.share(percent, of: Self.split(capacityJ, charge * efficiency))
    case .nameplateEnergy: Self.share(percent, of: Self.split(capacityJ, 10_000 * efficiency))
    case .energyAboveReserve:
      Self.share(percent, of: Self.split(capacityJ, (charge - floor) * efficiency))
    case .ratedPower: Self.share(percent, of: (ratedW * seconds, 0))
    }
  }

  /// `joules` × `factor` / 10^8, as whole joules and a rest in parts of 10^8; `factor` ≤ 10^8.
  @inline(__always)
  private static func split(_ joules: Int64, _ factor: Int64) -> (whole: Int64, rest: Int64) {
    let unit: UInt64 = 100_000_000
    if joules < 92_000_000_000 {
      let product = UInt64(joules) * UInt64(factor)
      let whole = product / unit
      return (Int64(whole), Int64(product - whole * unit))
    }
    let units = UInt64(joules) / unit
    let product = (UInt64(joules) - units * unit) * UInt64(factor)
    let whole = product / unit
    return (Int64(units * UInt64(factor) + whole), Int64(product - whole * unit))
  }

  /// `percent` / 10^4 of the parts; of nested whole divisions the result is that of the one.
  @inline(__always)
  private static func share(_ percent: Int64, of parts: (whole: Int64, rest: Int64)) -> Int64 {
    let whole = UInt64(parts.whole)
    let percent = UInt64(percent)
    let carried = UInt64(parts.rest) * percent / 100_000_000
    let quotient = whole / 10_000
    return Int64(quotient * percent + ((whole - quotient * 10_000) * percent + carried) / 10_000)
  }
}

/// Divides by one number again and again, by a multiplication.
struct Divider {
  private let divisor: UInt64
  private let inverse: UInt64

  /// Divides by `divisor`, which is above 0.
  init(_ divisor: Int64) {
    self.divisor = UInt64(divisor)
    inverse = .max / self.divisor
  }

  /// `number` / divisor, rounded down; `number` is not negative.
  @inline(__always)
  func quotient(_ number: Int64) -> Int64 {
    // The inverse is less than 1 too small, so the estimate is less than 1/2 + 1 too small.
    let estimate = UInt64(number).multipliedFullWidth(by: inverse).high
    let rest = UInt64(number) &- estimate &* divisor
    return Int64(rest >= divisor ? estimate &+ 1 : estimate)
  }
}
