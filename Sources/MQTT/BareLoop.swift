import CMosquitto
import Glibc

/// The shortest QoS 1 publishing loop libmosquitto allows: the limit a client is measured against.
///
/// No reconnect, no queue, no inbox, no properties: one connection, one thread, a bounded number of
/// messages in flight.
public enum BareLoop {
  /// What the callbacks count.
  @safe private final class Tally {
    var isConnected = false
    var acknowledged = 0
    var fault: String?
  }

  /// Publishes topic and payload of all messages at QoS 1 and returns once all are acknowledged.
  ///
  /// It blocks the calling thread.
  ///
  /// - Parameter inFlight: The most messages unacknowledged at once, at least 1.
  /// - Returns: Seconds from the first publish to the last acknowledgement; connecting not counted.
  /// - Throws: `StartError.system` when the broker cannot be reached or the connection is lost.
  public static func publishAll(
    host: String, port: Int, messages: [Message], inFlight: Int
  ) throws(StartError) -> Double {
    precondition(inFlight >= 1, "at least one message must be in flight")
    let options = ConnectionOptions(
      clientID: "bare-loop-\(getpid())", host: host, port: port, keepAliveSeconds: 60,
      cleanStart: true)
    let faults = options.faults(with: [])
    guard faults.isEmpty else { throw .refused(faults) }
    let handle = try Handle(options)
    let tally = Tally()
    let client = unsafe handle.pointer
    // Both objects outlive the last call into the library, which is the only source of callbacks.
    unsafe mosquitto_user_data_set(client, Unmanaged.passUnretained(tally).toOpaque())
    unsafe mosquitto_connect_v5_callback_set(client) { _, object, reason, _, _ in
      guard let object = unsafe object else { return }
      let tally = unsafe Unmanaged<Tally>.fromOpaque(object).takeUnretainedValue()
      tally.isConnected = reason == 0
      if reason != 0 { tally.fault = Handle.text(of: reason) }
    }
    unsafe mosquitto_publish_v5_callback_set(client) { _, object, _, reason, _ in
      guard let object = unsafe object else { return }
      let tally = unsafe Unmanaged<Tally>.fromOpaque(object).takeUnretainedValue()
      tally.acknowledged += 1
      if reason >= 0x80 { tally.fault = Handle.text(of: reason) }
    }
    try check(unsafe mosquitto_connect(client, host, Int32(port), 60))
    while !tally.isConnected { try turn(handle, tally) }

    let clock = ContinuousClock()
    let start = clock.now
    var sent = 0
    while tally.acknowledged < messages.count {
      while sent < messages.count, sent - tally.acknowledged < inFlight {
        let message = messages[sent]
        try check(
          unsafe mosquitto_publish_v5(
            client, nil, message.topic, Int32(message.payload.count), message.payload, 1, false,
            nil))
        sent += 1
      }
      try turn(handle, tally)
    }
    let seconds = (clock.now - start) / .seconds(1)
    unsafe mosquitto_disconnect_v5(client, 0, nil)
    return withExtendedLifetime(tally) { seconds }
  }

  /// Waits for the socket once, then reads and writes.
  private static func turn(_ handle: Handle, _ tally: Tally) throws(StartError) {
    let client = unsafe handle.pointer
    var events = Int16(POLLIN)
    if unsafe mosquitto_want_write(client) { events |= Int16(POLLOUT) }
    var socket = pollfd(fd: unsafe mosquitto_socket(client), events: events, revents: 0)
    unsafe poll(&socket, 1, 1000)
    if Int32(socket.revents) & POLLOUT != 0 { try check(unsafe mosquitto_loop_write(client, 1)) }
    if Int32(socket.revents) & (POLLIN | POLLERR | POLLHUP) != 0 {
      try check(unsafe mosquitto_loop_read(client, 1))
    }
    if socket.revents == 0 { try check(unsafe mosquitto_loop_misc(client)) }
    if let fault = tally.fault { throw .system("the broker refused: \(fault)") }
  }

  private static func check(_ status: Int32) throws(StartError) {
    guard status == MOSQ_ERR_SUCCESS.code else { throw .system(Handle.text(of: status)) }
  }
}
