import FoundationEssentials
public import Grid
import Reports

extension ReportFolder {
  private struct Report: Decodable {
    struct Event: Decodable {
      var start: String
      var end: String
    }
    var event: Event
  }

  /// When an event was, by its newest report; nil when there is none that can be read.
  public func window(ofEvent event: String) -> Window? {
    guard let (_, bytes) = try? read(.json, event: event),
      let report = try? JSONDecoder().decode(Report.self, from: Data(bytes)),
      let start = Timestamp(rfc3339: report.event.start),
      let end = Timestamp(rfc3339: report.event.end)
    else { return nil }
    return Window(start: start, end: end)
  }
}
