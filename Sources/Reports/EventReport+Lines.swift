import Grid
import Settlement

extension EventReport {
  static let lineColumns =
    "run_id,event_or_period,site_id,line_id,line_type,policy_field,quantity,unit,rate,"
    + "exact_amount,amount,currency,charged,prior_amount,difference,status,reason,entry_index"

  static let partyColumns =
    "run_id,event_or_period,site_id,party,account_id,amount,prior_amount,difference,entry_index"

  func writeLines(to sink: ([UInt8]) throws -> Void) rethrows {
    var out = TextBytes()
    out.append(Self.lineColumns + "\n")
    for pair in pairs() {
      for line in LinePair.all(pair.row.map { settlement.homes[$0] }, pair.posted) {
        appendLine(pair, line, to: &out)
      }
      if out.bytes.count >= pieceSize {
        try sink(out.bytes)
        out.removeAll()
      }
    }
    try sink(out.bytes)
  }

  private func appendLine(
    _ pair: HomePair, _ lines: LinePair, to out: inout TextBytes
  ) {
    let (type, line) = (lines.type, lines.line)
    let prior = lines.posted?.charged ?? .zero
    let comma = UInt8(ascii: ",")
    appendHead(pair, to: &out)
    out.append(event.id.text)
    out.append(UInt8(ascii: "."))
    out.append(pair.site.text)
    out.append(UInt8(ascii: "."))
    out.append(lines.name)
    out.append(comma)
    out.append(type.rawValue)
    out.append(comma)
    out.append(lines.field)
    out.append(comma)
    out.append(line.map { ExactText.nine($0.quantity) } ?? 0, places: 9, minimum: 0)
    out.append(comma)
    out.append(line?.unit ?? "kWh")
    out.append(comma)
    if let rate = line?.rate { out.append(rate, currency) }
    out.append(comma)
    out.append(line.map { ExactText.text($0.exact) } ?? "0")
    out.append(comma)
    let charged = line?.charged ?? .zero
    out.appendCell(line?.amount ?? .zero, currency)
    out.append(currency.code)
    out.append(comma)
    out.appendCell(charged, currency)
    out.appendCell(prior, currency)
    out.appendCell(charged - prior, currency)
    let status = line?.status ?? (settlement.run.isPayable ? .payable : .provisional)
    out.append(status.rawValue)
    out.append(comma)
    out.append(CSV.cell(line?.reason?.code ?? ""))
    out.append(comma)
    appendEntry(pair, lines.kind, to: &out)
  }

  func writeParties(to sink: ([UInt8]) throws -> Void) rethrows {
    var out = TextBytes()
    out.append(Self.partyColumns + "\n")
    for pair in pairs() {
      let home = pair.row.map { settlement.homes[$0] }
      appendLegs(
        pair, new: home?.rewardSplit ?? [], old: pair.posted?.rewardSplit ?? [], .reward, to: &out)
      appendLegs(
        pair, new: home?.penaltySplit ?? [], old: pair.posted?.penaltySplit ?? [], .penalty,
        to: &out)
      appendLegs(
        pair, new: home?.bonusSplit ?? [], old: pair.posted?.bonusSplit ?? [], .bonus, to: &out)
      appendLegs(pair, new: home?.feeSplit ?? [], old: pair.posted?.feeSplit ?? [], .fee, to: &out)
      if out.bytes.count >= pieceSize {
        try sink(out.bytes)
        out.removeAll()
      }
    }
    try sink(out.bytes)
  }

  /// Legs of one kind of entry; those that are and were zero are left out.
  private func appendLegs(
    _ pair: HomePair, new: [PartyShare], old: [PartyShare], _ kind: EntryKind,
    to out: inout TextBytes
  ) {
    for party in SettlementTerms.Party.allCases.sorted() {
      let amount = new.first { $0.party == party }?.amount ?? .zero
      let prior = old.first { $0.party == party }?.amount ?? .zero
      if amount == .zero, prior == .zero { continue }
      appendHead(pair, to: &out)
      out.append(party.rawValue)
      // Accounts have no name outside the house.
      out.append(",,")
      out.appendCell(amount, currency)
      out.appendCell(prior, currency)
      out.appendCell(amount - prior, currency)
      appendEntry(pair, kind, to: &out)
    }
  }

  /// Run, event and site, with a comma after each.
  private func appendHead(_ pair: HomePair, to out: inout TextBytes) {
    out.append(CSV.cell(runID))
    out.append(UInt8(ascii: ","))
    out.append(event.id.text)
    out.append(UInt8(ascii: ","))
    out.append(pair.site.text)
    out.append(UInt8(ascii: ","))
  }

  /// The last cell of a row.
  private func appendEntry(_ pair: HomePair, _ kind: EntryKind, to out: inout TextBytes) {
    if let row = pair.row, let index = homes[row].entries[kind] { out.append(index) }
    out.append(UInt8(ascii: "\n"))
  }
}
