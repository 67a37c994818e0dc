import CMosquitto
import Glibc
import Synchronization

/// The life of one client on its own thread: dial, serve, back off, dial again, until it is stopped.
///
/// It alone touches libmosquitto. Others leave messages in the outbox and ring the bell; arrivals
/// go to the inbox. Nothing here is shared, so nothing here is locked but the outbox.
@safe final class ConnectionLoop {
  enum Link {
    /// Not connected.
    case down
    /// Connected to the host; the broker has not answered yet.
    case greeting
    /// The broker accepted the connection.
    case up
  }

  /// Arrivals beyond the inbox's capacity, as a multiple of it, before reading stands still even
  /// though acknowledgements are awaited.
  static let overdraft = 8
  /// How long the broker may take from the dialling to the last subscription's answer.
  static let greetingMilliseconds: Int64 = 15_000
  /// A connection that lasted this long makes the next wait a first one again.
  static let steadyMilliseconds: Int64 = 5_000
  /// How long the farewell may take.
  static let farewellMilliseconds: Int64 = 2_000

  let options: ConnectionOptions
  let subscriptions: [Subscription]
  let inbox: Mailbox<Arrival>
  let state: ClientState
  let doorbell: Doorbell
  let handle: Handle

  var link = Link.down
  /// Subscriptions the broker has not answered, by packet.
  var unanswered: [(packetID: Int32, filter: String)] = []
  var sessionPresent = false
  var isAnnounced = false
  var lossReason: String?
  var isRefused = false
  var attempt = 0

  var window: InFlightWindow
  /// Messages that left the window and are not reported yet.
  var finished = 0
  /// What was collected from the outbox, next one first; `queueHead` batches of it are used up.
  var queue: [Batch] = []
  var queueHead = 0
  /// The packet that was written while its publishing call had not returned yet.
  var writtenEarly: Int32?
  var properties = PropertyCache()

  var arrivals: [Arrival] = []
  /// QoS 1 messages that were put into the inbox.
  var deliveredAtLeastOnce: UInt64 = 0
  var isPaused = false
  var wasOverdrawn = false
  /// Added to the shared counters once a turn.
  var counts = Counters()

  init(
    options: ConnectionOptions, subscriptions: [Subscription], inbox: Mailbox<Arrival>,
    state: ClientState, doorbell: Doorbell
  ) throws(StartError) {
    self.options = options
    self.subscriptions = subscriptions
    self.inbox = inbox
    self.state = state
    self.doorbell = doorbell
    handle = try Handle(options)
    window = InFlightWindow(capacity: options.maximumInFlight)
    setCallbacks()
  }

  /// Runs until the client is stopped.
  func run() {
    while !isStopping {
      if dial() { serve() }
      link = .down
      reportLoss()
      if !isStopping { backOff() }
    }
    end()
  }

  var isStopping: Bool { state.outbox.withLock { $0.phase.isOver } }

  // MARK: - Connecting

  /// Opens the connection; false when the host cannot be reached.
  private func dial() -> Bool {
    lossReason = nil
    isRefused = false
    isAnnounced = false
    unanswered = []
    var list: OpaquePointer? = nil
    defer { unsafe mosquitto_property_free_all(&list) }
    if options.protocolVersion == .v5, options.sessionExpirySeconds > 0 {
      unsafe mosquitto_property_add_int32(
        &list, Int32(MQTT_PROP_SESSION_EXPIRY_INTERVAL.rawValue), options.sessionExpirySeconds)
    }
    state.update { $0.isDialling = true }
    let status = unsafe mosquitto_connect_bind_v5(
      handle.pointer, options.host, Int32(options.port), Int32(options.keepAliveSeconds), nil, list)
    let reason = status == MOSQ_ERR_SUCCESS.code ? nil : Handle.text(of: status)
    state.update { $0.isDialling = false }
    if let reason {
      lossReason = "\(options.host):\(options.port) cannot be reached: \(reason)"
      return false
    }
    link = .greeting
    return true
  }

  /// Keeps the connection until it is lost or the client is stopped.
  private func serve() {
    let started = Uptime.milliseconds
    var nextTick = started + 1000
    while true {
      if collect() {
        bidFarewell()
        return
      }
      if link == .up { sendQueued() }
      deliver()
      report()
      guard isConnected else { break }
      let isWaiting = link == .up && canSend
      let now = Uptime.milliseconds
      sleep(atMostMilliseconds: isWaiting ? 0 : max(0, min(1000, nextTick - now)))
      if Uptime.milliseconds >= nextTick {
        nextTick = Uptime.milliseconds + 1000
        let status = unsafe mosquitto_loop_misc(handle.pointer)
        if status != MOSQ_ERR_SUCCESS.code { noteLoss(status) }
        if !isAnnounced, Uptime.milliseconds - started > Self.greetingMilliseconds {
          lossReason = "the broker did not answer in time"
          hangUp()
        }
      }
      guard isConnected else { break }
    }
    deliver()
    report()
    if isAnnounced, Uptime.milliseconds - started >= Self.steadyMilliseconds { attempt = 0 }
  }

