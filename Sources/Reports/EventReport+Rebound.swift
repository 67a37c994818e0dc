import Grid

// The hours after an event: what was put off comes back.
extension EventReport {
  private var reboundRows: [[String]] {
    (rebound?.hours ?? []).map {
      [
        People.clock($0.window.start, zone), People.count($0.homes), People.energy($0.expected),
        People.energy($0.actual), People.energy($0.excess),
      ]
    }
  }

  func reboundSection() -> String {
    guard rebound != nil else { return "" }
    return "<h2>After the event</h2>\n"
      + HTML.table(
        caption: "What the homes drew in the hours after it, beside their baseline.",
        [
          ("From", .text), ("Measured homes", .number), ("Expected", .number), ("Drawn", .number),
          ("Beyond it", .number),
        ],
        reboundRows)
  }

  var reboundMarkdown: String {
    guard rebound != nil else { return "" }
    return "\n## After the event\n\n"
      + Self.table(["from", "measured homes", "expected", "drawn", "beyond it"], reboundRows)
  }

  func appendRebound(_ json: inout JSONBytes) {
    guard let rebound else { return }
    json.key("rebound")
    json.array { json in
      for hour in rebound.hours {
        json.object { json in
          json.member("actualJ", hour.actual)
          json.member("end", hour.window.end.description)
          json.member("excessJ", hour.excess)
          json.member("expectedJ", hour.expected)
          json.member("homes", hour.homes)
          json.member("start", hour.window.start.description)
        }
      }
    }
  }
}
