extension DisputePacket {
  /// The packet as a file of a format; `csv` is one row a value.
  public func bytes(_ format: ReportFormat) -> [UInt8] {
    format.bytes(csv: csv, json: json, md: markdown, html: html)
  }

  /// `part,row,name,value`: rows count from 1 in each part.
  private var csv: String {
    var text = "part,row,name,value\n"
    func row(_ part: String, _ row: Int, _ name: String, _ value: String) {
      text += "\(part),\(row),\(name),\(CSV.cell(value))\n"
    }
    for part in parts {
      switch part.content {
      case .facts(let facts): for fact in facts { row(part.key, 1, fact.key, fact.value) }
      case .table(let columns, let rows):
        for (place, cells) in rows.enumerated() {
          for (column, cell) in zip(columns, cells) { row(part.key, place + 1, column.key, cell) }
        }
      case .lines(let lines):
        for (place, line) in lines.enumerated() { row(part.key, place + 1, "line", line) }
      }
    }
    return text
  }

  private var json: [UInt8] {
    var json = JSONBytes()
    var keys: [(key: String, part: Part?)] = parts.map { ($0.key, $0) }
    keys += [("format", nil), ("summary", nil)]
    json.object { json in
      for (key, part) in keys.sorted(by: { $0.key < $1.key }) {
        guard let part else {
          json.member(key, key == "format" ? "headroom.dispute-packet/1" : summary)
          continue
        }
        json.key(key)
        append(part.content, &json)
      }
    }
    json.out.append("\n")
    return json.out.bytes
  }

  private func append(_ content: Content, _ json: inout JSONBytes) {
    switch content {
    case .facts(let facts): append(facts.map { ($0.key, $0.value) }, &json)
    case .table(let columns, let rows):
      json.array { json in
        for cells in rows { append(Array(zip(columns.map(\.key), cells)), &json) }
      }
    case .lines(let lines): json.array(lines)
    }
  }

  private func append(_ members: [(key: String, value: String)], _ json: inout JSONBytes) {
    json.object { json in
      for (key, value) in members.sorted(by: { $0.key < $1.key }) {
        json.member(key, value.isEmpty ? nil : value)
      }
    }
  }

  // MARK: For people

  private var markdown: String {
    var text = "# \(EventReport.escaped(title))\n\n\(EventReport.escaped(kicker))\n\n"
    text += "\(EventReport.escaped(summary))\n"
    for part in parts {
      text += "\n## \(part.title)\n\n"
      if !part.sentence.isEmpty { text += "\(EventReport.escaped(part.sentence))\n\n" }
      switch part.content {
      case .facts(let facts):
        text += EventReport.table(["", "value"], facts.map { [$0.name, Self.shown($0.value)] })
      case .table(_, let rows) where rows.isEmpty: text += "None.\n"
      case .table(let columns, let rows):
        text += EventReport.table(columns.map(\.name), rows)
      case .lines(let lines): for line in lines { text += "    \(line)\n" }
      }
    }
    return text
  }

  private var html: String {
    var body = ""
    for part in parts {
      body += "<h2>\(HTML.escaped(part.title))</h2>\n"
      if !part.sentence.isEmpty { body += "<p>\(HTML.escaped(part.sentence))</p>\n" }
      switch part.content {
      case .facts(let facts):
        let items = facts.map {
          "<dt>\(HTML.escaped($0.name))</dt><dd>\(HTML.escaped(Self.shown($0.value)))</dd>"
        }
        body += "<dl class=\"evidence\">\(items.joined())</dl>\n"
      case .table(_, let rows) where rows.isEmpty: body += "<p>None.</p>\n"
      case .table(let columns, let rows):
        body += HTML.table(
          caption: part.title, isLong: true,
          columns.map { ($0.name, $0.isNumber ? .number : .text) },
          rows)
      case .lines(let lines):
        body += "<pre>\(lines.map(HTML.escaped).joined(separator: "\n"))</pre>\n"
      }
    }
    return HTML.page(title: title, kicker: kicker, summary: summary, wide: true, body: body)
  }

  private static func shown(_ value: String) -> String { value.isEmpty ? "unknown" : value }
}
