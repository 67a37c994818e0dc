/// Pieces of a page.
enum HTML {
  /// Text that cannot become markup, in an element or an attribute.
  static func escaped(_ text: String) -> String {
    var result = ""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "&": result += "&amp;"
      case "<": result += "&lt;"
      case ">": result += "&gt;"
      case "\"": result += "&quot;"
      case "'": result += "&#39;"
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result
  }

  /// How a column is set.
  enum Column { case text, number }

  /// Columns that fit on a phone; a row of more becomes a card there.
  private static let columnsOfPhone = 4

  /// A table in a frame that scrolls by itself; a long one may break on paper. On a phone each row
  /// of a wide table stands as a card, its cells below each other with the heads beside them.
  static func table(
    caption: String, isLong: Bool = false, _ head: [(String, Column)], _ rows: [[String]],
    last: [String]? = nil
  ) -> String {
    let isCards = head.count > columnsOfPhone
    func cells(_ cells: [String], _ element: String) -> String {
      zip(cells, head).enumerated().map { place, cell in
        let name = place == 0 && element == "td" ? "th scope=\"row\"" : element
        let close = place == 0 && element == "td" ? "th" : element
        let style = cell.1.1 == .number ? " class=\"n\"" : ""
        let scope = element == "th" ? " scope=\"col\"" : ""
        let label = isCards && close == "td" ? " data-head=\"\(escaped(cell.1.0))\"" : ""
        return "<\(name)\(scope)\(style)\(label)>\(escaped(cell.0))</\(close)>"
      }.joined()
    }
    // Outside the frame, so that it stays readable while the table scrolls.
    var html = "<p class=\"caption\">\(escaped(caption))</p>"
    let kinds = (isLong ? " long" : "") + (isCards ? " cards" : "")
    html += "<div class=\"scroll\(kinds)\" tabindex=\"0\">"
    html +=
      "<table aria-label=\"\(escaped(caption))\"><thead><tr>\(cells(head.map(\.0), "th"))</tr>"
      + "</thead><tbody>\n"
    for row in rows { html += "<tr>\(cells(row, "td"))</tr>\n" }
    html += "</tbody>"
    if let last { html += "<tfoot><tr>\(cells(last, "td"))</tr></tfoot>" }
    return html + "</table></div>\n"
  }

  /// A whole page: nothing to load, nothing to run, ready for paper; a wide one lies on its side.
  static func page(
    title: String, kicker: String, summary: String, wide: Bool = false, body: String
  ) -> String {
    """
    <!doctype html>
    <html lang="en"><head><meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <meta http-equiv="Content-Security-Policy" content="default-src 'none'; \
    style-src 'unsafe-inline'">
    <title>\(escaped(title))</title>
    <style>
    \(PageStyle.css)
    \(wide ? PageStyle.landscape : "")
    </style></head><body><main>
    <header><p class="kicker">\(escaped(kicker))</p><h1>\(escaped(title))</h1></header>
    <p class="summary">\(escaped(summary))</p>
    \(body)
    </main></body></html>

    """
  }
}
