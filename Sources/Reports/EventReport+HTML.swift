import Grid
import Settlement

extension EventReport {
  /// How many homes the page lists; the tables have all.
  static let homesOnPage = 200

  /// The report as one page: nothing to load, nothing to run, ready for paper.
  public func html() -> String {
    let name = HTML.escaped("\(title), \(standing)")
    return """
      <!doctype html>
      <html lang="en"><head><meta charset="utf-8">
      <meta name="viewport" content="width=device-width, initial-scale=1">
      <meta http-equiv="Content-Security-Policy" content="default-src 'none'; \
      style-src 'unsafe-inline'">
      <title>\(name)</title>
      <style>
      \(PageStyle.css)
      </style></head><body><main>

      """ + header() + curveSection() + intervalSection() + reboundSection()
        + moneySection() + exceptionSection() + homeSection()
        + policySection() + checkSection() + """
          <footer>Energies and money on this page are rounded for reading. The exact figures are in
          intervals.csv, lines.csv, parties.csv and report.json of the same run.</footer>
          </main></body></html>

          """
  }

  private func header() -> String {
    var html =
      "<header><p class=\"kicker\">\(HTML.escaped(policy.title)) · "
      + "\(HTML.escaped(standing))</p><h1>\(HTML.escaped(title))</h1>"
      + "<p class=\"kicker\">\(HTML.escaped(People.window(event.window, zone))) "
      + "(\(HTML.escaped(zone.name)))</p></header>\n"
    html += "<p class=\"summary\">\(HTML.escaped(summary))</p>\n"
    for notice in notices { html += "<p class=\"note\">\(HTML.escaped(notice))</p>\n" }
    html += "<dl class=\"figures\">"
    for figure in keyFigures {
      html +=
        "<div><dt>\(HTML.escaped(figure.name))</dt>"
        + "<dd><span class=\"value\">\(HTML.escaped(figure.value))</span>"
        + "<span class=\"of\">\(HTML.escaped(figure.note))</span></dd></div>"
    }
    html += "</dl>\n"
    return html + fleetSentence()
  }

  private func fleetSentence() -> String {
    var text =
      "\(People.count(fleet.eligible)) of \(People.count(fleet.batteries)) batteries could "
      + "take part, "
      + "\(People.count(fleet.commanded)) were commanded, "
      + "\(People.count(fleet.acknowledged)) acknowledged."
    if !fleet.outcomes.isEmpty {
      let outcomes = fleet.outcomes.map { "\($0.name) \(People.count($0.count))" }
      text += " How it ended for them: " + outcomes.joined(separator: ", ") + "."
    }
    if event.revisions.count > 1 {
      text += " The signal was revised \(People.count(event.revisions.count - 1, "time", "times"))."
    }
    return "<p>\(HTML.escaped(text))</p>\n"
  }

  private func intervalSection() -> String {
    let sums = intervalSums()
    var html = "<h2>Interval by interval</h2>\n"
    html += chart(sums)
    html += HTML.table(
      caption: "Energy of each interval. Baseline, target and metered are sums over the homes that "
        + "have both a baseline and a meter value.",
      [
        ("From", .text), ("Level", .number), ("Committed", .number), ("Baseline", .number),
        ("Target", .number), ("Metered", .number), ("Verified", .number), ("Credited", .number),
        ("Homes measured", .number),
      ],
      sums.map { sum in
        let isKnown = sum.measured > 0
        return [
          People.clock(sum.window.start, zone), "\(sum.level)", People.energy(sum.committed),
          isKnown ? People.energy(sum.baseline) : "unknown",
          isKnown ? People.energy(sum.target) : "unknown",
          isKnown ? People.energy(sum.metered) : "unknown", People.energy(sum.verified),
          People.energy(sum.credited),
          "\(People.count(sum.measured)) of \(People.count(sum.homes))",
        ]
      })
    let words = oneMeterInWords
    return words.isEmpty ? html : html + "<p>\(HTML.escaped(words))</p>\n"
  }

  private func chart(_ sums: [IntervalSum]) -> String {
    let steps = sums.map { sum in
      func power(_ energy: Energy) -> Int64? {
        sum.measured == 0 ? nil : energy.power(overSeconds: max(1, sum.seconds)).watts
      }
      return Chart.Step(
        label: People.clock(sum.window.start, zone), baseline: power(sum.baseline),
        target: power(sum.target), metered: power(sum.metered))
    }
    let end = People.clock(event.window.end, zone)
    let title = "Mean power at the meters"
    let description =
      "Baseline, target and metered power of each interval; the table below has the same figures."
    let wide = Chart(steps: steps, end: end, width: 900, height: 300)
    let narrow = Chart(steps: steps, end: end, width: 400, height: 260)
    guard let large = wide.svg(title: title, description: description, id: "w", cssClass: "wide"),
      let small = narrow.svg(
        title: title, description: description, id: "s", cssClass: "narrow")
    else { return "<p>No home has both a baseline and a meter value, so there is no chart.</p>\n" }
    func key(_ name: String, _ style: String) -> String {
      let mark =
        style == "fill"
        ? "<rect class=\"fill\" width=\"30\" height=\"12\"/>"
        : "<path class=\"\(style)\" d=\"M0 6H30\"/>"
      return "<li><svg viewBox=\"0 0 30 12\" aria-hidden=\"true\">\(mark)</svg>\(name)</li>"
    }
    return "<figure><figcaption>\(title): import from the grid is positive.</figcaption>"
      + "<ul class=\"legend\">\(key("baseline", "baseline"))\(key("target", "target"))"
      + "\(key("metered", "metered"))\(key("reduction", "fill"))</ul>\n"
      + "\(large)\(small)</figure>\n"
  }
}
