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
          case .additionalReward: reward.energy != nil && reward.isAdditional
          case .directReward, .penalty, .fee: reward.energy != nil && !reward.isAdditional
          }
        guard !isPaid else { continue }
        fault(
          "\(path).percentOf", "\(line.rawValue), which is not paid", "a line that is there",
          YAMLFault.Code.badValue)
      case .rate(let table):
        guard case .amount(let amount) = table.form else { continue }
        let perKilowattHour = table.unit == .MWh ? amount / 1_000 : amount
        checkGreatest(
          "\(path).rate", .flat(.init(millionths: perKilowattHour)),
          percent: parts.greatestCapPercent)
      }
    }
  }
}

extension PolicyParts {
  /// How much of a commitment may be credited; without an end, the greatest end that may be said.
  var greatestCapPercent: Int64 {
    let caps = [reward?.energy, reward?.premium].compactMap { $0 }.map { $0.capPercent ?? 1_000 }
    return caps.max() ?? 1_000
  }
}
