import ArgumentParser
import Policies

extension DemoCommand {
  /// Real homes in `folder`: their events one after the other, and what no event would have earned.
  func runRealHomes(_ data: String) async throws {
    let policyFile = self.policy ?? "policies/surge-hourly.yaml"
    let policy = try InputFile.parse(policyFile) { try Policy.load(bytes: $0, file: $1) }
    let progress = ProgressBar(isShown: Console.isTerminal)
    progress.show("reading \(data)", 0.01)
    let homes = try await RealHomes(folder: data, policy: policy)
    let folder = try DemoFolder(keep: keep)
    let demo = DemoRealHomes(
      folder: folder.path, policy: policy, policyFile: policyFile, homes: homes)
    let work = Task { try await demo.run(progress) }
    do {
      let summary = try await Signals.stopping({ work.cancel() }) { try await work.value }
      progress.clear()
      let report = try folder.finish(keepingAll: keep != nil)
      if json {
        summary.writeJSON(report: report) { Console.result($0) }
      } else {
        Console.result(summary.text(report: report))
      }
      if !summary.isVerified { throw ExitCode(Outcome.no.rawValue) }
    } catch is CancellationError {
      progress.clear()
      folder.remove()
      throw Outcome.no.failure("stopped; nothing is left behind")
    } catch let error as EmbeddedBroker.Fault {
      progress.clear()
      folder.remove()
      throw Outcome.unreachable.failure("\(error)")
    } catch let error as ExitCode {
      throw error
    } catch {
      progress.clear()
      throw Outcome.broken.failure("the demo failed: \(error); its files are in \(folder.path)")
    }
  }
}
