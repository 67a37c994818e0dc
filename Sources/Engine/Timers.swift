import Grid

/// What is due at some moment; a binary heap, earliest first, ties in the order in which they came.
struct Timers: Sendable {
  /// What to do. `generation` is the event's when it was asked for; a revision makes it stale.
  enum Kind: Hashable, Sendable {
    case dispatch(event: Int32, generation: Int32)
    case listened(event: Int32, generation: Int32)
    case remind(event: Int32, generation: Int32)
    case acknowledgeBy(event: Int32, generation: Int32)
    case start(event: Int32, generation: Int32)
    case sustain(event: Int32, generation: Int32)
    case recover(event: Int32, generation: Int32)
    case end(event: Int32, generation: Int32)
    case close(event: Int32, generation: Int32)
    case concession(event: Int32, generation: Int32)
    case correct(event: Int32, generation: Int32)
    case doors
    case handBacks
    case answer(event: Int32)
    case forget(event: Int32)
    case command(event: Int32, row: Int32, seq: Int64, attempt: Int32)
    case notice(event: Int32, row: Int32, revision: Int64, attempt: Int32)
    case birth(gateway: Int32, session: Int64)
  }

  private struct Entry: Sendable {
    let due: Timestamp
    let order: UInt64
    let kind: Kind

    static func < (a: Entry, b: Entry) -> Bool { (a.due, a.order) < (b.due, b.order) }
  }

  private var heap: [Entry] = []
  private var order: UInt64 = 0

  /// The earliest moment at which something is due.
  var nextDue: Timestamp? { heap.first?.due }

  /// Asks for `kind` at `due`; O(log n).
  mutating func add(_ kind: Kind, at due: Timestamp) {
    heap.append(Entry(due: due, order: order, kind: kind))
    order += 1
    var child = heap.count - 1
    while child > 0 {
      let parent = (child - 1) / 2
      guard heap[child] < heap[parent] else { return }
      heap.swapAt(child, parent)
      child = parent
    }
  }

  /// Takes the earliest that is due at `now`; nil when nothing is.
  mutating func next(at now: Timestamp) -> (kind: Kind, due: Timestamp)? {
    guard let first = heap.first, first.due <= now else { return nil }
    let last = heap.removeLast()
    if !heap.isEmpty {
      heap[0] = last
      sink()
    }
    return (first.kind, first.due)
  }

  private mutating func sink() {
    var parent = 0
    while true {
      var least = parent
      let left = 2 * parent + 1
      if left < heap.count, heap[left] < heap[least] { least = left }
      if left + 1 < heap.count, heap[left + 1] < heap[least] { least = left + 1 }
      guard least != parent else { return }
      heap.swapAt(parent, least)
      parent = least
    }
  }
}
