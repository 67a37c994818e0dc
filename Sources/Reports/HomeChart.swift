import Grid
import Settlement

/// One home's event in a few lines: the baseline before and after its adjustment, the target (the
/// baseline less the commitment), and the meter.
struct HomeChart {
  private let intervals: [HomeFacts.Interval]
  private let seconds: [Int64]

  private static let width: Int64 = 360
  private static let height: Int64 = 110
  private static let left: Int64 = 62
  private static let right: Int64 = 8
  private static let edge: Int64 = 8

  init(_ home: HomeFacts, seconds: [Int64]) {
    intervals = home.intervals
    self.seconds = seconds
  }

  /// The picture, or nil when there is no meter value; without a baseline it has that alone.
  func svg(title: String) -> String? {
    let target = points { interval in
      interval.baseline.map { $0 - interval.commitment.rewardBase }
    }
    let lines = [points(\.unadjusted), points(\.baseline), target, points(\.actual)]
    let drawn = lines.map { $0.compactMap(\.self) }
    guard !drawn[3].isEmpty else { return nil }
    let values = drawn.flatMap(\.self)
    let scale = Chart.Scale(from: min(0, values.min()!), to: max(0, values.max()!), lines: 3)
    var svg =
      "<svg viewBox=\"0 0 \(Self.width) \(Self.height)\" role=\"img\" "
      + "aria-label=\"\(HTML.escaped(title))\">\n"
    for value in [scale.from, 0, scale.to] {
      let y = place(value, scale)
      svg +=
        "<path class=\"\(value == 0 ? "zero" : "grid")\" d=\"M\(Self.left) \(y)"
        + "H\(Self.width - Self.right)\"/><text x=\"\(Self.left - 6)\" y=\"\(y + 4)\" "
        + "text-anchor=\"end\">\(HTML.escaped(People.power(value)))</text>\n"
    }
    for (points, style) in zip(lines, ["baseline", "adjusted", "target", "metered"]) {
      svg += "<path class=\"\(style)\" d=\"\(path(points, scale))\"/>\n"
    }
    return svg + "</svg>"
  }

  private func points(_ energy: (HomeFacts.Interval) -> Energy?) -> [Int64?] {
    intervals.indices.map { place in
      energy(intervals[place]).map { $0.power(overSeconds: max(1, seconds[place])).watts }
    }
  }

  private func place(_ value: Int64, _ scale: Chart.Scale) -> Int64 {
    let high = Int128(Self.height - 2 * Self.edge)
    return Self.height - Self.edge
      - Int64(high * Int128(value - scale.from) / Int128(scale.to - scale.from))
  }

  private func path(_ points: [Int64?], _ scale: Chart.Scale) -> String {
    func x(_ step: Int) -> Int64 {
      Self.left + (Self.width - Self.left - Self.right) * Int64(step) / Int64(points.count)
    }
    var path = ""
    var isDrawing = false
    for (step, value) in points.enumerated() {
      guard let value else {
        isDrawing = false
        continue
      }
      path += isDrawing ? "V\(place(value, scale))" : "M\(x(step)) \(place(value, scale))"
      path += "H\(x(step + 1))"
      isDrawing = true
    }
    return path
  }
}

extension EventReport {
  /// How many homes have a picture on the page.
  static let chartsOnPage = 48

  /// A picture for each of the first homes in this order, with the days of its baseline: those
  /// that were taken, and those that were not with the reason.
  func homeCharts(_ order: [Int]) -> String {
    let lengths = intervalSums().map { max(1, $0.seconds) }
    var figures = ""
    for row in order.prefix(Self.chartsOnPage) {
      let home = homes[row]
      let svg =
        home.intervals.count == lengths.count
        ? HomeChart(home, seconds: lengths).svg(
          title: "\(home.site): baseline, adjusted baseline, target and metered power") : nil
      let words = captions(home)
      if svg == nil, home.refusal == nil, home.days.isEmpty { continue }
      figures += "<figure><figcaption><b>\(home.site)</b> \(HTML.escaped(words[0]))"
      for sentence in words.dropFirst() { figures += "<br>\(HTML.escaped(sentence))" }
      figures += "</figcaption>\(svg ?? "")</figure>\n"
    }
    guard !figures.isEmpty else { return "" }
    return "<h2>What each home was measured against</h2>\n<p>Mean power at the meter, import "
      + "positive: dashed the baseline as the days give it, thin the baseline after the day's "
      + "adjustment, dotted the target (the baseline less what was committed), solid what was "
      + "metered. A home that was refused has no baseline.</p>\n"
      + "<div class=\"homes\">\n\(figures)</div>\n"
  }

  /// What stands above a home's picture: the kind, a refusal, and the days.
  private func captions(_ home: HomeFacts) -> [String] {
    var words = home.baseline.map { "\($0.kind)" } ?? ""
    if let baseline = home.baseline {
      if !baseline.days.isEmpty, home.days.isEmpty {
        words += " of " + baseline.days.map { "\($0)" }.joined(separator: ", ")
      }
      if !baseline.adjustment.isEmpty {
        words += "; adjusted by \(baseline.adjustment)"
        if baseline.isAdjustmentCapped == true { words += " (capped)" }
      }
    }
    var captions = [words]
    if let refusal = home.refusal {
      captions.append("Refused, \(refusal.code): \(refusal.sentence)")
    }
    if !home.flags.isEmpty { captions.append("Flags: \(home.flags.joined(separator: ", ")).") }
    if !home.days.isEmpty { captions.append(home.daysInWords) }
    return captions
  }
}
