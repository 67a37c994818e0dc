import Grid

extension Planner {
  /// Asks for the least power of which `target` is expected to arrive, as the terms allow.
  ///
  /// - Parameter divide: A plan for a target in watts.
  static func overCommitted(
    _ target: Int64, _ terms: DispatchTerms.OverCommit, reliability: [Int32],
    divide: (Int64) -> Plan
  ) -> Plan {
    let plain = divide(target)
    func promise(_ plan: Plan) -> Int64 {
      ExpectedDelivery(plan.setpointW, reliabilityHundredths: reliability)
        .promise(terms.probability)
    }
    let most = Int64(Int128(target) * Int128(terms.maximumPercent) / 100)
    var low = (asked: target, promise: promise(plain))
    if low.promise >= target || most == target {
      return plain.promising(
        target, low.promise, plain: plain, reliability, isLimited: low.promise < target)
    }
    var plan = divide(most)
    var high = (asked: most, promise: promise(plan))
    if high.promise < target {
      return plan.promising(
        target, high.promise, plain: plain, reliability,
        isLimited: plan.committed.watts == most)
    }
    // The promise rises with what is asked, in straight pieces: a line, its neighbour, a half.
    var (step, last) = (0, most)
    while high.asked - low.asked > 1 {
      let span = high.asked - low.asked
      let line = Int128(span) * Int128(target - low.promise) / Int128(high.promise - low.promise)
      let guess =
        switch step % 3 {
        case 0: low.asked + Int64(line)
        case 1: last == high.asked ? last - 1 : last + 1
        default: low.asked + span / 2
        }
      last = min(max(guess, low.asked + 1), high.asked - 1)
      step += 1
      let tried = divide(last)
      let promised = promise(tried)
      if promised >= target {
        (high, plan) = ((last, promised), tried)
      } else {
        low = (last, promised)
      }
    }
    return plan.promising(target, high.promise, plain: plain, reliability, isLimited: false)
  }
}

extension Plan {
  /// This plan of more than `target`, as one that promises what is expected of it.
  fileprivate func promising(
    _ target: Int64, _ promise: Int64, plain: Plan, _ reliability: [Int32], isLimited: Bool
  ) -> Plan {
    let expected = ExpectedDelivery(setpointW, reliabilityHundredths: reliability).promise(nil)
    var plan = Plan(
      requested: Power(watts: target), committed: Power(watts: min(target, promise)),
      seconds: seconds, setpointW: setpointW, energyLimitWh: energyLimitWh, bound: bound,
      skipped: skipped, bindingNodes: bindingNodes)
    plan.overCommit = OverCommitment(
      asked: committed, expected: Power(watts: expected),
      addedPower: committed - plain.committed,
      addedBatteries: setpointW.indices.count {
        setpointW[$0] > 0 && plain.setpointW[$0] == 0
      }, isLimited: isLimited)
    return plan
  }
}
