import Foundation
import Grid
import Reports
import Settlement
import Testing

/// The days that made a home's baseline and those that did not, on the page and in the files.
@Suite struct `A home that is explained` {
  static func day(
    _ date: String, _ state: String, _ reason: String? = nil, mean: Int64? = nil,
    weight: String? = nil
  ) -> HomeFacts.Day {
    HomeFacts.Day(
      date: CivilDate(text: date)!, dayClass: "business", state: state, reason: reason,
      mean: mean.map { Energy(joules: $0) }, weight: weight)
  }

  /// H1 with two days taken, one spare and four left out; H3 refused.
  static func report() -> EventReport {
    var report = Example.report()
    for row in report.homes.indices {
      switch report.homes[row].site.text {
      case "H1":
        report.homes[row].days = [
          day("2026-07-14", "selected", mean: 3_600_000, weight: "1/2"),
          day("2026-07-13", "selected", mean: 3_240_000, weight: "1/2"),
          day("2026-07-12", "excluded", "class"), day("2026-07-11", "excluded", "class"),
          day("2026-07-10", "excluded", "missingData: 17:00"),
          day("2026-07-09", "excluded", "eventDay"), day("2026-07-08", "qualified", mean: 1_000),
          day("2026-07-07", "notNeeded"),
        ]
      case "H3":
        report.homes[row].refusal = .init(
          code: "tooFewDays", sentence: "4 days are left and 5 are needed.")
        report.homes[row].days = (1...6).map { day("2026-07-0\($0)", "excluded", "class") }
      default: break
      }
    }
    return report
  }

  static let taken = "Taken: 2026-07-14, 2026-07-13."
  static let spare = "Alike and not chosen: 2026-07-08."
  static let left =
    "Left out: class (2026-07-12, 2026-07-11); missingData: 17:00 (2026-07-10); eventDay (2026-07-09)."

  @Test func `says on the page and in the summary which days were taken, and why others were not`()
  {
    let report = Self.report()
    #expect(report.html().contains("<br>\(Self.taken) \(Self.spare) \(Self.left)</figcaption>"))
    #expect(
      report.html().contains(
        "<b>H3</b> <br>Refused, tooFewDays: 4 days are left and 5 are needed."
          + "<br>Left out: class (6 days).</figcaption>"))
    let text = report.markdown()
    #expect(text.contains("## What the homes were measured against"))
    #expect(text.contains("- H1: \(Self.taken) \(Self.spare) \(Self.left)\n"))
    #expect(
      text.contains(
        "- H3: Refused, tooFewDays: 4 days are left and 5 are needed. Left out: class (6 days).\n"))
    #expect(!Example.report().markdown().contains("measured against"))
  }

  @Test func `has each day in the JSON`() {
    let json = Self.report().text(.json)
    #expect(
      json.contains(
        #""consideredDays":[{"class":"business","date":"2026-07-14","meanJ":3600000,"reason":null,"#
          + #""state":"selected","weight":"1/2"},"#))
    #expect(
      json.contains(
        #"{"class":"business","date":"2026-07-10","meanJ":null,"reason":"missingData: 17:00","#
          + #""state":"excluded","weight":null}"#))
    #expect(
      json.contains(
        #""refusal":{"code":"tooFewDays","sentence":"4 days are left and 5 are needed."}"#))
    #expect(json.contains(#""consideredDays":[],"#) && json.contains(#""refusal":null"#))
  }

  @Test func `has a line for the target, which is the baseline less the commitment`() throws {
    // 1,000 Wh an interval of half an hour are 2,000 W; 500 Wh are committed, so the target is
    // 1,000 W. The axis runs from 0 to 2,000 W over 94 units: 1,000 W lie in the middle.
    let html = Self.report().html()
    let figure = try #require(html.range(of: "<b>H1</b>"))
    let picture = html[figure.upperBound...].prefix(2_000)
    func path(_ style: String) -> Substring? {
      picture.range(of: "<path class=\"\(style)\" d=\"").map {
        picture[$0.upperBound...].prefix { $0 != "\"" }
      }
    }
    #expect(path("adjusted") == "M62 8H207V8H352")
    #expect(path("target") == "M62 55H207V55H352")
    #expect(path("metered") == "M62 55H207V65H352")
    // 900 Wh unadjusted are 1,800 W.
    #expect(path("baseline") == "M62 18H207V18H352")
  }

  @Test func `is drawn by its meter alone when it has no baseline`() throws {
    var report = Self.report()
    let row = try #require(report.homes.firstIndex { $0.site.text == "H3" })
    for place in report.homes[row].intervals.indices {
      report.homes[row].intervals[place].actual = Energy(wattHours: 500)
    }
    let html = report.html()
    #expect(html.contains("aria-label=\"H3: baseline"))
    let figure = try #require(html.range(of: "<b>H3</b>"))
    let picture = html[figure.upperBound...].prefix(2_000)
    #expect(picture.contains("<path class=\"target\" d=\"\"/>"))
    #expect(picture.contains("<path class=\"metered\" d=\"M62 8H207V8H352\"/>"))
  }

  @Test func `is one of those that the page shows, worst first`() {
    let report = Example.report()
    #expect(report.shownRows.map { report.homes[$0].site.text } == ["H3", "H5", "H2", "H1", "H4"])
  }
}
