import Foundation
import Storage
import Testing

@Suite struct `The address of a ledger` {
  @Test func `is a file or a server, and is shown without a password`() {
    let file = LedgerAddress("data/headroom.db")
    #expect(!file.isPostgreSQL && file.file == "data/headroom.db")
    #expect(file.description == "data/headroom.db")
    let shown = [
      "postgresql://h@db.example/x": "postgresql://h@db.example/x",
      "postgres://h:se:cr@db.example:5432/x": "postgres://h:…@db.example:5432/x",
      "postgresql://db.example/x?user=h&password=secret&sslmode=require":
        "postgresql://db.example/x?user=h&password=…&sslmode=require",
      "postgresql://db.example/x?password=secret": "postgresql://db.example/x?password=…",
    ]
    for (text, expected) in shown {
      let address = LedgerAddress(text)
      #expect(address.isPostgreSQL && address.file == nil)
      #expect(address.description == expected)
    }
  }

  @Test func `is opened only where something is, unless told to make it`() throws {
    let path = FileManager.default.temporaryDirectory.appendingPathComponent(
      "\(UUID().uuidString).db"
    ).path
    defer { try? FileManager.default.removeItem(atPath: path) }
    #expect(throws: StoreError.noLedger(path: path)) {
      try LedgerAddress(path).open(creates: false)
    }
    #expect(!FileManager.default.fileExists(atPath: path))
    #expect(try LedgerAddress(path).open().size() == 0)
  }

  #if !PostgreSQL
    @Test func `on a server is refused by a program without PostgreSQL`() {
      let error = #expect(throws: StoreError.self) {
        try LedgerAddress("postgresql://h:secret@db.example/x").open()
      }
      #expect(error?.description.contains("--traits PostgreSQL") == true)
      #expect(error?.description.contains("secret") == false)
    }
  #endif
}
