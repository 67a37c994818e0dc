import Engine
import Grid

/// Compares the controller's clock with those of the gateways, by the times in their telemetry.
///
/// One gateway may be wrong, so the median of at least three counts. A report can only be late:
/// when gateways seem to lag, the machine or the network may be slow, and three looks in a row
/// must say the same. When they are ahead, there is no other reason than a clock.
struct ClockWatch {
  /// What a look came to.
  enum Verdict: Hashable {
    /// The median lies within the tolerance.
    case right
    /// It lies outside; positive when the gateways' clocks read more.
    case off(milliseconds: Int64, gateways: Int)
  }

  /// A look takes in what came in so much time.
  static let lookSeconds: Int64 = 10
  /// And waits for so many gateways, because one or two prove nothing.
  static let leastGateways = 3
  /// Looks in a row that must find gateways behind.
  static let leastLooks = 3
  /// A look that does not find enough gateways in this time begins anew.
  static let longestLookSeconds: Int64 = 300
  /// After a connection the broker hands over what waited: those reports are late.
  static let settlingSeconds: Int64 = 10

  /// Each gateway's least delayed report of this look.
  private var offsets: [GatewayID: Int64] = [:]
  private var begun: Timestamp?
  private var looksBehind = 0
  private var deafUntil = Timestamp(microseconds: .min)

  /// The connection was made or lost: what is known is old.
  mutating func noteConnection(at now: Timestamp) {
    deafUntil = now.adding(seconds: Self.settlingSeconds)
    offsets = [:]
    begun = nil
    looksBehind = 0
  }

  /// A report came whose time differs by `milliseconds` of the machine's time from the clock's.
  mutating func note(_ gateway: GatewayID, milliseconds: Int64, at now: Timestamp) {
    guard now >= deafUntil else { return }
    if begun == nil { begun = now }
    offsets[gateway] = max(offsets[gateway] ?? .min, milliseconds)
  }

  /// The verdict of a look that is over, else nil.
  mutating func look(at now: Timestamp) -> Verdict? {
    guard let begun, now >= begun.adding(seconds: Self.lookSeconds) else { return nil }
    guard offsets.count >= Self.leastGateways else {
      if now >= begun.adding(seconds: Self.longestLookSeconds) {
        self.begun = nil
        offsets = [:]
      }
      return nil
    }
    let median = Self.median(offsets.values.sorted())
    let count = offsets.count
    self.begun = nil
    offsets = [:]
    guard abs(median) > Timing.clockToleranceSeconds * 1_000 else {
      looksBehind = 0
      return .right
    }
    looksBehind = median < 0 ? looksBehind + 1 : 0
    if median < 0, looksBehind < Self.leastLooks { return nil }
    return .off(milliseconds: median, gateways: count)
  }

  /// Of two middle ones that nearer to zero, so that half of the gateways never outvote the rest.
  private static func median(_ sorted: [Int64]) -> Int64 {
    let (low, high) = (sorted[(sorted.count - 1) / 2], sorted[sorted.count / 2])
    return abs(low) <= abs(high) ? low : high
  }
}
