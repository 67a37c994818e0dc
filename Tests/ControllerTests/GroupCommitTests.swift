import Controller
import Foundation
import Grid
import Ledger
import Signing
import Storage
import Testing

@Suite struct `A group commit` {
  static let usd = Currency(code: "USD", digits: 2)!

  static func posting(_ number: Int, to path: String = "owner:H1") -> LedgerKeeper.Posting {
    LedgerKeeper.Posting(
      key: .settlement(
        millisecondsOfEventEnd: 1, salt: Array(repeating: 0, count: 32), event: "E-1",
        site: "\(number)", run: "initial"),
      reason: "settlement", event: EventID("E-1")!,
      effective: Window(start: Samples.now, end: Samples.now.adding(seconds: 60))!,
      legs: [
        (path: "bank:main", amount: Money(millionths: -1_000_000)),
        (path: path, amount: Money(millionths: 1_000_000)),
      ])
  }

  static func keeper(_ folder: String) throws -> LedgerKeeper {
    let keeper = try LedgerKeeper(
      store: try SQLiteMainStore(path: folder + "/headroom.db"), key: Samples.key,
      now: Samples.now)
    try keeper.open([.init("bank:main", .bank), .init("owner:H1", .owner)], now: Samples.now)
    return keeper
  }

  @Test func `writes what is asked one by one, each refused alone`() async throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let keeper = try Self.keeper(folder.path)
    _ = try keeper.commodity(Self.usd, now: Samples.now)
    let before = keeper.head.size
    let group = GroupCommit(keeper, currency: Self.usd) { Samples.now }
    let receipts = try await withThrowingTaskGroup(of: [UInt64].self) { tasks in
      let run = Task { await group.run() }
      for number in 0..<200 {
        tasks.addTask {
          if number % 50 == 7 {
            // An unknown account: refused, and the others are not.
            await #expect(throws: LedgerKeeper.Fault.self) {
              try await group.post(Self.posting(number, to: "owner:nobody"))
            }
            return []
          }
          // Every tenth asks for what another has asked for.
          let receipt = try await group.post(Self.posting(number % 10 == 9 ? number - 1 : number))
          return [receipt.index]
        }
      }
      var all: [UInt64] = []
      for try await one in tasks { all += one }
      run.cancel()
      await run.value
      return all
    }
    #expect(receipts.count == 196)
    #expect(Set(receipts).count == 176)
    #expect(keeper.head.size == before + 176)
    // What was acknowledged is in the file.
    let book = try LedgerKeeper.replay(try SQLiteMainStore(path: folder.path + "/headroom.db"))
    #expect(Int64(book.size) == before + 176)
    await #expect(throws: CancellationError.self, "it has ended") {
      try await group.post(Self.posting(1_000))
    }
  }

  @Test func `gives a receipt or a refusal for each posting`() throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let keeper = try Self.keeper(folder.path)
    let results = try keeper.post(
      each: [
        Self.posting(1), Self.posting(2, to: "owner:nobody"), Self.posting(1), Self.posting(3),
      ], currency: Self.usd, now: Samples.now)
    let first = try results[0].get()
    #expect(throws: LedgerKeeper.Fault.self) { try results[1].get() }
    #expect(try results[2].get().index == first.index && results[2].get().isReplayed)
    #expect(try results[3].get().index == first.index + 1)
    let again = try keeper.post(each: [Self.posting(3)], currency: Self.usd, now: Samples.now)
    #expect(try again[0].get().isReplayed)
  }
}
