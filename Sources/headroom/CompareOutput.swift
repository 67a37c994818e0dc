import Controller
import Grid
import Verification

/// Errors of methods for a person and for a program.
struct CompareOutput {
  let comparison: MethodComparison
  let zone: ZoneOffsets

  /// A table a class of data, and the homes that are not simply paid.
  var text: String {
    var text = "Events in which no battery moved; what is credited is the method's error.\n"
    for name in Set(comparison.rows.map(\.dataClass)).sorted() {
      let rows = comparison.rows.filter { $0.dataClass == name }
      let count = rows.first?.homes ?? 0
      text += "\n\(count) \(count == 1 ? "home" : "homes") with \(name) data\n"
      var table = [
        [
          "event", "method", "refused", "net kWh", "bias W", "error W", "credited by event",
          "by interval",
        ]
      ]
      for row in rows {
        table.append(
          [
            row.event.text, row.method, "\(row.refused)", row.credit.net.fourDecimals,
            row.biasWatts.map(String.init) ?? "-", row.errorWatts.map(String.init) ?? "-",
            row.credit.perEvent.fourDecimals, row.credit.perInterval.fourDecimals,
          ])
      }
      text += Amounts.table(table, left: [0, 1])
      text += doubts(rows)
    }
    return text
  }

  /// A line for each home and reason: in which events, and by which methods where not by all.
  private func doubts(_ rows: [MethodComparison.Row]) -> String {
    var said: [String: [String: Set<String>]] = [:]
    for row in rows {
      for doubt in row.doubts {
        let reason =
          doubt.refusal.map { "refused: \($0)" }
          ?? (doubt.isHeld ? "held: " : "flagged: ")
          + doubt.findings.map(\.rawValue).joined(separator: ", ")
        said["\(doubt.site) \(reason)", default: [:]][row.event.text, default: []]
          .insert(row.method)
      }
    }
    let methods = Set(rows.map(\.method))
    return said.sorted { $0.key < $1.key }.map { line, events in
      let names = events.sorted { $0.key < $1.key }.map { event, by in
        by == methods ? event : "\(event) (\(by.sorted().joined(separator: "; ")))"
      }
      return "  \(line) in \(names.joined(separator: ", "))\n"
    }.joined()
  }

  /// Integer joules and watts.
  func writeJSON(to sink: @escaping ([UInt8]) -> Void) {
    OrderedJSON.write(to: sink) { json in
      json.array("rows") { json in
        for row in comparison.rows {
          json.object(nil) { json in
            json.text("eventId", row.event.text)
            json.text("method", row.method)
            json.text("dataClass", row.dataClass)
            json.count("homes", row.homes)
            json.count("refused", row.refused)
            json.integer("netJ", row.credit.net.joules)
            json.integer("biasW", row.biasWatts)
            json.integer("errorW", row.errorWatts)
            json.integer("perEventJ", row.credit.perEvent.joules)
            json.integer("perIntervalJ", row.credit.perInterval.joules)
            json.array("doubts") { json in
              for doubt in row.doubts {
                json.object(nil) { json in
                  json.text("siteId", doubt.site.text)
                  json.text("refusal", doubt.refusal)
                  json.texts("meterFindings", doubt.findings.map(\.rawValue))
                  json.flag("isHeld", doubt.isHeld)
                }
              }
            }
          }
        }
      }
    }
  }
}
