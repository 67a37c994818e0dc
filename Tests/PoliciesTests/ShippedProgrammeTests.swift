import Engine
import Grid
import Policies
import Settlement
import Testing

/// The programmes that are shipped beside the project's own policies.
@Suite struct `A shipped programme` {
  static let names = [
    "ca-elrp-a4", "capacity-tiers", "coned-dlrp", "gb-dfs", "ma-connected-solutions",
    "ru-demand-response", "shapeshifter-example",
  ]

  static func load(_ name: String) throws -> Policy {
    try Policy.load(bytes: try Fixture.shipped(name), file: name, allowsProgramme: true)
  }

  @Test(arguments: names) func `is sound, and explained in sentences`(_ name: String) throws {
    let policy = try Self.load(name)
    #expect(policy.id.text == name)
    #expect(PolicyCheck.report(bytes: try Fixture.shipped(name), file: name).exitCode == 0)
    // The one table without a programme behind it is certain; the others say what is not.
    #expect(policy.isDraft == (name != "capacity-tiers"))
    #expect(policy.unconfirmed.allSatisfy { $0.reason.count > 5 })
    #expect(policy.explain().lines.count > 15)
  }

  @Test(arguments: names) func `is refused by who settles an event alone`(_ name: String) throws {
    let faults = Fixture.faults(String(decoding: try Fixture.shipped(name), as: UTF8.self))
    // Energy above a baseline is what an event can settle, also at the price of its signal, and a
    // season is settled beside it.
    #expect(faults.isEmpty == ["ca-elrp-a4", "gb-dfs", "ma-connected-solutions"].contains(name))
    #expect(faults.allSatisfy { $0.code == YAMLFault.Code.notYet })
  }

  @Test(arguments: [
    (
      "ma-connected-solutions",
      "Events at 5, 4, 0 (missed) and 4.5 kW: mean 3.375 kW -> 928.13 USD."
    ),
    ("coned-dlrp", "100 kW, events at 96 % and 70 % -> 1,494.00 USD a month."),
    ("coned-dlrp", "100 kW, events at 20 % and 24 % -> 0.00 USD a month."),
    ("coned-dlrp", "100 kW, 5 events at 100 % -> 2,300.00 USD a month."),
    ("coned-dlrp", "100 kW, no event -> 1,800.00 USD a month."),
    (
      "capacity-tiers",
      "100 kW, event hours at 110, 90, 75, 70, 50 and 0 % -> 460.00 USD a month."
    ),
    ("ru-demand-response", "1 MW, no event -> 350,600.00 RUB a month."),
    ("ru-demand-response", "1 MW, one of two events failed -> 262,950.00 RUB a month."),
    (
      "shapeshifter-example",
      "3000 kW -> 14.00 EUR.   2000 kW -> 14.00 EUR.   1000 kW -> -4.00 EUR.   "
        + "0 kW -> -22.00 EUR.   -1000 kW -> -33.00 EUR."
    ),
    (
      "gb-dfs",
      "Verified energy earns the signal's price in GBP a MWh, at least 150.00 and at most "
        + "3,000.00."
    ),
    ("ca-elrp-a4", "Owners are told to expect 20 hours a season; nothing holds it."),
  ])
  func `says its golden numbers`(name: String, sentence: String) throws {
    let said = try Self.load(name).explain().lines.map(\.sentence)
    #expect(said.contains { $0.contains(sentence) }, "\(said)")
  }

  @Test func `says what a month and its limits are`() throws {
    let policy = try Policy.load(
      bytes: Array(Fixture.tiered.utf8), file: "p", allowsProgramme: true)
    let said = policy.explain().lines.map(\.sentence)
    for sentence in [
      "An event that the owner left is a zero, an excused one left out of it.",
      "An event below the baseline counts as 0.",
      "A month without events is paid by its last test, or not at all.",
      "Each event below 95 % of the promise takes 25.5 % off the month.",
      "From event 5 of a season the rate grows by 5.50.",
      "It is paid by tiers of the share delivered in each hour of an event: from 1: 0 x share + 1, "
        + "from 0.75: 1 x share + 0 and below: 1 x share + -0.6.",
      "A month may cost the home money.",
      "Each home gets USD a home-day by zone: north: 0.50, south: 0.25.",
      "A home earns at most 100.00 USD in a month.", "A home earns at most 500.00 USD in a season.",
      "A season costs at most 100,000.00 USD: an event whose greatest cost does not fit is refused.",
      "50 % of an event's penalties go to homes that delivered more than they promised, if the "
        + "fleet delivered 90 % of its promise.",
      "What was never measured counts as not delivered in the final run.",
      "A home keeps the rates of its first year for 3 years.",
    ] { #expect(said.contains(sentence), "\(sentence) is not in \(said)") }
  }
}
