import Controller
import Grid
import Policies
import Settlement
import Verification
import Wire

extension RealHomesSummary {
  private var currency: Currency { policy.settlement.currency }

  /// Every event, what is to be said of homes, and the table of false credit.
  func text(report: String) -> String {
    var text =
      "\nheadroom demo: \(homeCount) real homes, \(events.count) events, \(policy.id)"
      + " \(policy.version)\n\n"
    var rows = [
      [
        "event", "asked kWh", "committed", "delivered", "verified", "premium", "penalty",
        "homes verified", "held", "refused",
      ]
    ]
    rows += events.map { event in
      [
        event.row.event.text, event.asked.fourDecimals, event.committed.fourDecimals,
        event.delivered.fourDecimals, event.verified.fourDecimals,
        event.premium.text(in: currency), event.penalty.text(in: currency),
        "\(event.count("verified"))", "\(event.count("held"))", "\(event.count("refused"))",
      ]
    }
    text += Amounts.table(rows)
    text += "Premium and penalty in \(currency.code); delivered is the simulated truth.\n"
    for event in events {
      if let refusal = event.refusal {
        text += "\(event.row.event) was not accepted: \(refusal)\n"
      }
    }
    text += remarks + falseCreditText
    text += "\nledger  \(entries) entries, " + (isVerified ? "verified" : "NOT VERIFIED") + "\n"
    text += "root    \(root)\nreport  \(report)\n"
    return text
  }

  private var remarks: String {
    var rows: [[String]] = []
    for event in events {
      for home in event.homes where !home.remark.isEmpty {
        rows.append([
          event.row.event.text, home.site.text, home.dataClass, home.standing.word, home.remark,
        ])
      }
    }
    guard !rows.isEmpty else { return "" }
    return "\nHomes that are not simply paid:\n" + Amounts.table(rows, left: [0, 1, 2, 3, 4])
  }

  private var falseCreditText: String {
    var text =
      "\nFalse credit, kWh: the same events by premises baselines when no battery moves\n"
    for dataClass in Set(falseCredit.map(\.dataClass)).sorted() {
      let own = falseCredit.filter { $0.dataClass == dataClass }
      let count = own.first?.homes ?? 0
      text += "\n\(count) \(count == 1 ? "home" : "homes") with \(dataClass) data\n"
      var table = [["event"] + methods.flatMap { ["\($0): net", "by event", "by interval"] }]
      for event in events {
        let cells = own.filter { $0.event == event.row.event }.flatMap {
          [$0.credit.net, $0.credit.perEvent, $0.credit.perInterval].map(\.fourDecimals)
        }
        table.append([event.row.event.text] + cells)
      }
      text += Amounts.table(table)
      text += doubts(own)
    }
    return text
  }

  /// What stands against a home, once a home: the events in which it does.
  private func doubts(_ rows: [NullEvents.Row]) -> String {
    var said: [String: [String]] = [:]
    for row in rows where row.method == methods.first {
      for doubt in row.doubts {
        let reason =
          doubt.refusal.map { "refused: \($0)" }
          ?? (doubt.isHeld ? "held: " : "flagged: ")
          + doubt.findings.map(\.rawValue).joined(separator: ", ")
        said["\(doubt.site) \(reason)", default: []].append(row.event.text)
      }
    }
    return said.sorted { $0.key < $1.key }.map {
      "  \($0.key) in \($0.value.joined(separator: ", "))\n"
    }.joined()
  }

  /// Energies in whole joules, money as decimal text.
  func writeJSON(report: String, to sink: @escaping ([UInt8]) -> Void) {
    OrderedJSON.write(to: sink) { json in
      json.count("homes", homeCount)
      json.text("policySha256", "\(policy.hash)")
      json.text("currency", currency.code)
      json.array("events") { json in
        for event in events { json.object(nil) { write(event, to: &$0) } }
      }
      json.array("falseCredit") { json in
        for row in falseCredit { json.object(nil) { Self.write(row, to: &$0) } }
      }
      json.object("ledger") { json in
        json.count("entries", entries)
        json.text("rootHash", "\(root)")
        json.flag("verified", isVerified)
      }
      json.text("report", report)
    }
  }

  private func write(_ event: Event, to json: inout OrderedJSON) {
    json.text("eventId", event.row.event.text)
    json.text("refusal", event.refusal)
    json.integer("requestedJ", event.asked.joules)
    json.integer("committedJ", event.committed.joules)
    json.integer("deliveredJ", event.delivered.joules)
    json.integer("verifiedJ", event.verified.joules)
    json.text("premium", event.premium.text(in: currency))
    json.text("penalty", event.penalty.text(in: currency))
    json.array("homes") { json in
      for home in event.homes {
        json.object(nil) { json in
          json.text("siteId", home.site.text)
          json.text("dataClass", home.dataClass)
          json.text("standing", home.standing.word)
          switch home.standing {
          case .verified: json.text("reason", nil)
          case .held(let code), .refused(let code): json.text("reason", code)
          }
          json.texts("meterFindings", home.findings.map(\.rawValue))
          json.text("remark", home.remark.isEmpty ? nil : home.remark)
        }
      }
    }
  }

  private static func write(_ row: NullEvents.Row, to json: inout OrderedJSON) {
    json.text("eventId", row.event.text)
    json.text("method", row.method)
    json.text("dataClass", row.dataClass)
    json.count("homes", row.homes)
    json.integer("netJ", row.credit.net.joules)
    json.integer("perEventJ", row.credit.perEvent.joules)
    json.integer("perIntervalJ", row.credit.perInterval.joules)
    json.array("doubts") { json in
      for doubt in row.doubts {
        json.object(nil) { json in
          json.text("siteId", doubt.site.text)
          json.text("refusal", doubt.refusal)
          json.texts("meterFindings", doubt.findings.map(\.rawValue))
          json.flag("held", doubt.isHeld)
        }
      }
    }
  }
}
