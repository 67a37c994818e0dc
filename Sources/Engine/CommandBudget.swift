import Grid

/// When each gateway was last sent commands, so that it is not sent too many.
///
/// One moment at which a gateway gets commands counts once, however many batteries stand behind it:
/// they leave together.
struct CommandBudget: Sendable {
  /// Moments of the last hour, oldest first; one list a gateway.
  private var moments: [[Int64]]

  private static let hour: Int64 = 3_600_000_000

  init(gateways: Int) { moments = Array(repeating: [], count: gateways) }

  /// Commands leave for `gateway` at `now`.
  mutating func note(gateway: Int, at now: Timestamp) {
    let moment = now.microseconds
    if moments[gateway].last == moment { return }
    if let first = moments[gateway].first, first <= moment - Self.hour {
      moments[gateway].removeAll { $0 <= moment - Self.hour }
    }
    moments[gateway].append(moment)
  }

  /// How often `gateway` was sent commands in the hour before `now`.
  func count(gateway: Int, at now: Timestamp) -> Int {
    moments[gateway].count { $0 > now.microseconds - Self.hour }
  }

  /// True when `gateway` can be sent a correction at `now`.
  func allows(gateway: Int, most: Int?, at now: Timestamp) -> Bool {
    guard let most, moments[gateway].count >= most else { return true }
    return moments[gateway].last == now.microseconds || count(gateway: gateway, at: now) < most
  }
}
