import Controller
import Fleet
import Foundation
import Grid
import Ledger
import MQTT
import Policies
import Settlement
import Signing
import Storage
import Wire

/// What an operator has before the first event: policy, fleet, keys, the meters' past, and money
/// in the utility's account. Copies of one installation differ in nothing.
struct Installation {
  static let origin = "headroom.test/ledger"
  static let utility = UtilityID("example-utility")!

  let folder: Folder
  /// Where the controller's data lie.
  let data: String
  let batteries: Int
  let scenario: Scenario
  let begin: Timestamp
  let key: SigningKey
  let policy: Policy

  /// The root of the package.
  static let root = URL(filePath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent().path

  /// Writes everything into a new folder.
  ///
  /// - Parameters:
  ///   - begin: When the world begins; the meters have a past until then.
  ///   - deposit: What the utility has put in, in whole units of the currency.
  ///   - edits: What is changed in the policy, by the text that it replaces.
  static func make(
    batteries: Int, scenario: Scenario, begin: Timestamp, deposit: Int64 = 100_000,
    edits: [String: String] = [:]
  ) throws -> Installation {
    let folder = try Folder()
    try FileManager.default.createDirectory(
      atPath: folder.path + "/data", withIntermediateDirectories: true)
    var text = try policyText()
    for (old, new) in edits {
      guard text.contains(old) else {
        throw Broker.Unusable(reason: "the shipped policy has no \(old)")
      }
      text = text.replacingOccurrences(of: old, with: new)
    }
    try folder.write("policy.yaml", text)
    let fleet = SimulatedFleet(scenario: scenario, batteries: batteries, startingAt: begin)
    try Data(FleetFile.encode(fleet.enrolment))
      .write(to: URL(filePath: folder.path + "/fleet.csv"))
    let key = try SigningKey(name: utility.text, key: .make())
    try SecretFile.write(key, to: folder.path + "/utility.key")
    let world = Installation(
      folder: folder, data: folder.path + "/data", batteries: batteries, scenario: scenario,
      begin: begin, key: key, policy: try Policy.load(bytes: Array(text.utf8), file: "policy.yaml"))
    if scenario.historyDays > 0 { try world.archiveHistory(of: fleet) }
    if deposit > 0 { try world.pay(deposit, into: try world.openBook(), at: begin) }
    return world
  }

  /// The shipped policy, settled as soon as the readings are there.
  private static func policyText() throws -> String {
    let text = try String(
      contentsOfFile: root + "/policies/surge-ten-percent.yaml", encoding: .utf8)
    guard let runs = text.range(of: "  runs:"), let end = text.range(of: "  disputeDays:") else {
      throw Broker.Unusable(reason: "the shipped policy has no runs")
    }
    return text[..<runs.lowerBound]
      + "  runs: [{name: initial, afterDays: 0, payable: true}]\n" + text[end.lowerBound...]
  }

  /// The same installation once more, with its data in another folder if one is named.
  func copy(data: String? = nil) throws -> Installation {
    let folder = try folder.copy()
    if let data {
      for name in try FileManager.default.contentsOfDirectory(atPath: folder.path + "/data") {
        try FileManager.default.moveItem(
          atPath: folder.path + "/data/" + name, toPath: data + "/" + name)
      }
    }
    return Installation(
      folder: folder, data: data ?? folder.path + "/data", batteries: batteries,
      scenario: scenario, begin: begin, key: key, policy: policy)
  }

  var database: String { data + "/headroom.db" }

  /// A fleet at the beginning of this world, or at another moment.
  func makeFleet(at moment: Timestamp? = nil) -> SimulatedFleet {
    SimulatedFleet(scenario: scenario, batteries: batteries, startingAt: moment ?? begin)
  }

  func openBook() throws -> LedgerKeeper {
    try LedgerKeeper(
      store: try SQLiteMainStore(path: database),
      key: try SecretFile.ledgerKey(
        data + "/ledger.key", origin: Self.origin, makesIfMissing: true), now: begin)
  }

  /// A deposit of the utility.
  func pay(_ units: Int64, into book: LedgerKeeper, at now: Timestamp) throws {
    let currency = policy.settlement.currency
    let funding = "utility:\(Self.utility):funding"
    try book.open([.init("bank:main", .bank), .init(funding, .funding)], now: now)
    let amount = Money(millionths: units * 1_000_000)
    let key = IdempotencyKey.settlement(
      millisecondsOfEventEnd: UInt64(now.microseconds / 1_000), salt: book.salt(of: funding)!,
      event: "deposit", site: "", run: "deposit")
    _ = try book.post(
      [
        LedgerKeeper.Posting(
          key: key, reason: "deposit", event: nil,
          effective: Window(start: now, end: now.adding(seconds: 1))!,
          legs: [("bank:main", -amount), (funding, amount)])
      ], currency: currency, now: now)
  }

  /// The past of both meters of each home.
  private func archiveHistory(of fleet: SimulatedFleet) throws {
    let readings = try SQLiteReadingStore(path: data + "/readings.db")
    let homes = fleet.enrolment
    precondition(homes.count <= ArchiveBlock.meters, "one block is enough for a test")
    _ = try readings.numbers(of: homes.map(\.siteMeter))
    _ = try readings.numbers(
      of: (0..<ArchiveBlock.meters - homes.count).map { MeterID("unused-\($0)")! })
    _ = try readings.numbers(of: homes.map(\.batteryMeter))
    let days = scenario.historyDays
    let firstDay = begin.seconds / 86_400 - Int64(days)
    let slots = Int(begin.seconds - firstDay * 86_400) / 900
    var sites = ArchiveBlock(firstDay: firstDay, dayCount: days + 1, slotMinutes: 15)
    var idle = ArchiveBlock(firstDay: firstDay, dayCount: days + 1, slotMinutes: 15)
    let zeros = [Int32](repeating: 0, count: slots)
    for row in homes.indices {
      let past = fleet.history(
        row: row, from: Timestamp(seconds: firstDay * 86_400), slots: slots, slotMinutes: 15)
      sites.set(meter: row, imported: past.imported, exported: past.exported)
      idle.set(meter: row, imported: zeros, exported: zeros)
    }
    try readings.archive(sites, number: 0)
    try readings.archive(idle, number: 1)
  }

  /// The signal of one event, as bytes.
  func signal(
    _ event: String = "peak", revision: Int64 = 1, window: Window?, issuedAt: Timestamp,
    request: ReductionRequest = .byLevel
  ) -> [UInt8] {
    SignalCodec.encode(
      GridSignal(
        event: EventID(event)!, revision: revision, issuedAt: issuedAt,
        content: window.map { .init(window: $0, level: 2, request: request) }),
      issuer: Self.utility)
  }

  /// A signal as it is sent, signed unless `key` is nil.
  func message(_ signal: [UInt8], signed: Bool = true, retain: Bool = false) -> Message {
    let topic = Topic.signal(Self.utility).text
    let payload =
      signed
      ? SignedPayload.wrap(
        message: signal, keyID: key.verifier.key.kid,
        signature: key.sign(SignedPayload.bytesToSign(topic: topic, message: signal)))
      : signal
    return Message(topic: topic, payload: payload, qos: 1, retain: retain)
  }
}
