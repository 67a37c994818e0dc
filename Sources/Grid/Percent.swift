/// A percentage of 0…100 with at most two decimals, kept as whole hundredths of a percent.
public struct Percent: Hashable, Comparable, Sendable, CustomStringConvertible {
  /// Hundredths of a percent, 0…10,000.
  public let hundredths: Int32

  /// A percentage, or nil outside 0…100.
  public init?(hundredths: Int32) {
    guard (0...10_000).contains(hundredths) else { return nil }
    self.hundredths = hundredths
  }

  /// A whole percentage, or nil outside 0…100.
  public init?(whole: Int32) {
    guard (0...100).contains(whole) else { return nil }
    hundredths = whole * 100
  }

  /// 0 %.
  public static let zero = Percent(hundredths: 0)!
  /// 100 %.
  public static let hundred = Percent(hundredths: 10_000)!

  /// This share of `energy`, rounded down to a whole joule; `energy` must not be negative.
  public func share(of energy: Energy) -> Energy {
    Energy(joules: Int64(Int128(energy.joules) * Int128(hundredths) / 10_000))
  }

  /// Orders by size.
  public static func < (a: Percent, b: Percent) -> Bool { a.hundredths < b.hundredths }

  /// The shortest decimal text, without the sign: `20`, `79.9`, `0.05`.
  public var description: String {
    FixedDecimal.text(Int64(hundredths), places: 2, minimumPlaces: 0)
  }
}
