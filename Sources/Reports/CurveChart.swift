import Grid

/// Delivered power against target and commitment over time, with a mark where commands left.
struct CurveChart {
  let points: [CurveFacts.Point]
  let zone: ZoneOffsets
  let width: Int64
  let height: Int64

  private let left: Int64 = 78
  private let right: Int64 = 14
  private let top: Int64 = 12
  private let bottom: Int64 = 62

  /// The picture, or nil when there are fewer than two points.
  func svg(title: String, description: String, id: String, cssClass: String) -> String? {
    guard points.count > 1, let first = points.first, let last = points.last else { return nil }
    let values = points.flatMap { [$0.delivered.watts, $0.target.watts, $0.committed.watts] }
    let scale = Chart.Scale(
      from: min(0, values.min() ?? 0), to: max(1, values.max() ?? 1), lines: 5)
    let span = max(1, last.at.seconds(since: first.at))
    func x(_ moment: Timestamp) -> Int64 {
      left + (width - left - right) * moment.seconds(since: first.at) / span
    }
    func y(_ watts: Int64) -> Int64 {
      let up = Int128(height - top - bottom) * Int128(watts - scale.from)
      return height - bottom - Int64(up / Int128(scale.to - scale.from))
    }
    var svg =
      "<svg class=\"\(cssClass)\" viewBox=\"0 0 \(width) \(height)\" role=\"img\" "
      + "aria-labelledby=\"\(id)-t \(id)-d\"><title id=\"\(id)-t\">\(HTML.escaped(title))</title>"
      + "<desc id=\"\(id)-d\">\(HTML.escaped(description))</desc>\n"
    for value in scale.values {
      svg +=
        "<path class=\"\(value == 0 ? "zero" : "grid")\" d=\"M\(left) \(y(value))H\(width - right)\"/>"
        + "<text x=\"\(left - 8)\" y=\"\(y(value) + 4)\" text-anchor=\"end\">"
        + "\(HTML.escaped(People.power(value)))</text>\n"
    }
    svg += clocks(span, first.at, x) + marks(x)
    svg += "<path class=\"baseline\" d=\"\(steps(x) { y($0.committed.watts) })\"/>\n"
    svg += "<path class=\"target\" d=\"\(steps(x) { y($0.target.watts) })\"/>\n"
    svg += "<path class=\"metered\" d=\"\(line(x) { y($0.delivered.watts) })\"/>\n"
    return svg + "</svg>\n"
  }

  /// A line from point to point; what would only repeat a direction is left out.
  private func line(_ x: (Timestamp) -> Int64, _ y: (CurveFacts.Point) -> Int64) -> String {
    var path = ""
    for (place, point) in points.enumerated() {
      let isLevel =
        place > 0 && place + 1 < points.count && y(points[place - 1]) == y(point)
        && y(points[place + 1]) == y(point)
      if isLevel { continue }
      path += "\(path.isEmpty ? "M" : "L")\(x(point.at)) \(y(point))"
    }
    return path
  }

  /// A line that stays level until the next point.
  private func steps(_ x: (Timestamp) -> Int64, _ y: (CurveFacts.Point) -> Int64) -> String {
    var path = ""
    var level: Int64?
    for point in points {
      if level == y(point) { continue }
      path += level == nil ? "M\(x(point.at)) \(y(point))" : "H\(x(point.at))V\(y(point))"
      level = y(point)
    }
    return path + (points.last.map { "H\(x($0.at))" } ?? "")
  }

  /// A stroke below the axis for each point with commands, longer for more.
  private func marks(_ x: (Timestamp) -> Int64) -> String {
    let most = points.dropFirst().map(\.commands).max() ?? 0
    guard most > 0 else { return "" }
    var path = ""
    for point in points.dropFirst() where point.commands > 0 {
      let length = 4 + 14 * Int64(point.commands) / Int64(most)
      path += "M\(x(point.at)) \(height - bottom + 4)v\(length)"
    }
    return "<path class=\"commands\" d=\"\(path)\"/>\n"
  }

  /// Times on the wall clock, as many as fit side by side.
  private func clocks(_ span: Int64, _ first: Timestamp, _ x: (Timestamp) -> Int64) -> String {
    let fits = max(1, (width - left - right) / 62)
    let choices: [Int64] = [60, 300, 600, 900, 1_800, 3_600, 7_200, 14_400]
    let every = choices.first { span / $0 < fits } ?? 28_800
    var svg = ""
    var moment = Timestamp(seconds: (first.seconds + every - 1) / every * every)
    while moment <= first.adding(seconds: span) {
      let place = x(moment)
      let anchor = place < left + 20 ? "start" : place > width - right - 20 ? "end" : "middle"
      svg +=
        "<text x=\"\(place)\" y=\"\(height - 8)\" text-anchor=\"\(anchor)\">"
        + "\(HTML.escaped(People.clock(moment, zone)))</text>"
      moment = moment.adding(seconds: every)
    }
    return svg + "\n"
  }
}
