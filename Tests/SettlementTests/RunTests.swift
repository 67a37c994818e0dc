import Grid
import Settlement
import Testing

@Suite struct `A later run` {
  private let recalculation = SettlementRun(
    name: "recalculation", isPayable: true, payer: .funding)

  private func result(_ third: Int64, _ run: SettlementRun? = nil) -> SettlementResult {
    let home = World.home(
      committed: [4_000, 4_000, 4_000, 4_000], delivered: [4_000, 4_600, third, 4_000])
    var input = World.input([home], levels: [0, 1, 2, 2])
    if let run { input.run = run }
    return Settlement.settle(input, terms: World.levels)
  }

  @Test func `S7: posts the difference of the splits, never the split of the difference`() {
    let posted = result(3_200).homes.map { PostedHome($0) }
    let new = result(3_600, recalculation)
    #expect(new.homes[0].net == Money("21.20"))
    let difference = Settlement.difference(of: new, posted: posted)
    #expect(
      difference[0].netSplit.amounts == ["1.58", "0.45", "0.15", "0.07"].map { Money($0) })
    #expect(
      difference[0].rewardSplit.amounts == ["0.63", "0.18", "0.06", "0.03"].map { Money($0) })
    #expect(
      difference[0].penaltySplit.amounts == ["0.95", "0.27", "0.09", "0.04"].map { Money($0) })
    #expect(
      difference[0].lines.map(\.difference) == ["0.10", "0.80", "1.35"].map { Money($0) })
    let wrong = Split.largestRemainder(
      Money("2.25"), shares: World.levels.shares, currency: World.dollars)
    #expect(wrong.amounts == ["1.57", "0.45", "0.16", "0.07"].map { Money($0) })
  }

  @Test func `writes a reward and gives a penalty back`() {
    let posted = result(3_200).homes.map { PostedHome($0) }
    let new = result(3_600, recalculation)
    let entries = Settlement.entries(
      Settlement.difference(of: new, posted: posted), run: new.run)
    let owner = SettlementAccount.owner(OwnerID("O-H1")!)
    #expect(entries.map(\.key) == ["recalculation", "recalculation:penalty"])
    #expect(
      entries[0].legs == [
        leg(.funding, "-0.90"), leg(.share(.aggregator), "0.18"), leg(.share(.grid), "0.03"),
        leg(owner, "0.63"), leg(.share(.utility), "0.06"),
      ])
    #expect(
      entries[1].legs == [
        leg(.penalty, "-1.35"), leg(.share(.aggregator), "0.27"), leg(.share(.grid), "0.04"),
        leg(owner, "0.95"), leg(.share(.utility), "0.09"),
      ])
  }

  /// Four quarter hours of 0.25 kWh, the third missing at first: 0.75 kWh, then the rest.
  @Test func `V5: posts what a late reading adds`() {
    let whole = World.home(
      committed: [250, 250, 250, 250], delivered: [250, 250, 250, 250])
    var partial = whole
    partial.intervals[2] = .missing()
    let first = Settlement.settle(World.input([partial], minutes: 15), terms: World.tenPercent)
    #expect(first.homes[0].credited == World.wh(750))
    #expect(first.homes[0].net == Money("1.50") && first.homes[0].penalties == .zero)
    #expect(first.homes[0].intervals[2].shortfall == nil)
    let later = Settlement.settle(
      World.input([whole], minutes: 15, run: recalculation), terms: World.tenPercent)
    let differences = Settlement.difference(of: later, posted: first.homes.map { PostedHome($0) })
    #expect(differences.map { $0.netSplit.map(\.amount) } == [[Money("0.50")]])
    let entries = Settlement.entries(differences, run: later.run)
    #expect(entries.map(\.key) == ["recalculation"])
    #expect(
      entries[0].legs == [leg(.funding, "-0.50"), leg(.owner(OwnerID("O-H1")!), "0.50")])
  }

  @Test func `posts nothing when nothing changed`() {
    let first = result(3_200)
    let again = result(3_200, recalculation)
    let differences = Settlement.difference(of: again, posted: first.homes.map { PostedHome($0) })
    #expect(differences == [])
    #expect(Settlement.entries(differences, run: again.run) == [])
  }

  @Test func `takes back what a home no longer has and pays one that is new`() {
    let run = SettlementRun(name: "final", isPayable: true, payer: .funding)
    func settle(_ sites: [String]) -> SettlementResult {
      Settlement.settle(
        World.input(sites.map { World.home($0, committed: [1_000], delivered: [1_000]) }, run: run),
        terms: World.tenPercent)
    }
    let posted = settle(["A", "C", "D"]).homes.reversed().map { PostedHome($0) }
    let differences = Settlement.difference(of: settle(["B", "C"]), posted: posted)
    #expect(differences.map(\.site.text) == ["A", "B", "D"])
    #expect(
      differences.map { $0.netSplit.map(\.amount) } == [
        [Money("-2.00")], [Money("2.00")], [Money("-2.00")],
      ])
  }

  @Test func `S8: that is not payable writes nothing and is marked`() {
    let provisional = result(
      3_200, SettlementRun(name: "provisional", isPayable: false, payer: .escrow))
    #expect(provisional.homes[0].net == Money("18.95"))
    #expect(provisional.homes[0].lines.allSatisfy { $0.status == .provisional })
    #expect(provisional.entries() == [])
    #expect(
      Settlement.entries(Settlement.difference(of: provisional, posted: []), run: provisional.run)
        == [])
  }

  @Test func `and the first together are the last run settled alone`() {
    let first = result(3_200)
    let last = result(3_600, recalculation)
    let entries =
      first.entries()
      + Settlement.entries(
        Settlement.difference(of: last, posted: first.homes.map { PostedHome($0) }),
        run: last.run)
    for share in last.homes[0].netSplit {
      let account: SettlementAccount =
        share.party == .owner ? .owner(OwnerID("O-H1")!) : .share(share.party)
      let sum = entries.flatMap(\.legs).filter { $0.account == account }
        .reduce(Money.zero) { $0 + $1.amount }
      #expect(sum == share.amount)
    }
  }

  private func leg(_ account: SettlementAccount, _ amount: String) -> SettlementLeg {
    SettlementLeg(account: account, amount: Money(amount))
  }
}

