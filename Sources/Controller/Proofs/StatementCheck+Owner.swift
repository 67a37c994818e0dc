import Grid
public import Ledger

extension StatementCheck {
  /// What of the statement is not what the proven entries of its owner say.
  ///
  /// Every settled posting in its time must be there once with its amount, and nothing else; the
  /// opening balance is the sum of those before.
  public func findings(
    against verdict: OwnerBundle.Verdict, _ card: OwnerFolder.Card
  ) -> [String] {
    guard let account, let commodity, let window else {
      return ["the statement lacks account, commodity, from or to"]
    }
    var findings = self.findings
    guard account == card.path else {
      return findings + ["the statement is that of \(account), the bundle that of \(card.path)"]
    }
    guard let known = card.commodities.first(where: { $0.code == commodity }) else {
      return findings + ["the bundle knows no commodity \(commodity)"]
    }
    let settled = verdict.postings.filter {
      $0.leg.commodity == known.number && $0.leg.layer == .settled
    }
    func decimal(_ amount: Int128) -> String {
      FixedDecimal.text(amount, places: known.scale, minimumPlaces: 0)
    }
    func amount(_ row: Row) -> Int128 {
      // Rows are read with six places; what a commodity lacks of them are zeros.
      var unit: Int128 = 1
      for _ in known.scale..<max(known.scale, Self.places) { unit *= 10 }
      return (Int128(row.received) - Int128(row.sent)) / unit
    }
    var given: [UInt64: Row] = [:]
    for row in rows where !row.isPending {
      if let index = row.index { given[index] = row }
    }
    var before: Int128 = 0
    for posting in settled {
      if posting.effective.end < window.start { before += Int128(posting.leg.amount) }
      guard window.contains(posting.effective.end) else { continue }
      guard let row = given.removeValue(forKey: posting.index) else {
        findings.append(
          "entry \(posting.index) with \(decimal(Int128(posting.leg.amount))) is not in the statement"
        )
        continue
      }
      if amount(row) != Int128(posting.leg.amount) {
        findings.append(
          "entry \(posting.index): \(decimal(amount(row))) should be"
            + " \(decimal(Int128(posting.leg.amount)))")
      }
    }
    for index in given.keys.sorted() {
      findings.append("entry \(index) of the statement is not among the proven ones of its time")
    }
    let opened = amount(Row(received: opening, sent: 0, balance: nil, isPending: false))
    if opened != before {
      findings.append("opening \(decimal(opened)) should be \(decimal(before))")
    }
    return findings
  }
}
