import Grid

/// Homes that were not asked, as the baseline of those that were: `kind: controlGroup`.
///
/// Who belongs to it is drawn by a hash before the season, so that nobody can choose afterwards.
public struct ControlGroup: Hashable, Sendable {
  /// Why the homes that were not asked are no measure of those that were.
  public enum Fault: Hashable, Sendable {
    /// Fewer control homes with all their data than the policy wants.
    case tooFewHomes(found: Int, needed: Int)
    /// Fewer days without event on which both groups can be compared.
    case tooFewDays(found: Int, needed: Int)
    /// Of the treated homes' load on that of the control homes, in hundredths of a percent.
    case slope(hundredths: Int64?)
    /// The control homes differ too much among themselves to have a mean.
    case tooImprecise

    /// One sentence for a person.
    public var sentence: String {
      switch self {
      case .tooFewHomes(let found, let needed):
        "The control group has \(found) homes with all their data and needs \(needed)."
      case .tooFewDays(let found, let needed):
        "Both groups can be compared on \(found) days without event; \(needed) are needed."
      case .slope(let hundredths):
        "The treated homes' load follows the control homes' with a slope of "
          + (hundredths.map { FixedDecimal.text($0, places: 4, minimumPlaces: 2) } ?? "nothing")
          + "; 0.95 to 1.05 is allowed."
      case .tooImprecise:
        "The control homes' mean is not known to 10 % with a confidence of 90 %."
      }
    }
  }

  /// Control homes that have every interval of the event.
  public let homes: Int
  /// Mean net import of a control home by interval of the event, rounded down to a joule.
  public let means: [Int64]
  /// Why it is no baseline, or nil.
  public let fault: Fault?

  /// Days before the event that are compared, and how many without event are needed.
  public static let days: Int64 = 75
  static let daysNeeded = 20

  /// The group of one event.
  public init(control: [SiteData], treated: [SiteData], using plan: PreparedEvent) {
    let eventDays = (control + treated).reduce(into: Set<CivilDate>()) {
      $0.formUnion($1.eventDays)
    }
    var tally = ControlTally(plan, eventDays: eventDays)
    for site in control { tally.add(site, isControl: true) }
    for site in treated { tally.add(site, isControl: false) }
    self = tally.group
  }

  init(homes: Int, means: [Int64], fault: Fault?) {
    self.homes = homes
    self.means = means
    self.fault = fault
  }

  /// 1.645 standard errors of the mean are at most a tenth of it.
  static func isPrecise(_ sums: [Int128]) -> Bool {
    let count = Int128(sums.count)
    let total = sums.reduce(0, +)
    let squares = sums.reduce(Int128(0)) { $0 + $1 * $1 }
    guard count > 1 else { return false }
    return 1_645 * 1_645 * (count * squares - total * total)
      <= 10_000 * (count - 1) * total * total
  }

  /// Is a site drawn into the control group.
  ///
  /// - Parameters:
  ///   - hash: The first eight bytes of SHA-256(salt, 0x00, site), big-endian.
  ///   - shareBasisPoints: Of 10,000 homes so many are drawn.
  public static func isDrawn(hash: UInt64, shareBasisPoints: Int64) -> Bool {
    Int64(hash % 10_000) < shareBasisPoints
  }
}
