import ArgumentParser
import Policies

extension DemoCommand {
  /// Real homes in `folder`: their events one after the other, and what no event would have earned.
  func runRealHomes(_ data: String) async throws {
    let policyFile = self.policy ?? "policies/surge-hourly.yaml"
    let policy = try InputFile.parse(policyFile) { try Policy.load(bytes: $0, file: $1) }
    let homes = try await RealHomes(folder: data, policy: policy)
    let folder = try DemoFolder(keep: keep)
    let demo = DemoRealHomes(
      folder: folder.path, policy: policy, policyFile: policyFile, homes: homes)
    try await carryOut(in: folder, demo.run) { (summary: RealHomesSummary, report) in
      if json {
        summary.writeJSON(report: report) { Console.result($0) }
      } else {
        Console.result(summary.text(report: report))
      }
      return summary.isVerified
    }
  }
}
