import Controller
import FoundationEssentials
import Grid
import Ledger
import Signing
import Storage
import Wire

extension DemoWorld {
  /// Leaves fleet and configuration beside the stores, so that a folder that is kept can be
  /// replayed, asked and served like any installation.
  ///
  /// - Parameter policyFile: The policy, copied so that the folder stands for itself.
  func leaveConfiguration(policyFile: String, brokerPort: Int) throws {
    try Data(FleetFile.encode(enrolment)).write(to: URL(filePath: folder + "/fleet.csv"))
    let isLimited = feeder.limits.contains { $0 < .max }
    if isLimited {
      try Data(FeederFile.encode(feeder)).write(to: URL(filePath: folder + "/feeder.csv"))
    }
    let policy = try Data(contentsOf: URL(filePath: policyFile))
    try policy.write(to: URL(filePath: folder + "/policy.yaml"))
    try store.keep(
      evidence: Array(policy), kind: Int(EvidenceKind.document.rawValue),
      hash: SHA256.hash(Array(policy)))
    let configuration = """
      # Left by `headroom demo`; its broker was an embedded one and is gone.
      broker: {host: 127.0.0.1, port: \(brokerPort)}
      data: {folder: .}
      fleet: {batteries: fleet.csv\(isLimited ? ", feeder: feeder.csv" : "")}
      policies: [policy.yaml]
      ledger: {origin: \(book.key.verifier.name), key: ledger.key}
      keys:
        - utility: \(utility)
          publicKey: \(Base64.text(utilityKey.verifier.key.bytes))

      """
    try Data(configuration.utf8).write(to: URL(filePath: folder + "/headroom.yaml"))
  }
}
