public import Engine
import Grid
public import Settlement

extension Rehearsal {
  /// What the batteries in these rows owe together; nil when none of them was asked.
  public func commitment(of rows: [Int], over intervals: [EventInterval]) -> Commitment? {
    let owed = rows.filter { plan.setpointW[$0] > 0 }.map(self.owed)
    guard !owed.isEmpty else { return nil }
    return Commitment(
      intervals: intervals.map { interval in
        let energy = owed.reduce(Energy.zero) { $0 + $1.energy(in: interval.window) }
        return CommittedInterval(rewardBase: energy, penaltyBase: energy)
      })
  }
}
