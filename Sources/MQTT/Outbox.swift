import Synchronization

/// Messages handed over together, or the part of them there was room for.
struct Batch: Sendable {
  var messages: ArraySlice<Message>
  /// Where their outcomes go; nil when nobody asked.
  var receipt: Receipt?
  /// What the expiry is counted from.
  var handedOverAtMilliseconds: Int64
}

/// What the loop's thread and everybody else share, under one lock.
struct Outbox {
  enum Phase { case fresh, running, stopping, ended }

  enum Wish {
    /// Room for another message.
    case room
    /// Every message before this number is finished.
    case finished(UInt64)
    /// The thread has ended, or cannot be waited for.
    case ended
  }

  struct Waiter {
    var ticket: UInt64
    var wish: Wish
    var continuation: CheckedContinuation<Void, Never>
  }

  var phase = Phase.fresh
  /// Handed over and not collected by the loop yet.
  var batches: [Batch] = []
  var waiters: [Waiter] = []
  var nextTicket: UInt64 = 0
  /// Every message before this number is finished; messages are numbered as they are handed over.
  var finished: UInt64 = 0
  /// The bell was rung and the loop has not answered yet.
  var isRung = false
  /// The thread is inside a connection attempt, which cannot be interrupted.
  var isDialling = false
  /// Reading stands still although acknowledgements are awaited: nobody may wait for room then.
  var isOverdrawn = false
  /// The inbox will ring when it has room.
  var awaitsRoom = false
  /// QoS 1 messages that the consumer has marked safe.
  var markedSafe: UInt64 = 0
  var counters = Counters()

  var outstanding: UInt64 { counters.handedOver - finished }

  func room(capacity: Int) -> Int {
    isOverdrawn ? .max : max(0, capacity - Int(outstanding))
  }

  func grants(_ wish: Wish, capacity: Int) -> Bool {
    switch wish {
    // Publishers are woken for a worthwhile piece, not for every single acknowledgement.
    case .room: phase.isOver || room(capacity: capacity) >= max(1, capacity / 4)
    case .finished(let number): phase == .ended || finished >= number
    case .ended: phase == .ended || isDialling
    }
  }

  mutating func takeGranted(capacity: Int) -> [CheckedContinuation<Void, Never>] {
    if waiters.isEmpty { return [] }
    var granted: [CheckedContinuation<Void, Never>] = []
    var others: [Waiter] = []
    for waiter in waiters {
      if grants(waiter.wish, capacity: capacity) {
        granted.append(waiter.continuation)
      } else {
        others.append(waiter)
      }
    }
    waiters = others
    return granted
  }
}

extension Outbox.Phase {
  /// Whether messages are no longer taken.
  var isOver: Bool {
    switch self {
    case .fresh, .running: false
    case .stopping, .ended: true
    }
  }
}

/// The meeting place of a client and its loop.
final class ClientState: Sendable {
  let capacity: Int
  let doorbell: Doorbell?
  let outbox = Mutex(Outbox())

  init(capacity: Int) {
    self.capacity = capacity
    doorbell = Doorbell()
  }

  /// Rings the loop unless it is awake for somebody already.
  func ring() {
    let isNews = outbox.withLock { outbox in
      defer { outbox.isRung = true }
      return !outbox.isRung
    }
    if isNews { doorbell?.ring() }
  }

  /// Changes the shared state and wakes everybody whose wish that grants.
  func update<Result: Sendable>(_ change: (inout Outbox) -> Result) -> Result {
    let (result, granted) = outbox.withLock { outbox in
      let result = change(&outbox)
      return (result, outbox.takeGranted(capacity: capacity))
    }
    for continuation in granted { continuation.resume() }
    return result
  }

  /// Suspends until `wish` is granted or the task is cancelled.
  func wait(for wish: Outbox.Wish) async {
    let ticket = outbox.withLock { outbox in
      outbox.nextTicket += 1
      return outbox.nextTicket
    }
    await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        let isOver = outbox.withLock { outbox in
          if outbox.grants(wish, capacity: capacity) || Task.isCancelled { return true }
          outbox.waiters.append(
            Outbox.Waiter(ticket: ticket, wish: wish, continuation: continuation))
          return false
        }
        if isOver { continuation.resume() }
      }
    } onCancel: {
      let waiter = outbox.withLock { outbox -> Outbox.Waiter? in
        guard let index = outbox.waiters.firstIndex(where: { $0.ticket == ticket }) else {
          return nil
        }
        return outbox.waiters.remove(at: index)
      }
      waiter?.continuation.resume()
    }
  }
}
