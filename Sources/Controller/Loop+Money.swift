import Engine
import Grid
import Logging
import Policies
import Settlement

extension Loop {
  /// Covers the greatest cost of what was planned, and says so or what is missing.
  mutating func escrow(_ effects: [Effect], at now: Timestamp) throws -> [Input] {
    try cashier.answers(
      to: effects, engine: decider.engine, policies: setup.policies, book: setup.book,
      fleet: setup.fleet, now: now)
  }

  /// Gives back the escrow of those of `events` that were cancelled before anything moved.
  ///
  /// It comes after the turn is written, and again at every start: a crash in between loses nothing.
  func returnEscrow(of events: [EventRecord]) throws {
    for record in events {
      let amount = try EscrowCover.giveBack(
        record, policies: setup.policies, book: setup.book, now: setup.clock.now)
      guard let amount, let policy = setup.policies.first(where: { $0.hash == record.policy })
      else { continue }
      let currency = policy.settlement.currency
      setup.logger.info(
        "cancelled before anything moved: the escrow went back",
        metadata: [
          "event": "\(record.id)", "amount": "\(amount.text(in: currency)) \(currency.code)",
        ])
    }
  }
}
