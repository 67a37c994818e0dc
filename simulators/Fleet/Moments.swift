import Grid

/// Moments at which single batteries have something to do: a binary heap.
///
/// Moments of one time come in the order of the rows, so the order of adding leaves no trace.
struct Moments: Sendable {
  private var heap: [(at: Timestamp, row: Int)] = []

  var first: Timestamp? { heap.first?.at }

  mutating func add(_ at: Timestamp, row: Int) {
    heap.append((at, row))
    var place = heap.count - 1
    while place > 0, precedes(place, (place - 1) / 2) {
      heap.swapAt(place, (place - 1) / 2)
      place = (place - 1) / 2
    }
  }

  /// Takes the row of the first moment if it is not after `now`.
  mutating func take(upTo now: Timestamp) -> Int? {
    guard let first = heap.first, first.at <= now else { return nil }
    let last = heap.removeLast()
    if !heap.isEmpty {
      heap[0] = last
      sink()
    }
    return first.row
  }

  private mutating func sink() {
    var place = 0
    while true {
      var least = place
      for child in place * 2 + 1...place * 2 + 2 where child < heap.count {
        if precedes(child, least) { least = child }
      }
      if least == place { return }
      heap.swapAt(place, least)
      place = least
    }
  }

  private func precedes(_ a: Int, _ b: Int) -> Bool {
    (heap[a].at, heap[a].row) < (heap[b].at, heap[b].row)
  }
}
