import FoundationEssentials
import Grid
public import Reports
import Settlement

/// Where the reports of events lie: a folder an event and run, one file a format.
public struct ReportFolder: Sendable {
  /// The folder of all reports.
  public let path: String

  /// Reports below `path`.
  public init(_ path: String) { self.path = path }

  /// The folder of one run of one event.
  public func folder(event: String, run: String) -> String { "\(path)/\(event)/\(run)" }

  /// Writes every file of a report; a file is replaced whole or not at all.
  public func write(_ report: EventReport) throws {
    let folder = folder(event: report.event.id.text, run: report.settlement.run.name)
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    for file in ReportFile.allCases {
      try Data(report.bytes(of: file)).write(
        to: URL(filePath: "\(folder)/\(file.rawValue)"), options: .atomic)
    }
  }

  /// The runs that an event has reports of, in the order of their writing.
  public func runs(ofEvent event: String) -> [String] {
    let folder = "\(path)/\(event)"
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    func written(_ name: String) -> Date {
      let attributes = try? FileManager.default.attributesOfItem(atPath: "\(folder)/\(name)")
      return attributes?[.modificationDate] as? Date ?? .distantPast
    }
    return names.sorted { written($0) < written($1) }
  }
}
