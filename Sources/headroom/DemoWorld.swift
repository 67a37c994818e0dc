import Controller
import Engine
import Fleet
import FoundationEssentials
import Grid
import Ledger
import Logging
import MQTT
import Policies
import Settlement
import Signing
import Storage
import Wire

/// A whole installation in a folder of its own: stores, keys, a controller, a fleet and a utility.
struct DemoWorld {
  let folder: String
  let policy: Policy
  let clock: ManualClock
  let store: SQLiteMainStore
  let readings: SQLiteReadingStore
  let book: LedgerKeeper
  let controller: Controller
  let utility: UtilityID
  let utilityKey: SigningKey
  let connection: ConnectionOptions
  let enrolment: [EnrolledBattery]
  let feeder: FeederTree
  let meterHistoryDays: Int64

  init(
    folder: String, policy: Policy, enrolment: [EnrolledBattery], feeder: FeederTree?,
    brokerPort: Int, startingAt start: Timestamp, meterHistoryDays: Int64 = 0
  ) throws {
    self.folder = folder
    self.policy = policy
    self.enrolment = enrolment
    self.feeder = feeder ?? Assembly.anyFeeder(of: enrolment)
    self.meterHistoryDays = meterHistoryDays
    clock = ManualClock(start)
    store = try SQLiteMainStore(path: folder + "/headroom.db")
    readings = try SQLiteReadingStore(path: folder + "/readings.db")
    let key = try SecretFile.ledgerKey(
      folder + "/ledger.key", origin: "headroom.demo/ledger", makesIfMissing: true)
    // Who keeps the demo may write in its ledger afterwards, which asks for the guard.
    book = try LedgerKeeper(
      store: store, key: key, guardedBy: SignGuard(besideKey: folder + "/ledger.key"), now: start)
    guard let utility = policy.dispatch.signals.from.sorted().first else {
      throw Outcome.badInput.failure("the policy lists no issuer in signals.from")
    }
    self.utility = utility
    utilityKey = try SigningKey(name: utility.text, key: .make())
    var options = ConnectionOptions(clientID: "headroom", host: "127.0.0.1", port: brokerPort)
    options.backoff = .init(firstMilliseconds: 20, maximumMilliseconds: 500)
    connection = options
    var setup = Controller.Setup(
      clock: clock, store: store, readings: readings, fleet: enrolment,
      feeder: self.feeder, policies: [policy],
      keys: KeyDirectory([.init(owner: .utility(utility), publicKey: utilityKey.verifier.key)]),
      book: book, reportsFolder: folder + "/reports", connection: options,
      logger: StandardError.logger(.warning))
    setup.meterHistoryDays = meterHistoryDays
    controller = Controller(setup)
  }

  /// Puts money into the utility's account: what the whole fleet could earn at most, and half more.
  func deposit(_ amount: Money) throws {
    let currency = policy.settlement.currency
    let funding = "utility:\(utility):funding"
    try book.open([.init("bank:main", .bank), .init(funding, .funding)], now: clock.now)
    let key = IdempotencyKey.settlement(
      millisecondsOfEventEnd: UInt64(clock.now.microseconds / 1_000), salt: book.salt(of: funding)!,
      event: "deposit", site: "", run: "deposit")
    _ = try book.post(
      [
        LedgerKeeper.Posting(
          key: key, reason: "deposit", event: nil,
          effective: Window(start: clock.now, end: clock.now.adding(seconds: 1))!,
          legs: [("bank:main", -amount), (funding, amount)])
      ], currency: currency, now: clock.now)
  }

  /// Writes the homes' past into the archive, block by block, on two threads.
  func archiveHistory(
    of fleet: SimulatedFleet, days: Int, slotMinutes: Int, _ progress: @escaping (Double) -> Void
  ) async throws {
    let count = enrolment.count
    _ = try readings.numbers(of: enrolment.map(\.siteMeter))
    // Battery meters begin a block of their own, because an idle battery's block is almost empty.
    let padding = (ArchiveBlock.meters - count % ArchiveBlock.meters) % ArchiveBlock.meters
    _ = try readings.numbers(of: (0..<padding).map { MeterID("unused-\($0 + 1)")! })
    _ = try readings.numbers(of: enrolment.map(\.batteryMeter))
    let start = clock.now
    let lastDay = start.seconds / 86_400
    let firstDay = lastDay - Int64(days)
    let slots = Int(start.seconds - firstDay * 86_400) / (slotMinutes * 60)
    let blocks = (count + ArchiveBlock.meters - 1) / ArchiveBlock.meters
    var done = 0
    try await withThrowingTaskGroup(of: (Int, ArchiveBlock).self) { group in
      func add(_ number: Int) {
        group.addTask {
          var block = ArchiveBlock(
            firstDay: firstDay, dayCount: days + 1, slotMinutes: slotMinutes)
          for meter in 0..<min(ArchiveBlock.meters, count - number * ArchiveBlock.meters) {
            let past = fleet.history(
              row: number * ArchiveBlock.meters + meter,
              from: Timestamp(seconds: firstDay * 86_400), slots: slots, slotMinutes: slotMinutes)
            block.set(meter: meter, imported: past.imported, exported: past.exported)
          }
          return (number, block)
        }
      }
      var next = min(2, blocks)
      for number in 0..<next { add(number) }
      while let (number, block) = try await group.next() {
        if next < blocks {
          add(next)
          next += 1
        }
        try readings.archive(block, number: Int32(number))
        var idle = ArchiveBlock(firstDay: firstDay, dayCount: days + 1, slotMinutes: slotMinutes)
        let zeros = [Int32](repeating: 0, count: slots)
        for meter in 0..<min(ArchiveBlock.meters, count - number * ArchiveBlock.meters) {
          idle.set(meter: meter, imported: zeros, exported: zeros)
        }
        try readings.archive(idle, number: Int32(blocks + number))
        done += 1
        progress(Double(done) / Double(blocks))
      }
    }
  }
}
