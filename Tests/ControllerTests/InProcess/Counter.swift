import Engine
import Fleet
import Foundation
import Grid
import Ledger
import Logging
import MQTT
import Policies
import Settlement
import Storage
import Synchronization

@testable import Controller

/// The money side of a pretend world: a real ledger, real readings, and the runs that settle.
struct Counter {
  static let funding = "utility:example-utility:funding"

  let setup: Controller.Setup
  private let clock: ManualClock

  /// A pretend world of `peak-power` at 80 %, measured at the device, with a ledger in a folder that
  /// is gone afterwards and 100 units in the utility's account.
  static func world(
    batteries: Int, before start: Timestamp, minutes: Int64,
    change: (inout Scenario) -> Void = { _ in }, edit: (String) -> String = { $0 },
    _ body: (inout PretendWorld, Counter) async throws -> Void
  ) async throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString).path
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    var text = ""
    var world = try PretendWorld(
      scenario: "peak-power", policy: "surge-ten-percent", batteries: batteries, before: start,
      minutes: minutes,
      change: {
        $0.battery.chargePercent = Percent(whole: 80)!
        change(&$0)
      },
      edit: {
        text = edit(`Two events that share a fleet`.measuredByDevice($0))
        return text
      })
    let policy = try Policy.load(bytes: Array(text.utf8), file: "policy.yaml")
    let counter = try Counter(world, policy, in: folder, funded: 100)
    world.cover = counter.cover
    try await body(&world, counter)
  }

  /// For the fleet of a pretend world.
  init(_ world: PretendWorld, _ policy: Policy, in folder: String, funded: Int64) throws {
    try self.init(
      world.fleet.enrolment, world.feeder, policy, in: folder, funded: funded, at: world.now)
  }

  /// A ledger in `folder` into which the utility has put `funded`, whole units of the currency.
  init(
    _ fleet: [EnrolledBattery], _ feeder: FeederTree, _ policy: Policy, in folder: String,
    funded: Int64, at now: Timestamp
  ) throws {
    let store = try SQLiteMainStore(path: folder + "/headroom.db")
    let book = try LedgerKeeper(store: store, key: Samples.key, now: now)
    clock = ManualClock(now)
    setup = Controller.Setup(
      clock: clock, store: store,
      readings: try SQLiteReadingStore(path: folder + "/readings.db"),
      fleet: fleet, feeder: feeder, policies: [policy],
      keys: KeyDirectory([]), book: book, reportsFolder: folder + "/reports",
      connection: ConnectionOptions(clientID: "none", host: "127.0.0.1", port: 1),
      logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
    try book.open([.init("bank:main", .bank), .init(Self.funding, .funding)], now: now)
    let amount = Money(millionths: funded * 1_000_000)
    _ = try book.post(
      [
        LedgerKeeper.Posting(
          key: IdempotencyKey(bytes: Array(repeating: 1, count: 16))!, reason: "deposit",
          event: nil, effective: Window(start: now, end: now.adding(seconds: 1))!,
          legs: [("bank:main", -amount), (Self.funding, amount)])
      ], currency: policy.settlement.currency, now: now)
  }

  /// What a turn of the loop answers to whoever asks for money.
  func cover(_ effects: [Effect], _ engine: Engine, _ now: Timestamp) throws -> [Input] {
    var cashier = Cashier()
    return try cashier.answers(
      to: effects, engine: engine, policies: setup.policies, book: setup.book, fleet: setup.fleet,
      now: now)
  }

  /// Carries out the first payable run of an event on the readings that the meters have sent.
  func settle(_ event: String, of world: PretendWorld, keeping records: Bool = true) async throws {
    if records { try setup.readings.append(world.records, receivedAt: world.now) }
    try await settle(event, of: world.decider.engine, at: world.now)
  }

  /// The same on the readings that are there.
  func settle(_ event: String, of engine: Engine, at now: Timestamp) async throws {
    clock.advance(to: now)
    let record = engine.event(EventID(event)!)!
    let settler = EventSettler(
      setup: setup, record: record,
      item: .init(
        due: now, event: record.id,
        run: setup.policies[0].settlement.runs.first(where: \.isPayable)!),
      others: engine.events, lastRecord: try setup.readings.lastRecord())
    _ = try await settler.carryOut()
  }

  /// What an account holds, or nil for one that was never opened.
  func holds(_ path: String) -> String? {
    let currency = setup.policies[0].settlement.currency
    return setup.book.position(of: path, currency: currency).map {
      Money(millionths: $0.settled).text(in: currency)
    }
  }

  /// Rows of a table that a run wrote, as column to value.
  func rows(_ table: String, of event: String) throws -> [[Substring: Substring]] {
    let run = setup.policies[0].settlement.runs.first(where: \.isPayable)!.name
    let text = try String(
      contentsOfFile: setup.reportsFolder + "/\(event)/\(run)/\(table).csv", encoding: .utf8)
    let lines = text.split(separator: "\n").map {
      $0.split(separator: ",", omittingEmptySubsequences: false)
    }
    return lines.dropFirst().map { Dictionary(uniqueKeysWithValues: zip(lines[0], $0)) }
  }

  /// The report that a run wrote, as JSON.
  func report(of event: String) throws -> [String: Any] {
    let run = setup.policies[0].settlement.runs.first(where: \.isPayable)!.name
    let bytes = try Data(
      contentsOf: URL(filePath: setup.reportsFolder + "/\(event)/\(run)/report.json"))
    return try JSONSerialization.jsonObject(with: bytes) as? [String: Any] ?? [:]
  }
}
