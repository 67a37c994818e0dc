/// A file of a report.
public enum ReportFile: String, Hashable, Sendable, CaseIterable {
  /// One row a home and interval.
  case intervals = "intervals.csv"
  /// One row a line.
  case lines = "lines.csv"
  /// One row a leg of a party.
  case parties = "parties.csv"
  /// Everything, canonical: `headroom.settlement/1`.
  case json = "report.json"
  /// The summary as Markdown.
  case markdown = "report.md"
  /// The summary as one page that needs nothing else.
  case html = "report.html"
}

/// A choice of files.
public enum ReportFormat: String, Hashable, Sendable, CaseIterable {
  /// The three tables.
  case csv
  /// The canonical object.
  case json
  /// The summary for a terminal or a ticket.
  case md
  /// The summary for people.
  case html

  /// Its files.
  public var files: [ReportFile] {
    switch self {
    case .csv: [.intervals, .lines, .parties]
    case .json: [.json]
    case .md: [.markdown]
    case .html: [.html]
    }
  }
}

extension ReportFormat {
  /// The one of four files that has this format.
  func bytes(
    csv: @autoclosure () -> String, json: @autoclosure () -> [UInt8],
    md: @autoclosure () -> String, html: @autoclosure () -> String
  ) -> [UInt8] {
    switch self {
    case .csv: Array(csv().utf8)
    case .json: json()
    case .md: Array(md().utf8)
    case .html: Array(html().utf8)
    }
  }
}

extension EventReport {
  /// Writes `file` in pieces of a bounded size, so that a large fleet never stands in memory twice.
  public func write(_ file: ReportFile, to sink: ([UInt8]) throws -> Void) rethrows {
    switch file {
    case .intervals: try writeIntervals(to: sink)
    case .lines: try writeLines(to: sink)
    case .parties: try writeParties(to: sink)
    case .json: try writeJSON(to: sink)
    case .markdown: try sink(Array(markdown().utf8))
    case .html: try sink(Array(html().utf8))
    }
  }

  /// The whole of `file`.
  public func bytes(of file: ReportFile) -> [UInt8] {
    var bytes: [UInt8] = []
    write(file) { bytes.append(contentsOf: $0) }
    return bytes
  }
}

/// Bytes that are handed on when there are enough of them.
let pieceSize = 1 << 18
