import Grid
import Settlement

extension EventReport {
  /// The summary for a terminal, a ticket or a message; homes are in the tables.
  public func markdown() -> String {
    var text = "# \(title): \(standing)\n\n"
    text +=
      "\(Self.escaped(policy.title)). \(People.window(event.window, zone)) (\(zone.name)).\n\n"
    text += "\(summary)\n\n"
    for notice in notices { text += "> \(Self.escaped(notice))\n\n" }
    text += Self.table(
      ["figure", "value", "meaning"], keyFigures.map { [$0.name, $0.value, $0.note] })

    text += "\n## Intervals\n\n"
    text += Self.table(
      ["from", "committed", "baseline", "target", "metered", "verified", "measured homes"],
      intervalSums().map { sum in
        let isKnown = sum.measured > 0
        return [
          People.clock(sum.window.start, zone), People.energy(sum.committed),
          isKnown ? People.energy(sum.baseline) : "", isKnown ? People.energy(sum.target) : "",
          isKnown ? People.energy(sum.metered) : "", People.energy(sum.verified),
          "\(People.count(sum.measured)) of \(People.count(sum.homes))",
        ]
      })

    if !oneMeterInWords.isEmpty { text += "\n\(oneMeterInWords)\n" }
    text += reboundMarkdown
    text += "\n## Money\n\n"
    text += Self.table(
      ["line", "computed", "charged"],
      typeRows.map {
        [$0.name, People.money($0.computed, currency), People.money($0.charged, currency)]
      })
    text += "\n"
    if !feeRows.isEmpty {
      text += Self.table(
        ["fee", "charged"], feeRows.map { [$0.name, People.money($0.charged, currency)] })
      text += "\n"
    }
    text += Self.table(
      ["party", "net"],
      settlement.totals.byParty.map { [$0.party.rawValue, People.money($0.net, currency)] })

    let exceptions = allExceptions()
    text += "\n## Exceptions\n\n"
    text +=
      exceptions.isEmpty
      ? "None.\n"
      : Self.table(
        ["what", "reason", "count"],
        exceptions.map { [$0.kind, $0.reason, People.count($0.count)] })

    let explained = explainedLines()
    if !explained.isEmpty {
      text += "\n## What the homes were measured against\n\n"
      for line in explained { text += "- \(line.site): \(Self.escaped(line.words))\n" }
    }
    if !policy.sentences.isEmpty {
      text += "\n## Policy\n\n"
      for sentence in policy.sentences { text += "- \(Self.escaped(sentence))\n" }
    }
    text += "\n## How to check this\n\n"
    text += Self.table(["what", "is"], evidence.map { [$0.name, "`\($0.value)`"] })
    if let ledger {
      for command in ledger.commands { text += "\n    \(command)\n" }
      if let checkpoint = ledger.checkpoint {
        text += "\n"
        for line in checkpoint.split(separator: "\n", omittingEmptySubsequences: false) {
          text += line.isEmpty ? "\n" : "    \(line)\n"
        }
      }
    }
    return text
  }

  static func table(_ head: [String], _ rows: [[String]]) -> String {
    func line(_ cells: [String]) -> String {
      "| " + cells.map { escaped($0) }.joined(separator: " | ") + " |\n"
    }
    return line(head) + "|" + String(repeating: " --- |", count: head.count) + "\n"
      + rows.map(line).joined()
  }

  /// Text that stays in its cell or quote.
  static func escaped(_ text: String) -> String {
    var result = ""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "|": result += "\\|"
      case "<": result += "&lt;"
      case "\n", "\r": result += " "
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result
  }
}