@Suite struct `The entries of a run` {
  private let home = World.home(
    committed: [4_000, 4_000, 4_000, 4_000], delivered: [4_000, 4_600, 3_200, 4_000])

  @Test func `are a reward from escrow and a penalty, legs in the order of the names`() {
    let result = Settlement.settle(
      World.input([home], levels: [0, 1, 2, 2]), terms: World.levels)
    let entries = result.entries()
    #expect(entries.map(\.key) == ["initial", "initial:penalty"])
    #expect(
      entries[0].legs.map(\.amount)
        == ["-20.30", "4.06", "0.61", "14.21", "1.42"].map { Money($0) })
    #expect(
      entries[1].legs.map(\.amount)
        == ["1.35", "-0.27", "-0.04", "-0.95", "-0.09"].map { Money($0) })
    #expect(entries[0].legs[0].account == .escrow)
    #expect(entries[1].legs[0].account == .penalty)
  }

  @Test func `name the ledger's accounts`() {
    func path(_ account: SettlementAccount) -> String {
      account.path(
        event: EventID("E-17")!, utility: UtilityID("U")!, programme: ProgrammeID("P")!,
        partner: "sun")
    }
    #expect(path(.escrow) == "event:E-17:escrow")
    #expect(path(.funding) == "utility:U:funding")
    #expect(path(.owner(OwnerID("H1")!)) == "owner:H1")
    #expect(path(.share(.utility)) == "utility:U:share")
    #expect(path(.share(.aggregator)) == "aggregator:sun")
    #expect(path(.share(.grid)) == "grid:sun")
    #expect(path(.penalty) == "programme:P:penalty")
  }

  @Test func `are none where nothing is paid`() {
    let idle = World.home(committed: [1_000], delivered: [0])
    let result = Settlement.settle(World.input([idle]), terms: World.tenPercent)
    #expect(result.entries() == [])
  }
}
