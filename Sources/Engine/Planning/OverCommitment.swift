public import Grid

/// What asking for more than is promised did to a plan.
public struct OverCommitment: Hashable, Sendable {
  /// The sum of the setpoints.
  public let asked: Power
  /// What batteries as reliable as these give of it on average, rounded down.
  public let expected: Power
  /// The sum of the setpoints above that of a plan for the target itself.
  public let addedPower: Power
  /// Batteries with a share that have none in a plan for the target itself.
  public let addedBatteries: Int
  /// The policy's `maximumPercent` kept it from asking for more.
  public let isLimited: Bool
}

/// How much of some setpoints arrives, when each battery gives all or nothing by itself.
///
/// A battery that gives a part of its share varies less than one that gives all or nothing with the
/// same mean, so this variance is the greatest that can be.
struct ExpectedDelivery {
  /// Mean in ten-thousandths of a watt.
  private(set) var mean: Int128 = 0
  /// Variance in 10^-8 W².
  private(set) var variance: Int128 = 0

  init(_ setpointW: [Int64], reliabilityHundredths: [Int32]) {
    let (setpoint, reliability) = (setpointW.span, reliabilityHundredths.span)
    for row in setpoint.indices where setpoint[row] > 0 {
      let (watts, share) = (Int128(setpoint[row]), Int128(reliability[row]))
      mean += watts * share
      variance += watts * watts * share * (10_000 - share)
    }
  }

  /// The greatest whole number of watts that arrive with `probability`; on average without one.
  ///
  /// By Cantelli's inequality: any sum is below its mean by k standard deviations or more with a
  /// probability of at most 1 / (1 + k²), whatever its distribution.
  func promise(_ probability: Percent?) -> Int64 {
    guard let probability else { return Int64(mean / 10_000) }
    let share = Int128(probability.hundredths)
    precondition(share < 10_000, "nothing is certain")
    let square = Self.quotientRoundedUp(variance * share, 10_000 - share)
    return Int64(max(0, mean - Self.rootRoundedUp(square)) / 10_000)
  }

  private static func quotientRoundedUp(_ a: Int128, _ b: Int128) -> Int128 {
    (a + b - 1) / b
  }

  /// The smallest number whose square is `square` or more.
  static func rootRoundedUp(_ square: Int128) -> Int128 {
    if square == 0 { return 0 }
    // Newton's method from above, for the root of the number below.
    let number = square - 1
    if number == 0 { return 1 }
    var root = Int128(1) << Int128((128 - number.leadingZeroBitCount + 1) / 2)
    while true {
      let next = (root + number / root) / 2
      if next >= root { return root + 1 }
      root = next
    }
  }
}
