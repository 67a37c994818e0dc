import Grid

extension EventReport {
  /// What the batteries said while the event ran; nothing when nothing was kept.
  func curveSection() -> String {
    let points = curve.points
    let title = "Power of the batteries"
    let description =
      "Delivered power by the batteries' own reports against the target and the commitment; "
      + "strokes below the axis are moments at which commands left."
    let wide = CurveChart(points: points, zone: zone, width: 900, height: 330)
    let narrow = CurveChart(points: points, zone: zone, width: 400, height: 290)
    guard let large = wide.svg(title: title, description: description, id: "c", cssClass: "wide"),
      let small = narrow.svg(title: title, description: description, id: "d", cssClass: "narrow")
    else { return "" }
    func key(_ name: String, _ style: String) -> String {
      "<li><svg viewBox=\"0 0 30 12\" aria-hidden=\"true\"><path class=\"\(style)\" "
        + "d=\"M0 6H30\"/></svg>\(name)</li>"
    }
    let commands = points.dropFirst().filter { $0.commands > 0 }
    let sent = commands.reduce(0) { $0 + $1.commands }
    var text = "Before the first point "
    text += "\(People.count(points.first?.commands ?? 0, "command", "commands")) had left"
    text +=
      sent == 0
      ? "; none left afterwards."
      : "; \(People.count(sent)) more left at \(People.count(commands.count, "moment", "moments"))"
        + " of the event, holds after its end included."
    return "<h2>During the event</h2>\n"
      + "<figure><figcaption>\(title), discharge, every 10 seconds, as they reported it. It steered "
      + "the event; only meters pay.</figcaption>"
      + "<ul class=\"legend\">\(key("delivered", "metered"))\(key("target", "target"))"
      + "\(key("committed", "baseline"))\(key("commands sent", "commands"))</ul>\n"
      + "\(large)\(small)</figure>\n<p>\(HTML.escaped(text))</p>\n"
  }
}
