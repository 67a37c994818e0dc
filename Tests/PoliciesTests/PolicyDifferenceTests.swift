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

  @Test func `compares what a file leaves out by its default`() throws {
    let same = try compare(
      "surge-ten-percent",
      [
        ("  disputeDays: 60", "#"), ("  handBack: priorMode", "#"),
        ("    belowBaseline: count", "#"),
      ])
    #expect(same.isSameMeaning)
    #expect(same.changes == [])
    let ramp = try compare(
      "surge-ten-percent", [("ramp: {batterySeconds: 10, spreadSeconds: 60}", "ramp: {}")])
    let change = try #require(ramp.changes.first)
    #expect(ramp.changes.count == 1)
    #expect(change.path == "dispatch.ramp.spreadSeconds")
    #expect(change.old == "60" && change.new == "0")
    #expect(!change.isOldDefault && change.isNewDefault)
    // Without the whole mapping its fields have their defaults as well.
    let storm = try compare(
      "surge-ten-percent",
      [
        (
          "  handBack: priorMode",
          "  storm: {hoursBefore: 12, reservePercent: 100}\n  handBack: priorMode"
        )
      ])
    #expect(storm.changes.map(\.path) == ["dispatch.storm.hoursBefore"])
    #expect(storm.changes.map(\.old) == ["24"])
    #expect(storm.changes.map(\.isWorseForOwners) == [true])
    // A mapping that means something else when it is not there at all keeps its fields.
    let free = try compare(
      "surge-ten-percent",
      [
        ("  recovery: ", "  recovery: {mode: free} #"), ("    mode: limited", "#"),
        ("    fleetLimitPercentOfEvent: 50", "#"), ("    startAfterMinutes: 15", "#"),
        ("    spreadMinutes: 30", "#"),
      ])
    #expect(free.changes.first { $0.path == "dispatch.recovery.mode" }?.new == "free")
  }

  @Test(
    arguments: [
      ("until: end}", "until: start}", "dispatch.optOut.until", false),
      ("reservePercent: 0 ", "reservePercent: 5 ", "dispatch.reservePercent", true),
      (", meterFault", "", "reward.excusals", false),
      ("disputeDays: 60", "disputeDays: 30", "settlement.disputeDays", false),
      ("percent: 100}]", "percent: 150}]", "reward.penalty.caps[0].percent", false),
      ("capPercent: 100", "capPercent: 120", "reward.premium.capPercent", true),
      (
        "acknowledgement: required", "acknowledgement: notRequired", "notice.acknowledgement",
        false
      ),
      ("exports: counted", "exports: excluded", "measurement.exports", false),
      ("required: true  ", "required: false ", "escrow.required", false),
      ("belowBaseline: count", "belowBaseline: zero", "reward.penalty.belowBaseline", true),
      (
        "rate: {amount: 2.00, per: kWh}", "rate: {amount: 1999, per: MWh}",
        "reward.premium.rate.amount", false
      ),
    ] as [(String, String, String, Bool)])
  func `says who gains by a change`(
    old: String, new: String, path: String, better: Bool
  ) throws {
    let change = try #require(
      compare("surge-ten-percent", [(old, new)]).changes.first { $0.path == path })
    #expect(change.isWorseForOwners == !better)
    #expect(change.isBetterForOwners == better)
  }

  @Test func `weighs a price for every level against a flat one`() throws {
    // 2.00 at every level, or 2.00 from level 1 on and 3.00 at level 3: worse at level 0 alone.
    let found = try compare(
      "surge-ten-percent",
      [("{amount: 2.00, per: kWh}", "{per: kWh, byLevel: {0: 0, 1: 2.00, 2: 2.00, 3: 3.00}}")])
    let worse = found.changes.filter(\.isWorseForOwners).map(\.path)
    #expect(worse == ["reward.premium.rate.amount", "reward.premium.rate.byLevel.0"])
    let better = found.changes.filter(\.isBetterForOwners).map(\.path)
    #expect(better == ["reward.premium.rate.amount", "reward.premium.rate.byLevel.3"])
  }
}
