import Foundation
import Glibc
import Testing

/// A real mosquitto on a free loopback port, which can be killed and started again.
final class Broker: @unchecked Sendable {
  static let executable = "/usr/sbin/mosquitto"
  static var isInstalled: Bool { FileManager.default.isExecutableFile(atPath: executable) }

  let port: Int
  private let file: String
  // Written only by the test that owns the broker, one call after the other.
  private var process = Process()

  /// Starts a broker that forgets everything when it dies; its configuration lies in `folder`.
  init(in folder: String) throws {
    port = Self.freePort()
    file = folder + "/mosquitto.conf"
    let settings = """
      listener \(port) 127.0.0.1
      allow_anonymous true
      persistence false
      max_inflight_messages 0
      max_queued_messages 0
      set_tcp_nodelay true
      log_type none

      """
    try Data(settings.utf8).write(to: URL(filePath: file))
    try start()
  }

  deinit { if process.isRunning { kill() } }

  /// Starts it and waits until it listens.
  func start() throws {
    process = Process()
    process.executableURL = URL(filePath: Self.executable)
    process.arguments = ["-c", file]
    process.standardOutput = FileHandle.nullDevice
    process.standardError = FileHandle.nullDevice
    try process.run()
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
  func kill() {
    Glibc.kill(process.processIdentifier, SIGKILL)
    process.waitUntilExit()
  }

  struct Unusable: Error { var reason: String }

  private static func freePort() -> Int {
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

  private static func loopback(port: Int) -> sockaddr_in {
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = UInt16(port).bigEndian
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    return address
  }

  private static func connect(_ port: Int) -> Int32 {
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
  /// Skips what needs a broker where there is no mosquitto.
  static var needsBroker: Self {
    .enabled(if: Broker.isInstalled, "needs \(Broker.executable)")
  }
}

/// A folder of its own, which is gone with it.
final class Folder: Sendable {
  let path: String

  init() throws {
    path = FileManager.default.temporaryDirectory.path + "/headroom-resilience-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }

  /// An existing folder; everything in it is gone with it.
  init(at path: String) { self.path = path }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  func write(_ name: String, _ text: String) throws {
    try Data(text.utf8).write(to: URL(filePath: path + "/" + name))
  }

  func text(_ name: String) -> String? {
    try? String(contentsOfFile: path + "/" + name, encoding: .utf8)
  }

  /// A copy of everything in it.
  func copy() throws -> Folder {
    let path =
      FileManager.default.temporaryDirectory.path
      + "/headroom-resilience-\(UUID().uuidString)"
    try FileManager.default.copyItem(atPath: self.path, toPath: path)
    return Folder(at: path)
  }
}

/// The numbers that follow from a seed.
struct SeededNumbers: RandomNumberGenerator {
  private var state: UInt64

  init(_ seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }
}
