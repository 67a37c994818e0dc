import Grid
import Settlement

extension PolicyWords {
  /// Fees, splits of lines and the payer's side, where a policy has them.
  mutating func sayProgramme() {
    guard let terms = policy.programme else { return }
    if terms.isFleet {
      let how =
        switch terms.distribute {
        case .delivered: "by what each delivered"
        case .committed: "by what each was committed to"
        case .equal: "equally"
        }
      let owners = terms.base.shares[.owner] ?? .zero
      say(
        "Performance is that of all homes together"
          + (owners > .zero ? "; the owners' part is divided \(how)." : "; owners have no part."),
        "reward.unit")
    }
    if terms.energy?.isAdditional == true {
      say("Energy is paid as an additional reward.", "reward.energy.line")
    }
    if let cap = terms.caps.fleetPerEvent {
      let most = Self.grouped(cap.text(in: policy.settlement.currency))
      say(
        "All homes together earn at most \(most) \(policy.settlement.currency.code) in an event.",
        "reward.caps.fleetPerEvent")
    }
    for (index, fee) in terms.fees.enumerated() {
      let payer = fee.paidBy?.rawValue ?? "the programme's payer"
      let what: String
      switch fee.price {
      case .percent(let percent, let line):
        what = "\(percent) % of the \(line.rawValue)"
      case .rate(let table):
        guard case .amount(let amount) = table.form else { continue }
        let price = FixedDecimal.text(amount, places: 6, minimumPlaces: 2)
        what =
          "\(price) \(policy.settlement.currency.code) for each credited \(table.unit.rawValue)"
      }
      let isTakenFromNet = fee.isBeforeSplit && fee.paidBy != nil && !terms.splitsLines
      let when = isTakenFromNet ? ", taken before the net is shared" : ", paid by \(payer)"
      say("Fee \(fee.name): \(fee.to.rawValue) gets \(what)\(when).", "fees[\(index)]")
    }
    if terms.splitsLines { say("Each line is shared for itself.", "splits.of") }
    if let shares = terms.penaltyShares {
      let parts = shares.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
        .map { "\($0.value) % \($0.key.rawValue)" }
      say("A penalty is borne by \(parts.joined(separator: ", ")).", "splits.penaltyShares")
    }
    switch terms.payerBasis {
    case .sumOfHomes: break
    case .exactLines:
      say("The payer owes each line to the millionth.", "settlement.payerBasis")
    case .fleetTotal:
      say("The payer owes the fleet's total, rounded once.", "settlement.payerBasis")
    }
  }
}
