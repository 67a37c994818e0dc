import Glibc

extension ConnectionOptions {
  /// Everything that is wrong with these options and `subscriptions`.
  func faults(with subscriptions: [Subscription]) -> [Fault] {
    var faults: [Fault] = []
    func check(_ isRight: Bool, _ place: String, _ found: String, _ allowed: String) {
      if !isRight { faults.append(Fault(place: place, found: found, allowed: allowed)) }
    }
    check(
      (1...65_535).contains(clientID.utf8.count) && !clientID.utf8.contains(0),
      "options.clientID", "\"\(clientID.prefix(80))\"", "1...65535 bytes without NUL")
    check(
      !host.isEmpty && !host.utf8.contains(0), "options.host", "\"\(host)\"", "a name or address")
    check((1...65_535).contains(port), "options.port", "\(port)", "1...65535")
    check(
      (5...65_535).contains(keepAliveSeconds), "options.keepAliveSeconds", "\(keepAliveSeconds)",
      "5...65535")
    check(
      (1...16_384).contains(maximumInFlight), "options.maximumInFlight", "\(maximumInFlight)",
      "1...16384")
    check(
      (1...65_535).contains(receiveMaximum), "options.receiveMaximum", "\(receiveMaximum)",
      "1...65535")
    check(outgoingCapacity >= 1, "options.outgoingCapacity", "\(outgoingCapacity)", "at least 1")
    check(
      (1...3_600_000).contains(backoff.firstMilliseconds), "options.backoff.firstMilliseconds",
      "\(backoff.firstMilliseconds)", "1...3600000")
    check(
      (backoff.firstMilliseconds...max(backoff.firstMilliseconds, 3_600_000))
        .contains(backoff.maximumMilliseconds), "options.backoff.maximumMilliseconds",
      "\(backoff.maximumMilliseconds)", "firstMilliseconds...3600000")
    if let user {
      check(!user.name.utf8.contains(0), "options.user.name", "text with NUL", "text without NUL")
      check(
        !user.password.text.utf8.contains(0), "options.user.password", "text with NUL",
        "text without NUL")
    }
    if protocolVersion == .v311 {
      check(
        sessionExpirySeconds == 0, "options.sessionExpirySeconds", "\(sessionExpirySeconds)",
        "0 with MQTT 3.1.1")
    }
    return faults + tlsFaults + willFaults + subscriptions.faults
  }

  private var tlsFaults: [Fault] {
    tls?.faults(
      ca: "options.tls.caFile", certificate: "options.tls.certificateFile",
      key: "options.tls.keyFile") ?? []
  }

  private var willFaults: [Fault] {
    guard let will else { return [] }
    var faults: [Fault] = []
    if !TopicRules.isName(will.topic) {
      faults.append(
        Fault(
          place: "options.will.topic", found: "\"\(will.topic.prefix(80))\"",
          allowed: TopicRules.allowedName))
    }
    if !(0...1).contains(will.qos) {
      faults.append(Fault(place: "options.will.qos", found: "\(will.qos)", allowed: "0 or 1"))
    }
    if will.payload.count > 65_535 {
      faults.append(
        Fault(
          place: "options.will.payload", found: "\(will.payload.count) bytes",
          allowed: "at most 65535 bytes"))
    }
    if protocolVersion == .v311, will.delaySeconds != 0 {
      faults.append(
        Fault(
          place: "options.will.delaySeconds", found: "\(will.delaySeconds)",
          allowed: "0 with MQTT 3.1.1"))
    }
    return faults
  }
}

extension ConnectionOptions.TLS {
  /// Everything that is wrong with the files; `ca`, `certificate` and `key` are the places that
  /// name them, as the reader of the faults knows them.
  public func faults(ca: String, certificate: String, key: String) -> [Fault] {
    var faults: [Fault] = []
    if (certificateFile == nil) != (keyFile == nil) {
      faults.append(
        Fault(
          place: certificateFile == nil ? certificate : key, found: "not given",
          allowed: "\(certificate) and \(key), or neither"))
    }
    for (place, path) in [(ca, caFile as String?), (certificate, certificateFile), (key, keyFile)] {
      // libmosquitto reports an unreadable file only as "invalid", and only when it connects.
      if let path, !Self.isPEM(path) {
        faults.append(Fault(place: place, found: "\"\(path)\"", allowed: "a readable PEM file"))
      }
    }
    return faults
  }

  /// True when an object of PEM begins in the first 64 KiB; words may stand before it.
  private static func isPEM(_ path: String) -> Bool {
    // Sound: the path is a text that outlives the call.
    let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return false }
    defer { close(descriptor) }
    var bytes = [UInt8](repeating: 0, count: 1 << 16)
    // Sound: the buffer outlives the call, which writes at most its count.
    let count = unsafe bytes.withUnsafeMutableBytes {
      unsafe read(descriptor, $0.baseAddress, $0.count)
    }
    return count > 0 && String(decoding: bytes[..<count], as: UTF8.self).contains("-----BEGIN ")
  }
}

extension [Subscription] {
  /// Everything that is wrong with these subscriptions.
  fileprivate var faults: [Fault] {
    enumerated().flatMap { index, subscription -> [Fault] in
      var faults: [Fault] = []
      if !TopicRules.isFilter(subscription.filter) {
        faults.append(
          Fault(
            place: "subscriptions[\(index)].filter",
            found: "\"\(subscription.filter.prefix(80))\"", allowed: TopicRules.allowedFilter))
      }
      if !(0...1).contains(subscription.qos) {
        faults.append(
          Fault(
            place: "subscriptions[\(index)].qos", found: "\(subscription.qos)", allowed: "0 or 1"))
      }
      return faults
    }
  }
}
