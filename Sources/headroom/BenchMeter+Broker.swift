import Controller
import FoundationEssentials
import Grid
import MQTT
import Signing
import Storage
import Wire

extension Bench {
  /// A million minutes as registers through a broker into a store, and the same minutes as a file
  /// into another: the figure counts only when both have the same root.
  func minuteFigure() async throws -> BenchFigure {
    let records = Self.minutes(meters: max(8, batteries * 700 / 50_000))
    let batches = MeterCodec.encode(envelope: records)
    let messages = batches.map {
      Message(topic: "headroom/v1/gw/bench/meter", payload: $0)
    }
    let mailed = try MeterArchive(path: folder + "/mailed.db")
    let seconds = try await EmbeddedBroker.during(folder) { broker in
      let inbox = Mailbox<Arrival>(capacity: 1 << 17)
      let reader = Client(
        options: ConnectionOptions(clientID: "reader", host: "127.0.0.1", port: broker.port),
        subscriptions: [Subscription(filter: "headroom/v1/gw/+/meter")], inbox: inbox)
      try reader.start()
      try await Self.waitForConnection(inbox)
      let news = Mailbox<Arrival>(capacity: 1_024)
      let writer = Client(
        options: ConnectionOptions(clientID: "writer", host: "127.0.0.1", port: broker.port),
        subscriptions: [], inbox: news)
      try writer.start()
      try await Self.waitForConnection(news)
      let start = ContinuousClock.now
      try await writer.publish(messages)
      var taken = 0
      while taken < records.count {
        try Task.checkCancellation()
        let arrivals = await inbox.drain(waitingAtMost: .seconds(30))
        guard !arrivals.isEmpty else {
          throw Outcome.broken.failure("\(taken) of \(records.count) readings came in 30 seconds")
        }
        var batch: [MeterRecord] = []
        for case .message(let message) in arrivals {
          batch += try MeterCodec.decode(message.payload).items
        }
        try mailed.store.append(batch, receivedAt: Timestamp(seconds: 1_780_358_400))
        taken += batch.count
      }
      let seconds = (ContinuousClock.now - start) / .seconds(1)
      await writer.stop()
      await reader.stop()
      return seconds
    }
    let filed = try MeterArchive(path: folder + "/filed.db")
    let bytes = MetersFile.encode(
      records.map {
        Reading(
          meter: $0.meter, window: $0.window, imported: $0.energies?.imported,
          exported: $0.energies?.exported, quality: .actual)
      })
    let delivery = try MeterFiles.read(bytes, file: "minutes.csv")
    _ = try filed.take(delivery, raw: bytes, options: "", at: Timestamp(seconds: 1_780_358_400))
    let roots = try [mailed, filed].enumerated().map { try self.root($1, number: $0) }
    guard roots[0] == roots[1] else {
      throw Outcome.broken.failure("the roots differ: \(roots[0]) by MQTT, \(roots[1]) by file")
    }
    progress.clear()
    Console.note("\(records.count) minutes by MQTT and by file have the root \(roots[0])")
    let scan = Stopwatch.seconds {
      var sum: UInt64 = 0
      for message in messages { sum = sum &+ Stopwatch.scan(message.payload.span) }
      Stopwatch.keep(sum)
    }
    let count = Double(records.count)
    return BenchFigure(
      name: "meter-mqtt", unit: "readings/s", value: count / seconds, limit: count / scan,
      limitName: "a byte scan of the same messages")
  }

  /// The root of the day under salts that both stores share.
  private func root(_ archive: MeterArchive, number: Int) throws -> Digest {
    let key = try SigningKey(name: "bench.example/ledger", key: .make())
    let now = Timestamp(seconds: 1_780_358_400)
    var desk = try LedgerDesk(founding: "\(folder)/root-\(number).db", key: key, now: now)
    return try ReadingsNotary(archive, zone: .utc).notarize(
      CivilDate(text: "2026-06-01")!, desk: &desk, notes: try ReadingsNotes(desk), now: now
    ) { meter in
      SHA256.hash(Array(meter.text.utf8)).bytes
    }.root
  }

  /// A day of minutes of each meter: registers that rise, with the energy of each minute.
  private static func minutes(meters: Int) -> [MeterRecord] {
    var numbers = BenchNumbers(seed: 5)
    var records: [MeterRecord] = []
    records.reserveCapacity(meters * 1_440)
    let first = Timestamp(seconds: 1_780_272_000)
    for meter in 1...meters {
      let id = MeterID(name("m-", meter))!
      var imported = Energy(wattHours: numbers.next(1_000_000))
      var exported = Energy(wattHours: numbers.next(1_000_000))
      for minute in 0..<1_440 {
        let start = first.adding(seconds: Int64(minute) * 60)
        let energies = MeterRecord.Pair(
          imported: Energy(wattHours: numbers.next(60)),
          exported: Energy(wattHours: numbers.next(30)))
        imported += energies.imported
        exported += energies.exported!
        records.append(
          MeterRecord(
            meter: id, seq: Int64(minute + 1),
            window: Window(start: start, end: start.adding(seconds: 60))!, quality: .actual,
            registers: .init(imported: imported, exported: exported), energies: energies, epoch: 0,
            revision: 1))
      }
    }
    return records
  }
}
