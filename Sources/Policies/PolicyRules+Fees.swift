import Grid
import Settlement

extension PolicyRules {
  /// Each fee has a name of its own, is a share of what is paid, and its sum fits.
  func checkFees() {
    for (index, fee) in parts.fees.enumerated() {
      let path = "fees[\(index)]"
      if parts.fees[..<index].contains(where: { $0.name == fee.name }) {
        fault(
          "\(path).name", "\(fee.name), there twice", "each name once", YAMLFault.Code.badValue)
      }
      switch fee.price {
      case .percent(_, let line):
        guard let reward = parts.reward else { continue }
        let isPaid =
          switch line {
          case .premium: reward.premium != nil
          case .additionalReward: reward.energy?.isAdditional == true || reward.bonusPool != nil
          case .directReward, .penalty, .fee: reward.paysDirectly
          }
        if line == .additionalReward, fee.paidBy == nil, reward.bonusPool != nil,
          parts.escrow?.required == true
        {
          fault(
            "\(path).paidBy", "payer, of a line that the pool adds to",
            "a party: what a pool pays has no greatest amount", Code.exposureUnbounded)
        }
        guard !isPaid else { continue }
        fault(
          "\(path).percentOf", "\(line.rawValue), which is not paid", "a line that is there",
          YAMLFault.Code.badValue)
      case .rate(let table):
        checkGreatest("\(path).rate", table, percent: parts.greatestCapPercent)
      }
    }
  }
}

extension PolicyRules {
  /// What an event did not cost goes back with its first payable run, and no other run yet.
  func checkRelease() {
    guard let name = parts.escrow?.releaseAt, let runs = parts.settlement?.runs else { return }
    let first = runs.first(where: \.isPayable)?.name
    guard name != first else { return }
    let isLater = runs.contains { $0.name == name && $0.isPayable }
    fault(
      "escrow.releaseAt", name, first.map { "\($0), the first payable run" } ?? "a payable run",
      isLater ? YAMLFault.Code.notYet : YAMLFault.Code.badValue)
  }
}

extension PolicyParts {
  /// How much of a commitment may be credited; without an end, the greatest end that may be said.
  var greatestCapPercent: Int64 {
    let caps = [reward?.energy, reward?.premium].compactMap { $0 }.map { $0.capPercent ?? 1_000 }
    return caps.max() ?? 1_000
  }
}

extension PolicyParts.Reward {
  /// Some line is a `directReward`.
  var paysDirectly: Bool {
    energy?.isAdditional == false || capacity != nil || availability != nil || flat != nil
  }
}
