import Grid
import Ledger
import Signing
import Testing

@Suite struct `A note` {
  @Test func `is believed as published`() throws {
    let good = Vectors.tlog["notes"]["good"].list
    #expect(good.count == 4)
    for vector in good {
      let note = try Note(vector["note"].text)
      #expect(note.description == vector["note"].text)
      let keys = try vector["vkeys"].list.map { try VerifierKey($0.text) }
      let verified = try note.verified(by: keys)
      #expect(verified.map(\.key.name) == vector["verified"].list.map { $0["name"].text })
      #expect(
        verified.map { $0.seconds.map(Int64.init) }
          == vector["verified"].list.map { $0["timestamp"].number })
      #expect(note.signatures.count - verified.count == vector["unknown"].int)
      if case .text(let secret) = vector["privateKey"] {
        var signed = Note(text: note.text)
        signed.sign(with: try SigningKey(keyFile: secret))
        #expect(signed.description == vector["note"].text)
      }
    }
  }

  @Test func `is refused as published`() throws {
    let refused = Vectors.tlog["notes"]["refuse"].list
    #expect(refused.count == 13)
    for vector in refused {
      let keys = try vector["vkeys"].list.map { try VerifierKey($0.text) }
      #expect(throws: NoteFault.self, "\(vector["why"].text)") {
        _ = try Note(vector["note"].text).verified(by: keys)
      }
    }
  }

  static let line = "— a AAAAAAA=\n"

  @Test(arguments: [
    (String(repeating: "x", count: 70_000), NoteFault.tooLong(bytes: 70_000)),
    ("a\r\n\n\(line)", .controlCharacter), ("a\n\n— a AAAAAAA=", .noFinalNewline),
    ("a\n", .noEmptyLine), ("a\n\n", .noSignature),
    ("a\n\n" + String(repeating: line, count: 101), .tooManySignatures(101)),
    ("a\n\n- a AAAAAAA=\n", .badSignatureLine("- a AAAAAAA=")),
    ("a\n\n— a AAAA\n", .badSignatureLine("— a AAAA")), ("a\n\n\(line)", .noKnownKey),
  ])
  func `says its fault`(text: String, fault: NoteFault) {
    #expect(throws: fault) { _ = try Note(text).verified(by: []) }
  }

  @Test func `with a wrong signature of a known key is condemned`() throws {
    let key = try SigningKey(name: "log.example", key: .make())
    let other = try SigningKey(name: "other.example", key: .make())
    var note = Note(text: "hello\n")
    note.sign(with: other)
    note.sign(with: key)
    note.sign(with: key)
    #expect(note.signatures.count == 2)
    let keys = [key.verifier, other.verifier]
    #expect(try note.verified(by: keys).map(\.key) == [other.verifier, key.verifier])
    let altered = try Note(note.description.replacing("hello", with: "hallo"))
    #expect(throws: NoteFault.badSignature(name: "other.example")) {
      try altered.verified(by: keys)
    }
  }

  @Test func `holds the last empty line to be the border`() throws {
    let key = try SigningKey(name: "log.example", key: .make())
    var note = Note(text: "one\n\ntwo\n")
    note.sign(with: key)
    #expect(try Note(note.description).text == "one\n\ntwo\n")
  }
}

@Suite struct `A checkpoint` {
  static func key(_ name: String, _ seed: String, _ kind: VerifierKey.Kind = .note) -> SigningKey {
    let seed = SHA256.hash(Vectors.tlog["ledger"]["seeds"][seed].text)
    return try! SigningKey(name: name, key: Ed25519.PrivateKey(seed: seed.bytes)!, kind: kind)
  }

  static let log = key("headroom.example/ledger/reference", "log")

  @Test func `of the reference ledger is signed to the published bytes`() throws {
    let ledger = Vectors.tlog["ledger"]
    #expect(Self.log.verifier.description == ledger["vkeys"]["log"].text)
    let checkpoints = ledger["checkpoints"].list
    #expect(checkpoints.count == 3)
    for vector in checkpoints {
      let book = try Vectors.book(vector["size"].int)
      let checkpoint =
        book.checkpoint
        ?? Checkpoint(origin: ledger["origin"].text, size: 0, root: MerkleHash.emptyRoot)
      var note = checkpoint.signed(with: Self.log)
      if case .number(let seconds) = vector["cosignedAt"] {
        for (name, seed) in [("utility.example", "utility"), ("grid.example", "grid")] {
          note.cosign(
            with: Self.key("\(name)/witness", seed, .cosignature), seconds: UInt64(seconds))
        }
      }
      #expect(note.description == vector["note"].text)
    }
  }

  @Test func `is believed when the log signed it, and witnesses say when they saw it`() throws {
    let ledger = Vectors.tlog["ledger"]
    let note = try Note(ledger["checkpoints"].list[2]["note"].text)
    let checkpoint = try Checkpoint.verified(note, log: Self.log.verifier)
    #expect(checkpoint.size == 30)
    #expect(checkpoint.root == Vectors.cbor["ledger"]["root"].digest)
    let witness = try VerifierKey(ledger["vkeys"]["grid"].text)
    let verified = try note.verified(by: [Self.log.verifier, witness])
    #expect(verified.map(\.seconds) == [nil, 1_785_542_405])
  }

  @Test func `of another log, with a wrong signature or none is not believed`() throws {
    let note = Checkpoint(origin: "log.example", size: 0, root: MerkleHash.emptyRoot).signed(
      with: try SigningKey(name: "log.example", key: .make()))
    #expect(throws: CheckpointFault.note(.noKnownKey)) {
      try Checkpoint.verified(note, log: Self.log.verifier)
    }
    var foreign = Note(text: note.text)
    foreign.sign(with: Self.log)
    #expect(throws: CheckpointFault.badOrigin("log.example")) {
      try Checkpoint.verified(foreign, log: Self.log.verifier)
    }
  }

  static let empty = Base64.text(MerkleHash.emptyRoot.bytes)

  @Test(arguments: [
    ("log\n1\n", CheckpointFault.lines(2)), ("a b\n0\n\(empty)\n", .badOrigin("a b")),
    ("log\n01\n\(empty)\n", .badSize("01")), ("log\n-1\n\(empty)\n", .badSize("-1")),
    ("log\n+1\n\(empty)\n", .badSize("+1")), ("log\n\n\(empty)\n", .badSize("")),
    ("log\n18446744073709551616\n\(empty)\n", .badSize("18446744073709551616")),
    ("log\n1\nAAAA\n", .badRoot("AAAA")),
    ("log\n0\n\(Base64.text(Array(repeating: 0, count: 32)))\n", .emptyTreeWithRoot),
  ])
  func `says its fault`(text: String, fault: CheckpointFault) {
    #expect(throws: fault) { try Checkpoint(text: text) }
  }

  @Test func `may have more lines`() throws {
    let checkpoint = try Checkpoint(text: "log\n0\n\(Self.empty)\nextension\n")
    #expect(checkpoint.text == "log\n0\n\(Self.empty)\n")
  }
}
