import FoundationEssentials
import Grid
public import Reports

extension ReportFolder {
  /// Why there is no report to show.
  public enum Fault: Error, Hashable, Sendable, CustomStringConvertible {
    /// No such event, with those that have reports.
    case noEvent(String, known: [String])
    /// No such run of the event, with those it has.
    case noRun(String, event: String, known: [String])
    /// The run's file is not there.
    case noFile(path: String)

    /// What was found and what is allowed.
    public var description: String {
      switch self {
      case .noEvent(let event, let known):
        "event \(event): no report; allowed: \(Self.list(known, "none yet"))"
      case .noRun(let run, let event, let known):
        "run \(run) of event \(event): no report; allowed: \(Self.list(known, "none yet"))"
      case .noFile(let path): "\(path): file is missing; allowed: the report of a settlement run"
      }
    }

    private static func list(_ names: [String], _ none: String) -> String {
      names.isEmpty ? none : names.joined(separator: ", ")
    }
  }

  /// The events that have reports, by name.
  public var events: [String] {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []
    return names.filter { EventID($0) != nil }.sorted()
  }

  /// True when money was posted by this run; nil when its report cannot be read.
  public func isPayable(event: String, run: String) -> Bool? {
    let file = "\(folder(event: event, run: run))/\(ReportFile.json.rawValue)"
    guard let data = try? Data(contentsOf: URL(filePath: file)),
      let report = try? JSONDecoder().decode(RunOfReport.self, from: data)
    else { return nil }
    return report.run.payable
  }

  private struct RunOfReport: Decodable {
    struct Run: Decodable { var payable: Bool }
    var run: Run
  }

  /// One file of a report, as it was written.
  /// - Parameter run: Its name; nil takes the newest payable run, or the newest of all when no run
  ///   is payable yet.
  public func read(
    _ file: ReportFile, event: String, run: String? = nil
  ) throws(Fault) -> (run: String, bytes: [UInt8]) {
    let runs = EventID(event) == nil ? [] : runs(ofEvent: event)
    guard let newest = runs.last else { throw .noEvent(event, known: events) }
    if let run, !runs.contains(run) { throw .noRun(run, event: event, known: runs) }
    let chosen = run ?? runs.last { isPayable(event: event, run: $0) == true } ?? newest
    let path = "\(folder(event: event, run: chosen))/\(file.rawValue)"
    guard let data = try? Data(contentsOf: URL(filePath: path)) else { throw .noFile(path: path) }
    return (chosen, Array(data))
  }
}
