public import Grid

/// Why a transfer of obligations cannot be counted in an event.
public enum TransferFault: Error, Hashable, Sendable {
  /// Nobody of the event's homes is his.
  case unknownParticipant(OwnerID)
  /// He owes less in the interval that begins then.
  case beyondCommitment(OwnerID, Timestamp, owed: Energy)
}

extension SettlementInput {
  /// Lets the taker owe in every interval what the giver owed, and the giver no longer.
  ///
  /// A participant is an owner with all his homes. What the giver's homes lose, and the taker's get,
  /// is divided by what each is committed to in the interval, by largest remainder in the order of
  /// their sites; among homes that are committed to nothing all get the same. The sums of the event
  /// do not change.
  public mutating func count(_ transfer: ObligationTransfer) throws(TransferFault) {
    let givers = places(of: transfer.from)
    let takers = places(of: transfer.to)
    if givers.isEmpty { throw .unknownParticipant(transfer.from) }
    if takers.isEmpty { throw .unknownParticipant(transfer.to) }
    for (place, interval) in intervals.enumerated() {
      let moved = transfer.power.held(forSeconds: interval.window.seconds)
      let owed = givers.reduce(Energy.zero) {
        $0 + homes[$1].commitment.intervals[place].rewardBase
      }
      guard moved <= owed else {
        throw .beyondCommitment(transfer.from, interval.window.start, owed: owed)
      }
      move(moved, givers, takers, place, \.rewardBase)
      // A commitment that grew while the event ran was never promised: less of it is punished.
      let promised = givers.reduce(Energy.zero) {
        $0 + homes[$1].commitment.intervals[place].penaltyBase
      }
      move(min(moved, promised), givers, takers, place, \.penaltyBase)
    }
  }

  private func places(of owner: OwnerID) -> [Int] {
    homes.indices.filter { homes[$0].owner == owner }.sorted { homes[$0].site < homes[$1].site }
  }

  private mutating func move(
    _ energy: Energy, _ givers: [Int], _ takers: [Int], _ place: Int,
    _ base: WritableKeyPath<CommittedInterval, Energy>
  ) {
    func parts(_ rows: [Int]) -> [Energy] {
      var weights = rows.map { homes[$0].commitment.intervals[place][keyPath: base].joules }
      if weights.allSatisfy({ $0 == 0 }) { weights = rows.map { _ in 1 } }
      // The arithmetic of a split is that of smallest units, whatever is counted.
      return Split.largestRemainder(
        Money(millionths: energy.joules), weights: weights, unit: 1
      ).map { Energy(joules: $0.millionths) }
    }
    let (taken, given) = (parts(givers), parts(takers))
    for (row, part) in zip(givers, taken) {
      let before = homes[row].commitment.intervals[place][keyPath: base]
      homes[row].commitment.intervals[place][keyPath: base] = before - part
    }
    for (row, part) in zip(takers, given) {
      homes[row].commitment.intervals[place][keyPath: base] += part
    }
  }
}
