import Grid

/// Commands that wait because a vendor's interface or a gateway takes only so many a second.
///
/// Each narrow door has a queue of its own, first come first served, and cancels before all others.
/// Whole seconds of the clock are counted: what is left of one second is not saved for the next.
struct CommandDoors: Sendable {
  /// Through what a command goes.
  enum Door: Hashable, Sendable {
    case vendor(VendorID)
    case gateway(Int32)
  }

  /// A command on its way.
  struct Waiting: Sendable {
    let command: Command
    let event: Int32
    let row: Int32
    /// The second before which it stays, so that it carries the freshest charge that is still early
    /// enough.
    let notBefore: Int64
  }

  private struct Queue: Sendable {
    var urgent: [Waiting] = []
    var others: [Waiting] = []
    var limit: Int64
    var second: Int64 = .min
    var used: Int64 = 0
    var isEmpty: Bool { urgent.isEmpty && others.isEmpty }
  }

  private var queues: [Door: Queue] = [:]
  /// Doors with something in them, in the order in which they filled.
  private var filled: [Door] = []

  /// True when nothing waits.
  var isEmpty: Bool { filled.isEmpty }

  /// The first second at which something may leave; nil when nothing waits.
  func nextSecond(after second: Int64) -> Int64? {
    filled.compactMap { door -> Int64? in
      guard let queue = queues[door] else { return nil }
      let first =
        queue.urgent.isEmpty ? queue.others.map(\.notBefore).min() ?? second : second
      return max(first, queue.second == second && queue.used >= queue.limit ? second + 1 : second)
    }.min()
  }

  /// Puts a command into its door's queue.
  mutating func add(_ waiting: Waiting, at door: Door, limit: Int64) {
    var queue = queues[door] ?? Queue(limit: limit)
    if queue.isEmpty { filled.append(door) }
    queue.limit = limit
    if waiting.command.action == .cancel {
      queue.urgent.append(waiting)
    } else {
      queue.others.append(waiting)
    }
    queues[door] = queue
  }

  /// Drops what an event still has for a battery, because a cancel follows.
  /// - Returns: The `seq` numbers that never left.
  mutating func drop(event: Int32, row: Int32, at door: Door) -> [Int64] {
    guard var queue = queues[door] else { return [] }
    let dropped = queue.others.filter { $0.event == event && $0.row == row }.map(\.command.seq)
    guard !dropped.isEmpty else { return [] }
    queue.others.removeAll { $0.event == event && $0.row == row }
    queues[door] = queue
    if queue.isEmpty { filled.removeAll { $0 == door } }
    return dropped
  }

  /// Takes what may leave in `second`, door by door.
  mutating func leave(at second: Int64) -> [Waiting] {
    var leaving: [Waiting] = []
    for door in filled {
      guard var queue = queues[door] else { continue }
      if queue.second != second { (queue.second, queue.used) = (second, 0) }
      let room = Int(max(0, queue.limit - queue.used))
      let urgent = queue.urgent.prefix(room)
      var ready: [Waiting] = []
      var rest: [Waiting] = []
      for waiting in queue.others {
        if waiting.notBefore <= second, ready.count < room - urgent.count {
          ready.append(waiting)
        } else {
          rest.append(waiting)
        }
      }
      leaving += urgent + ready
      queue.used += Int64(urgent.count + ready.count)
      queue.urgent.removeFirst(urgent.count)
      queue.others = rest
      queues[door] = queue
    }
    filled.removeAll { queues[$0]?.isEmpty ?? true }
    return leaving
  }
}
