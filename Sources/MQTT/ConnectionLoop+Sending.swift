import CMosquitto
import Glibc
import Synchronization

/// The properties of the last publish, kept because a wave of commands shares them.
@safe struct PropertyCache {
  private var expirySeconds: UInt32?
  private var list: OpaquePointer?

  /// The property list of an expiry; it belongs to the cache.
  mutating func list(expirySeconds: UInt32) -> OpaquePointer? {
    if self.expirySeconds != expirySeconds {
      free()
      self.expirySeconds = expirySeconds
      unsafe mosquitto_property_add_int32(
        &list, Int32(MQTT_PROP_MESSAGE_EXPIRY_INTERVAL.rawValue), expirySeconds)
    }
    return unsafe list
  }

  mutating func free() {
    unsafe mosquitto_property_free_all(&list)
    unsafe list = nil
    expirySeconds = nil
  }
}

extension ConnectionLoop {
  /// Takes over what was handed in; true when the client is to stop.
  func collect() -> Bool {
    var fresh: [Batch] = []
    let isOver = state.outbox.withLock { outbox in
      swap(&fresh, &outbox.batches)
      outbox.isRung = false
      return outbox.phase.isOver
    }
    if !fresh.isEmpty {
      if queueHead == queue.count {
        queue = fresh
        queueHead = 0
      } else {
        queue.append(contentsOf: fresh)
      }
    }
    return isOver
  }

  /// Whether there is something to send and room for it.
  var canSend: Bool { queueHead < queue.count && window.hasRoom }

  /// Sends as long as the window has room and the connection holds.
  func sendQueued() {
    finished += window.popFinished()
    guard canSend else { return }
    cork(true)
    defer { cork(false) }
    let now = Uptime.milliseconds
    while queueHead < queue.count, window.hasRoom, isConnected {
      guard let message = queue[queueHead].messages.popFirst() else {
        queueHead += 1
        continue
      }
      let batch = queue[queueHead]
      let index = batch.messages.startIndex - 1
      let expiry = message.expirySeconds.map {
        batch.handedOverAtMilliseconds + Int64($0) * 1000
      }
      let slot = InFlightWindow.Slot(
        receipt: batch.receipt, index: index,
        unwritten: message.qos == 0 ? message : nil, expiresAtMilliseconds: expiry)
      guard send(message, in: window.append(slot), now: now) else { break }
    }
    if queueHead == queue.count {
      queue.removeAll(keepingCapacity: true)
      queueHead = 0
    } else if queueHead > 1024 {
      queue.removeSubrange(..<queueHead)
      queueHead = 0
    }
  }

  /// Lets the kernel gather the packets of one refill into full segments.
  ///
  /// The library writes each packet by itself; without this each would travel alone and wake the
  /// broker. A failure costs only speed.
  private func cork(_ isOn: Bool) {
    var value: Int32 = isOn ? 1 : 0
    unsafe setsockopt(
      mosquitto_socket(handle.pointer), Int32(IPPROTO_TCP), TCP_CORK, &value,
      socklen_t(MemoryLayout<Int32>.size))
  }

  /// Gives one message to the library; its slot is in the window already, because a QoS 0 message
  /// may be reported as written before the call returns. False when the connection failed.
  private func send(_ message: Message, in position: Int, now: Int64) -> Bool {
    var list: OpaquePointer? = nil
    if let expiry = window[position].expiresAtMilliseconds {
      if expiry <= now {
        finish(position, .expired)
        return true
      }
      // Rounded up: the last second of a message is still a second.
      let left = UInt32(truncatingIfNeeded: (expiry - now + 999) / 1000)
      if message.correlation == nil, message.responseTopic == nil {
        unsafe list = properties.list(expirySeconds: left)
      } else {
        unsafe mosquitto_property_add_int32(
          &list, Int32(MQTT_PROP_MESSAGE_EXPIRY_INTERVAL.rawValue), left)
      }
    }
    let isOwnList = message.correlation != nil || message.responseTopic != nil
    defer { if isOwnList { unsafe mosquitto_property_free_all(&list) } }
    if let correlation = message.correlation {
      unsafe mosquitto_property_add_binary(
        &list, Int32(MQTT_PROP_CORRELATION_DATA.rawValue), correlation, UInt16(correlation.count))
    }
    if let topic = message.responseTopic {
      unsafe mosquitto_property_add_string(&list, Int32(MQTT_PROP_RESPONSE_TOPIC.rawValue), topic)
    }
    var packetID: Int32 = 0
    writtenEarly = nil
    let status = unsafe mosquitto_publish_v5(
      handle.pointer, &packetID, message.topic, Int32(message.payload.count), message.payload,
      Int32(message.qos), message.retain, list)
    return settle(position, packetID: packetID, status: status)
  }

