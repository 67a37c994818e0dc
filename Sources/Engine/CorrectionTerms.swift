public import Grid

/// `dispatch.correction` and `dispatch.commands`: how a plan is kept true while its event runs.
public struct CorrectionTerms: Hashable, Sendable {
  /// Delivered and promised power are compared so often.
  public var everySeconds: Int64
  /// Smaller differences are left alone, of the fleet and of one battery.
  public var deadband: Percent
  /// Corrections in one event; 0 never corrects.
  public var maximumRounds: Int
  /// Corrections that one gateway gets in an hour, with all other commands counted; nil counts
  /// nothing.
  public var perGatewayPerHour: Int?

  /// No corrections.
  public static let off = CorrectionTerms(maximumRounds: 0)

  /// Terms; the loader has checked every range.
  public init(
    everySeconds: Int64 = 60, deadband: Percent = Percent(whole: 2)!, maximumRounds: Int = 20,
    perGatewayPerHour: Int? = 12
  ) {
    self.everySeconds = everySeconds
    self.deadband = deadband
    self.maximumRounds = maximumRounds
    self.perGatewayPerHour = perGatewayPerHour
  }

  /// The deadband of `watts`, rounded down.
  func tolerance(of watts: Int64) -> Int64 {
    Int64(Int128(watts) * Int128(deadband.hundredths) / 10_000)
  }
}
