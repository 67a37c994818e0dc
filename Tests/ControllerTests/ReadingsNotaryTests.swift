import Foundation
import Grid
import Ledger
import Signing
import Storage
import Testing
import Wire

@testable import Controller

@Suite struct `Notarized readings of a store` {
  private let now = Timestamp(seconds: 1_784_073_600)
  private let day = CivilDate(text: "2026-07-12")!

  private func csv(_ change: (Int) -> String? = { _ in nil }, meters: Int = 2) -> [UInt8] {
    var text = "meter_id,start,duration_min,import_kwh,export_kwh,quality\n"
    for meter in 0..<meters {
      for hour in 0..<24 {
        guard let value = change(hour) ?? Optional("0.5") else { continue }
        if value.isEmpty { continue }
        text += "H-\(meter),2026-07-12T\(hour < 10 ? "0" : "")\(hour):00:00Z,60,\(value),0,A\n"
      }
    }
    return Array(text.utf8)
  }

  private func take(_ bytes: [UInt8], _ archive: MeterArchive, edit: Bool = false) throws {
    let delivery = try MeterFiles.read(bytes, file: "m.csv")
    _ = try archive.take(
      delivery, raw: bytes, options: "", edit: edit ? ("me", "test") : nil, at: now)
  }

  private func world(
    _ body: (MeterArchive, inout LedgerDesk, ReadingsNotary, String) throws -> Void
  ) throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString).path
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let archive = try MeterArchive(path: folder + "/readings.db")
    var desk = try LedgerDesk(founding: folder + "/headroom.db", key: Samples.key, now: now)
    try body(archive, &desk, ReadingsNotary(archive, zone: .utc), folder)
  }

  private func warnings(_ notary: ReadingsNotary, _ desk: LedgerDesk) throws -> [String] {
    try notary.check(day, notes: try ReadingsNotes(desk)).map { $0.warning?.rawValue ?? "ok" }
  }

  @Test func `are ok, altered, added or not notarized`() throws {
    try world { archive, desk, notary, _ in
      try take(csv({ $0 == 23 ? "" : nil }), archive)
      #expect(try warnings(notary, desk) == ["notNotarized", "notNotarized"])
      let done = try notary.notarize(day, desk: &desk, notes: try ReadingsNotes(desk), now: now)
      #expect(done.isNew && done.meters == 2 && done.readings == 46)
      #expect(try warnings(notary, desk) == ["ok", "ok"])
      try take(csv(), archive)
      #expect(try warnings(notary, desk) == ["added", "added"])
      let again = try notary.notarize(
        day, desk: &desk, notes: try ReadingsNotes(desk), now: now.adding(seconds: 1))
      #expect(again.isNew && again.entry == done.entry.map { $0 + 1 })
      #expect(try warnings(notary, desk) == ["ok", "ok"])
      try take(csv({ $0 == 5 ? "0.6" : nil }, meters: 1), archive, edit: true)
      #expect(try warnings(notary, desk) == ["altered", "ok"])
    }
  }

  @Test func `are missing when one is gone, and mismatched when hashes were renewed`() throws {
    try world { archive, desk, notary, _ in
      try take(csv(), archive)
      _ = try notary.notarize(day, desk: &desk, notes: try ReadingsNotes(desk), now: now)
      // A day that had one reading more when it was stated.
      var states = try archive.store.notarized(on: day, zone: "UTC")
      var all: [Reading] = []
      try archive.readings(startingIn: notary.window(day), of: [states[0].meter]) { all = $1 }
      let late = all[23].window
      let lost = Reading(
        meter: states[0].meter,
        window: Window(start: late.start.adding(seconds: 1_800), end: late.end)!,
        imported: .zero, exported: .zero, quality: .actual)
      states[0] = ReadingsNotary.state(lost.meter, day, "UTC", states[0].salt, all + [lost])
      try archive.store.keep([states[0]])
      #expect(
        try warnings(notary, desk) == ["rootMismatch", "rootMismatch"], "hashes were renewed")
      let root = ReadingsNotary.dayRoot(states)
      let note = LedgerNote.readings(day: "\(day)", zone: "UTC", count: 2, root: root)
      try desk.write(
        [EntryRequest(.note(note), effective: notary.window(day))], names: [],
        now: now.adding(seconds: 2))
      let found = try notary.check(day, notes: try ReadingsNotes(desk))
      #expect(found.map { $0.warning?.rawValue ?? "ok" } == ["missing", "ok"])
      #expect(found[0].differences.map(\.start) == [lost.window.start])
      #expect(found[0].differences[0].present == nil)
    }
  }

  @Test func `are proved one by one`() throws {
    try world { archive, desk, notary, _ in
      try take(csv(meters: 5), archive)
      _ = try notary.notarize(day, desk: &desk, notes: try ReadingsNotes(desk), now: now)
      let notes = try ReadingsNotes(desk)
      let start = Timestamp(rfc3339: "2026-07-12T17:00:00Z")!
      let meter = MeterID("H-3")!
      let proof = try notary.prove(meter, at: start, notes: notes)
      #expect(proof.fault == nil && proof.importJ == 1_800_000)
      var lie = proof
      lie.importJ = 1_800_001
      #expect(lie.fault?.hasPrefix("the root is ") == true)
      lie = proof
      lie.meter = "H-4"
      #expect(lie.fault?.hasPrefix("the root is ") == true)
      lie = proof
      lie.readingPath.removeLast()
      #expect(lie.fault == "the reading does not lead to a root")
      lie = proof
      lie.meterPath.append(lie.root)
      #expect(lie.fault == "the meter's day does not lead to a root")
      lie = proof
      lie.salt = "00"
      #expect(lie.fault == "a member is malformed")
      lie = proof
      lie.form = "other"
      #expect(lie.fault == "form is other")
      let never = start.adding(seconds: 86_400)
      #expect(throws: ReadingsNotary.ProofFault.notNotarized(meter, never)) {
        try notary.prove(meter, at: never, notes: notes)
      }
      try take(csv({ $0 == 17 ? "0.7" : nil }, meters: 4), archive, edit: true)
      #expect(throws: ReadingsNotary.ProofFault.changed(meter, start)) {
        try notary.prove(meter, at: start, notes: notes)
      }
    }
  }

  @Test func `have the same root in two stores under the same salts`() throws {
    try world { archive, desk, notary, folder in
      try take(csv(), archive)
      let one = try notary.notarize(day, desk: &desk, notes: try ReadingsNotes(desk), now: now)
      let salts = try archive.store.notarized(on: day, zone: "UTC").reduce(into: [:]) {
        $0[$1.meter] = $1.salt
      }
      let other = try MeterArchive(path: folder + "/other.db")
      // The same values over MQTT: registers that rise by 500 Wh an hour.
      let records = (0..<2).flatMap { meter in
        (-1..<24).map { hour in
          let start = Timestamp(rfc3339: "2026-07-12T00:00:00Z")!.adding(
            seconds: Int64(hour) * 3_600)
          return MeterRecord(
            meter: MeterID("H-\(meter)")!, seq: Int64(hour + 2),
            window: Window(start: start, end: start.adding(seconds: 3_600))!, quality: .actual,
            registers: .init(
              imported: Energy(wattHours: 10_000 + Int64(hour) * 500), exported: .zero),
            energies: nil, epoch: 0, revision: 1)
        }
      }
      try other.store.append(records, receivedAt: now)
      var second = try LedgerDesk(
        founding: folder + "/other-ledger.db", key: Samples.key, now: now)
      let two = try ReadingsNotary(other, zone: .utc).notarize(
        day, desk: &second, notes: try ReadingsNotes(second), now: now, salts: { salts[$0] })
      #expect(two.root == one.root && two.readings == 48)
    }
  }
}
