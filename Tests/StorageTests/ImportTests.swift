import Foundation
import Grid
import Signing
import Testing

@testable import Storage

@Suite struct `An import of readings` {
  private func inStore(_ body: (SQLiteReadingStore) throws -> Void) throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    try body(try SQLiteReadingStore(path: folder.appending(path: "readings.db").path))
  }

  private let start = Timestamp(rfc3339: "2026-07-12T00:00:00Z")!
  private let meter = MeterID("H-1")!

  private func reading(
    _ hour: Int64, _ imported: Int64?, _ exported: Int64? = 0, quality: Quality? = nil
  ) -> Reading {
    let from = start.adding(seconds: hour * 3_600)
    return Reading(
      meter: meter, window: Window(start: from, end: from.adding(seconds: 3_600))!,
      imported: imported.map { Energy(joules: $0) }, exported: exported.map { Energy(joules: $0) },
      quality: imported == nil || exported == nil ? .missing : quality ?? .actual)
  }

  private func delivery(
    _ readings: [Reading], version: Int64? = nil, name: String
  ) -> ReadingImport {
    let hash = SHA256.hash(Array(name.utf8))
    var delivery = ReadingImport(
      readings: readings, format: "nem12", hash: hash, content: hash, options: "",
      at: Timestamp(seconds: 1_784_073_600))
    if let version {
      delivery.source = "nem12:A"
      delivery.runs = [.init(range: 0..<readings.count, version: version)]
    }
    return delivery
  }

  private func kept(_ store: SQLiteReadingStore) throws -> [Reading] {
    var all: [Reading] = []
    try store.archivedReadings(
      startingIn: Window(start: start, end: start.adding(seconds: 86_400))!
    ) { all += $1 }
    return all
  }

  @Test func `is taken whole or not at all`() throws {
    try inStore { store in
      _ = try store.take(delivery([reading(0, 1), reading(1, 2)], name: "a"))
      let next = delivery(
        [reading(0, 9), reading(1, 2), reading(2, 3), reading(3, .max)], name: "b")
      do throws(StoreError) {
        _ = try store.take(next)
        Issue.record("it contradicts")
      } catch {
        guard case .importRefused(let faults, let total) = error else {
          Issue.record("\(error)")
          return
        }
        #expect(total == 2 && faults.count == 2)
        #expect(
          faults[0].hasPrefix("meter H-1: 2026-07-12T00:00:00Z is 9 and 0 J; allowed: 1 and 0 J"))
        #expect(faults[1].contains("up to 596 kWh an interval"))
      }
      #expect(try kept(store) == [reading(0, 1), reading(1, 2)])
    }
  }

  @Test func `of a newer version supersedes, of an older one is history`() throws {
    try inStore { store in
      _ = try store.take(delivery([reading(0, 1)], version: 5, name: "a"))
      let newer = try store.take(delivery([reading(0, 2)], version: 6, name: "b"))
      #expect(newer.superseding == 1 && newer.changed.keys.map(\.text) == ["H-1"])
      let older = try store.take(delivery([reading(0, 3)], version: 4, name: "c"))
      #expect(older.older == 1 && older.superseding == 0)
      #expect(throws: StoreError.self) {
        try store.take(delivery([reading(0, 3)], version: 6, name: "d"))
      }
      #expect(try store.take(delivery([reading(0, 2)], version: 6, name: "b")).isKnown)
      // The same value in a better quality is news from a newer version.
      let graded = try store.take(
        delivery([reading(0, 2, quality: .edited)], version: 7, name: "e"))
      #expect(graded.superseding == 1 && graded.same == 2)
      #expect(try kept(store) == [reading(0, 2, quality: .edited)])
      let window = Window(start: start, end: start.adding(seconds: 3_600))!
      let former = try store.formerReadings(of: meter, startingIn: window)
      #expect(former.map(\.kind) == ["superseded", "older", "superseded"])
      #expect(former.map(\.imported?.joules) == [1, 3, 2])
    }
  }

  @Test func `edits with author and reason, and keeps what was`() throws {
    try inStore { store in
      _ = try store.take(delivery([reading(0, 1), reading(1, 5)], name: "a"))
      var edit = delivery([reading(0, 7)], name: "b")
      edit.edit = ("op-1", "read by hand")
      #expect(try store.take(edit).edited == 1)
      #expect(try kept(store)[0] == reading(0, 7, quality: .edited))
      let window = Window(start: start, end: start.adding(seconds: 86_400))!
      let former = try store.formerReadings(of: meter, startingIn: window)
      #expect(former.map(\.author) == ["op-1"] && former.map(\.reason) == ["read by hand"])
      #expect(try store.formerReadings(of: MeterID("H-2")!, startingIn: window).isEmpty)
    }
  }

  @Test func `keeps half a reading until the other half comes`() throws {
    try inStore { store in
      #expect(try store.take(delivery([reading(0, 1, nil)], name: "a")).new == 1)
      #expect(try kept(store) == [reading(0, 1, nil)])
      let rest = try store.take(delivery([reading(0, 1, 4)], name: "b"))
      #expect(rest.new == 1 && rest.same == 1)
      #expect(try kept(store) == [reading(0, 1, 4)])
      // What is missing displaces nothing.
      #expect(try store.take(delivery([reading(0, nil, nil)], name: "c")).missing == 1)
      #expect(try kept(store) == [reading(0, 1, 4)])
    }
  }

  /// Hours of Nepal begin at a quarter past; they are not moved to the hours of UTC.
  @Test func `keeps hours that begin at odd minutes where they are`() throws {
    let hours = ([900, 4_500, 8_100] as [Int64]).map { second in
      let from = start.adding(seconds: second)
      return Reading(
        meter: meter, window: Window(start: from, end: from.adding(seconds: 3_600))!,
        imported: Energy(joules: second), exported: .zero, quality: .actual)
    }
    try inStore { store in
      let first = try store.take(delivery(hours, name: "a"))
      #expect(first.new == 6)
      #expect(try kept(store) == hours)
      #expect(try store.take(delivery(hours, name: "b")).same == 6)
    }
  }

  @Test func `keeps the mark of values that are never paid for`() throws {
    try inStore { store in
      let window = Window(start: start, end: start.adding(seconds: 3_600))!
      let marked = Reading(
        meter: meter, window: window, imported: Energy(joules: 3), exported: .zero,
        quality: .estimated, isNonCommercial: true)
      _ = try store.take(delivery([marked], name: "a"))
      #expect(try kept(store) == [marked])
      let block = try #require(try store.block(0, days: 20_646..<20_647, slotMinutes: 60))
      // Whoever does not know the mark sees a missing value.
      #expect(Quality(rawValue: block.quality[0]) == nil)
    }
  }
}
