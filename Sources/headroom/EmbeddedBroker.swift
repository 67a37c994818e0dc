import FoundationEssentials
import Subprocess
import SystemPackage

/// A mosquitto of our own on a free loopback port, for as long as a piece of work lasts.
struct EmbeddedBroker {
  /// Why there is no broker.
  enum Fault: Error, CustomStringConvertible {
    case notInstalled
    case noFreePort

    var description: String {
      switch self {
      case .notInstalled:
        "mosquitto is not installed; run scripts/setup, or: apt-get install mosquitto"
      case .noFreePort: "no free loopback port was found for the embedded broker in 20 attempts"
      }
    }
  }

  /// On 127.0.0.1.
  let port: Int
  /// The broker's process.
  let processID: Int32

  private static let places = [
    "/usr/sbin/mosquitto", "/usr/local/sbin/mosquitto", "/usr/bin/mosquitto",
  ]

  /// Runs `work` beside a fresh broker that forgets everything; the broker is gone when it returns.
  ///
  /// - Parameter folder: Where the broker's configuration is written; it must exist.
  static func during<Value: Sendable>(
    _ folder: String, _ work: (EmbeddedBroker) async throws -> Value
  ) async throws -> Value {
    guard let program = places.first(where: FileManager.default.fileExists(atPath:)) else {
      throw Fault.notInstalled
    }
    for _ in 0..<20 {
      let port = Int.random(in: 20_000..<32_000)
      let file = folder + "/mosquitto.conf"
      try Data(configuration(port: port).utf8).write(to: URL(filePath: file))
      var options = PlatformOptions()
      // The broker leaves the terminal's group, so that Ctrl-C reaches us first; we end it.
      options.processGroupID = 0
      options.teardownSequence = [.gracefulShutDown(allowedDurationToNextStep: .seconds(3))]
      let run = try await Subprocess.run(
        .path(FilePath(program)), arguments: ["-c", file], platformOptions: options,
        input: .none, output: .discarded, error: .discarded
      ) { execution -> Value? in
        let broker = EmbeddedBroker(port: port, processID: execution.processIdentifier.value)
        // A broker that found its port taken has ended by now.
        try await Task.sleep(for: .milliseconds(150))
        guard isRunning(broker.processID) else { return nil }
        do {
          let value = try await work(broker)
          await execution.teardown(using: options.teardownSequence)
          return value
        } catch {
          await execution.teardown(using: options.teardownSequence)
          throw error
        }
      }
      if let value = run.closureResult { return value }
    }
    throw Fault.noFreePort
  }

  /// Everything is let through and nothing is kept: it listens on loopback only.
  private static func configuration(port: Int) -> String {
    """
    listener \(port) 127.0.0.1
    allow_anonymous true
    persistence false
    max_inflight_messages 0
    max_queued_messages 0
    max_packet_size 66560
    set_tcp_nodelay true
    log_type none

    """
  }

  private static func isRunning(_ process: Int32) -> Bool {
    guard
      let status = try? String(contentsOf: URL(filePath: "/proc/\(process)/stat"), encoding: .utf8)
    else { return false }
    return !status.contains(") Z ")
  }
}
