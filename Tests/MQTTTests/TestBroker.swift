import Foundation
import Glibc
import MQTT
import Testing

/// A real mosquitto on a free port of the loopback interface, in a folder of its own.
final class TestBroker: @unchecked Sendable {
  static let executable = "/usr/sbin/mosquitto"
  static var isInstalled: Bool { FileManager.default.isExecutableFile(atPath: executable) }

  let port: Int
  let folder: URL
  private let settings: String
  // Written only by the test that owns the broker, one call after the other.
  private var process: pid_t = 0

  /// Starts a broker with further lines of configuration; `{folder}` in them is its folder.
  init(_ lines: String = "allow_anonymous true", files: [String: String] = [:]) throws {
    folder = FileManager.default.temporaryDirectory
      .appending(path: "headroom-mqtt-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    for (name, text) in files {
      try Data(text.utf8).write(to: folder.appending(path: name))
    }
    port = Self.freePort()
    settings = """
      listener \(port) 127.0.0.1
      user root
      max_inflight_messages 0
      max_queued_messages 0
      set_tcp_nodelay true
      log_type none
      \(lines.replacing("{folder}", with: folder.path))
      """
    try Data(settings.utf8).write(to: folder.appending(path: "mosquitto.conf"))
    try start()
  }

  /// Starts it and waits until it listens.
  func start() throws {
    // Not Foundation's Process: a child of a Dispatch thread inherits its mask, in which SIGTERM is
    // blocked, and could not be ended in order.
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    var none = sigset_t()
    sigemptyset(&none)
    posix_spawnattr_setsigmask(&attributes, &none)
    posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK))
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0)
    posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0)
    let words = [Self.executable, "-c", folder.appending(path: "mosquitto.conf").path]
    var arguments = words.map { strdup($0) } + [nil]
    defer { for argument in arguments { free(argument) } }
    let status = posix_spawn(&process, Self.executable, &actions, &attributes, &arguments, environ)
    guard status == 0 else { throw Unusable(reason: "mosquitto did not start: \(status)") }
    for _ in 0..<500 {
      let socket = Self.connect(port)
      if socket >= 0 {
        close(socket)
        return
      }
      usleep(10_000)
    }
    throw Unusable(reason: "mosquitto does not listen on port \(port)")
  }

  /// Ends it as a power cut would.
  func kill() { end(with: SIGKILL) }

  /// Ends it in order, so that it saves its sessions.
  func terminate() { end(with: SIGTERM) }

  private func end(with signal: Int32) {
    guard process > 0 else { return }
    Glibc.kill(process, signal)
    waitpid(process, nil, 0)
    process = 0
  }

  deinit {
    kill()
    try? FileManager.default.removeItem(at: folder)
  }

  struct Unusable: Error { var reason: String }

  static func freePort() -> Int {
    let socket = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    defer { close(socket) }
    var address = loopback(port: 0)
    var size = socklen_t(MemoryLayout<sockaddr_in>.size)
    return withUnsafeMutablePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
        bind(socket, address, size)
        getsockname(socket, address, &size)
      }
      return Int(UInt16(bigEndian: pointer.pointee.sin_port))
    }
  }

  static func loopback(port: Int) -> sockaddr_in {
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = UInt16(port).bigEndian
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    return address
  }

  /// A connected socket, or a negative number.
  static func connect(_ port: Int) -> Int32 {
    let socket = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    var address = loopback(port: port)
    let status = withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        Glibc.connect(socket, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
      }
    }
    if status == 0 { return socket }
    close(socket)
    return -1
  }
}

extension Trait where Self == ConditionTrait {
  /// Skips a suite where there is no mosquitto.
  static var needsBroker: Self {
    .enabled(if: TestBroker.isInstalled, "needs \(TestBroker.executable)")
  }
}
