import Grid
import Settlement

extension PeriodReport {
  /// The report as a file of a format; `csv` is one row an event and run.
  public func bytes(_ format: ReportFormat) -> [UInt8] {
    format.bytes(csv: csv, json: json, md: markdown, html: html)
  }

  /// Exact joules; money as decimals; an empty cell is unknown.
  private var csv: String {
    var text =
      "month,event_id,start,end,run,first_entry,last_entry,entries,homes,committed_j,verified_j,"
      + "credited_j,rewards,penalties," + parties.map { $0 + "," }.joined() + "currency\n"
    for row in rows {
      var cells: [String] = [row.month, row.event]
      cells += ["\(row.window.start)", "\(row.window.end)", CSV.cell(row.run)]
      cells += ["\(row.firstEntry)", "\(row.lastEntry)", "\(row.entries)"]
      cells.append(row.homes.map { "\($0)" } ?? "")
      cells += [row.committed, row.verified, row.credited].map { $0.map { "\($0.joules)" } ?? "" }
      cells += [row.rewards, row.penalties].map { $0.text(in: currency) }
      cells += parties.map { (row.parties[$0] ?? .zero).text(in: currency) }
      text += (cells + [currency.code]).joined(separator: ",") + "\n"
    }
    return text
  }

  private var json: [UInt8] {
    var json = JSONBytes()
    json.object { json in
      json.member("currency", currency.code)
      json.member("format", "headroom.period/1")
      json.key("ledger")
      if let ledger {
        json.object { json in
          json.member("checkpoint", ledger.checkpoint)
          json.member("firstIndex", ledger.firstIndex)
          json.member("lastIndex", ledger.lastIndex)
          json.member("origin", ledger.origin)
        }
      } else {
        json.null()
      }
      json.key("months")
      json.array { json in
        for month in months {
          json.object { json in
            json.key("events")
            json.array { json in
              for event in month.events { appendEvent(event.event, event.rows, &json) }
            }
            json.member("month", month.month)
            json.key("sums")
            append(month.sums, &json)
          }
        }
      }
      json.member("title", title)
      json.key("total")
      append(total, &json)
      json.member("zone", zone.name)
    }
    json.out.append("\n")
    return json.out.bytes
  }

  private func appendEvent(_ event: String, _ rows: [Row], _ json: inout JSONBytes) {
    json.object { json in
      json.member("end", rows[0].window.end.description)
      json.member("id", event)
      json.key("runs")
      json.array { json in
        for row in rows {
          json.object { json in
            json.member("entries", row.entries)
            json.member("firstEntry", row.firstEntry)
            json.member("homes", row.homes.map { Int64($0) })
            json.member("lastEntry", row.lastEntry)
            json.member("run", row.run)
            json.key("sums")
            append(sums([row]), &json)
          }
        }
      }
      json.member("start", rows[0].window.start.description)
      json.key("sums")
      append(sums(rows), &json)
    }
  }

  private func append(_ sums: Sums, _ json: inout JSONBytes) {
    json.object { json in
      json.member("committedJ", sums.committed.joules)
      json.member("creditedJ", sums.credited.joules)
      json.key("parties")
      json.object { json in
        for (party, amount) in sums.parties.sorted(by: { $0.key < $1.key }) {
          json.member(party, amount.text(in: currency))
        }
      }
      json.member("penalties", sums.penalties.text(in: currency))
      json.member("rewards", sums.rewards.text(in: currency))
      json.member("verifiedJ", sums.verified.joules)
    }
  }

  // MARK: For people

  private var head: [String] {
    ["when", "event", "run", "committed", "verified", "credited", "rewards", "penalties"] + parties
      + ["entries"]
  }

  private func cells(_ row: Row) -> [String] {
    func energy(_ value: Energy?) -> String { value.map(People.energy) ?? "" }
    var cells = [People.window(row.window, zone), row.event, row.run]
    cells += [row.committed, row.verified, row.credited].map(energy)
    cells += [row.rewards, row.penalties].map { People.money($0, currency) }
    cells += parties.map { People.money(row.parties[$0] ?? .zero, currency) }
    let isOne = row.entries == 1
    cells.append(isOne ? "\(row.firstEntry)" : "\(row.firstEntry)–\(row.lastEntry)")
    return cells
  }

  private func cells(_ name: String, _ sums: Sums) -> [String] {
    var cells = [name, "", ""]
    cells += [sums.committed, sums.verified, sums.credited].map(People.energy)
    cells += [sums.rewards, sums.penalties].map { People.money($0, currency) }
    cells += parties.map { People.money(sums.parties[$0] ?? MoneyTotal(), currency) }
    return cells + [""]
  }

  /// What was paid and delivered, in one sentence.
  private var summary: String {
    let sums = total
    let events = Set(rows.map(\.event)).count
    let net = MoneyTotal(millionths: sums.rewards.millionths - sums.penalties.millionths)
    return "\(People.count(events, "event", "events")): \(People.money(net, currency)) for "
      + "\(People.energy(sums.credited)) that count, of \(People.energy(sums.committed)) promised."
  }

  private var markdown: String {
    var text = "# \(title)\n\n\(summary) Days and months are those of \(zone.name).\n"
    for month in months {
      text += "\n## \(month.month)\n\n"
      text += EventReport.table(
        head,
        month.events.flatMap(\.rows).map(cells) + [cells("\(month.month), all", month.sums)])
    }
    if months.count > 1 {
      text += "\n## All months\n\n"
      text += EventReport.table(
        head, months.map { cells($0.month, $0.sums) } + [cells("all", total)])
    }
    return text + "\n\(check)\n"
  }

  /// How a reader makes sure.
  private var check: String {
    var text = "Every amount is taken from the entries of the ledger"
    if let ledger {
      text += " \(ledger.origin) (entries 0 to \(ledger.lastIndex))"
    }
    return text + ", and the tables of the settlement runs were added up beside it and agree. "
      + "Energies of a run are what it changed."
  }

  private var html: String {
    var body = ""
    let columns = head.enumerated().map { place, name in
      (name, place < 3 ? HTML.Column.text : .number)
    }
    for month in months {
      body += "<h2>\(HTML.escaped(month.month))</h2>\n"
      body += HTML.table(
        caption: "Each run of each event", isLong: true, columns,
        month.events.flatMap(\.rows).map(cells), last: cells("\(month.month), all", month.sums))
    }
    if months.count > 1 {
      body += "<h2>All months</h2>\n"
      body += HTML.table(
        caption: "Sums of the months", isLong: true, columns,
        months.map { cells($0.month, $0.sums) }, last: cells("all", total))
    }
    body += "<h2>How to check this page</h2><p>\(HTML.escaped(check))</p>"
    return HTML.page(
      title: title, kicker: "Days and months are those of \(zone.name)", summary: summary,
      wide: parties.count > 3, body: body)
  }
}
