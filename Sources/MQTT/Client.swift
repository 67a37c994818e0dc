import Synchronization

/// An MQTT client that stays connected until it is stopped.
///
/// It owns one thread, on which all of libmosquitto runs. What arrives is put into the inbox;
/// what is handed over is sent in order, and is kept through every loss of the connection until
/// the broker has taken it. QoS 1 messages may reach the broker more than once.
public final class Client: Sendable {
  /// The options it was made with.
  public let options: ConnectionOptions
  /// What it subscribes to on every connection.
  public let subscriptions: [Subscription]

  private let inbox: Mailbox<Arrival>
  private let state: ClientState

  /// Makes a client; nothing happens before `start()`.
  ///
  /// - Parameter inbox: Where arrivals go. Its owner drains it; the client never closes it.
  ///   A full inbox stops the reading unless acknowledgements are awaited on the connection; a
  ///   consumer that drains nothing for one and a half keep-alives loses the connection.
  public init(
    options: ConnectionOptions, subscriptions: [Subscription], inbox: Mailbox<Arrival>
  ) {
    self.options = options
    self.subscriptions = subscriptions
    self.inbox = inbox
    state = ClientState(capacity: options.outgoingCapacity)
  }

  deinit { requestStop() }

  /// Starts the thread, which connects and keeps reconnecting; it does not wait for the broker.
  ///
  /// - Throws: Every fault of the options at once, or what the system refused.
  public func start() throws(StartError) {
    let faults = options.faults(with: subscriptions)
    guard faults.isEmpty else { throw .refused(faults) }
    guard let doorbell = state.doorbell else {
      throw .system("the process has no file descriptor left")
    }
    let isFirst = state.outbox.withLock { outbox in
      if outbox.phase != .fresh { return false }
      outbox.phase = .running
      return true
    }
    guard isFirst else { throw .alreadyStarted }
    do {
      // Made once here to learn what the library refuses, while there is a caller to tell.
      _ = try Handle(options)
      try LoopThread.start { [options, subscriptions, inbox, state] in
        do {
          try ConnectionLoop(
            options: options, subscriptions: subscriptions, inbox: inbox, state: state,
            doorbell: doorbell
          ).run()
        } catch {
          inbox.post(.disconnected(reason: "\(error)"))
          state.update { $0.phase = .ended }
        }
      }
    } catch {
      state.update { $0.phase = .ended }
      throw error
    }
  }

  /// Hands messages over in order; suspends while `outgoingCapacity` of them wait.
  ///
  /// It returns when the last one is taken, not when it is sent. Taken messages survive the loss
  /// of the connection, but not the end of the process. They may be handed over before `start()`.
  /// While reading stands still for a full inbox the capacity does not hold the caller back.
  ///
  /// - Throws: `PublishError.refused` with every fault before anything is taken; `.stopped` or
  ///   `CancellationError` when a leading part may have been taken.
  public func publish(_ messages: [Message]) async throws {
    _ = try await handOver(messages, receipt: nil)
  }

  /// Hands messages over and waits for what becomes of each, in the order of `messages`.
  ///
  /// It waits through losses of the connection, for as long as it takes. The task that drains the
  /// inbox should rather use `publish`: meanwhile the inbox would fill.
  ///
  /// - Throws: As `publish`; `CancellationError` also when cancelled while waiting for the broker.
  public func publishAndWait(_ messages: [Message]) async throws -> [PublishOutcome] {
    let receipt = Receipt(count: messages.count)
    let end = try await handOver(messages, receipt: receipt)
    await state.wait(for: .finished(end))
    try Task.checkCancellation()
    return receipt.all
  }

  /// Waits until everything handed over so far is finished: acknowledged, written or refused.
  ///
  /// - Returns: False when the client was stopped, or the task cancelled, before that.
  @discardableResult
  public func waitUntilIdle() async -> Bool {
    let end = state.outbox.withLock { $0.counters.handedOver }
    await state.wait(for: .finished(end))
    return state.outbox.withLock { $0.finished >= end }
  }

  /// The consumer has written down the oldest `count` QoS 1 messages that it drained and had not
  /// marked before: the broker may forget them, see `ConnectionOptions.awaitsConsumer`.
  public func markSafe(_ count: Int) {
    guard count > 0 else { return }
    state.outbox.withLock { $0.markedSafe += UInt64(count) }
    state.ring()
  }

  /// What the client has done so far; consistent in itself, at most one turn of the loop old.
  public var counters: Counters {
    var counters = state.outbox.withLock { outbox in
      var counters = outbox.counters
      counters.waiting = outbox.outstanding
      return counters
    }
    counters.superseded = inbox.superseded
    return counters
  }

  /// Says goodbye to the broker, so that the will is not published, and waits for the thread.
  ///
  /// Messages that are not sent by then are given up: use `waitUntilIdle()` first. If the thread is
  /// in the middle of an attempt to reach a silent host, it is left to end by itself.
  public func stop() async {
    requestStop()
    await state.wait(for: .ended)
  }

  private func requestStop() {
    state.update { outbox in
      switch outbox.phase {
      case .fresh: outbox.phase = .ended
      case .running: outbox.phase = .stopping
      case .stopping, .ended: break
      }
    }
    state.doorbell?.ring()
  }

  /// Returns the number behind that of the last message.
  private func handOver(_ messages: [Message], receipt: Receipt?) async throws -> UInt64 {
    var faults: [Fault] = []
    for (index, message) in messages.enumerated() {
      message.check(index: index, for: options.protocolVersion, into: &faults)
    }
    guard faults.isEmpty else { throw PublishError.refused(faults) }
    var rest = messages[...]
    while true {
      let end = try state.outbox.withLock { outbox throws(PublishError) -> UInt64? in
        if outbox.phase.isOver { throw .stopped }
        let part = rest.prefix(outbox.room(capacity: state.capacity))
        if !part.isEmpty {
          outbox.batches.append(
            Batch(
              messages: part, receipt: receipt, handedOverAtMilliseconds: Uptime.milliseconds))
          outbox.counters.handedOver += UInt64(part.count)
          outbox.counters.mostWaiting = max(outbox.counters.mostWaiting, outbox.outstanding)
          rest = rest.dropFirst(part.count)
        }
        return rest.isEmpty ? outbox.counters.handedOver : nil
      }
      state.ring()
      if let end { return end }
      await state.wait(for: .room)
      try Task.checkCancellation()
    }
  }
}
