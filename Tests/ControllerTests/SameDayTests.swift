import Foundation
import Grid
import Ledger
import MQTT
import Signing
import Storage
import Testing
import Verification
import Wire

@testable import Controller

/// The day that lies in Wire's tests as files: 48 half hours of one meter in Moscow.
@Suite struct `A day of readings` {
  private static let files = "\(`A configuration`.root)/Tests/WireTests/Files/"
  private let day = CivilDate(text: "2025-08-14")!
  private let zone = ZoneOffsets(name: "Europe/Moscow", before: 10_800, transitions: [])
  private let now = Timestamp(seconds: 1_755_216_000)
  /// The same salt everywhere, so that roots can be compared.
  private let salt = [UInt8](repeating: 7, count: 32)

  private func read(_ name: String) throws -> (delivery: MeterDelivery, raw: [UInt8]) {
    var options = ImportOptions()
    options.zone = zone
    let raw = [UInt8](try Data(contentsOf: URL(filePath: Self.files + name)))
    return (try MeterFiles.read(raw, file: name, options: options), raw)
  }

  /// What the day is in a store of its own that `fill` fills: the notarized root of its intervals.
  private func root(_ folder: Folder, _ name: String, _ fill: (MeterArchive) throws -> Void) throws
    -> Digest
  {
    let archive = try MeterArchive(path: "\(folder.path)/\(name).db")
    try fill(archive)
    var desk = try LedgerDesk(
      founding: "\(folder.path)/\(name)-ledger.db", key: Samples.key, now: now)
    let done = try ReadingsNotary(archive, zone: zone).notarize(
      day, desk: &desk, notes: try ReadingsNotes(desk), now: now, salts: { _ in salt })
    #expect(done.readings == 48, "\(name)")
    return done.root
  }

  /// Sends records through the broker as a gateway does, and returns what a reader of them got.
  private func sent(_ records: [MeterRecord], through broker: Broker) async throws -> [MeterRecord]
  {
    let inbox = Mailbox<Arrival>(capacity: 1_024)
    let reader = Client(
      options: ConnectionOptions(clientID: "reader", host: "127.0.0.1", port: broker.port),
      subscriptions: [Subscription(filter: "headroom/v1/gw/+/meter")], inbox: inbox)
    try reader.start()
    var isConnected = false
    while !isConnected {
      for case .connected in await inbox.drain(waitingAtMost: .seconds(5)) { isConnected = true }
    }
    let writer = Client(
      options: ConnectionOptions(clientID: "gw-1", host: "127.0.0.1", port: broker.port),
      subscriptions: [], inbox: Mailbox<Arrival>(capacity: 1_024))
    try writer.start()
    // One message a record, as a gateway sends them that has one meter.
    try await writer.publish(
      records.map { Message(topic: "headroom/v1/gw/gw-1/meter", payload: MeterCodec.encode($0)) })
    var got: [MeterRecord] = []
    while got.count < records.count {
      let arrivals = await inbox.drain(waitingAtMost: .seconds(10))
      try #require(!arrivals.isEmpty, "\(got.count) of \(records.count) came")
      for case .message(let message) in arrivals {
        got += try MeterCodec.decode(message.payload).items
      }
    }
    await writer.stop()
    await reader.stop()
    return got
  }

  @Test("V10: one day by CSV, 80020 and MQTT has the same interval hash", .needsBroker)
  func sameHash() async throws {
    let folder = try Folder()
    let csv = try read("same_day.csv")
    var roots: [Digest] = []
    for name in ["same_day.csv", "80020_7700000001_20250814_418.xml", "same_day_espi.xml"] {
      let file = try read(name)
      roots.append(
        try root(folder, "\(file.delivery.format)") {
          _ = try $0.take(file.delivery, raw: file.raw, options: "", at: now)
        })
    }
    // Energies of half hours, and registers of whole watt-hours that rise by them.
    var imported: Int64 = 18_422_121
    var exported: Int64 = 2_210_998
    func registers() -> MeterRecord.Pair {
      MeterRecord.Pair(
        imported: Energy(wattHours: imported), exported: Energy(wattHours: exported))
    }
    var plain: [MeterRecord] = []
    let first = csv.delivery.readings[0]
    var rising = [
      record(first.meter, 1, first.window.start.adding(seconds: -1_800), registers(), nil)
    ]
    for (place, reading) in csv.delivery.readings.enumerated() {
      let energies = MeterRecord.Pair(
        imported: try #require(reading.imported), exported: reading.exported)
      imported += energies.imported.wattHoursRoundedDown
      exported += energies.exported?.wattHoursRoundedDown ?? 0
      let seq = Int64(place + 2)
      plain.append(record(reading.meter, seq, reading.window.start, nil, energies))
      rising.append(record(reading.meter, seq, reading.window.start, registers(), nil))
    }
    let broker = try Broker(in: folder.path)
    for (name, records) in [("energies", plain), ("registers", rising)] {
      let got = try await sent(records, through: broker)
      roots.append(try root(folder, name) { try $0.store.append(got, receivedAt: now) })
    }
    broker.kill()
    #expect(roots == Array(repeating: roots[0], count: 5))
    // It is a hash of every value: one joule makes another.
    var other = csv.delivery
    other.readings[17] = Reading(
      meter: other.readings[17].meter, window: other.readings[17].window,
      imported: other.readings[17].imported.map { $0 + Energy(joules: 1) },
      exported: other.readings[17].exported, quality: .actual)
    let altered = try root(folder, "altered") {
      _ = try $0.take(other, raw: [], options: "", at: now)
    }
    #expect(altered != roots[0])
  }

  private func record(
    _ meter: MeterID, _ seq: Int64, _ start: Timestamp, _ registers: MeterRecord.Pair?,
    _ energies: MeterRecord.Pair?
  ) -> MeterRecord {
    MeterRecord(
      meter: meter, seq: seq,
      window: Window(start: start, end: start.adding(seconds: 1_800))!, quality: .actual,
      registers: registers, energies: energies, epoch: 0, revision: 1)
  }
}
