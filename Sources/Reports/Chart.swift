import Grid

/// Baseline, target and metered power of an event as stepped lines, drawn with whole numbers.
struct Chart {
  /// One interval; nil where nothing was measured, which leaves a gap.
  struct Step {
    let label: String
    let baseline: Int64?
    let target: Int64?
    let metered: Int64?
  }

  let steps: [Step]
  /// The label of the moment after the last step.
  let end: String
  let width: Int64
  let height: Int64

  private let left: Int64 = 78
  private let right: Int64 = 14
  private let top: Int64 = 12
  private let bottom: Int64 = 30

  /// The picture, or nil when nothing was measured.
  func svg(title: String, description: String, id: String, cssClass: String) -> String? {
    let values = steps.flatMap { [$0.baseline, $0.target, $0.metered] }.compactMap { $0 }
    guard let least = values.min(), let most = values.max() else { return nil }
    let scale = Scale(from: min(0, least), to: max(0, most), lines: 5)
    var svg =
      "<svg class=\"\(cssClass)\" viewBox=\"0 0 \(width) \(height)\" role=\"img\" "
      + "aria-labelledby=\"\(id)-t \(id)-d\"><title id=\"\(id)-t\">\(HTML.escaped(title))</title>"
      + "<desc id=\"\(id)-d\">\(HTML.escaped(description))</desc>\n"
    for value in scale.values {
      let y = place(value, scale)
      let style = value == 0 ? "zero" : "grid"
      svg +=
        "<path class=\"\(style)\" d=\"M\(left) \(y)H\(width - right)\"/>"
        + "<text x=\"\(left - 8)\" y=\"\(y + 4)\" text-anchor=\"end\">"
        + "\(HTML.escaped(People.power(value)))</text>\n"
    }
    svg += labels()
    svg += "<path class=\"fill\" d=\"\(area(scale))\"/>\n"
    svg += "<path class=\"baseline\" d=\"\(line(scale) { $0.baseline })\"/>\n"
    svg += "<path class=\"target\" d=\"\(line(scale) { $0.target })\"/>\n"
    svg += "<path class=\"metered\" d=\"\(line(scale) { $0.metered })\"/>\n"
    return svg + "</svg>\n"
  }

  /// The left edge of a step, and of the moment after the last one.
  private func edge(_ step: Int) -> Int64 {
    left + (width - left - right) * Int64(step) / Int64(steps.count)
  }

  private func place(_ value: Int64, _ scale: Scale) -> Int64 {
    let span = Int128(scale.to - scale.from)
    let up = Int128(height - top - bottom) * Int128(value - scale.from) / span
    return height - bottom - Int64(up)
  }

  /// A path that stays level through each step and breaks at gaps.
  private func line(_ scale: Scale, _ value: (Step) -> Int64?) -> String {
    var path = ""
    var isDrawing = false
    for step in steps.indices {
      guard let value = value(steps[step]) else {
        isDrawing = false
        continue
      }
      let y = place(value, scale)
      path += isDrawing ? "V\(y)" : "M\(edge(step)) \(y)"
      path += "H\(edge(step + 1))"
      isDrawing = true
    }
    return path
  }

  /// What lies between baseline and metered.
  private func area(_ scale: Scale) -> String {
    var path = ""
    for step in steps.indices {
      guard let baseline = steps[step].baseline, let metered = steps[step].metered else { continue }
      path +=
        "M\(edge(step)) \(place(baseline, scale))H\(edge(step + 1))"
        + "V\(place(metered, scale))H\(edge(step))Z"
    }
    return path
  }

  /// As many moments as fit side by side.
  private func labels() -> String {
    let fits = max(1, Int((width - left - right) / 62))
    let every = max(1, (steps.count + fits - 1) / fits)
    var svg = ""
    for step in 0...steps.count where step % every == 0 {
      let label = step == steps.count ? end : steps[step].label
      let anchor = step == steps.count ? "end" : (step == 0 ? "start" : "middle")
      svg +=
        "<text x=\"\(edge(step))\" y=\"\(height - 8)\" text-anchor=\"\(anchor)\">"
        + "\(HTML.escaped(label))</text>"
    }
    return svg + "\n"
  }

  /// Round numbers that enclose the values.
  struct Scale {
    let from: Int64
    let to: Int64
    let values: [Int64]

    /// At most about `lines` lines, 1, 2 or 5 times a power of ten apart.
    init(from least: Int64, to most: Int64, lines: Int64) {
      let span = max(1, most - least)
      var step: Int64 = 1
      var factor = 0
      while step * lines < span {
        step = factor % 3 == 1 ? step / 2 * 5 : step * 2
        factor += 1
      }
      let first = least < 0 ? -((-least + step - 1) / step) * step : 0
      var last = (most + step - 1) / step * step
      if last == first { last += step }
      from = first
      to = last
      values = Array(stride(from: first, through: last, by: Int64.Stride(step)))
    }
  }
}
