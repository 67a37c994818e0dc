import Policies
import Testing

@Suite struct `A comparison of policies` {
  private func compare(
    _ old: String, _ edits: [(String, String)]
  ) throws -> PolicyDifference {
    let bytes = try Fixture.shipped(old)
    var text = String(decoding: bytes, as: UTF8.self)
    for (from, to) in edits {
      try #require(text.contains(from), "no \(from)")
      text = text.replacing(from, with: to)
    }
    let other = Array(text.utf8)
    return PolicyDifference(
      old: (bytes, try Policy.load(bytes: bytes, file: "old.yaml")),
      new: (other, try Policy.load(bytes: other, file: "new.yaml")))
  }

  @Test func `finds a comment, a title and a longer decimal to mean the same`() throws {
    let found = try compare(
      "surge-ten-percent",
      [("amount: 2.00", "amount: 2.000"), ("headroomPolicy", "# more\nheadroomPolicy")])
    #expect(found.isSameMeaning)
    #expect(found.changes.isEmpty)
    let title = try compare("surge-ten-percent", [("version: \"1.0\"", "version: \"1.1\"")])
    #expect(title.isSameMeaning)
    #expect(title.changes.map(\.path) == ["version"])
    #expect(title.changes.map(\.room) == [.textOnly])
    #expect(title.effects.isEmpty)
  }

  @Test func `says which energy changes, of a home and of the fleet`() throws {
    let found = try compare("surge-ten-percent", [("of: storedEnergy", "of: nameplateEnergy")])
    #expect(!found.isSameMeaning)
    #expect(found.changes.map(\.path) == ["dispatch.release.of"])
    #expect(found.changes.map(\.room) == [.dispatch])
    #expect(found.changes.map(\.isWorseForOwners) == [false])
    #expect(
      found.effects.first
        == "Released: 1.08 -> 1.35 kWh a home, 54.0 -> 67.5 MWh for 50000 homes.")
    #expect(
      found.effects.contains(
        "A home that delivers all of it: 2.16 USD -> 2.70 USD, before caps of penalties."))
  }

  @Test(arguments: [
    ("rate: {amount: 2.00", "rate: {amount: 1.90", "reward.premium.rate.amount", true),
    ("rate: {amount: 2.00", "rate: {amount: 2.10", "reward.premium.rate.amount", false),
    ("rate: {amount: 0.40", "rate: {amount: 0.50", "reward.penalty.rate.amount", true),
    ("rate: {amount: 0.40", "rate: {amount: 0.30", "reward.penalty.rate.amount", false),
    ("deadbandPercent: 10", "deadbandPercent: 5", "reward.penalty.deadbandPercent", true),
    ("deadbandPercent: 10", "deadbandPercent: 15", "reward.penalty.deadbandPercent", false),
  ])
  func `marks what is worse for owners`(
    old: String, new: String, path: String, isWorse: Bool
  ) throws {
    let found = try compare("surge-ten-percent", [(old, new)])
    #expect(!found.isSameMeaning)
    let change = try #require(found.changes.first { $0.path == path })
    #expect(change.room == .money)
    #expect(change.isWorseForOwners == isWorse)
  }

  @Test func `knows the baseline as verification`() throws {
    let found = try compare("surge-ten-percent", [("lookbackDays: 45", "lookbackDays: 40")])
    #expect(found.changes.map(\.room) == [.verification])
    #expect(found.changes.map(\.old) == ["45"])
    #expect(found.changes.map(\.new) == ["40"])
  }
}
