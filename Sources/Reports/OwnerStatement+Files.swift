import Grid

extension OwnerStatement {
  /// The statement as a file of a format; `csv` is one row a movement.
  public func bytes(_ format: ReportFormat) -> [UInt8] {
    format.bytes(csv: csv, json: json, md: markdown(), html: html)
  }

  private var title: String { "Statement of \(owner)" }
  private var period: String { "\(People.date(from)) to \(People.date(to))" }
  private var events: [Detail] { details.filter { !$0.isCorrection } }
  private var corrections: [Detail] { details.filter(\.isCorrection) }

  private var summary: String {
    "Opening \(money(opening)), in \(money(moneyIn)), out \(money(moneyOut)), closing "
      + "\(money(closing))."
  }

  /// The command that proves an entry.
  private func proof(_ entry: Int64) -> String { "headroom ledger prove \(entry)" }

  /// Settled rows with the balance after each.
  private var balanced: [(row: Row, balance: Money)] {
    var balance = opening
    return rows.map { row in
      balance = balance + row.amount
      return (row, balance)
    }
  }

  /// Opening, movements, closing, then what waits.
  private var csv: String {
    var text = "state,date,entry,what,amount,balance,currency\n"
    func row(_ state: String, _ date: CivilDate, _ row: Row?, _ balance: Money?) {
      text +=
        [
          state, "\(date)", row.map { "\($0.entry)" } ?? "", CSV.cell(row?.text ?? ""),
          row?.amount.text(in: currency) ?? "", balance?.text(in: currency) ?? "", currency.code,
        ].joined(separator: ",") + "\n"
    }
    row("opening", from, nil, opening)
    for (each, balance) in balanced { row("settled", each.date, each, balance) }
    row("closing", to, nil, closing)
    for each in pending { row("pending", each.date, each, nil) }
    return text
  }

  private var json: [UInt8] {
    var json = JSONBytes()
    json.object { json in
      json.member("closing", closing, currency)
      json.member("currency", currency.code)
      json.key("events")
      json.array { json in for detail in details { append(detail, &json) } }
      json.member("format", "headroom.statement/1")
      json.member("from", from.description)
      json.member("in", moneyIn, currency)
      json.member("opening", opening, currency)
      json.member("origin", origin)
      json.member("out", moneyOut, currency)
      json.member("owner", owner.text)
      json.key("pending")
      json.array { json in for row in pending { append(row, nil, &json) } }
      json.key("rows")
      json.array { json in for (row, balance) in balanced { append(row, balance, &json) } }
      json.member("to", to.description)
    }
    json.out.append("\n")
    return json.out.bytes
  }

  private func append(_ row: Row, _ balance: Money?, _ json: inout JSONBytes) {
    json.object { json in
      json.member("amount", row.amount, currency)
      if let balance { json.member("balance", balance, currency) }
      json.member("date", row.date.description)
      json.member("entry", row.entry)
      json.member("prove", proof(row.entry))
      json.member("what", row.text)
    }
  }

  private func append(_ detail: Detail, _ json: inout JSONBytes) {
    json.object { json in
      json.member("amount", detail.amount, currency)
      json.member("askedJ", detail.asked?.joules)
      json.key("baselineDays")
      json.array(detail.baselineDays)
      json.key("correction")
      json.bool(detail.isCorrection)
      json.member("creditedJ", detail.credited?.joules)
      json.member("end", detail.window.end.description)
      json.member("id", detail.event)
      json.key("lines")
      json.array { json in
        for line in detail.lines {
          json.object { json in
            json.member("amount", line.amount, currency)
            json.member("charged", line.charged, currency)
            json.member("difference", line.difference, currency)
            json.member("entry", line.entry)
            json.member("policyField", line.field)
            json.member("reason", line.reason.isEmpty ? nil : line.reason)
            json.member("rule", line.sentence(in: currency))
            json.member("siteId", line.site)
            json.member("status", line.status)
            json.member("type", line.type)
          }
        }
      }
      json.member("missingIntervals", detail.missing)
      json.member("run", detail.run)
      json.key("sites")
      json.array(detail.sites.map(\.text))
      json.member("start", detail.window.start.description)
    }
  }

  // MARK: For people

  private static let lineHead = ["home", "rule", "this run", "entry"]