  private func settle(_ position: Int, packetID: Int32, status: Int32) -> Bool {
    window[position].packetID = packetID
    switch status {
    case MOSQ_ERR_SUCCESS.code:
      counts.sent += 1
      if writtenEarly == packetID { finish(position, .written) }
      return true
    case MOSQ_ERR_OVERSIZE_PACKET.code:
      finish(position, .notSent(reason: "larger than the broker allows"))
      return true
    case MOSQ_ERR_INVAL.code, MOSQ_ERR_NOMEM.code, MOSQ_ERR_PAYLOAD_SIZE.code,
      MOSQ_ERR_NOT_SUPPORTED.code, MOSQ_ERR_MALFORMED_UTF8.code, MOSQ_ERR_QOS_NOT_SUPPORTED.code,
      MOSQ_ERR_RETAIN_NOT_SUPPORTED.code:
      finish(position, .notSent(reason: Handle.text(of: status)))
      return true
    default:
      // The connection failed under the message. At QoS 1 the library has queued it all the same
      // and sends it on the next connection; at QoS 0 the slot keeps the message for us to resend.
      counts.sent += 1
      noteLoss(status)
      return false
    }
  }

  /// Marks one message as finished and passes on what became of it.
  func finish(_ position: Int, _ outcome: PublishOutcome) {
    let slot = window[position]
    window[position].isFinished = true
    window[position].unwritten = nil
    window[position].receipt = nil
    slot.receipt?.record(outcome, at: slot.index)
    switch outcome {
    case .acknowledged: counts.acknowledged += 1
    case .written: counts.written += 1
    case .refused: counts.refused += 1
    case .expired: counts.expired += 1
    case .notSent: counts.notSent += 1
    case .unacknowledged: break
    }
  }

  /// Takes the packet numbers of unwritten QoS 0 messages away: the library drops their packets
  /// with the connection and will give the numbers to others.
  func forgetUnwritten() {
    for position in window.positions where window[position].unwritten != nil {
      window[position].packetID = nil
    }
  }

  /// Sends again what was still unwritten when the last connection went.
  func resendUnwritten() {
    let now = Uptime.milliseconds
    for position in window.positions {
      if window[position].isFinished { continue }
      guard window[position].packetID == nil, let message = window[position].unwritten else {
        continue
      }
      guard send(message, in: position, now: now) else { return }
    }
  }

  /// Publishes the progress of this turn and wakes whoever waited for it.
  func report() {
    finished += window.popFinished()
    let popped = finished
    let fresh = counts
    let isOverdrawn = isPaused && window.count + (queue.count - queueHead) > 0
    guard popped > 0 || fresh != Counters() || isOverdrawn != wasOverdrawn else { return }
    wasOverdrawn = isOverdrawn
    counts = Counters()
    finished = 0
    state.update { outbox in
      outbox.finished += UInt64(popped)
      outbox.isOverdrawn = isOverdrawn
      outbox.counters.add(fresh)
    }
  }
}

extension Counters {
  /// Adds what one turn of the loop counted.
  mutating func add(_ turn: Counters) {
    sent += turn.sent
    acknowledged += turn.acknowledged
    written += turn.written
    refused += turn.refused
    expired += turn.expired
    notSent += turn.notSent
    received += turn.received
    pauses += turn.pauses
    connections += turn.connections
    disconnections += turn.disconnections
  }
}
