import CMosquitto
import Glibc

/// One libmosquitto client; it is destroyed with this object.
///
/// Every call is made on the thread of the loop that owns it.
@safe final class Handle {
  let pointer: OpaquePointer

  /// Initialises the library once for the process; its clean-up is left to the end of the process.
  private static let isLibraryReady = mosquitto_lib_init() == MOSQ_ERR_SUCCESS.code

  /// Makes a client from options that have no faults.
  init(_ options: ConnectionOptions) throws(StartError) {
    guard Self.isLibraryReady else { throw .system("libmosquitto could not be initialised") }
    guard let pointer = unsafe mosquitto_new(options.clientID, options.cleanStart, nil) else {
      throw .system("libmosquitto made no client: \(Self.text(ofErrno: errno))")
    }
    unsafe self.pointer = pointer
    let isVersion5 = options.protocolVersion == .v5
    let version = isVersion5 ? MQTT_PROTOCOL_V5 : MQTT_PROTOCOL_V311
    try set(
      "protocol version",
      unsafe mosquitto_int_option(
        pointer, MOSQ_OPT_PROTOCOL_VERSION, Int32(version)))
    // One small packet a message: waiting to fill a segment would only delay commands.
    try set("no delay", unsafe mosquitto_int_option(pointer, MOSQ_OPT_TCP_NODELAY, 1))
    // The default of 20 would throttle; the window in front of the library holds the real bound.
    try set("send maximum", unsafe mosquitto_int_option(pointer, MOSQ_OPT_SEND_MAXIMUM, 65_535))
    if isVersion5 {
      try set(
        "receive maximum",
        unsafe mosquitto_int_option(
          pointer, MOSQ_OPT_RECEIVE_MAXIMUM, Int32(options.receiveMaximum)))
    }
    if options.awaitsConsumer {
      // Packets are then queued until `mosquitto_loop_write`, the answers to messages among them;
      // otherwise the library would write an answer before it hands the message over.
      try set("queueing", unsafe mosquitto_threaded_set(pointer, true))
    }
    if let user = options.user {
      try set("user", unsafe mosquitto_username_pw_set(pointer, user.name, user.password.text))
    }
    if let tls = options.tls {
      // Without a callback OpenSSL would ask the terminal for the password of an encrypted key.
      let status = unsafe mosquitto_tls_set(
        pointer, tls.caFile, nil, tls.certificateFile, tls.keyFile, { _, _, _, _ in 0 })
      try set("TLS files", status)
    }
    if let will = options.will { try setWill(will, isVersion5: isVersion5) }
  }

  deinit { unsafe mosquitto_destroy(pointer) }

  private func setWill(_ will: ConnectionOptions.Will, isVersion5: Bool) throws(StartError) {
    var properties: OpaquePointer? = nil
    if isVersion5, will.delaySeconds > 0 {
      let status = unsafe mosquitto_property_add_int32(
        &properties, Int32(MQTT_PROP_WILL_DELAY_INTERVAL.rawValue), will.delaySeconds)
      try set("will delay", status)
    }
    // On success the library owns the properties; on failure they are ours to free.
    let status = unsafe mosquitto_will_set_v5(
      pointer, will.topic, Int32(will.payload.count), will.payload, Int32(will.qos), will.retain,
      properties)
    if status != MOSQ_ERR_SUCCESS.code { unsafe mosquitto_property_free_all(&properties) }
    try set("will", status)
  }

  private func set(_ what: String, _ status: Int32) throws(StartError) {
    guard status == MOSQ_ERR_SUCCESS.code else {
      throw .system("libmosquitto refused the \(what): \(Self.text(of: status))")
    }
  }

  /// The words for a status of the library or a reason code of the broker.
  static func text(of status: Int32) -> String {
    if status == MOSQ_ERR_ERRNO.code { return text(ofErrno: errno) }
    // The library's own codes stay below 0x80; the broker's refusals start there.
    guard
      let words = unsafe status >= 0x80
        ? mosquitto_reason_string(status)
        : mosquitto_strerror(status)
    else { return "status \(status)" }
    let text = unsafe String(cString: words)
    return text.hasSuffix(".") ? String(text.dropLast()) : text
  }

  static func text(ofErrno number: Int32) -> String {
    var buffer = [CChar](repeating: 0, count: 128)
    guard unsafe strerror_r(number, &buffer, buffer.count) == 0 else { return "error \(number)" }
    return String(decoding: buffer.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
  }
}

extension mosq_err_t {
  /// The value as the library's functions return it.
  var code: Int32 { Int32(rawValue) }
}
