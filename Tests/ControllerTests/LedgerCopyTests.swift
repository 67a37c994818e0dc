import Controller
import Foundation
import Grid
import Ledger
import Storage
import Testing

@Suite struct `A copy of a ledger` {
  private func withFolder(_ body: (String) throws -> Void) throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    try body(folder.path)
  }

  @Test func `has the same root, heads and names, and follows the original`() throws {
    try withFolder { folder in
      let (file, copy) = (folder + "/headroom.db", folder + "/copy.db")
      #expect(throws: LedgerDesk.Fault.noLedger(file: file)) {
        try LedgerCopy(from: file, to: copy)
      }
      let keeper = try `A group commit`.keeper(folder)
      _ = try keeper.checkpoint()
      let first = try LedgerCopy(from: file, to: copy)
      #expect(first.copied == keeper.head.size && first.root == keeper.head.root)
      _ = try keeper.post(
        [`A group commit`.posting(1)], currency: `A group commit`.usd, now: Samples.now)
      _ = try keeper.checkpoint()
      #expect(try LedgerCopy(from: file, to: copy).copied == 2)
      #expect(try LedgerCopy(from: file, to: copy).copied == 0)
      let (store, other) = (try SQLiteMainStore(path: file), try SQLiteMainStore(path: copy))
      #expect(try store.checkpoints() == other.checkpoints())
      #expect(try store.names() == other.names())
      #expect(try LedgerCheck(copy).root == keeper.head.root)

      // Back again the copy would be shorter than what is there: refused, and nothing is lost.
      _ = try keeper.post(
        [`A group commit`.posting(2)], currency: `A group commit`.usd, now: Samples.now)
      let last = keeper.head.size - 1
      #expect {
        try LedgerCopy(from: copy, to: file)
      } throws: { error in
        guard case .notAPrefix(last, _, nil) = error as? LedgerCopy.Fault else { return false }
        return "\(error)".contains("entry \(last) of the target")
      }
      #expect(try store.size() == keeper.head.size)
    }
  }

  @Test func `of a history with a foreign head is refused`() throws {
    try withFolder { folder in
      let keeper = try `A group commit`.keeper(folder)
      let store = try SQLiteMainStore(path: folder + "/headroom.db")
      try store.keep(StoredCheckpoint(size: 3, root: keeper.head.root, note: "x"))
      #expect(throws: LedgerCopy.Fault.wrongCheckpoint(size: 3, signed: keeper.head.root)) {
        try LedgerCopy(from: folder + "/headroom.db", to: folder + "/copy.db")
      }
      #expect(try SQLiteMainStore(path: folder + "/copy.db").size() == 0)
    }
  }
}
