import Grid
import Settlement

extension EventReport {
  func moneySection() -> String {
    let totals = settlement.totals
    let (net, rows) = (totals.net, typeRows)
    let sum = rows.reduce(into: MoneyTotal()) { $0.millionths += $1.computed.millionths }
    var html = "<h2>Money</h2>\n" + stepSection()
    html += HTML.table(
      caption: "By type of line. Computed is what the energy comes to, charged what is left of it "
        + "after holds and caps.",
      [("Line", .text), ("Computed", .number), ("Charged", .number)],
      rows.map {
        [$0.name, People.money($0.computed, currency), People.money($0.charged, currency)]
      },
      last: ["Net", People.money(sum, currency), People.money(net, currency)])
    html += HTML.table(
      caption: "By party, penalties taken off.",
      [("Party", .text), ("Share", .number), ("Net", .number)],
      totals.byParty.map { party in
        let share = terms.shares[party.party].map { "\($0) %" } ?? ""
        return [party.party.rawValue, share, People.money(party.net, currency)]
      },
      last: ["Sum", "100 %", People.money(net, currency)])
    if !feeRows.isEmpty {
      html += HTML.table(
        caption: "Fees. What one party pays another is in the parties' sums already.",
        [("Fee", .text), ("Charged", .number)],
        feeRows.map { [$0.name, People.money($0.charged, currency)] })
    }
    let rounding = People.money(totals.rounding, currency)
    return html + "<p>Rounding account of this run: \(HTML.escaped(rounding)).</p>\n"
  }

  func exceptionSection() -> String {
    let exceptions = allExceptions()
    if exceptions.isEmpty { return "<h2>Exceptions</h2>\n<p>None.</p>\n" }
    return "<h2>Exceptions</h2>\n"
      + HTML.table(
        caption: "What did not go as planned, by reason. A home may be counted under several.",
        [("What", .text), ("Reason", .text), ("Count", .number)],
        exceptions.map { [$0.kind, $0.reason, People.count($0.count)] })
  }

  func homeSection() -> String {
    let order = worstFirst()
    let shown = order.prefix(Self.homesOnPage)
    let caption =
      shown.count < order.count
      ? "The \(People.count(shown.count)) with the smallest part of their commitment, of "
        + "\(People.count(order.count)). lines.csv has all."
      : "Smallest part of the commitment first."
    return "<h2>Homes, worst first</h2>\n"
      + HTML.table(
        caption: caption, isLong: true,
        [
          ("Home", .text), ("Committed", .number), ("Credited", .number), ("Part", .number),
          ("Rewards", .number), ("Penalties", .number), ("Net", .number), ("Remarks", .text),
        ],
        shown.map { row in
          let home = settlement.homes[row]
          return [
            home.site.text, People.energy(home.committed), People.energy(home.credited),
            People.percent(home.credited, of: home.committed) ?? "",
            People.money(home.rewards, currency), People.money(home.penalties, currency),
            People.money(home.net, currency), remarks(row),
          ]
        })
      + homeCharts(order)
  }

  /// Reasons of the lines and flags, each once, in their order.
  private func remarks(_ row: Int) -> String {
    var remarks: [String] = []
    if settlement.homes[row].held != .zero {
      remarks.append("held \(People.money(settlement.homes[row].held, currency))")
    }
    for reason in settlement.homes[row].lines.compactMap(\.reason?.code) + homes[row].flags
    where !remarks.contains(reason) {
      remarks.append(reason)
    }
    return remarks.joined(separator: ", ")
  }

  func policySection() -> String {
    var html =
      "<h2>The policy in sentences</h2>\n<p>\(HTML.escaped(policy.title)), version "
      + "\(HTML.escaped(policy.version)).</p>\n"
    if !policy.sentences.isEmpty {
      html += "<ul class=\"sentences\">"
      for sentence in policy.sentences { html += "<li>\(HTML.escaped(sentence))</li>\n" }
      html += "</ul>\n"
    }
    return html
  }

  func checkSection() -> String {
    var html =
      "<h2>How to check this page</h2>\n<p>Every figure follows from the inputs named here. "
      + "Whoever has them can settle again and compare the bytes.</p>\n<dl class=\"evidence\">"
    for item in evidence {
      html += "<dt>\(HTML.escaped(item.name))</dt><dd>\(HTML.escaped(item.value))</dd>"
    }
    html += "</dl>\n"
    guard let ledger else {
      return html + "<p>Nothing of this run has been written in the ledger.</p>\n"
    }
    if let checkpoint = ledger.checkpoint {
      html +=
        "<p>The checkpoint that covers its entries:</p><pre>\(HTML.escaped(checkpoint))</pre>\n"
    }
    if !ledger.commands.isEmpty {
      html +=
        "<p>The commands that check it:</p><pre>"
        + HTML.escaped(ledger.commands.joined(separator: "\n")) + "</pre>\n"
    }
    return html
  }
}
