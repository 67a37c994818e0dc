import Engine
import Grid

extension Loop {
  /// Covers the greatest cost of what was planned, and says so or what is missing.
  mutating func escrow(_ effects: [Effect], at now: Timestamp) throws -> [Input] {
    try cashier.answers(
      to: effects, engine: decider.engine, policies: setup.policies, book: setup.book,
      fleet: setup.fleet, now: now)
  }
}
