import Foundation
import Grid
import Ledger
import Signing
import Storage
import Testing

@testable import Controller

/// A ledger of 9 founding entries and some cents from A to B.
enum ProofWorld {
  static let policy = TrustPolicy(log: Samples.key.verifier)

  static func desk(_ folder: String, cents: ClosedRange<Int> = 1...10) throws -> LedgerDesk {
    var desk = try Samples.desk(folder)
    try pay(&desk, cents)
    return desk
  }

  static func pay(_ desk: inout LedgerDesk, _ cents: ClosedRange<Int>) throws {
    let requests = try cents.map { number -> PostRequest in
      let legs =
        number == 1
        ? [("bank:main", "USD", "-1000"), ("owner:A", "USD", "1000")]
        : [("owner:A", "USD", "-0.01"), ("owner:B", "USD", "0.01")]
      let key = String(format: "%032x", number)
      let text = Samples.transfer(0, legs).replacingOccurrences(
        of: Samples.idempotencyKey(0), with: key)
      return try Samples.requests(text)[0]
    }
    _ = try desk.post(requests, key: Samples.key, now: Samples.now)
  }

  static func check(_ folder: String, older: [String] = []) throws -> TileCheck {
    let tiles = TileFolder(folder)
    var check = TileCheck(policy: policy)
    try check.run(older: older, paths: tiles.paths()) { try tiles.read($0) }
    return check
  }
}

@Suite struct `An export of tiles` {
  @Test func `is checked without the ledger, and is extended`() throws {
    try withFolder { folder in
      var desk = try ProofWorld.desk(folder)
      let tiles = TileFolder(folder + "/public")
      #expect(throws: TileExport.Fault.nothingSigned) { try desk.export(to: tiles) }
      let first = try desk.checkpoint(signedBy: Samples.key)
      let export = try desk.export(to: tiles)
      #expect(export.written == 2 && export.leftOut == 0 && export.before == 0)
      #expect(tiles.paths() == ["checkpoint", "tile/0/000.p/19", "tile/entries/000.p/19"])
      #expect(try tiles.checkpoint() == first.note)
      #expect(try ProofWorld.check(tiles.path).findings == [])

      try ProofWorld.pay(&desk, 11...300)
      // Not signed yet: left out.
      #expect(try desk.export(to: tiles).leftOut == 290)
      let second = try desk.checkpoint(signedBy: Samples.key)
      let extended = try desk.export(to: tiles)
      #expect(extended.before == 19 && extended.leftOut == 0)
      #expect(
        tiles.paths() == [
          "checkpoint", "tile/0/000", "tile/0/001.p/53", "tile/1/000.p/1", "tile/entries/000",
          "tile/entries/001.p/53",
        ])
      let check = try ProofWorld.check(tiles.path, older: [first.note, second.note])
      #expect(check.findings == [] && check.book.size == 309)

      // An older one goes elsewhere, never over a newer one.
      #expect(throws: TileExport.Fault.self) { try desk.export(to: tiles, at: 19) }
      let older = TileFolder(folder + "/older")
      #expect(try desk.export(to: older, at: 19).leftOut == 290)
      #expect(try older.checkpoint() == first.note)
      #expect(throws: TileExport.Fault.notSigned(size: 20, known: [19, 309])) {
        try desk.export(to: older, at: 20)
      }
    }
  }

  @Test func `goes into no folder of something else`() throws {
    try withFolder { folder in
      let desk = try ProofWorld.desk(folder)
      _ = try desk.checkpoint(signedBy: Samples.key)
      func refused(_ name: String) throws -> String {
        let path = "\(folder)/\(name)"
        let before = TileFolder(path).paths()
        let fault = #expect(throws: TileExport.Fault.self) {
          try desk.export(to: TileFolder(path))
        }
        guard case .notOurs(path, let reason) = fault else { return "\(fault as Any)" }
        #expect(TileFolder(path).paths() == before)
        return reason
      }
      for name in ["a", "b", "c"] {
        try FileManager.default.createDirectory(
          atPath: "\(folder)/\(name)", withIntermediateDirectories: true)
      }
      try write("mine", to: folder + "/a/letter.txt")
      #expect(try refused("a") == "letter.txt is no file of a log")
      try write("nonsense", to: folder + "/b/checkpoint")
      #expect(try refused("b").hasPrefix("its checkpoint is not of example.org/ledger"))
      let other = Checkpoint(origin: Samples.origin, size: 3, root: Entry.leafHash([1]))
      try write(other.signed(with: Samples.key).description, to: folder + "/c/checkpoint")
      #expect(try refused("c") == "its 3 entries are another history")
    }
  }

  @Test func `keeps the cosignatures it has, and gets new ones`() throws {
    try withFolder { folder in
      let desk = try ProofWorld.desk(folder)
      let head = try desk.checkpoint(signedBy: Samples.key)
      let seed = [UInt8](repeating: 3, count: 32)
      let witness = try SigningKey(name: "w", key: .init(seed: seed)!, kind: .cosignature)
      let tiles = TileFolder(folder + "/public")
      _ = try desk.export(to: tiles)
      var note = try Note(head.note)
      note.cosign(with: witness, seconds: 9)
      try tiles.publish(note)
      _ = try desk.export(to: tiles)
      #expect(try tiles.checkpoint() == note.description)
      // What is kept in the ledger is signed again with everything it had.
      try SQLiteMainStore(path: folder + "/headroom.db").keep(
        StoredCheckpoint(size: head.size, root: head.root, note: note.description))
      #expect(try desk.checkpoint(signedBy: Samples.key).note == note.description)
    }
  }
}

