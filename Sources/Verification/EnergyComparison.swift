public import Grid

/// One energy as two parties have it, and whether that is near enough.
public struct EnergyComparison: Hashable, Sendable {
  /// What comes of a comparison.
  public enum Verdict: String, Hashable, Sendable {
    /// The difference is within the tolerance.
    case agrees
    /// It is beyond.
    case differs
    /// One of the two has no value: that is no agreement, and no difference either.
    case missing
  }

  /// What the other party has, such as the grid company; the tolerance is a share of it.
  public let reference: Energy?
  /// What is known here.
  public let own: Energy?

  /// Two values of the same energy; nil where one is missing.
  public init(reference: Energy?, own: Energy?) {
    self.reference = reference
    self.own = own
  }

  /// Own less reference.
  public var difference: Energy? {
    guard let reference, let own else { return nil }
    return Energy(joules: own.joules - reference.joules)
  }

  /// The size of the difference in hundredths of a percent of the reference, half up, for showing; nil
  /// where the reference is 0.
  public var hundredths: Int64? {
    guard let reference, let difference, reference.joules != 0 else { return nil }
    let whole = Int128(reference.joules.magnitude)
    let share = (Int128(difference.joules.magnitude) * 20_000 + whole) / (2 * whole)
    return Int64(clamping: share)
  }

  /// The verdict, exact: a difference of just the tolerance agrees. Of a reference of 0 every share
  /// is 0.
  public func verdict(within tolerance: Percent) -> Verdict {
    guard let reference, let difference else { return .missing }
    let allowed = Int128(reference.joules.magnitude) * Int128(tolerance.hundredths)
    return Int128(difference.joules.magnitude) * 10_000 <= allowed ? .agrees : .differs
  }
}
