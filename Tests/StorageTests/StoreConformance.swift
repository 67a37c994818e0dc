import Grid
import Storage
import Testing

/// What every implementation of the stores must do; each implementation runs the same suite.
enum StoreConformance {
  static func logbook(_ open: () throws -> some LogbookStore) throws {
    let store = try open()
    #expect(try store.lastTurn() == 0)
    let first = Turn(seq: 1, at: Timestamp(seconds: 7), inputs: [1, 2], effects: [])
    let second = Turn(seq: 2, at: Timestamp(seconds: 8), inputs: [], effects: [3])
    try store.append(first)
    #expect(throws: StoreError.conflict(expected: 0, found: 1)) { try store.append(first) }
    #expect(throws: StoreError.conflict(expected: 2, found: 1)) {
      try store.append(Turn(seq: 3, at: first.at, inputs: [], effects: []))
    }
    try store.append(second)

    let again = try open()
    var seen: [Turn] = []
    try again.turns(after: 0) {
      seen.append($0)
      return true
    }
    #expect(seen == [first, second])
    seen = []
    try again.turns(after: 0) {
      seen.append($0)
      return false
    }
    #expect(seen == [first])
    #expect(try again.lastTurn() == 2)
  }

  static func ledger(_ open: () throws -> some LedgerStore) throws {
    let store = try open()
    let leaf = try #require(Digest(bytes: Array(repeating: 7, count: 32)))
    let other = try #require(Digest(bytes: Array(repeating: 8, count: 32)))
    let entries = (0..<3).map { StoredEntry(body: [UInt8($0)], leaf: leaf) }
    let name = AccountPath(
      id: Array(repeating: 1, count: 16), path: "owner:H1", salt: Array(repeating: 2, count: 32))
    try store.append(entries, names: [name], expecting: 0)
    #expect(throws: StoreError.conflict(expected: 2, found: 3)) {
      try store.append(entries, names: [], expecting: 2)
    }
    #expect(throws: StoreError.self, "a name twice keeps nothing of the transaction") {
      try store.append(entries, names: [name], expecting: 3)
    }
    let checkpoint = StoredCheckpoint(size: 3, root: leaf, note: "note\n")
    let signed = StoredCheckpoint(size: 3, root: leaf, note: "no\n")
    try store.keep(signed)
    try store.keep(checkpoint)
    try store.keep(signed)
    #expect(throws: StoreError.conflict(expected: 3, found: 3)) {
      try store.keep(StoredCheckpoint(size: 3, root: other, note: "note\n"))
    }
    try store.keep(evidence: [9], kind: 6, hash: leaf)
    try store.keep(evidence: [9], kind: 6, hash: leaf)

    let again = try open()
    #expect(try again.size() == 3)
    var seen: [Int64] = []
    try again.entries(from: 1) { index, entry in
      seen.append(index)
      return entry.leaf == leaf
    }
    #expect(seen == [1, 2])
    #expect(try again.names() == [name])
    #expect(try again.checkpoints() == [checkpoint])
    #expect(try again.evidence(leaf) == [9])
    #expect(try again.evidence(other) == nil)
  }

  static func telemetry(_ open: () throws -> some TelemetryStore) throws {
    try open().keep(telemetry: [4, 5], turn: 9)
    #expect(try open().telemetry(turn: 9) == [4, 5])
    #expect(try open().telemetry(turn: 8) == nil)
  }

  static func archive(_ open: () throws -> some ReadingStore) throws {
    let store = try open()
    let readings = try (0..<96).map { try reading("m-1", quarter: $0, imported: Int64($0)) }
    #expect(try store.archive(readings) == summary(new: 96))
    #expect(try open().archive(readings) == summary(same: 96), "an import twice changes nothing")
    let contradiction = [
      try reading("m-2", quarter: 0, imported: 5), try reading("m-1", quarter: 3, imported: 99),
    ]
    #expect(throws: StoreError.readingConflict(meter: id("m-1"), start: readings[3].window.start)) {
      try store.archive(contradiction)
    }
    #expect(try store.numbers(of: [id("m-1"), id("m-2"), id("m-1")]) == [1, 2, 1])
    let block = try #require(try open().block(0, days: 20_000..<20_002, slotMinutes: 15))
    #expect(block.imported[5] == 5)
    #expect(block.quality[5] == Quality.actual.rawValue)
    #expect(block.imported[96] == ArchiveBlock.missing, "the second day is not there")
    #expect(block.imported[192] == ArchiveBlock.missing, "nothing of the refused import is kept")
    #expect(try open().block(0, days: 20_000..<20_001, slotMinutes: 60) == nil)
    #expect(try open().slotMinutes(ofBlock: 0) == [15])
  }

  static func missing(_ open: () throws -> some ReadingStore) throws {
    let store = try open()
    let start = Timestamp(seconds: 20_000 * 86_400)
    let gap = Reading(
      meter: id("m-1"), window: Window(start: start, end: start.adding(seconds: 900))!,
      imported: nil, exported: nil, quality: .missing)
    #expect(try store.archive([gap]).missing == 1)
    let filled = try reading("m-1", quarter: 0, imported: 12)
    #expect(try store.archive([filled]) == summary(new: 1), "a gap may be filled")
    let block = try #require(try store.block(0, days: 20_000..<20_001, slotMinutes: 15))
    #expect(block.imported[0] == 12)
    #expect(block.imported[1] == ArchiveBlock.missing)
    #expect(block.quality[1] == Quality.missing.rawValue)
    let vast = try reading("m-1", quarter: 1, imported: Int64(Int32.max) + 1)
    #expect(throws: StoreError.self) { try store.archive([vast]) }
  }

  static func records(_ open: () throws -> some ReadingStore) throws {
    let store = try open()
    let start = Timestamp(seconds: 1_800_000_000)
    let full = MeterRecord(
      meter: id("m-9"), seq: 3, window: Window(start: start, end: start.adding(seconds: 900))!,
      quality: .actual,
      registers: .init(imported: Energy(wattHours: 18_422_121), exported: Energy(wattHours: 0)),
      energies: .init(imported: Energy(wattHours: 14), exported: nil), epoch: 2, revision: 4)
    let gap = MeterRecord(
      meter: id("m-8"), seq: 4,
      window: Window(start: start.adding(seconds: 900), end: start.adding(seconds: 960))!,
      quality: .missing, registers: nil, energies: nil)
    try store.append([full, gap], receivedAt: start)
    try store.append([full], receivedAt: start)
    try store.append([], receivedAt: start)
    let all = Window(start: start, end: start.adding(seconds: 901))!
    #expect(try open().records(startingIn: all) == [full, gap, full])
    #expect(try open().records(startingIn: full.window) == [full, full])
  }

  static func id(_ text: String) -> MeterID { MeterID(text)! }

  static func summary(new: Int = 0, same: Int = 0) -> ImportSummary {
    var summary = ImportSummary()
    summary.new = new
    summary.same = same
    return summary
  }

  static func reading(_ meter: String, quarter: Int, imported: Int64) throws -> Reading {
    let start = Timestamp(seconds: 20_000 * 86_400 + Int64(quarter) * 900)
    return Reading(
      meter: id(meter), window: try #require(Window(start: start, end: start.adding(seconds: 900))),
      imported: Energy(joules: imported), exported: .zero, quality: .actual)
  }
}