@Suite struct `A proof from the desk` {
  @Test func `L5: of an entry verifies offline, from what was handed out alone`() throws {
    try withFolder { folder in
      var desk = try ProofWorld.desk(folder)
      #expect(throws: LedgerDesk.ProofFault.noEntry(index: 19, size: 19)) {
        try desk.receipts([19])
      }
      #expect(throws: LedgerDesk.ProofFault.notCovered(index: 3, covered: 0)) {
        try desk.receipts([3])
      }
      _ = try desk.checkpoint(signedBy: Samples.key)
      try ProofWorld.pay(&desk, 11...12)
      #expect(throws: LedgerDesk.ProofFault.notCovered(index: 20, covered: 19)) {
        try desk.receipts([3, 20])
      }
      for item in try desk.receipts(Array(0..<19)) {
        let handedOut = try Receipt(text: item.receipt.text)
        #expect(
          try handedOut.verify(entry: item.entry, policy: ProofWorld.policy).checkpoint.size == 19)
        var altered = item.entry
        altered[altered.count / 2] ^= 1
        #expect(throws: ReceiptFault.self) {
          try handedOut.verify(entry: altered, policy: ProofWorld.policy)
        }
      }
    }
  }

  @Test func `of an extension is that of the tree`() throws {
    try withFolder { folder in
      let desk = try ProofWorld.desk(folder)
      let proof = try desk.consistency(from: 7, to: 19)
      #expect(
        MerkleProof.extends(
          old: 7, oldRoot: proof.oldRoot, new: 19, newRoot: proof.newRoot, proof: proof.proof))
      for (old, new) in [(0, 19), (8, 7), (7, 20)] as [(UInt64, UInt64)] {
        #expect(throws: LedgerDesk.ProofFault.badSizes(old: old, new: new, size: 19)) {
          try desk.consistency(from: old, to: new)
        }
      }
    }
  }

  // Scenario L9: an owner's bundle without one entry.
  @Test func `of an owner says what is missing from his account`() throws {
    try withFolder { folder in
      let desk = try ProofWorld.desk(folder)
      _ = try desk.checkpoint(signedBy: Samples.key)
      let owner = try #require(desk.accounts["owner:B"])
      let bundle = try desk.ownerBundle(of: owner)
      #expect(bundle.items.count == 9 && bundle.snapshot == nil)
      let card = OwnerFolder.Card(
        path: "owner:B", account: owner, commodities: [(1, "USD", 6)])
      let path = folder + "/b"
      try OwnerFolder(card: card, bundle: bundle).write(to: path)
      #expect(throws: OwnerFolder.Fault.self) {
        try OwnerFolder(card: card, bundle: bundle).write(to: path)
      }
      let read = try OwnerFolder(reading: path)
      #expect(read.card.path == "owner:B" && read.card.account == owner)
      #expect(read.bundle.items == bundle.items)
      #expect(read.bundle.verdict(policy: ProofWorld.policy).findings == [])

      let sheet = try #require(
        StatementSheet(
          desk, account: "owner:B", commodity: "USD",
          over: Window(start: Timestamp(seconds: 0), end: Samples.now)!))
      func statement(_ old: String = "", _ new: String = "") throws -> [String] {
        let text = String(decoding: sheet.bytes(.json), as: UTF8.self)
        let changed = old.isEmpty ? text : text.replacingOccurrences(of: old, with: new)
        return try StatementCheck.read(bytes: Array(changed.utf8), file: "s.json").findings(
          against: read.bundle.verdict(policy: ProofWorld.policy), card)
      }
      #expect(try statement() == [])
      #expect(try statement("owner:B", "owner:A").last?.hasPrefix("the statement is that") == true)
      #expect(try statement("USD", "EUR") == ["the bundle knows no commodity EUR"])
      #expect(
        try statement(#""index":12"#, #""index":99"#) == [
          "entry 12 with 0.01 is not in the statement",
          "entry 99 of the statement is not among the proven ones of its time",
        ])

      try FileManager.default.removeItem(atPath: path + "/12.entry")
      #expect(
        try OwnerFolder(reading: path).bundle.verdict(policy: ProofWorld.policy).findings == [
          "ordinalGap: ordinal 3 of commodity 1, layer 0 is missing, before entry 13"
        ])
      // The last one has no ordinal after it, and there is no snapshot.
      let last = try #require(bundle.items.last?.receipt.index)
      try FileManager.default.removeItem(atPath: path + "/\(last).tlog-proof")
      #expect(try OwnerFolder(reading: path).absent == [12, last])
      #expect(throws: OwnerFolder.Fault.self) { try OwnerFolder(reading: folder) }
      try write("no receipt", to: path + "/13.tlog-proof")
      #expect(throws: OwnerFolder.Fault.self) { try OwnerFolder(reading: path) }
    }
  }
}

