import Engine
import Foundation
import Grid
import Ledger
import Policies
import Settlement
import Storage

@testable import Controller

/// The engine with a fleet of equal batteries and a real ledger: what the loop does with an event's
/// money, without a broker.
///
/// Each battery has 13.5 kWh, 5 kW, 80 %, an owner's reserve of 20 %, and no losses.
struct FundedWorld {
  static let utility = UtilityID("example-utility")!
  static let noon = Timestamp(rfc3339: "2026-07-14T19:00:00Z")!

  var engine: Engine
  let fleet: [EnrolledBattery]
  let policy: Policy
  let book: LedgerKeeper
  let database: String
  var now = FundedWorld.noon
  var cashier = Cashier()

  /// Everybody is heard from, and the utility has put in `funded`.
  init(
    _ count: Int, in folder: String, funded: String, edits: [(String, String)]
  ) throws {
    var text = try String(
      contentsOf: PretendWorld.root.appendingPathComponent("policies/surge-ten-percent.yaml"),
      encoding: .utf8)
    for (old, new) in edits + [("spreadSeconds: 60", "spreadSeconds: 0")] {
      precondition(text.contains(old), "the shipped policy has \(old)")
      text = text.replacing(old, with: new)
    }
    policy = try Policy.load(bytes: Array(text.utf8), file: "policy.yaml")
    let root = NodeID("root")!
    fleet = (0..<count).map { row in
      EnrolledBattery(
        battery: BatteryID("b\(row)")!, gateway: GatewayID("g\(row)")!, site: SiteID("s\(row)")!,
        owner: OwnerID("o\(row)")!, node: root, capacity: Energy(wattHours: 13_500),
        maxDischarge: Power(watts: 5_000), maxCharge: Power(watts: 5_000),
        dischargeEfficiency: .hundred, reserve: Percent(whole: 20)!, exportLimit: nil, charge: nil)
    }
    engine = Engine(fleet: fleet, feeder: .unlimited(root), programmes: [policy.dispatch])
    database = folder + "/headroom.db"
    book = try LedgerKeeper(
      store: try SQLiteMainStore(path: database), key: Samples.key, now: Self.noon)
    try deposit(funded, key: 1)
    hear()
  }

  /// The utility pays in, by what `headroom ledger post` does; the keeper is not asked.
  func deposit(_ amount: String, key: UInt8) throws {
    var desk = try LedgerDesk(opening: database)
    _ = try desk.post(
      try Samples.requests(
        Samples.transfer(
          key, [("bank:main", "USD", "-\(amount)"), (funding, "USD", amount)])),
      key: Samples.key, opensAccounts: true, now: now)
  }

  /// What a settlement run pays: accounts and whole units of the currency; the entry it made.
  func pay(_ event: String, _ legs: [(path: String, units: Int64)]) throws -> UInt64 {
    try book.open([.init("owner:o0", .owner)], now: now)
    let entries = try book.post(
      [
        LedgerKeeper.Posting(
          key: IdempotencyKey(bytes: Array(repeating: 99, count: 16))!, reason: "settlement",
          event: EventID(event)!, run: "initial",
          effective: Window(start: now, end: now.adding(seconds: 1))!,
          legs: legs.map { ($0.path, Money(millionths: $0.units * 1_000_000)) })
      ], currency: policy.settlement.currency, now: now)
    return entries[0]
  }

  /// Takes an entry back, by what `headroom ledger reverse` does.
  func reverse(_ entry: UInt64) throws {
    var desk = try LedgerDesk(opening: database)
    _ = try desk.post(
      [
        .reversal(
          of: entry, reason: "mistake",
          effective: Window(start: now, end: now.adding(seconds: 1))!,
          key: IdempotencyKey(bytes: Array(repeating: 98, count: 16))!, place: "reverse")
      ], key: Samples.key, now: now)
  }

  let funding = "utility:example-utility:funding"

  mutating func hear() {
    var inputs: [Input] = []
    for battery in fleet {
      inputs.append(
        .state(
          GatewayState(
            session: 1, birth: .init(at: now, clockSynced: true, schemas: ["headroom.cmd/1"])),
          of: battery.gateway))
      inputs.append(
        .description(
          BatteryDescription(
            at: now, online: true, site: battery.site, capacity: battery.capacity,
            maxDischarge: battery.maxDischarge, maxCharge: battery.maxCharge, canExport: true,
            canCharge: true, remoteControl: true), battery.battery, of: battery.gateway))
      inputs.append(
        .telemetry(
          [
            Telemetry(
              battery: battery.battery, at: now, discharge: .zero, charge: Percent(whole: 80)!,
              state: .holding)
          ], from: battery.gateway))
    }
    _ = engine.handle(inputs, at: now)
    now = now.adding(seconds: 5)
    _ = engine.handle([], at: now)
  }

  /// Sends a signal and covers what it asks for, as a turn of the loop does; the last answer.
  mutating func signal(
    _ event: String, _ window: Window?, revision: Int64 = 1,
    request: ReductionRequest = .byLevel
  ) throws -> SignalAcknowledgement? {
    let signal = GridSignal(
      event: EventID(event)!, revision: revision, issuedAt: now,
      content: window.map { .init(window: $0, level: 2, request: request) })
    let digest = Digest(bytes: Array(repeating: UInt8(revision), count: 32))!
    var effects = engine.handle(
      [.signal(signal, from: Self.utility, digest: digest, signed: true)], at: now)
    var asked = effects
    while !asked.isEmpty {
      let answers = try cashier.answers(
        to: asked, engine: engine, policies: [policy], book: book, fleet: fleet, now: now)
      if answers.isEmpty { break }
      asked = engine.handle(answers, at: now)
      effects += asked
    }
    commands += effects.count { if case .command = $0 { true } else { false } }
    notices += effects.count { if case .notice = $0 { true } else { false } }
    for effect in effects.reversed() {
      if case .answer(let answer, _) = effect { return answer }
    }
    return nil
  }

  /// What was sent to gateways so far.
  private(set) var commands = 0
  private(set) var notices = 0

  /// What an account holds.
  func settled(_ path: String) -> String? {
    let currency = policy.settlement.currency
    return book.position(of: path, currency: currency).map {
      Money(millionths: $0.settled).text(in: currency)
    }
  }
}
