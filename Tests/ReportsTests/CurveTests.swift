import Grid
import Reports
import Testing

@Suite struct `The curve of a report` {
  static func report(_ delivered: [Int64], commands: [Int] = []) -> EventReport {
    var report = Example.report()
    report.curve = CurveFacts(
      points: delivered.enumerated().map { place, watts in
        .init(
          at: Example.start.adding(seconds: Int64(place) * 10), delivered: Power(watts: watts),
          target: Power(watts: 4_000), committed: Power(watts: 3_000),
          commands: commands.indices.contains(place) ? commands[place] : 0)
      })
    return report
  }

  @Test func `is left out when nothing was kept`() {
    let report = Example.report()
    #expect(!report.html().contains("During the event"))
    #expect(!String(decoding: report.bytes(of: .json), as: UTF8.self).contains("\"curve\""))
    #expect(!Self.report([1]).html().contains("During the event"))
  }

  @Test func `stands before the intervals, with what it shows in words`() {
    let html = Self.report([0, 2_000, 3_000, 3_000], commands: [5, 0, 2, 1]).html()
    let order = [
      "class=\"summary\"", "<h2>During the event", "id=\"c-t\"", "id=\"d-t\"",
      "<h2>Interval by interval",
    ]
    let places = order.compactMap { html.firstPlace(of: $0) }
    #expect(places.count == order.count && places == places.sorted())
    #expect(html.contains("Before the first point 5 commands had left; 3 more left at 2 moments"))
    for name in ["delivered", "target", "committed", "commands sent"] {
      #expect(html.contains("</svg>\(name)</li>"), "\(name)")
    }
    for forbidden in ["http:", "<script", "url("] { #expect(!html.contains(forbidden)) }
  }

  /// 900 wide: 78…886 for 30 s; 330 high: 12…268 for 0…4,000 W.
  @Test func `draws delivered power from point to point, and steps for what was asked`() {
    let html = Self.report([0, 2_000, 3_000, 3_000], commands: [5, 0, 2, 1]).html()
    #expect(html.contains("<path class=\"metered\" d=\"M78 268L347 140L616 76L886 76\"/>"))
    #expect(html.contains("<path class=\"target\" d=\"M78 12H886\"/>"))
    #expect(html.contains("<path class=\"baseline\" d=\"M78 76H886\"/>"))
    #expect(html.contains("<path class=\"commands\" d=\"M616 272v18M886 272v11\"/>"))
  }

  @Test func `is in the JSON, point by point`() {
    let json = String(
      decoding: Self.report([0, 2_000], commands: [5, 1]).bytes(of: .json), as: UTF8.self)
    #expect(
      json.hasPrefix(
        "{\"curve\":[{\"at\":\"2026-07-16T00:00:00Z\",\"commands\":5,\"committedW\":3000,"
          + "\"deliveredW\":0,\"targetW\":4000},{\"at\":\"2026-07-16T00:00:10Z\",\"commands\":1,"
          + "\"committedW\":3000,\"deliveredW\":2000,\"targetW\":4000}],\"dataQuality\":"))
  }
}