  private func cells(_ line: Line) -> [String] {
    [
      line.site, line.sentence(in: currency), money(line.difference),
      line.entry.map { "\($0)" } ?? "",
    ]
  }

  /// What was asked and delivered, in a sentence.
  private func sentence(_ detail: Detail) -> String {
    let asked = detail.asked.map(People.energy) ?? "unknown"
    let credited = detail.credited.map(People.energy) ?? "unknown"
    var text = "Asked \(asked), delivered \(credited) that count"
    if !detail.baselineDays.isEmpty {
      text += ", against a baseline of \(detail.baselineDays.joined(separator: ", "))"
    }
    if detail.missing > 0 {
      text += "; \(People.count(detail.missing, "interval", "intervals")) missing"
    }
    return text + ". Your part: \(money(detail.amount))."
  }

  private func heading(_ detail: Detail) -> String {
    "Event \(detail.event), run \(detail.run), \(People.window(detail.window, zone)) (\(zone.name))"
  }

  /// The statement as Markdown.
  public func markdown() -> String {
    var text = "# \(title)\n\n\(period)\n\n"
    text += EventReport.table(
      ["", "amount"],
      [
        ["Opening balance", money(opening)], ["In", money(moneyIn)], ["Out", money(moneyOut)],
        ["Closing balance", money(closing)],
      ])
    text += "\n## Movements\n\n"
    text +=
      rows.isEmpty
      ? "None.\n"
      : EventReport.table(
        ["date", "what", "in", "out", "balance", "entry"],
        balanced.map { cells($0.row, balance: money($0.balance)) })
    for (name, part) in [("Events", events), ("Corrections of earlier runs", corrections)] {
      guard !part.isEmpty else { continue }
      text += "\n## \(name)\n"
      for detail in part {
        text += "\n### \(EventReport.escaped(heading(detail)))\n\n\(sentence(detail))\n\n"
        text += EventReport.table(Self.lineHead, detail.lines.map(cells))
      }
    }
    text += "\n## Pending, in no balance\n\n"
    text +=
      pending.isEmpty
      ? "None.\n"
      : EventReport.table(["date", "what", "in", "out", "entry"], pending.map(pendingCells))
    if !rows.isEmpty {
      text += "\n## Proofs\n\nEach entry is proved by\n\n"
      for row in rows { text += "    \(proof(row.entry))\n" }
    }
    return text
  }

  private func pendingCells(_ row: Row) -> [String] {
    var cells = cells(row, balance: "")
    cells.remove(at: 4)
    return cells
  }

  private var html: String {
    func columns(_ names: [String], text: Int) -> [(String, HTML.Column)] {
      names.enumerated().map { ($1, $0 < text ? .text : .number) }
    }
    var body = "<h2>Movements</h2>\n"
    body +=
      rows.isEmpty
      ? "<p>None.</p>\n"
      : HTML.table(
        caption: "Settled, with the balance after each", isLong: true,
        columns(["Date", "What", "In", "Out", "Balance", "Entry"], text: 2),
        [["", "Opening balance", "", "", money(opening), ""]]
          + balanced.map { cells($0.row, balance: money($0.balance)) },
        last: ["", "Closing balance", money(moneyIn), money(moneyOut), money(closing), ""])
    for (name, part) in [("Events", events), ("Corrections of earlier runs", corrections)] {
      guard !part.isEmpty else { continue }
      body += "<h2>\(name)</h2>\n"
      for detail in part {
        body += HTML.table(
          caption: "\(heading(detail)). \(sentence(detail))", isLong: true,
          columns(["Home", "Rule", "This run", "Entry"], text: 2), detail.lines.map(cells))
      }
    }
    body += "<h2>Pending, in no balance</h2>\n"
    body +=
      pending.isEmpty
      ? "<p>None.</p>\n"
      : HTML.table(
        caption: "What waits", columns(["Date", "What", "In", "Out", "Entry"], text: 2),
        pending.map(pendingCells))
    if !rows.isEmpty {
      let proofs = rows.map { HTML.escaped(proof($0.entry)) }.joined(separator: "\n")
      body += "<h2>Proofs</h2><p>Each entry is in the ledger"
      body += origin.map { " " + HTML.escaped($0) } ?? ""
      body += ", and this proves it:</p><pre>\(proofs)</pre>\n"
    }
    return HTML.page(title: title, kicker: period, summary: summary, body: body)
  }
}
