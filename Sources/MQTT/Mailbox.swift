import Dispatch
import Synchronization

/// A bounded queue between threads: any of them posts, one consumer drains everything at once.
///
/// Its owner is the consumer. When it is full, elements that the classifier calls supersedable are
/// dropped and counted, because newer ones follow; all others are still taken, and the poster is
/// told to pause until there is room. Elements leave in the order in which they were posted.
public final class Mailbox<Element: Sendable>: Sendable {
  /// The number of elements at which it is full, at least 1.
  public let capacity: Int

  private let supersedable: (@Sendable (Element) -> Bool)?
  private let state = Mutex(State())

  private struct State {
    var elements: [Element] = []
    var waiters: [(ticket: UInt64, bell: Bell)] = []
    var nextTicket: UInt64 = 0
    var superseded: UInt64 = 0
    var isClosed = false
    var roomWatchers: [@Sendable () -> Void] = []

    var hasNews: Bool { !elements.isEmpty || isClosed }
  }

  private enum Bell {
    case task(CheckedContinuation<Void, Never>)
    case thread(DispatchSemaphore)

    func ring() {
      switch self {
      case .task(let continuation): continuation.resume()
      case .thread(let semaphore): semaphore.signal()
      }
    }
  }

  /// Opens an empty mailbox.
  ///
  /// - Parameter supersedable: Says whether an element may be dropped when the mailbox is full;
  ///   nil means none may. It is asked under the lock: it must be quick and not touch the mailbox.
  public init(capacity: Int, supersedable: (@Sendable (Element) -> Bool)? = nil) {
    precondition(capacity >= 1, "a mailbox holds at least one element")
    self.capacity = capacity
    self.supersedable = supersedable
  }

  /// Elements waiting to be drained.
  public var count: Int { state.withLock { $0.elements.count } }

  /// Elements that were dropped because the mailbox was full.
  public var superseded: UInt64 { state.withLock { $0.superseded } }

  /// Puts one element in; see `post(_:)` of many.
  @discardableResult
  public func post(_ element: Element) -> Bool { post(CollectionOfOne(element)) }

  /// Puts elements in, in order, and wakes whoever waits for them.
  ///
  /// - Returns: Whether there is room for more; a poster that can wait should, see `whenRoom`.
  ///   A closed mailbox drops everything and answers true.
  @discardableResult
  public func post(_ elements: some Collection<Element>) -> Bool {
    let (waiters, hasRoom) = state.withLock { state -> ([(ticket: UInt64, bell: Bell)], Bool) in
      if state.isClosed { return ([], true) }
      if state.elements.count + elements.count <= capacity {
        state.elements.append(contentsOf: elements)
      } else {
        for element in elements {
          if state.elements.count >= capacity, let supersedable, supersedable(element) {
            state.superseded += 1
          } else {
            state.elements.append(element)
          }
        }
      }
      let hasRoom = state.elements.count < capacity
      if state.elements.isEmpty { return ([], hasRoom) }
      let waiters = state.waiters
      state.waiters = []
      return (waiters, hasRoom)
    }
    for waiter in waiters { waiter.bell.ring() }
    return hasRoom
  }

  /// Calls `action` once, as soon as the mailbox is not full: now, or at the next draining.
  public func whenRoom(_ action: @escaping @Sendable () -> Void) {
    let isNow = state.withLock { state in
      if state.elements.count < capacity || state.isClosed { return true }
      state.roomWatchers.append(action)
      return false
    }
    if isNow { action() }
  }

  /// Takes what is there, without waiting; `batch` loses what it held.
  ///
  /// The two buffers change places, so a consumer that reuses its batch allocates nothing.
  public func drain(into batch: inout [Element]) {
    batch.removeAll(keepingCapacity: true)
    let watchers = state.withLock { state -> [@Sendable () -> Void] in
      swap(&state.elements, &batch)
      if batch.isEmpty { return [] }
      let watchers = state.roomWatchers
      state.roomWatchers = []
      return watchers
    }
    for watcher in watchers { watcher() }
  }

  /// Waits for elements and takes them all.
  ///
  /// Empty only when the mailbox is closed and drained, or the task is cancelled.
  public func drain() async -> [Element] {
    var batch: [Element] = []
    while true {
      drain(into: &batch)
      if !batch.isEmpty || isClosed || Task.isCancelled { return batch }
      await wait(ticket: newTicket(), until: nil)
    }
  }

  /// Waits at most `limit` for elements and takes them all; empty when none came.
  public func drain(waitingAtMost limit: Duration) async -> [Element] {
    var batch: [Element] = []
    drain(into: &batch)
    if !batch.isEmpty || isClosed || Task.isCancelled { return batch }
    let ticket = newTicket()
    let deadline = ContinuousClock.now + limit
    let alarm = Task {
      // Cancelled by the line below when an element came first; then there is nobody to wake.
      if (try? await Task.sleep(until: deadline, clock: .continuous)) != nil { wake(ticket) }
    }
    await wait(ticket: ticket, until: deadline)
    alarm.cancel()
    await alarm.value
    drain(into: &batch)
    return batch
  }

  /// Blocks the calling thread until there are elements, at most `timeoutMilliseconds`, and takes
  /// them all; empty when none came.
  ///
  /// For threads of one's own only: it must not be called from a task.
  public func drainBlocking(timeoutMilliseconds: Int) -> [Element] {
    let semaphore = DispatchSemaphore(value: 0)
    let ticket = state.withLock { state -> UInt64? in
      if state.hasNews { return nil }
      state.nextTicket += 1
      state.waiters.append((state.nextTicket, .thread(semaphore)))
      return state.nextTicket
    }
    if let ticket, semaphore.wait(timeout: .now() + .milliseconds(timeoutMilliseconds)) == .timedOut
    {
      _ = remove(ticket)
    }
    var batch: [Element] = []
    drain(into: &batch)
    return batch
  }

  /// Takes no more elements; what is there can still be drained, and nobody waits any longer.
  public func close() {
    let (waiters, watchers) = state.withLock { state in
      state.isClosed = true
      let found = (state.waiters, state.roomWatchers)
      state.waiters = []
      state.roomWatchers = []
      return found
    }
    for waiter in waiters { waiter.bell.ring() }
    for watcher in watchers { watcher() }
  }

  /// Whether it was closed.
  public var isClosed: Bool { state.withLock { $0.isClosed } }

  private func newTicket() -> UInt64 {
    state.withLock { state in
      state.nextTicket += 1
      return state.nextTicket
    }
  }

  /// Suspends until there is news, the deadline has passed, or the task is cancelled.
  private func wait(ticket: UInt64, until deadline: ContinuousClock.Instant?) async {
    await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        // Cancellation and the deadline are looked at under the lock: whoever wakes by ticket
        // takes the lock after they came true, so it either finds the waiter or is seen here.
        let isOver = state.withLock { state in
          let isLate = deadline.map { ContinuousClock.now >= $0 } ?? false
          if state.hasNews || isLate || Task.isCancelled { return true }
          state.waiters.append((ticket, .task(continuation)))
          return false
        }
        if isOver { continuation.resume() }
      }
    } onCancel: {
      wake(ticket)
    }
  }

  private func wake(_ ticket: UInt64) { remove(ticket)?.ring() }

  private func remove(_ ticket: UInt64) -> Bell? {
    state.withLock { state in
      guard let index = state.waiters.firstIndex(where: { $0.ticket == ticket }) else { return nil }
      return state.waiters.remove(at: index).bell
    }
  }
}
