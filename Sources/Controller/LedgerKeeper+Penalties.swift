public import Grid
import Ledger

extension LedgerKeeper {
  /// What homes paid as penalties for events whose settled time began at `start`.
  ///
  /// Penalties go to an account of the programme, so events that begin together are summed.
  public func penalties(ofEventsFrom start: Timestamp) -> Money {
    var sum = Money.zero
    settlements(in: Window(start: start, end: start.adding(seconds: 1))!) { legs in
      guard legs.contains(where: { $0.role == .owner }) else { return }
      for leg in legs where leg.role == .penalty { sum = sum + leg.amount }
    }
    return sum
  }
}
