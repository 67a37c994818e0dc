import Grid
import Policies
import Settlement
import Testing

extension Fixture {
  /// `whole` with both forms of a fee, lines split for themselves, and a payer's basis.
  static func withFees(
    _ first: String = "{name: commission, percentOf: premium, percent: 40, paidBy: owner,"
      + " to: utility}",
    splits: String = "  of: lines\n  penaltyShares: {owner: 90, aggregator: 10}\n"
  ) throws -> String {
    let (text, _) = try edited(
      "splits:\n",
      """
      fees:
        - \(first)
        - {name: wires, rate: {amount: 20, per: MWh}, paidBy: payer, to: grid, beforeSplit: false}
      splits:
      \(splits)
      """)
    return text.replacing("disputeDays: 90", with: "payerBasis: exactLines")
  }

  static func feeFaults(_ text: String) -> [YAMLFault] {
    do {
      _ = try Policy.load(bytes: Array(text.utf8), file: "p.yaml", allowsProgramme: true)
      return []
    } catch {
      return error.list
    }
  }
}

@Suite struct `Fees and splits of a policy` {
  @Test func `are read as they are written`() throws {
    let policy = try Policy.load(
      bytes: Array(try Fixture.withFees().utf8), file: "p.yaml", allowsProgramme: true)
    let terms = try #require(policy.programme)
    #expect(
      terms.fees == [
        .init(
          name: "commission", to: .utility, paidBy: .owner,
          price: .percent(Percent(whole: 40)!, of: .premium)),
        .init(
          name: "wires", to: .grid, paidBy: nil,
          price: .rate(PriceTable(.amount(20_000_000), per: .MWh)), isBeforeSplit: false),
      ])
    #expect(terms.splitsLines)
    #expect(
      terms.penaltyShares == [.owner: Percent(whole: 90)!, .aggregator: Percent(whole: 10)!])
    #expect(terms.payerBasis == .exactLines)
    // What an event pays is the same with and without them.
    #expect(terms.base == policy.settlement)
    #expect(terms.energy?.rate == PriceTable(.amount(250_000), per: .kWh))
    #expect(terms.penalty?.rules == policy.settlement.penalty)
    #expect(try Fixture.load(Fixture.whole).programme == nil)
  }

  @Test func `are served, but for a payer's basis of its own`() throws {
    let faults = Fixture.faults(try Fixture.withFees())
    #expect(faults.map(\.path) == ["settlement.payerBasis"])
    let served = try Fixture.withFees().replacing("payerBasis: exactLines", with: "disputeDays: 90")
    #expect(Fixture.faults(served) == [])
    #expect(try Fixture.load(served).eventProgramme?.fees.count == 2)
    #expect(faults.allSatisfy { $0.code == YAMLFault.Code.notYet })
    #expect(faults.allSatisfy { $0.found.contains("only headroom settle") })
  }

  @Test(arguments: [
    ("{name: wires, percentOf: premium, percent: 4, paidBy: owner, to: tax}", "fees[1].name"),
    ("{name: a, percentOf: penalty, percent: 4, paidBy: owner, to: tax}", "fees[0].percentOf"),
    ("{name: a, percentOf: premium, percent: 101, paidBy: owner, to: tax}", "fees[0].percent"),
    ("{name: a, percent: 4, paidBy: owner, to: tax}", "fees[0].percentOf"),
    ("{name: a, percentOf: premium, paidBy: owner, to: tax}", "fees[0].percent"),
    ("{name: a, percentOf: premium, percent: 4, paidBy: bank, to: tax}", "fees[0].paidBy"),
    ("{name: a, percentOf: premium, percent: 4, paidBy: owner, to: payer}", "fees[0].to"),
    (
      "{name: a, rate: {amount: 1, per: kWh}, percent: 4, paidBy: owner, to: tax}",
      "fees[0].percent"
    ),
    ("{name: a, rate: {amount: 1, per: kW-month}, paidBy: owner, to: tax}", "fees[0].rate.per"),
    ("{name: a, rate: {amount: -1, per: kWh}, paidBy: owner, to: tax}", "fees[0].rate.amount"),
    ("{name: a, rate: {amount: 9300, per: kWh}, paidBy: owner, to: tax}", "fees[0].rate"),
    ("{name: A b, rate: {amount: 1, per: kWh}, paidBy: owner, to: tax}", "fees[0].name"),
  ])
  func `say the one fault of a fee`(fee: String, path: String) throws {
    #expect(Fixture.feeFaults(try Fixture.withFees(fee)).map(\.path) == [path])
  }

  @Test func `a fee is a share of what is paid`() throws {
    let premium = """
        premium:
          rate: {per: MWh, byLevel: {0: 0, 1: 500, 2: 2000.001, 3: 3000}}
          capPercent: 100

      """
    let whole = try Fixture.withFees()
    try #require(whole.contains(premium))
    let faults = Fixture.feeFaults(whole.replacing(premium, with: ""))
    #expect(faults.map(\.path) == ["fees[0].percentOf"])
    #expect(faults.map(\.found) == ["premium, which is not paid"])
  }

  @Test(arguments: [
    ("  of: lines\n  penaltyShares: {owner: 90, aggregator: 9}\n", "splitNot100"),
    ("  of: net\n  penaltyShares: {owner: 100}\n", "badValue"),
    ("  penaltyShares: {owner: 100}\n", "badValue"),
  ])
  func `shares of a penalty are whole and go with lines`(splits: String, code: String) throws {
    let faults = Fixture.feeFaults(try Fixture.withFees(splits: splits))
    #expect(faults.map(\.path) == ["splits.penaltyShares"])
    #expect(faults.map(\.code) == [code])
  }

  @Test func `a fleet, its cap and an additional reward are read and explained`() throws {
    var text = try Fixture.edited(
      "unit: home", "unit: fleet\n  distribute: committed\n  caps: {fleetPerEvent: 1234.5}"
    ).text
    text = text.replacing("capPercent: 110", with: "line: additionalReward")
    text = text.replacing("owner: 70,", with: "grid: 70,")
    let paths = Fixture.faults(text).map(\.path)
    #expect(
      paths.sorted() == ["reward.unit"])
    let policy = try Policy.load(
      bytes: Array(text.utf8), file: "p.yaml", allowsProgramme: true)
    let terms = try #require(policy.programme)
    #expect(terms.isFleet)
    #expect(terms.distribute == .committed)
    #expect(terms.energy?.isAdditional == true)
    #expect(terms.caps == .init(fleetPerEvent: Money(millionths: 1_234_500_000)))
    let sentences = policy.explain().lines.map(\.sentence)
    for sentence in [
      "Performance is that of all homes together; owners have no part.",
      "Energy is paid as an additional reward.",
      "All homes together earn at most 1,234.50 USD in an event.",
    ] { #expect(sentences.contains(sentence), "\(sentence) is not in \(sentences)") }
  }

  @Test func `only a fleet is divided, and only a line that is paid has a fee`() throws {
    let (text, _) = try Fixture.edited("unit: home", "unit: home\n  distribute: equal")
    #expect(Fixture.feeFaults(text).map(\.path) == ["reward.distribute"])
    let fee = "{name: a, percentOf: additionalReward, percent: 4, paidBy: owner, to: tax}"
    #expect(
      Fixture.feeFaults(try Fixture.withFees(fee)).map(\.path) == ["fees[0].percentOf"])
  }

  @Test func `are explained in sentences, and checked as sound`() throws {
    let bytes = Array(try Fixture.withFees().utf8)
    let policy = try Policy.load(bytes: bytes, file: "p.yaml", allowsProgramme: true)
    let sentences = policy.explain().lines.map(\.sentence)
    for sentence in [
      "Fee commission: utility gets 40 % of the premium, paid by owner.",
      "Fee wires: grid gets 20.00 USD for each credited MWh, paid by the programme's payer.",
      "Each line is shared for itself.",
      "A penalty is borne by 90 % owner, 10 % aggregator.",
      "The payer owes each line to the millionth.",
    ] { #expect(sentences.contains(sentence), "\(sentence) is not in \(sentences)") }
    let check = PolicyCheck.report(bytes: bytes, file: "p.yaml")
    #expect(check.exitCode == 0)
    #expect(check.text.contains("serve refuses them yet"))
  }
}
