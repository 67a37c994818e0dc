import Foundation
import Grid
import Storage
import Testing

/// A folder of its own for one test; the test removes it.
private func withFolder(_ body: (String) throws -> Void) throws {
  let folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
  try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  defer { try? FileManager.default.removeItem(at: folder) }
  try body(folder.path)
}

@Suite struct `SQLite stores` {
  @Test func `keep the logbook`() throws {
    try withFolder { folder in
      try StoreConformance.logbook { try SQLiteMainStore(path: folder + "/main.db") }
    }
  }

  @Test func `keep the ledger`() throws {
    try withFolder { folder in
      try StoreConformance.ledger { try SQLiteMainStore(path: folder + "/main.db") }
    }
  }

  @Test func `keep telemetry`() throws {
    try withFolder { folder in
      try StoreConformance.telemetry { try SQLiteReadingStore(path: folder + "/readings.db") }
    }
  }

  @Test func `keep the archive of readings`() throws {
    try withFolder { folder in
      try StoreConformance.archive { try SQLiteReadingStore(path: folder + "/readings.db") }
    }
    try withFolder { folder in
      try StoreConformance.missing { try SQLiteReadingStore(path: folder + "/readings.db") }
    }
  }

  @Test func `keep live records`() throws {
    try withFolder { folder in
      try StoreConformance.records { try SQLiteReadingStore(path: folder + "/readings.db") }
    }
  }

  @Test func `write whole days of a block`() throws {
    try withFolder { folder in
      let store = try SQLiteReadingStore(path: folder + "/readings.db")
      var block = ArchiveBlock(firstDay: 20_000, dayCount: 3, slotMinutes: 60)
      for slot in block.imported.indices {
        block.imported[slot] = Int32(slot % 1_000) - 1
        block.exported[slot] = 0
        block.quality[slot] = 0
      }
      try store.archive(block, number: 4)
      let read = try store.block(4, days: 20_000..<20_003, slotMinutes: 60)
      #expect(read == block)
      #expect(throws: StoreError.self, "days are written once") {
        try store.archive(block, number: 4)
      }
    }
  }

  @Test func `say why a file cannot be opened`() throws {
    try withFolder { folder in
      let path = folder + "/not-a-database"
      try Data(repeating: 65, count: 5_000).write(to: URL(fileURLWithPath: path))
      #expect {
        try SQLiteMainStore(path: path)
      } throws: { error in
        guard case .cannotOpen(path, let reason) = error as? StoreError else { return false }
        return reason.contains("not a database")
      }
    }
  }

  @Test func `describe each error in one sentence`() {
    let errors: [StoreError] = [
      .cannotOpen(path: "x", reason: "y"), .failed(reason: "y"), .conflict(expected: 1, found: 2),
      .readingConflict(meter: StoreConformance.id("m"), start: .init(seconds: 0)),
    ]
    #expect(Set(errors.map(\.description)).count == errors.count)
  }
}
