import Engine
import Foundation
import Grid
import Policies
import Settlement
import Testing
import Verification

@Suite struct `A shipped policy` {
  @Test(arguments: [
    "surge-ten-percent", "surge-nameplate", "surge-levels", "surge-hourly", "peak-power",
  ])
  func `is sound, final and without warnings`(_ name: String) throws {
    let bytes = try Fixture.shipped(name)
    let policy = try Policy.load(bytes: bytes, file: "\(name).yaml")
    #expect(policy.id.text == name)
    #expect(!policy.isDraft)
    #expect(policy.warnings == [])
    #expect(PolicyCheck.report(bytes: bytes, file: name).exitCode == 0)
  }

  @Test func `releases ten per cent of the stored energy`() throws {
    let policy = try load("surge-ten-percent")
    let ten = try #require(Percent(whole: 10))
    #expect(
      policy.dispatch.release
        == DispatchTerms.Release(byLevel: [0: ten, 1: ten, 2: ten, 3: ten], basis: .storedEnergy))
    #expect(policy.dispatch.signals.forms == [.level, .percent, .power])
    #expect(policy.dispatch.events.maximumMinutes == 240)
    #expect(policy.dispatch.spreadSeconds == 60)
    #expect(policy.measurement.mode == .premises)
    #expect(policy.measurement.capAtDeviceOutput)
    #expect(policy.measurement.intervalMinutes == 15)
    let baseline = policy.measurement.baseline
    #expect(
      baseline.selection == [
        .business: BaselineTerms.Selection(choose: .high, y: 10, x: 5, minimumDays: 5),
        .nonBusiness: BaselineTerms.Selection(choose: .high, y: 5, x: 3, minimumDays: 3),
      ])
    #expect(
      baseline.adjustment
        == BaselineTerms.Adjustment(
          kind: .additive,
          windows: [
            BaselineTerms.Adjustment.AnchoredWindow(
              anchor: .start, fromMinutes: -240, toMinutes: -60)
          ], capUp: Ratio(1, 10), capDown: Ratio(1, 5)))
    let settlement = policy.settlement
    #expect(settlement.energy == nil)
    #expect(
      settlement.premium
        == SettlementTerms.EnergyReward(
          rate: .flat(Money(millionths: 2_000_000)), capPercent: 100))
    #expect(
      settlement.penalty
        == SettlementTerms.Penalty(
          price: .rate(.flat(Money(millionths: 400_000))), netting: .interval,
          caps: [SettlementTerms.Penalty.Cap(basis: .rewardsOfMonth, percent: 100)]))
    #expect(settlement.shares == [.owner: .hundred])
    #expect(settlement.escrowRequired)
    #expect(settlement.runs.map(\.afterDays) == [1, 7, 30, 90])
  }

  @Test func `of nameplate energy differs in nothing but that`() throws {
    let ten = try load("surge-ten-percent")
    let nameplate = try load("surge-nameplate")
    #expect(nameplate.dispatch.release?.basis == .nameplateEnergy)
    var same = nameplate.dispatch
    same.release = ten.dispatch.release
    same.programme = ten.id
    same.policy = ten.hash
    #expect(same == ten.dispatch)
    var money = nameplate.settlement
    money.policy = ten.hash
    money.programme = ten.id
    #expect(money == ten.settlement)
    #expect(nameplate.measurement.baseline == ten.measurement.baseline)
  }

  @Test func `for hourly meters differs in lengths, dates and tolerance only`() throws {
    let ten = try load("surge-ten-percent")
    let hourly = try load("surge-hourly")
    #expect(hourly.measurement.intervalMinutes == 60)
    #expect(hourly.dispatch.effectiveFrom == CivilDate(year: 2_016, month: 8, day: 1))
    #expect(hourly.dispatch.events.maximumMinutes == 240)
    #expect(hourly.dispatch.events.minimumMinutes == 60)
    #expect(hourly.measurement.capAtDeviceOutput)
    #expect(hourly.measurement.reconcileEnergy == Energy(wattHours: 8_000))
    #expect(hourly.measurement.baseline == ten.measurement.baseline)
    #expect(hourly.dispatch.release == ten.dispatch.release)
    #expect(hourly.settlement.premium == ten.settlement.premium)
    #expect(hourly.settlement.penalty == ten.settlement.penalty)
  }

  @Test func `by levels pays four parties`() throws {
    let policy = try load("surge-levels")
    #expect(policy.dispatch.release?.byLevel[3] == Percent(whole: 40))
    #expect(policy.dispatch.release?.byLevel[0] == .zero)
    #expect(policy.measurement.baseline.kind == .typicalOutput)
    #expect(
      policy.settlement.penalty?.price
        == .multiple(ofEnergy: true, ofPremium: true, millionths: 1_500_000))
    #expect(policy.settlement.shares.count == 4)
    #expect(policy.settlement.lateOptOutIsMissed)
  }

  @Test func `is named by the SHA-256 of its bytes`() throws {
    for name in ["surge-ten-percent", "surge-nameplate", "surge-levels"] {
      let bytes = try Fixture.shipped(name)
      let process = Process()
      process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
      process.arguments = ["sha256sum"]
      let input = Pipe()
      let output = Pipe()
      process.standardInput = input
      process.standardOutput = output
      try process.run()
      try input.fileHandleForWriting.write(contentsOf: Data(bytes))
      try input.fileHandleForWriting.close()
      let line = String(
        decoding: try output.fileHandleForReading.readToEnd() ?? Data(), as: UTF8.self)
      process.waitUntilExit()
      let policy = try Policy.load(bytes: bytes, file: name)
      #expect(line.hasPrefix("\(policy.hash)"))
      #expect(policy.dispatch.policy == policy.hash)
      let comment = try Policy.load(bytes: bytes + Array("# more\n".utf8), file: name)
      #expect(comment.hash != policy.hash)
    }
    let least = try Fixture.load(`A policy`.least)
    #expect("\(least.hash)" == "77b38fa5ae9927921a9d1304f23de3740e5fe99cc8fa9bb4f0f7826aa91042ab")
  }

  @Test func `explains itself with worked numbers`() throws {
    let explanation = try load("surge-ten-percent").explain()
    let text = explanation.lines.map(\.sentence).joined(separator: "\n")
    for sentence in [
      "A level or percent signal releases 10 % of the energy stored in each battery.",
      "10.80 kWh stored, 1.08 kWh released, 540 W for 120 min.",
      "Fleet of 50,000: 54.0 MWh, 27.0 MW. The reserve (20 %) and 7.02 kWh above it stay "
        + "untouched.",
      "Each verified kWh up to the commitment earns a premium of 2.00 USD.",
      "1.08 kWh -> 2.16 USD.   0.90 kWh -> 1.80 USD.   1.30 kWh -> 2.16 USD.   0.00 kWh -> 0.00",
      "Missing energy beyond 10 % of the commitment costs 0.40 USD a kWh.",
      "0.90 kWh: 0.072 kWh short -> 0.03, net 1.77 USD.",
      "0.00 kWh: 0.972 kWh short -> 0.39 computed, 0.00 USD charged without other rewards, net 0.00",
      "Never more than the owner earned in the same month.",
      "Before the event 108,000.00 USD must be funded.",
      "For a working day: the mean of the 5 highest of the 10 latest like it, at least 5, among "
        + "the last 45 days.",
      "  up at most 0.1, down at most 0.2, of what is usual then; where those hours are lost, it is not.",
    ] {
      #expect(text.contains(sentence), "\(sentence) is not in:\n\(text)")
    }
    #expect(explanation.text.split(separator: "\n").allSatisfy { $0.count <= 125 })
    #expect(try load("surge-nameplate").explain().text.contains("135,000.00 USD"))
    #expect(try load("surge-nameplate").explain().text.contains("67.5 MWh, 33.75 MW"))
  }

  @Test(arguments: [
    (ReleaseBasis.nameplateEnergy, 1_350, 675), (.storedEnergy, 1_080, 540),
    (.energyAboveReserve, 810, 405), (.ratedPower, 1_000, 500),
  ]) func `releases of each basis what the page says`(
    _ basis: ReleaseBasis, _ wattHours: Int64, _ watts: Int64
  ) throws {
    let text = String(decoding: try Fixture.shipped("surge-ten-percent"), as: UTF8.self)
      .replacing("of: storedEnergy  ", with: "of: \(basis.rawValue)  ")
    let policy = try Fixture.load(text)
    let release = try #require(policy.release(of: ExampleHome(), minutes: 120, level: 1))
    #expect(release.released == Energy(wattHours: wattHours))
    #expect(release.power == Power(watts: watts))
    let empty = ExampleHome(charge: Percent(whole: 21)!, dischargeEfficiency: Percent(whole: 90)!)
    let least = try #require(policy.release(of: empty, minutes: 120, level: 1))
    #expect(least.released <= Energy(wattHours: 121))
  }

  @Test func `earns the golden numbers of one home`() throws {
    let nameplate = try load("surge-nameplate")
    func line(_ policy: Policy, _ committed: Int64, _ delivered: Int64, _ level: Int) -> [Int64] {
      let money = policy.money(
        committed: Energy(wattHours: committed), delivered: Energy(wattHours: delivered),
        level: level)
      return [money.energy + money.premium, money.penalty].map { $0.millionths / 10_000 }
    }
    #expect(line(nameplate, 1_350, 1_350, 2) == [270, 0])
    #expect(line(nameplate, 1_350, 900, 2) == [180, 13])
    #expect(line(nameplate, 1_350, 0, 2) == [0, 49])
    #expect(line(nameplate, 1_350, 1_600, 2) == [270, 0])
    let levels = try load("surge-levels")
    #expect(line(levels, 4_000, 4_000, 0) == [100, 0])
    #expect(line(levels, 4_000, 4_600, 1) == [310, 0])
    #expect(line(levels, 4_000, 3_200, 2) == [720, 135])
    #expect(line(levels, 4_000, 4_000, 2) == [900, 0])
    let cost = nameplate.greatestCost(
      committed: Energy(wattHours: 1_350), homes: 50_000, level: 2)
    #expect(cost == Money(millionths: 135_000_000_000))
  }

  private func load(_ name: String) throws -> Policy {
    try Policy.load(bytes: try Fixture.shipped(name), file: "\(name).yaml")
  }
}
