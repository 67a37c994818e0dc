import Grid

/// Time after an event in slots of a minute, and how much recharge each slot holds: for the fleet
/// and for every limiting node.
///
/// A battery is placed at the first moment from which its whole recharge fits everywhere. What was
/// placed never moves, so the answer depends only on the order of asking.
struct RecoverySlots {
  /// Length of a slot.
  static let slotSeconds: Int64 = 60
  /// Nobody is placed later than this: an owner's battery is not held for a second day.
  static let longestSeconds: Int64 = 86_400

  /// The moment that seconds are counted from.
  let start: Timestamp
  private let feeder: FeederTree
  /// Watts that each series may carry: the fleet first, then the feeder's nodes in their order.
  private let limitW: [Int64]
  /// Watts in each slot, one series for the fleet and one a node; as long as anything reaches.
  private var load: [[Int64]]
  /// The first slot of each series that is not full.
  private var open: [Int]

  /// Empty slots from `start` on; `baseW` is what the homes below each node draw themselves.
  init(from start: Timestamp, fleetLimit: Power, feeder: FeederTree, baseW: [Int64]) {
    precondition(baseW.count == feeder.ids.count, "every node has a base load")
    self.start = start
    self.feeder = feeder
    limitW =
      [max(0, fleetLimit.watts)]
      + zip(feeder.limits, baseW).map { limit, base in
        limit == .max ? .max : max(0, limit - base)
      }
    load = Array(repeating: [], count: limitW.count)
    open = Array(repeating: 0, count: limitW.count)
  }

  /// Where a recharge of `watts` for `seconds` at `node` begins: the first second of a slot or
  /// `notBefore`, in seconds from the start; nil when it never fits.
  mutating func place(
    node: Int32, watts: Int64, seconds: Int64, notBefore: Int64
  ) -> Int64? {
    let path = limiting(node)
    guard path.allSatisfy({ watts <= limitW[$0] }) else { return nil }
    var begin = max(0, notBefore)
    for series in path { begin = max(begin, Int64(open[series]) * Self.slotSeconds) }
    while begin <= Self.longestSeconds {
      guard let full = lastFull(path, watts, slots(begin, seconds)) else {
        reserve(path, watts, slots(begin, seconds))
        return begin
      }
      begin = Int64(full + 1) * Self.slotSeconds
    }
    return nil
  }

  /// Counts a recharge that is under way or decided, whether it fits or not.
  mutating func count(node: Int32, watts: Int64, from: Int64, until: Int64) {
    let begin = max(0, from)
    let end = min(until, 2 * Self.longestSeconds)
    guard end > begin else { return }
    reserve(limiting(node), watts, slots(begin, end - begin))
  }

  /// The most that the fleet draws in any slot.
  var greatestW: Int64 { load[0].max() ?? 0 }

  /// The series that limit a battery at `node`: the fleet, and each limited node up to the root.
  private func limiting(_ node: Int32) -> [Int] {
    var path = [0]
    var place = Int(node)
    while place >= 0 {
      if limitW[place + 1] != .max { path.append(place + 1) }
      place = Int(feeder.parents[place])
    }
    return path
  }

  private func slots(_ begin: Int64, _ seconds: Int64) -> Range<Int> {
    let last = (begin + max(1, seconds) - 1) / Self.slotSeconds
    return Int(begin / Self.slotSeconds)..<Int(last) + 1
  }

  /// The last slot of the range in which `watts` more are too many; nil when they fit.
  private func lastFull(_ path: [Int], _ watts: Int64, _ range: Range<Int>) -> Int? {
    var last: Int?
    for series in path {
      let most = limitW[series] - watts
      let used = range.clamped(to: 0..<load[series].count)
      for slot in used.reversed() where load[series][slot] > most {
        last = max(last ?? slot, slot)
        break
      }
    }
    return last
  }

  private mutating func reserve(_ path: [Int], _ watts: Int64, _ range: Range<Int>) {
    for series in path {
      let missing = range.upperBound - load[series].count
      if missing > 0 { load[series] += Array(repeating: 0, count: missing) }
      for slot in range { load[series][slot] += watts }
      while open[series] < load[series].count, load[series][open[series]] >= limitW[series] {
        open[series] += 1
      }
    }
  }
}
