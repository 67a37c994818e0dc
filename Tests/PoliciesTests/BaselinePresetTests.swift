import Foundation
import Grid
import Policies
import Testing
import Verification

/// Baselines of real programmes: drafts, because what is customary has not been read anywhere.
@Suite struct `A preset of a baseline` {
  static let folder = URL(filePath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent()
    .appending(path: "policies/baselines")

  static let names: [String] = {
    let files = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
    return files.filter { $0.hasSuffix(".yaml") }.map { String($0.dropLast(5)) }.sorted()
  }()

  static func load(_ name: String) throws -> Policy {
    let bytes = Array(try Data(contentsOf: folder.appending(path: "\(name).yaml")))
    return try Policy.load(bytes: bytes, file: name)
  }

  @Test func `is one of fifteen`() { #expect(Self.names.count == 15) }

  @Test(arguments: names) func `is sound and says what is to be confirmed`(_ name: String) throws {
    let policy = try Self.load(name)
    #expect(policy.id.text == name)
    #expect(policy.isDraft)
    #expect(policy.unconfirmed.contains { $0.path == "reward.energy.rate" })
  }

  @Test func `has the terms that were read`() throws {
    let homes = try Self.load("caiso-5-of-10-residential").measurement.baseline
    #expect(
      homes.selection[.nonBusiness]
        == .init(
          choose: .high, y: 5, x: 3, minimumDays: 3,
          weightsMillionths: [500_000, 300_000, 200_000]))
    // 0.71 is 5/7.
    #expect(homes.adjustment?.capDown == Ratio(2, 7))
    #expect(homes.adjustment?.capUp == Ratio(2, 5))
    #expect(homes.adjustment?.windows.map(\.anchor) == [.start, .end])
    let around = try Self.load("pjm-same-day-3-plus-2").measurement.baseline
    #expect(around.kind == .meterBeforeAfter)
    #expect(
      around.beforeAfter
        == .init(
          beforeMinutes: 180, beforeGapMinutes: 60, afterMinutes: 120, afterGapMinutes: 60))
    let middle = try Self.load("ercot-mid-8-of-10").measurement.baseline
    #expect(middle.rankBy == .fullDay)
    #expect(middle.selection[.business]?.choose == .middle)
    let demand = try Self.load("aemo-wdr").measurement
    #expect(
      demand.baseline.eligibility == .init(rrmse: Percent(whole: 20)!, bias: Percent(whole: 4)!))
    #expect(demand.intervalMinutes == 5)
    let upward = try Self.load("upward-only-hour").measurement.baseline.adjustment
    #expect(upward?.capDown == Ratio(0, 1))
    #expect(upward?.capUp == nil)
    #expect(try Self.load("connected-solutions").measurement.mode == .deviceGross)
    let output = try Self.load("caiso-generator-output").measurement
    #expect(output.mode == .deviceOutput && !output.exportsCounted)
  }
}
