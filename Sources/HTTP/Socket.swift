import Glibc

/// One TCP connection, or the door where they come in; closed when the last reference goes.
///
/// Every wait has a deadline, so that a silent other side costs seconds and nothing more.
final class Socket: Sendable {
  let descriptor: Int32

  private init(_ descriptor: Int32) { self.descriptor = descriptor }

  deinit { close(descriptor) }

  /// A connection to a host.
  static func connect(
    host: String, port: UInt16, by deadline: ContinuousClock.Instant
  ) throws(HTTPFault) -> Socket {
    var reason = "no address"
    let found = try unsafe each(host: host, port: port, isServer: false) {
      family, address, length in
      let descriptor = socket(family, Int32(SOCK_STREAM.rawValue) | nonBlocking, 0)
      guard descriptor >= 0 else { return nil }
      let one = Socket(descriptor)
      // Sound: the address outlives the call, which reads its length.
      if unsafe Glibc.connect(descriptor, address, length) == 0 { return one }
      guard errno == EINPROGRESS else {
        reason = Self.reason
        return nil
      }
      guard one.wait(for: POLLOUT, by: deadline) else {
        reason = "no answer in time"
        return nil
      }
      var status: Int32 = 0
      var size = socklen_t(MemoryLayout<Int32>.size)
      // Sound: both places outlive the call, and the size is that of the first.
      let known = unsafe getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &status, &size) == 0
      if known, status == 0 { return one }
      errno = status
      reason = Self.reason
      return nil
    }
    guard let found else { throw .unreachable("\(host):\(port): \(reason)") }
    return found
  }

  /// A door at a port of this machine; port 0 takes a free one.
  static func listen(host: String, port: UInt16) throws(HTTPFault) -> Socket {
    var reason = "no address"
    let found = try unsafe each(host: host, port: port, isServer: true) { family, address, length in
      let descriptor = socket(family, Int32(SOCK_STREAM.rawValue) | nonBlocking, 0)
      guard descriptor >= 0 else { return nil }
      let one = Socket(descriptor)
      var yes: Int32 = 1
      // Sound: the flag outlives the call, and the size is its own.
      _ = unsafe setsockopt(
        descriptor, SOL_SOCKET, SO_REUSEADDR, &yes, socklen_t(MemoryLayout<Int32>.size))
      // Sound: the address outlives the call, which reads its length.
      guard unsafe bind(descriptor, address, length) == 0, Glibc.listen(descriptor, 128) == 0
      else {
        reason = Self.reason
        return nil
      }
      return one
    }
    guard let found else { throw .notListening("\(host):\(port): \(reason)") }
    return found
  }

  /// The port that a door was given.
  var port: UInt16 {
    var address = sockaddr_in6()
    var size = socklen_t(MemoryLayout<sockaddr_in6>.size)
    // Sound: the place is large enough for the addresses of both families, and lies there for the
    // call. The port is in the same place in both.
    _ = unsafe withUnsafeMutablePointer(to: &address) { place in
      unsafe place.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        unsafe getsockname(descriptor, $0, &size)
      }
    }
    return UInt16(bigEndian: address.sin6_port)
  }

  /// The next connection; nil when none came within a moment.
  func accept(withinMilliseconds: Int32) -> Socket? {
    var one = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
    // Sound: the entry outlives the call, and there is one.
    guard unsafe poll(&one, 1, withinMilliseconds) > 0 else { return nil }
    let next = Glibc.accept(descriptor, nil, nil)
    guard next >= 0 else { return nil }
    let socket = Socket(next)
    _ = fcntl(next, F_SETFD, FD_CLOEXEC)
    return fcntl(next, F_SETFL, O_NONBLOCK) == 0 ? socket : nil
  }

  /// Some bytes; none when the other side has closed.
  func read(by deadline: ContinuousClock.Instant) throws(HTTPFault) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      // Sound: the buffer outlives the call, which writes at most its count.
      let count = unsafe bytes.withUnsafeMutableBytes {
        unsafe Glibc.read(descriptor, $0.baseAddress, $0.count)
      }
      if count >= 0 { return Array(bytes[..<count]) }
      if errno == EINTR { continue }
      guard errno == EAGAIN else { throw .broken(Self.reason) }
      guard wait(for: POLLIN, by: deadline) else { throw .broken("no answer in time") }
    }
  }

  /// All bytes.
  func write(_ bytes: [UInt8], by deadline: ContinuousClock.Instant) throws(HTTPFault) {
    var rest = bytes[...]
    while !rest.isEmpty {
      // Sound: the buffer outlives the call, which reads at most its count.
      let count = unsafe rest.withUnsafeBytes {
        unsafe send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
      }
      if count > 0 {
        rest = rest.dropFirst(count)
      } else if errno == EAGAIN {
        guard wait(for: POLLOUT, by: deadline) else { throw .broken("nothing is taken in time") }
      } else if errno != EINTR {
        throw .broken(Self.reason)
      }
    }
  }

  private func wait(for events: Int32, by deadline: ContinuousClock.Instant) -> Bool {
    while true {
      let left = ContinuousClock.now.duration(to: deadline).components
      let milliseconds = left.seconds * 1_000 + left.attoseconds / 1_000_000_000_000_000
      guard milliseconds > 0 else { return false }
      var one = pollfd(fd: descriptor, events: Int16(events), revents: 0)
      // Sound: the entry outlives the call, and there is one.
      let ready = unsafe poll(&one, 1, Int32(clamping: milliseconds))
      if ready > 0 { return true }
      if ready < 0, errno != EINTR { return false }
    }
  }

  private static let nonBlocking = Int32(SOCK_NONBLOCK.rawValue) | Int32(SOCK_CLOEXEC.rawValue)

  private static var reason: String {
    // Sound: the text of an error number is copied at once.
    unsafe String(cString: strerror(errno))
  }

  /// The first of a host's addresses of which `use` makes something.
  private static func each(
    host: String, port: UInt16, isServer: Bool,
    _ use: (Int32, UnsafePointer<sockaddr>, socklen_t) -> Socket?
  ) throws(HTTPFault) -> Socket? {
    var hints = unsafe addrinfo()
    unsafe hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
    if isServer { unsafe hints.ai_flags = AI_PASSIVE }
    var list: UnsafeMutablePointer<addrinfo>?
    // Sound: names and hints outlive the call; the list is given back below.
    guard unsafe getaddrinfo(host, "\(port)", &hints, &list) == 0 else {
      throw .unreachable("\(host): no such host")
    }
    // Sound: the list was made by the call above and is not used afterwards.
    defer { unsafe freeaddrinfo(list) }
    var next = unsafe list
    while let one = unsafe next {
      // Sound: an element of the list, which lives until it is given back.
      if let address = unsafe one.pointee.ai_addr,
        let socket = unsafe use(one.pointee.ai_family, address, one.pointee.ai_addrlen)
      {
        return socket
      }
      unsafe next = one.pointee.ai_next
    }
    return nil
  }
}
