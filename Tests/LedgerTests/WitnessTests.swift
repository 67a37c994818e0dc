import Grid
import Ledger
import Signing
import Testing

@Suite struct `A witness` {
  static let vectors = Vectors.tlog["witnessRequests"]
  static let judge = WitnessJudge(logs: [try! VerifierKey(vectors["logVkey"].text)])

  @Test func `answers each published request as published`() throws {
    let requests = Self.vectors["requests"].list
    #expect(requests.count == 17)
    for vector in requests {
      let stored = (UInt64(vector["storedSize"].int), vector["storedRoot"].digest)
      let verdict = Self.judge.judge(body: vector["body"].text, stored: stored)
      #expect(verdict.status == vector["status"].int, "\(vector["what"].text): \(verdict)")
      if case .conflict(let size) = verdict { #expect("\(size)\n" == vector["response"].text) }
    }
  }

  @Test func `keeps the proof of a fork`() throws {
    let fork = try #require(
      Self.vectors["requests"].list.first { $0["what"].text.hasSuffix("a fork") })
    let stored = (UInt64(fork["storedSize"].int), fork["storedRoot"].digest)
    guard case .fork(let checkpoint, _) = Self.judge.judge(body: fork["body"].text, stored: stored)
    else {
      Issue.record("no fork was seen")
      return
    }
    #expect(checkpoint.size == stored.0 && checkpoint.root != stored.1)
  }

  @Test func `takes the first head and every one that extends it`() throws {
    let key = TestBook.log
    let judge = WitnessJudge(logs: [key.verifier])
    var tree = MerkleTree()
    var heads: [(UInt64, Digest)] = []
    for number in 0...64 {
      heads.append((UInt64(number), tree.root))
      tree.append([UInt8(number)])
    }
    for (old, oldRoot) in heads {
      for (new, root) in heads where new >= old {
        let note = Checkpoint(origin: key.verifier.name, size: new, root: root).signed(with: key)
        let proof = tree.consistencyProof(from: Int(old), to: Int(new))
        let request = WitnessRequest(old: old, proof: proof, note: note.description)
        #expect(WitnessRequest(body: request.body) == request)
        let stored = old == 0 ? nil : (size: old, root: oldRoot)
        #expect(judge.judge(body: request.body, stored: stored).status == 200)
        if new > old, old > 0 {
          var wrong = proof
          wrong[Int(new) % wrong.count] = MerkleHash.emptyRoot
          let bad = WitnessRequest(old: old, proof: wrong, note: note.description)
          #expect(judge.judge(body: bad.body, stored: stored).status == 422)
        }
      }
    }
  }

  @Test func `refuses a body of another form`() {
    let hashes = String(repeating: Base64.text(MerkleHash.emptyRoot.bytes) + "\n", count: 64)
    for body in [
      "", "old 1\n", "old 1\n\n", "old x\n\na\n", "OLD 1\n\na\n", "old 1\nzz\n\na\n",
      "old 1\n\(hashes)\na\n", String(repeating: "a", count: WitnessRequest.maximumBytes + 1),
    ] {
      let status = Self.judge.judge(body: body, stored: nil).status
      #expect(status == 400 || (body == "old 1\n\n" && status == 404), "\(body.prefix(20))")
    }
    #expect(WitnessJudge.origin(ofBody: "old 1\n\nname\n1\n") == "name")
  }
}

@Suite struct `A note's cosigners` {
  static func witness(_ name: String) -> SigningKey {
    let seed = SHA256.hash(name).bytes
    return try! SigningKey(name: name, key: .init(seed: seed)!, kind: .cosignature)
  }

  @Test func `add lines that are checked, and unknown ones are ignored`() throws {
    let note = Checkpoint(origin: "log.example/test", size: 0, root: MerkleHash.emptyRoot)
      .signed(with: TestBook.log)
    let (grid, audit) = (Self.witness("grid.example"), Self.witness("audit.example"))
    var cosigned = note
    cosigned.cosign(with: grid, seconds: 7)
    cosigned.cosign(with: audit, seconds: 8)
    let lines = Note.lines(Array(cosigned.signatures.dropFirst()))
    let result = try note.adding(lines: lines, by: [grid.verifier])
    #expect(result.added.map(\.seconds) == [7])
    #expect(result.note.signatures.count == 2)
    #expect(result.note.merged(with: cosigned) == cosigned)
    #expect(cosigned.merged(with: Note(text: "other\n")) == cosigned)
    #expect(throws: NoteFault.noKnownKey) { try note.adding(lines: lines, by: []) }
    var forged = Note(text: "other\n")
    forged.cosign(with: grid, seconds: 7)
    #expect(throws: NoteFault.badSignature(name: "grid.example")) {
      try note.adding(lines: Note.lines(forged.signatures), by: [grid.verifier])
    }
  }
}
