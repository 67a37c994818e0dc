import Foundation
import Grid
import Signing

/// The program itself on an installation.
extension Installation {
  /// A clock that runs faster than the machine's.
  struct Clock {
    var epoch: Timestamp
    var realEpoch: Timestamp
    var rate: Int64
  }

  /// Where the program lies: beside the tests.
  static var program: String {
    let own = (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? ""
    return URL(filePath: own).deletingLastPathComponent().appending(path: "headroom").path
  }
  static var isProgramBuilt: Bool { FileManager.default.isExecutableFile(atPath: program) }

  /// Writes its configuration.
  func configure(port: Int, clock: Clock) throws {
    try folder.write(
      "headroom.yaml",
      """
      broker: {host: 127.0.0.1, port: \(port)}
      data: {folder: data}
      fleet: {batteries: fleet.csv}
      policies: [policy.yaml]
      ledger: {origin: \(Self.origin), key: data/ledger.key}
      keys:
        - utility: \(Self.utility)
          publicKey: \(Base64.text(key.verifier.key.bytes))
      clock: {epoch: \(clock.epoch), realEpoch: \(clock.realEpoch), rate: \(clock.rate)}

      """)
  }

  /// Starts `headroom serve`; what it says is added to `controller.log`.
  func serve() throws -> Process {
    let process = Process()
    process.executableURL = URL(filePath: Self.program)
    process.arguments = ["serve", "--config", folder.path + "/headroom.yaml"]
    process.standardOutput = FileHandle.nullDevice
    let log = folder.path + "/controller.log"
    if !FileManager.default.fileExists(atPath: log) {
      _ = FileManager.default.createFile(atPath: log, contents: nil)
    }
    let output = try FileHandle(forWritingTo: URL(filePath: log))
    try output.seekToEnd()
    process.standardError = output
    try process.run()
    return process
  }
}
