import Glibc
import Synchronization

/// A wire between a client and a broker that a test can cut without a goodbye.
final class Relay: Sendable {
  let port: Int
  private let listener: Int32
  private let sockets = Mutex<[Int32]>([])

  init(to target: Int) {
    listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    var yes: Int32 = 1
    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &yes, socklen_t(MemoryLayout<Int32>.size))
    var address = TestBroker.loopback(port: 0)
    var size = socklen_t(MemoryLayout<sockaddr_in>.size)
    let listener = listener
    port = withUnsafeMutablePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
        bind(listener, address, size)
        getsockname(listener, address, &size)
      }
      return Int(UInt16(bigEndian: pointer.pointee.sin_port))
    }
    listen(listener, 16)
    Self.thread { [self] in
      while true {
        let client = accept(self.listener, nil, nil)
        if client < 0 { return }
        let broker = TestBroker.connect(target)
        if broker < 0 {
          Glibc.close(client)
          continue
        }
        sockets.withLock { $0 += [client, broker] }
        Self.thread { Self.copy(client, broker) }
        Self.thread { Self.copy(broker, client) }
      }
    }
  }

  /// Breaks every connection; later ones are relayed again.
  func cut() {
    sockets.withLock { sockets in
      for socket in sockets { shutdown(socket, Int32(SHUT_RDWR)) }
      sockets = []
    }
  }

  /// Breaks every connection and takes no more.
  func close() {
    shutdown(listener, Int32(SHUT_RDWR))
    cut()
  }

  private static func copy(_ from: Int32, _ to: Int32) {
    var buffer = [UInt8](repeating: 0, count: 65_536)
    while true {
      let count = read(from, &buffer, buffer.count)
      if count <= 0 { break }
      var sent = 0
      while sent < count {
        let step = buffer.withUnsafeBytes {
          send(to, $0.baseAddress! + sent, count - sent, Int32(MSG_NOSIGNAL))
        }
        if step <= 0 { break }
        sent += step
      }
      if sent < count { break }
    }
    shutdown(from, Int32(SHUT_RDWR))
    shutdown(to, Int32(SHUT_RDWR))
  }

  static func thread(_ body: @escaping @Sendable () -> Void) {
    final class Parcel {
      let body: @Sendable () -> Void
      init(_ body: @escaping @Sendable () -> Void) { self.body = body }
    }
    var thread = pthread_t()
    pthread_create(
      &thread, nil,
      { raw in
        Unmanaged<Parcel>.fromOpaque(raw!).takeRetainedValue().body()
        return nil
      }, Unmanaged.passRetained(Parcel(body)).toOpaque())
    pthread_detach(thread)
  }
}