@Suite struct `A sign guard` {
  @Test func `lets a log go on and never back`() throws {
    try withFolder { folder in
      let file = folder + "/headroom.db"
      let guarding = SignGuard(folder + "/other-disk/guard")
      var desk = try ProofWorld.desk(folder)
      for end in ["", "-wal"] where FileManager.default.fileExists(atPath: file + end) {
        try FileManager.default.copyItem(
          atPath: file + end, toPath: folder + "/yesterday.db" + end)
      }
      _ = try desk.checkpoint(signedBy: Samples.key, guardedBy: guarding)
      try ProofWorld.pay(&desk, 11...20)
      _ = try desk.checkpoint(signedBy: Samples.key, guardedBy: guarding)
      #expect(try guarding.last()?.size == 29)
      // The same again after a crash is harmless.
      _ = try desk.checkpoint(signedBy: Samples.key, guardedBy: guarding)

      let old = try LedgerDesk(opening: folder + "/yesterday.db")
      let fault = #expect(throws: SignGuard.Fault.self) {
        try old.checkpoint(signedBy: Samples.key, guardedBy: guarding)
      }
      #expect(fault == .ahead(path: guarding.path, signed: 29, entries: 19))
      #expect(fault?.description.contains("headroom ledger restore --from") == true)
      #expect(throws: SignGuard.Fault.ahead(path: guarding.path, signed: 29, entries: 19)) {
        try LedgerKeeper(
          store: SQLiteMainStore(path: folder + "/yesterday.db"), key: Samples.key,
          guardedBy: guarding, now: Samples.now)
      }
      #expect(throws: SignGuard.Fault.missing(path: folder + "/lost")) {
        try desk.checkpoint(signedBy: Samples.key, guardedBy: SignGuard(folder + "/lost"))
      }
    }
  }

  @Test func `refuses another history, another log and another file`() throws {
    try withFolder { folder in
      let desk = try ProofWorld.desk(folder)
      let guarding = SignGuard(besideKey: folder + "/key")
      #expect(guarding.path == folder + "/key.guard")
      let root = Entry.leafHash([1])
      try guarding.begin(at: Checkpoint(origin: Samples.origin, size: 5, root: root))
      #expect(
        throws: SignGuard.Fault.otherHistory(
          path: guarding.path, size: 5, signed: root, computed: desk.book.tree.root(at: 5))
      ) { try guarding.check(desk.book, hasSigned: true) }
      #expect(throws: SignGuard.Fault.self) {
        try guarding.begin(at: Checkpoint(origin: Samples.origin, size: 4, root: root))
      }
      try write("other\n0\n\(Base64.text(MerkleHash.emptyRoot.bytes))\n", to: guarding.path)
      #expect(throws: SignGuard.Fault.otherLog(path: guarding.path, origin: "other")) {
        try guarding.check(desk.book, hasSigned: true)
      }
      try write("nonsense", to: guarding.path)
      #expect(throws: SignGuard.Fault.notAGuard(path: guarding.path)) {
        try guarding.advance(to: desk.book, hasSigned: false)
      }
      #expect(throws: WholeFile.Fault.self) {
        try WholeFile.write([1], to: folder + "/none/file")
      }
    }
  }

  @Test func `must be there for a controller once something was signed`() throws {
    try withFolder { folder in
      let store = try SQLiteMainStore(path: folder + "/headroom.db")
      let guarding = SignGuard(folder + "/guard")
      let keeper = try LedgerKeeper(
        store: store, key: Samples.key, guardedBy: guarding, now: Samples.now)
      #expect(try guarding.last() == nil)
      _ = try keeper.checkpoint()
      #expect(try guarding.last()?.size == 2)
      try keeper.open([.init("owner:H1", .owner)], now: Samples.now)
      _ = try keeper.checkpoint()
      #expect(try guarding.last()?.size == 3)

      try FileManager.default.removeItem(atPath: guarding.path)
      #expect(throws: SignGuard.Fault.missing(path: guarding.path)) {
        try LedgerKeeper(store: store, key: Samples.key, guardedBy: guarding, now: Samples.now)
      }
      // Also for one that was opened while it was still there.
      #expect(throws: SignGuard.Fault.missing(path: guarding.path)) { try keeper.checkpoint() }
      let newest = try LedgerDesk(opening: folder + "/headroom.db").newestCheckpoint()!.checkpoint
      try guarding.begin(at: newest)
      #expect(try keeper.checkpoint().size == 3)
    }
  }
}
