import CMosquitto
import Glibc
import Synchronization

extension ConnectionLoop {
  /// Connects the library's callbacks with this object.
  ///
  /// The pointer is not retained: the handle is destroyed with this object, and callbacks come only
  /// from calls this object makes.
  func setCallbacks() {
    let pointer = unsafe handle.pointer
    unsafe mosquitto_user_data_set(pointer, Unmanaged.passUnretained(self).toOpaque())
    unsafe mosquitto_connect_v5_callback_set(pointer) { _, object, reason, flags, _ in
      unsafe ConnectionLoop.of(object).greeted(reason: reason, flags: flags)
    }
    unsafe mosquitto_disconnect_v5_callback_set(pointer) { _, object, reason, _ in
      if reason != MOSQ_ERR_SUCCESS.code { unsafe ConnectionLoop.of(object).noteLoss(reason) }
    }
    unsafe mosquitto_publish_v5_callback_set(pointer) { _, object, packetID, reason, _ in
      unsafe ConnectionLoop.of(object).published(packetID, reason: reason)
    }
    unsafe mosquitto_subscribe_v5_callback_set(pointer) { _, object, packetID, count, granted, _ in
      guard count > 0, let granted = unsafe granted else { return }
      unsafe ConnectionLoop.of(object).subscribed(packetID, granted: granted[0])
    }
    unsafe mosquitto_message_v5_callback_set(pointer) { _, object, message, properties in
      guard let message = unsafe message else { return }
      let loop = unsafe ConnectionLoop.of(object)
      loop.counts.received += 1
      unsafe loop.arrivals.append(
        .message(Message(copying: message.pointee, properties: properties)))
    }
  }

  private static func of(_ object: UnsafeMutableRawPointer?) -> ConnectionLoop {
    guard let object = unsafe object else { preconditionFailure("a callback without its client") }
    return unsafe Unmanaged<ConnectionLoop>.fromOpaque(object).takeUnretainedValue()
  }

  /// The broker answered the connection.
  private func greeted(reason: Int32, flags: Int32) {
    guard reason == 0 else {
      isRefused = true
      let words =
        unsafe options.protocolVersion == .v5
        ? mosquitto_reason_string(reason) : mosquitto_connack_string(reason)
      lossReason = unsafe words.map { unsafe String(cString: $0) } ?? "reason \(reason)"
      return
    }
    link = .up
    counts.connections += 1
    sessionPresent = flags & 1 != 0
    subscribe()
    announceIfReady()
    resendUnwritten()
  }

  private func subscribe() {
    for subscription in subscriptions {
      var packetID: Int32 = 0
      let handling =
        options.protocolVersion == .v5 ? Int32(subscription.retainHandling.rawValue) << 4 : 0
      let status = unsafe mosquitto_subscribe_v5(
        handle.pointer, &packetID, subscription.filter, Int32(subscription.qos), handling, nil)
      if status == MOSQ_ERR_SUCCESS.code {
        unanswered.append((packetID, subscription.filter))
      } else {
        noteLoss(status)
      }
    }
  }

  private func subscribed(_ packetID: Int32, granted: Int32) {
    guard let index = unanswered.firstIndex(where: { $0.packetID == packetID }) else { return }
    let filter = unanswered.remove(at: index).filter
    if granted >= 0x80 {
      arrivals.append(.refusedSubscription(filter: filter, reason: Handle.text(of: granted)))
    }
    announceIfReady()
  }

  private func announceIfReady() {
    guard unanswered.isEmpty, !isAnnounced else { return }
    isAnnounced = true
    arrivals.append(.connected(sessionPresent: sessionPresent))
  }

  /// A QoS 1 message was answered, or a QoS 0 message was written.
  private func published(_ packetID: Int32, reason: Int32) {
    guard let position = window.position(of: packetID) else {
      // The number is not known yet: its publishing call has not returned.
      writtenEarly = packetID
      return
    }
    if window[position].unwritten != nil {
      finish(position, .written)
    } else if reason >= 0x80 {
      finish(
        position,
        .refused(code: UInt8(truncatingIfNeeded: reason), reason: Handle.text(of: reason)))
    } else {
      finish(position, .acknowledged)
    }
  }