  var isConnected: Bool { unsafe mosquitto_socket(handle.pointer) >= 0 }

  /// Sleeps until the socket or the bell wants attention, then reads and writes what is possible.
  private func sleep(atMostMilliseconds timeout: Int64) {
    var events = Int16(0)
    if mayRead() { events |= Int16(POLLIN) }
    if unsafe mosquitto_want_write(handle.pointer), !isHolding { events |= Int16(POLLOUT) }
    let socket = unsafe mosquitto_socket(handle.pointer)
    var descriptors = (
      pollfd(fd: socket, events: events, revents: 0),
      pollfd(fd: doorbell.descriptor, events: Int16(POLLIN), revents: 0)
    )
    let ready = unsafe withUnsafeMutableBytes(of: &descriptors) { bytes in
      unsafe poll(bytes.assumingMemoryBound(to: pollfd.self).baseAddress, 2, Int32(timeout))
    }
    guard ready > 0 else { return }
    if descriptors.1.revents != 0 { doorbell.silence() }
    let found = Int32(descriptors.0.revents)
    if found & POLLOUT != 0 {
      let status = unsafe mosquitto_loop_write(handle.pointer, 1)
      if status != MOSQ_ERR_SUCCESS.code { noteLoss(status) }
    }
    // A broken connection is read even while reading is paused, or it would be reported for ever.
    if found & (POLLIN | POLLERR | POLLHUP) != 0, isConnected { readAll() }
  }

  /// Reads until the socket would block, or until there is a good batch to deliver.
  private func readAll() {
    for _ in 0..<256 where arrivals.count < 1024 {
      errno = 0
      let status = unsafe mosquitto_loop_read(handle.pointer, 1)
      let isDrained = errno == EAGAIN || errno == EWOULDBLOCK
      if status != MOSQ_ERR_SUCCESS.code { return noteLoss(status) }
      if isDrained || !isConnected { return }
    }
  }

  /// Remembers why the connection went, unless a better reason is known.
  func noteLoss(_ status: Int32) {
    if lossReason == nil { lossReason = Handle.text(of: status) }
  }

  /// Breaks the connection, so that the next reading finds it lost.
  private func hangUp() {
    let socket = unsafe mosquitto_socket(handle.pointer)
    if socket >= 0 {
      shutdown(socket, Int32(SHUT_RDWR))
      unsafe mosquitto_loop_read(handle.pointer, 1)
    }
  }

  private func reportLoss() {
    forgetUnwritten()
    let isOver = isStopping
    if !isOver { counts.disconnections += 1 }
    let reason = isOver ? "stopped" : lossReason ?? "the connection was lost"
    arrivals.append(
      isRefused ? .refusedConnection(reason: reason) : .disconnected(reason: reason))
    deliver()
    report()
  }

  /// Waits before the next attempt; messages are collected meanwhile, so that expiry counts.
  private func backOff() {
    let wait = Int64.random(in: 0...Int64(options.backoff.ceilingMilliseconds(attempt: attempt)))
    attempt += 1
    let end = Uptime.milliseconds + wait
    while !collect() {
      let left = end - Uptime.milliseconds
      if left <= 0 { return }
      var bell = pollfd(fd: doorbell.descriptor, events: Int16(POLLIN), revents: 0)
      if unsafe poll(&bell, 1, Int32(left)) > 0 { doorbell.silence() }
    }
  }

  // MARK: - Ending

  /// Sends DISCONNECT behind everything that is already being written.
  ///
  /// While answers are held back it hangs up instead: they stand before the farewell, and the
  /// broker would forget what the consumer has not written down.
  private func bidFarewell() {
    if isHolding { return hangUp() }
    unsafe mosquitto_disconnect_v5(handle.pointer, 0, nil)
    let end = Uptime.milliseconds + Self.farewellMilliseconds
    while isConnected {
      let left = end - Uptime.milliseconds
      if left <= 0 { return }
      var socket = pollfd(
        fd: unsafe mosquitto_socket(handle.pointer), events: Int16(POLLOUT), revents: 0)
      if unsafe poll(&socket, 1, Int32(left)) > 0 {
        unsafe mosquitto_loop_write(handle.pointer, 1)
      }
    }
  }

  /// Tells everybody who still waits that nothing more will come.
  private func end() {
    for position in window.positions {
      let slot = window[position]
      if slot.isFinished { continue }
      counts.notSent += slot.unwritten == nil ? 0 : 1
      slot.receipt?.record(
        slot.unwritten == nil ? .unacknowledged : .notSent(reason: "stopped"), at: slot.index)
    }
    let rest = queue[queueHead...]
    let late = state.outbox.withLock { outbox in
      defer { outbox.batches = [] }
      return outbox.batches
    }
    for batch in rest + late {
      counts.notSent += UInt64(batch.messages.count)
      for index in batch.messages.indices {
        batch.receipt?.record(.notSent(reason: "stopped"), at: index)
      }
    }
    report()
    state.update { $0.phase = .ended }
  }
}
