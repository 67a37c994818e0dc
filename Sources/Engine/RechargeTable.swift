import Grid

/// Who recharges after an event, from when to when: one row a battery; empty before the first one.
///
/// It is what was decided, not what was measured: a later event's recovery counts with it, and
/// knows what a battery had still to get back.
struct RechargeTable: Sendable {
  /// Seconds since 1970 at which the recharge may begin; `Int64.min` is never.
  private(set) var from: [Int64] = []
  /// And is over.
  private(set) var until: [Int64] = []
  /// Watts at the terminals.
  private(set) var watts: [Int64] = []
  /// Joules at the terminals.
  private(set) var joules: [Int64] = []
  /// How many of them it owed before its event.
  private var carried: [Int64] = []
  /// The event that they belong to, by its place.
  private(set) var event: [Int32] = []

  /// One row for each of `count` batteries.
  mutating func fit(_ count: Int) {
    guard from.isEmpty else { return }
    from = Array(repeating: .min, count: count)
    until = Array(repeating: .min, count: count)
    watts = Array(repeating: 0, count: count)
    joules = Array(repeating: 0, count: count)
    carried = Array(repeating: 0, count: count)
    event = Array(repeating: -1, count: count)
  }

  /// Writes one battery's turn.
  mutating func set(
    row: Int, event place: Int, from begin: Int64, until end: Int64, watts power: Int64,
    joules energy: Int64, carried before: Int64
  ) {
    from[row] = begin
    until[row] = end
    watts[row] = power
    joules[row] = energy
    carried[row] = before
    event[row] = Int32(place)
  }

  /// True when this event has given the battery its turn.
  func hasTurn(row: Int, event place: Int) -> Bool {
    event[row] == Int32(place) && until[row] > .min
  }

  /// The event ends at another time than was thought: its turns are given again.
  mutating func takeBack(event place: Int) {
    for row in event.indices where event[row] == Int32(place) {
      from[row] = .min
      until[row] = .min
    }
  }

  /// The battery's turn begins now instead.
  mutating func begin(row: Int, at second: Int64) {
    until[row] += second - from[row]
    from[row] = second
  }

  /// Joules that the battery had still to get back when this event began at `start`.
  func owed(row: Int, event place: Int, at start: Timestamp) -> Int64 {
    if event[row] == Int32(place) { return carried[row] }
    return until[row] > start.seconds ? joules[row] : 0
  }
}