  /// Hands the arrivals of this turn to the inbox.
  func deliver() {
    if arrivals.isEmpty { return }
    if options.awaitsConsumer {
      for case .message(let message) in arrivals where message.qos > 0 { deliveredAtLeastOnce += 1 }
    }
    inbox.post(arrivals)
    arrivals.removeAll(keepingCapacity: true)
  }

  /// Whether the consumer has not written down yet what the broker shall be told has arrived.
  ///
  /// The library queues its answers in order with everything else, so everything waits.
  var isHolding: Bool {
    guard options.awaitsConsumer else { return false }
    return state.outbox.withLock { $0.markedSafe < deliveredAtLeastOnce }
  }

  /// Whether more may be read.
  ///
  /// A full inbox stops the reading, and so, through TCP and the broker's queue, the senders. But
  /// acknowledgements come on the same connection: while some are awaited, reading goes on into an
  /// overdraft, or a consumer that publishes before it drains would wait for itself.
  func mayRead() -> Bool {
    let waiting = inbox.count
    let needsAnswers = window.count > 0 || queueHead < queue.count
    let limit =
      needsAnswers
      ? inbox.capacity.multipliedSaturating(by: Self.overdraft)
      : inbox.capacity
    if waiting < limit || !isAnnounced {
      isPaused = false
      return true
    }
    if !isPaused { counts.pauses += 1 }
    isPaused = true
    report()
    let isNews = state.outbox.withLock { outbox in
      defer { outbox.awaitsRoom = true }
      return !outbox.awaitsRoom
    }
    if isNews {
      inbox.whenRoom { [state] in
        state.outbox.withLock { $0.awaitsRoom = false }
        state.ring()
      }
    }
    return false
  }
}

extension Int {
  fileprivate func multipliedSaturating(by other: Int) -> Int {
    let (product, overflow) = multipliedReportingOverflow(by: other)
    return overflow ? .max : product
  }
}

extension Message {
  /// Copies everything out of the library's memory, which is freed when the callback returns.
  fileprivate init(copying message: mosquitto_message, properties: OpaquePointer?) {
    let bytes = unsafe UnsafeRawBufferPointer(
      start: message.payload, count: Int(message.payloadlen))
    self.init(
      topic: unsafe String(cString: message.topic), payload: unsafe Array(bytes),
      qos: unsafe Int(message.qos), retain: unsafe message.retain)
    var next = unsafe properties
    while let property = unsafe next {
      unsafe read(property)
      unsafe next = mosquitto_property_next(property)
    }
  }

  private mutating func read(_ property: OpaquePointer) {
    let identifier = unsafe mosquitto_property_identifier(property)
    switch UInt32(bitPattern: identifier) {
    case MQTT_PROP_MESSAGE_EXPIRY_INTERVAL.rawValue:
      var seconds: UInt32 = 0
      unsafe mosquitto_property_read_int32(property, identifier, &seconds, false)
      expirySeconds = seconds
    case MQTT_PROP_CORRELATION_DATA.rawValue:
      var value: UnsafeMutableRawPointer? = nil
      var count: UInt16 = 0
      unsafe mosquitto_property_read_binary(property, identifier, &value, &count, false)
      // The library allocates the copy; it is ours to free.
      correlation = unsafe Array(UnsafeRawBufferPointer(start: value, count: Int(count)))
      unsafe free(value)
    case MQTT_PROP_RESPONSE_TOPIC.rawValue:
      var value: UnsafeMutablePointer<CChar>? = nil
      unsafe mosquitto_property_read_string(property, identifier, &value, false)
      if let value = unsafe value { responseTopic = unsafe String(cString: value) }
      unsafe free(value)
    default: break
    }
  }
}
