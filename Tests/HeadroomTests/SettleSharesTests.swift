import Foundation
import Testing

@Suite struct `headroom settle of what parties get` {
  typealias Event = PeriodFiles.Event

  /// What the parties get of some kilowatt-hours at a price, with other words for the splits.
  private func parties(
    _ amount: String, _ delivered: String, shares: String = "{owner: 100}", fees: String = ""
  ) throws -> [String: String] {
    try PeriodFiles.settle(
      "surge-ten-percent",
      [
        (
          "  premium:\n    rate: {amount: 2.00, per: kWh}",
          "  energy:\n    rate: {amount: \(amount), per: kWh}"
        ),
        ("splits:\n", "\(fees)splits:\n"), ("shares: {owner: 100}", "shares: \(shares)"),
      ],
      [
        Event(
          id: "E", start: "2026-07-07T20:00:00Z", committed: [delivered], delivered: [delivered])
      ], minutes: 15
    ).parties
  }

  @Test func `are a buyer and a seller, with commission or distribution fee`() throws {
    #expect(try parties("0.15", "5") == ["owner": "0.75", "payer": "-0.75"])
    let commission =
      "fees: [{name: a, percentOf: directReward, percent: 40, paidBy: owner, to: utility}]\n"
    #expect(
      try parties("0.15", "5", fees: commission)
        == ["owner": "0.45", "utility": "0.30", "payer": "-0.75"])
    let wires =
      "fees: [{name: a, rate: {amount: 0.02, per: kWh}, paidBy: payer, to: grid,"
      + " beforeSplit: false}]\n"
    #expect(
      try parties("0.15", "5", fees: wires)
        == ["owner": "0.75", "grid": "0.10", "payer": "-0.85"])
  }

  @Test func `are thirds, halves and the last cent`() throws {
    #expect(
      try parties("1", "100", shares: "{owner: 33.34, aggregator: 33.33, grid: 33.33}")
        == ["owner": "33.34", "aggregator": "33.33", "grid": "33.33", "payer": "-100.00"])
    #expect(
      try parties("2", "1000", shares: "{owner: 50, aggregator: 50}")
        == ["owner": "1000.00", "aggregator": "1000.00", "payer": "-2000.00"])
    #expect(
      try parties("0.01", "1", shares: "{owner: 70, aggregator: 20, utility: 7, grid: 3}")
        == ["owner": "0.01", "payer": "-0.01"])
  }
}
