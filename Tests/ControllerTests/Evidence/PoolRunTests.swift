import Engine
import Foundation
import Grid
import Ledger
import Policies
import Settlement
import Signing
import Storage
import Testing
import Verification

@testable import Controller

/// Homes whose money depends on each other: pools and a cap of all, through a controller's book.
@Suite struct `A settled pair with a pool` {
  private static let pool = [
    (
      "  excusals: [grid",
      "  bonusPool: {sharePercent: 50, fleetAtLeastPercent: 70}\n  excusals: [grid"
    )
  ]

  private static func balances(_ pair: SettledPair) -> [String?] {
    ["owner:H1", "owner:H2", "programme:\(pair.policy.dispatch.programme):penalty"].map {
      `A settled pair with fees`.balance(pair, $0)
    }
  }

  @Test func `pays half of the penalties to who gave more, out of the penalties`() throws {
    try withFolder { folder in
      // H1 gave 1.2 of 1 kWh: 2.00. H2 gave 0.3: 0.60, and 0.24 for 0.6 kWh missing. 1.5 of 2 kWh
      // are 75 %.
      let pair = try SettledPair(folder, edits: Self.pool, given: [300, 75])
      try pair.keepPolicy()
      let indexes = try pair.post()
      #expect(pair.account.entries.map(\.kind) == [.reward, .bonus, .reward, .penalty])
      #expect(Self.balances(pair) == ["2.12", "0.36", "0.12"])
      #expect(pair.account.result.totals.bonuses.millionths == 120_000)
      #expect(try pair.post() == indexes)
      let check = try EvidenceCheck(pair.file, entry: nil, source: EvidenceSource(pair.file))
      #expect(check.findings.map(\.detail) == [] && check.settled == 4)

      // Without one home's evidence no other's can be settled again.
      let out = folder + "/evidence"
      #expect(try LedgerDesk(opening: pair.file).exportEvidence(to: out) == 4)
      #expect(try pair.found(out) == [])
      try FileManager.default.removeItem(atPath: out + "/\(pair.objects[1].hash)")
      #expect(try pair.found(out) == indexes.map { "evidenceMissing \($0)" })
    }
  }

  @Test func `is not settled again from a packet, which has one home of it`() throws {
    try withFolder { folder in
      let pair = try SettledPair(folder, edits: Self.pool, given: [300, 75])
      let check = `A settled pair with fees`.moneyCheck(of: pair, 0)
      #expect(check.findings.map(\.code) == ["othersMissing"] && check.lines == 0)
    }
  }

  @Test func `takes the pool's part back when a later run finds no penalty`() throws {
    try withFolder { folder in
      let pair = try SettledPair(folder, edits: Self.pool, given: [300, 75])
      try pair.keepPolicy()
      try pair.post()
      try `A correction of a settled pair`.fund(pair)
      let second = try `A correction of a settled pair`.later(pair, "recalculation", [300, 250])
      #expect(
        second.posted.map { $0.lines.map(\.charged.millionths) } == [
          [120_000, 2_000_000], [600_000, -240_000],
        ])
      #expect(second.entries.map(\.kind) == [.bonus, .reward, .penalty])
      #expect(!(try `A correction of a settled pair`.post(second, pair)).contains(nil))
      #expect(Self.balances(pair) == ["2.00", "2.00", "0.00"])
      let check = try EvidenceCheck(pair.file, entry: nil, source: EvidenceSource(pair.file))
      #expect(check.findings.map(\.detail) == [] && check.settled == 7)
    }
  }

  @Test func `shares a cap of all by what each earned`() throws {
    try withFolder { folder in
      let pair = try SettledPair(
        folder, edits: [("  excusals: [grid", "  caps: {fleetPerEvent: 2.00}\n  excusals: [grid")])
      try pair.keepPolicy()
      try pair.post()
      // 2.00 and 0.60 are 2.60: 153.8 and 46.2 cents of 200.
      #expect(pair.account.result.homes.map(\.rewards.millionths) == [1_540_000, 460_000])
      let check = try EvidenceCheck(pair.file, entry: nil, source: EvidenceSource(pair.file))
      #expect(check.findings.map(\.detail) == [] && check.settled == 3)
    }
  }

  private static let bySignal = [
    ("rate: {amount: 2.00, per: kWh}", "rate: {fromSignal: true, ceiling: 3.00, per: kWh}")
  ]

  @Test func `pays the price of the signal, which is in the evidence`() throws {
    try withFolder { folder in
      let pair = try SettledPair(folder, edits: Self.bySignal, signalPrice: 2_500_000)
      try pair.keepPolicy()
      try pair.post()
      #expect(pair.account.result.homes.map(\.rewards.millionths) == [2_500_000, 750_000])
      #expect(pair.account.result.homes[0].lines[0].rate == Money(millionths: 2_500_000))
      #expect(try HomeEvidence(bytes: pair.objects[0].body).input.signalPrice == 2_500_000)
      let check = try EvidenceCheck(pair.file, entry: nil, source: EvidenceSource(pair.file))
      #expect(check.findings.map(\.detail) == [] && check.settled == 3)
    }
  }

  @Test func `holds every line of an event whose signal has no price`() throws {
    try withFolder { folder in
      let pair = try SettledPair(folder, edits: Self.bySignal)
      #expect(pair.account.entries.isEmpty)
      let home = pair.account.result.homes[0]
      #expect(home.lines.map(\.status) == [.held])
      #expect(home.lines.map(\.reason) == [.priceMissing])
      #expect(home.verified == Energy(wattHours: 1_000))
    }
  }
}
