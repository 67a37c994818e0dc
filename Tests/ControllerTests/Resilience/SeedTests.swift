import Controller
import Engine
import Foundation
import Grid
import Ledger
import Policies
import Settlement
import Storage
import Testing

@testable import Fleet
@testable import headroom

/// Every shipped world with several seeds: whatever goes wrong in it, nothing is made of nothing.
///
/// `HEADROOM_SEEDS` lists the seeds, `1` unless told; scripts/seeds runs more of them.
@Suite(.needsBroker, .serialized) struct `A simulated world` {
  static let window = Window(
    start: Timestamp(rfc3339: "2026-07-15T00:00:00Z")!,
    end: Timestamp(rfc3339: "2026-07-15T00:30:00Z")!)!
  static let begin = window.start.adding(seconds: -900)
  static let batteries = 50

  static let scenarios =
    ((try? FileManager.default.contentsOfDirectory(
      atPath: Installation.root + "/simulators/scenarios")) ?? [])
    .filter { $0.hasSuffix(".yaml") }.sorted()

  static let seeds: [UInt64] =
    (ProcessInfo.processInfo.environment["HEADROOM_SEEDS"] ?? "1").split(separator: " ")
    .compactMap { UInt64($0) }

  @Test(arguments: scenarios, seeds)
  func `keeps its books`(file: String, seed: UInt64) async throws {
    print("world \(file), seed \(seed)")
    let path = Installation.root + "/simulators/scenarios/" + file
    var scenario = try ScenarioFile.parse(
      bytes: Array(try Data(contentsOf: URL(filePath: path))), file: path)
    scenario.seed = seed
    let world = try Installation.make(
      batteries: Self.batteries, scenario: scenario, begin: Self.begin)
    var plant = try await Plant(world)
    try await plant.run(to: Self.window.start.adding(seconds: -240), stride: 20_000)
    // Four minutes ahead, so that commands leave at once: some worlds report every 5 minutes only,
    // and who was not heard from for 3 is not counted on.
    try await plant.signal(window: Self.window)
    if let outage = scenario.brokerOutage {
      try await plant.run(
        to: Self.window.start.adding(seconds: outage.afterStartSeconds), stride: 20_000)
      try await plant.loseBroker(seconds: outage.seconds)
    }
    try await plant.run(to: Self.window.end.adding(seconds: 960), stride: 20_000)
    let record = try #require(await plant.controller.events().last)
    try await plant.end()
    try Self.check(plant, record, "\(file), seed \(seed)")
  }

  private static func check(_ plant: Plant, _ record: EventRecord, _ name: String) throws {
    let currency = plant.installation.policy.settlement.currency
    let fleet = plant.site.fleet
    #expect(try plant.installation.difference() == nil, "\(name)")
    #expect(plant.site.contradictions == [], "\(name)")

    // Every battery is accounted for, and the commands are those of the record.
    #expect(record.batteries.count == batteries, "\(name)")
    for part in record.batteries {
      #expect(part.outcome != .notPlanned && part.outcome != .waiting, "\(name): \(part.battery)")
    }
    let commanded = Set(plant.site.commands.values.map(\.battery))
    #expect(
      commanded == Set(record.batteries.filter { $0.command != nil }.map(\.battery)), "\(name)")

    // The book on disk is sound; what was put in is what is there.
    let store = try SQLiteMainStore(path: plant.installation.database)
    let tree = try LedgerKeeper.replay(store).tree
    for checkpoint in try store.checkpoints() {
      #expect(tree.root(at: Int(checkpoint.size)) == checkpoint.root, "\(name)")
    }
    let book = try plant.installation.openBook()
    func held(_ path: String) -> Int128 {
      Int128(book.position(of: path, currency: currency)?.settled ?? 0)
    }
    let owners = fleet.enrolment.map { held("owner:\($0.owner)") }
    let funding = held("utility:\(Installation.utility):funding")
    let escrow = held("event:\(record.id):escrow")
    #expect(owners.allSatisfy { $0 >= 0 }, "\(name)")
    #expect(escrow >= 0, "\(name)")
    #expect(owners.reduce(funding + escrow, +) == 100_000 * 1_000_000, "\(name)")

    // The report adds up to the book.
    let paid = try #require(try amounts(plant), "\(name)")
    #expect(owners.contains { $0 > 0 }, "\(name)")
    #expect(Int128(paid.reduce(0) { $0 + $1.value }) == owners.reduce(0, +), "\(name)")

    // Nobody is paid for what his battery did not give, and no reserve is touched.
    var verified = Energy.zero
    for (row, battery) in fleet.enrolment.enumerated() {
      let truth = try #require(fleet.truth(of: battery.battery))
      #expect(truth.charge >= battery.reserve, "\(name): \(battery.battery)")
      let amount = paid[battery.site.text] ?? 0
      if truth.delivered == .zero { #expect(amount == 0, "\(name): \(battery.battery)") }
      switch fleet.faults[row] {
      case .deaf, .offline, .liar: #expect(amount == 0, "\(name): \(battery.battery)")
      case .none, .late, .partial, .clockSkew, .optOut, .lossyMeter, .stuck: break
      }
      verified += truth.delivered
    }
    // A meter counts whole watt-hours, so each of its intervals may be one too many.
    let most = verified.wattHoursRoundedDown + Int64(batteries * 2 + 1)
    #expect(try #require(record.settled).verifiedWh <= most, "\(name)")
  }

  /// Millionths that each site is paid by the report.
  private static func amounts(_ plant: Plant) throws -> [String: Int64]? {
    guard let rows = plant.report("parties.csv"), let site = rows[0].firstIndex(of: "site_id"),
      let amount = rows[0].firstIndex(of: "amount")
    else { return nil }
    var amounts: [String: Int64] = [:]
    for row in rows.dropFirst() {
      amounts[String(row[site]), default: 0] +=
        try FixedDecimal.parse(String(row[amount]), places: 6)
    }
    return amounts
  }
}
