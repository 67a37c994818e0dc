import Dispatch
import Foundation
import Grid
import HTTP
import Ledger
import Signing
import Storage
import Testing

@testable import Controller

/// Two witnesses on this machine, and the policy that wants both.
struct WitnessWorld {
  static let names = ["grid", "owners"]

  static func key(_ name: String) -> SigningKey {
    let seed = SHA256.hash(name).bytes
    return try! SigningKey(
      name: "\(name).example/witness", key: Ed25519.PrivateKey(seed: seed)!, kind: .cosignature)
  }

  static func run(
    in folder: String, _ body: (TrustPolicy) throws -> Void
  ) throws {
    let done = DispatchGroup()
    var servers: [HTTPServer] = []
    defer {
      for server in servers { server.stop() }
      done.wait()
    }
    var text = "log \(Samples.key.verifier)\n"
    for name in names {
      let desk = try WitnessDesk(
        logs: [Samples.key.verifier], key: key(name), folder: "\(folder)/witness-\(name)")
      let server = try HTTPServer(
        host: "127.0.0.1", port: 0, limit: WitnessRequest.maximumBytes)
      servers.append(server)
      DispatchQueue.global().async(group: done) {
        server.run { desk.answer($0, now: Samples.now) }
      }
      text += "witness \(name) \(key(name).verifier) http://127.0.0.1:\(server.port)\n"
    }
    try body(try TrustPolicy(text: text + "group both all grid owners\nquorum both\n"))
  }

  static func copy(_ file: String, to copy: String) throws {
    for end in ["", "-wal"] where FileManager.default.fileExists(atPath: file + end) {
      try FileManager.default.copyItem(atPath: file + end, toPath: copy + end)
    }
  }
}

@Suite struct `Witnesses over HTTP` {
  @Test func `cosign what extends the last head, and nothing else`() throws {
    try withFolder { folder in
      try WitnessWorld.run(in: folder) { policy in
        var desk = try ProofWorld.desk(folder)
        #expect(throws: LedgerDesk.ProofFault.notCovered(index: 0, covered: 0)) {
          try desk.askWitnesses(policy)
        }
        _ = try desk.checkpoint(signedBy: Samples.key)
        let first = try desk.askWitnesses(policy)
        let seconds = UInt64(Samples.now.microseconds / 1_000_000)
        #expect(
          first.outcomes.map(\.outcome) == [
            .cosigned(seconds: seconds), .cosigned(seconds: seconds),
          ])
        #expect(try policy.judge(first.note).cosigned.keys.sorted() == ["grid", "owners"])

        try ProofWorld.pay(&desk, 11...30)
        _ = try desk.checkpoint(signedBy: Samples.key)
        #expect(try desk.askWitnesses(policy).outcomes.count == 2)
        #expect(try desk.newestCheckpoint()?.note.signatures.count == 3)
        // Asked again: a fresh time, the same head.
        _ = try desk.askWitnesses(policy)

        let heads = WitnessRound.heads(of: Samples.origin, policy: policy)
        #expect(heads.map { try? $0.head.get()?.size } == [39, 39])

        // The operator writes another history of the same length and signs it with the real key.
        try withFolder { other in
          var forged = try ProofWorld.desk(other, cents: 1...9)
          try ProofWorld.pay(&forged, 100...120)
          _ = try forged.checkpoint(signedBy: Samples.key)
          let refused = try forged.askWitnesses(policy)
          #expect(
            refused.outcomes.allSatisfy {
              if case .refused(status: 422, _) = $0.outcome { true } else { false }
            }, "\(refused.outcomes)")
          #expect(throws: TrustFault.self) { try policy.judge(refused.note) }
          #expect(throws: WitnessCheck.Fault.differs(witness: "grid", size: 39)) {
            try WitnessCheck(forged.book, policy: policy)
          }
        }
        // The proof of it is kept.
        let forks = try FileManager.default.contentsOfDirectory(
          atPath: folder + "/witness-grid/forks")
        #expect(forks.count == 1 && forks[0].hasPrefix("39-"))
      }
    }
  }

  @Test func `cosign nothing when their folder was changed or is an old copy`() throws {
    try withFolder { folder in
      var desk = try ProofWorld.desk(folder)
      let key = WitnessWorld.key("grid")
      let witness = try WitnessDesk(
        logs: [Samples.key.verifier], key: key, folder: folder + "/w")
      func ask(from old: UInt64) throws -> HTTPResponse {
        let head = try desk.checkpoint(signedBy: Samples.key)
        let proof = desk.book.tree.consistencyProof(from: Int(old), to: Int(head.size))
        let body = WitnessRequest(old: old, proof: proof, note: head.note).body
        return witness.answer(
          HTTPRequest("POST", "/add-checkpoint", body: Array(body.utf8)), now: Samples.now)
      }
      #expect(try ask(from: 0).status == 200)
      let file = "\(folder)/w/\(SHA256.hash(Samples.origin)).head"
      let before = try #require(try WholeFile.read(file))
      try ProofWorld.pay(&desk, 11...12)
      #expect(try ask(from: 19).status == 200)
      func refused(_ text: String) throws {
        let answer = try ask(from: 0)
        #expect(answer.status == 500 && answer.text.contains(text), "\(answer.text)")
      }
      try WholeFile.write(before, to: file)
      try refused("21 entries were cosigned, and 19 are remembered; nothing is cosigned.")
      try FileManager.default.removeItem(atPath: file)
      try refused("21 entries were cosigned, and no head is remembered; nothing is cosigned.")
      try write("garbage", to: file)
      try refused("the text has 0 lines; allowed: origin, size and root")
      let forgot = WitnessDesk.Fault.forgot(path: file, cosigned: 21, seen: nil)
      #expect(forgot.description.hasPrefix(file))
    }
  }

  // Scenario L10: yesterday's backup with a live witness.
  @Test func `stop a ledger that was restored, until what is missing is back`() throws {
    try withFolder { folder in
      try WitnessWorld.run(in: folder) { policy in
        let file = folder + "/headroom.db"
        var desk = try ProofWorld.desk(folder)
        _ = try desk.checkpoint(signedBy: Samples.key)
        _ = try desk.askWitnesses(policy)
        try WitnessWorld.copy(file, to: folder + "/yesterday.db")
        try ProofWorld.pay(&desk, 11...30)
        _ = try desk.checkpoint(signedBy: Samples.key)
        _ = try desk.askWitnesses(policy)
        _ = try desk.export(to: TileFolder(folder + "/public"))

        let old = try LedgerDesk(opening: folder + "/yesterday.db")
        let fault = #expect(throws: WitnessCheck.Fault.self) {
          try WitnessCheck(old.book, policy: policy)
        }
        #expect(fault == .ahead(witness: "grid", size: 39, entries: 19))
        #expect(fault?.description.contains("headroom ledger restore --from") == true)
        _ = try old.checkpoint(signedBy: Samples.key)
        #expect(
          try old.askWitnesses(policy).outcomes.map(\.outcome) == [
            .isAhead(size: 39), .isAhead(size: 39),
          ])

        let source = try TileSource(folder + "/public")
        let restored = try LedgerRestore(
          folder + "/yesterday.db", from: source, policy: policy)
        #expect(restored.restored == 20 && restored.unnamed == 0)
        let back = try LedgerDesk(opening: folder + "/yesterday.db")
        #expect(back.book.tree.root == desk.book.tree.root)
        #expect(try WitnessCheck(back.book, policy: policy).heads.count == 2)
        // Again: nothing is missing. From nothing: all of it, without names.
        #expect(
          try LedgerRestore(folder + "/yesterday.db", from: source, policy: policy).restored == 0)
        let anew = try LedgerRestore(folder + "/new/x.db", from: source, policy: policy)
        #expect(anew.restored == 39 && anew.unnamed == 5)
        // What is not a longer history of this ledger adds nothing.
        try withFolder { other in
          _ = try ProofWorld.desk(other, cents: 1...2)
          let fault = #expect(throws: LedgerRestore.Fault.self) {
            try LedgerRestore(other + "/headroom.db", from: source, policy: policy)
          }
          guard case .notLonger(let findings) = fault else {
            Issue.record("\(fault as Any)")
            return
          }
          #expect(findings.map(\.code) == [.notAPrefix])
        }
      }
    }
  }

  @Test func `that are silent delay nobody, and are said`() throws {
    try withFolder { folder in
      let desk = try ProofWorld.desk(folder)
      _ = try desk.checkpoint(signedBy: Samples.key)
      let free = try HTTPServer(host: "127.0.0.1", port: 0, limit: 1).port
      let policy = try TrustPolicy(
        text: """
          log \(Samples.key.verifier)
          witness gone \(WitnessWorld.key("gone").verifier) http://127.0.0.1:\(free)
          witness odd \(WitnessWorld.key("odd").verifier) ftp://x
          quorum none

          """)
      let round = try desk.askWitnesses(policy)
      for (_, outcome) in round.outcomes {
        guard case .silent = outcome else {
          Issue.record("\(outcome)")
          return
        }
      }
      let check = try WitnessCheck(desk.book, policy: policy)
      #expect(check.heads.isEmpty && check.silent.count == 2)
      #expect(WitnessCheck.Fault.nobodyAnswered(reasons: check.silent).description.contains("gone"))
    }
  }

  @Test func `answer other requests as the standard says`() throws {
    try withFolder { folder in
      let desk = try WitnessDesk(
        logs: [Samples.key.verifier], key: WitnessWorld.key("grid"), folder: folder + "/w")
      func status(_ method: String, _ path: String, _ body: String = "") -> Int {
        desk.answer(HTTPRequest(method, path, body: Array(body.utf8)), now: Samples.now).status
      }
      #expect(status("PUT", "/add-checkpoint") == 405)
      #expect(status("POST", "/add-checkpoint", "old 0\n") == 400)
      #expect(status("POST", "/add-checkpoint", "old 0\n\nunknown.example\n0\nx\n") == 404)
      #expect(status("GET", WitnessDesk.path(ofLog: Samples.origin)) == 404)
      #expect(status("GET", "/../w/checkpoint") == 404)
      #expect(status("GET", "/") == 404)
      let head = Checkpoint(origin: Samples.origin, size: 0, root: MerkleHash.emptyRoot)
      let body = WitnessRequest(
        old: 0, proof: [], note: head.signed(with: Samples.key).description
      ).body
      #expect(status("POST", "/add-checkpoint", body) == 200)
      #expect(status("GET", WitnessDesk.path(ofLog: Samples.origin)) == 200)
      let conflict = desk.answer(
        HTTPRequest(
          "POST", "/add-checkpoint",
          body: Array(body.replacing("old 0\n", with: "old 0\n").utf8)), now: Samples.now)
      #expect(conflict.status == 200)
      try write("nonsense", to: folder + "/w/\(SHA256.hash(Samples.origin)).head")
      #expect(status("POST", "/add-checkpoint", body) == 500)
    }
  }
}

@Suite struct `A mirror` {
  @Test func `copies over HTTP, grows, and cosigns what it holds`() throws {
    try withFolder { folder in
      var desk = try ProofWorld.desk(folder)
      let published = TileFolder(folder + "/public")
      let copy = TileFolder(folder + "/copy")
      let server = try HTTPServer(host: "127.0.0.1", port: 0, limit: 0)
      let done = DispatchGroup()
      DispatchQueue.global().async(group: done) {
        server.run { request in
          let file = try? published.read(String(request.path.dropFirst()))
          return file.flatMap { $0 }.map { HTTPResponse(200, $0) } ?? HTTPResponse(404)
        }
      }
      defer {
        server.stop()
        done.wait()
      }
      let source = try TileSource("http://127.0.0.1:\(server.port)")
      func mirror(_ cosigner: SigningKey? = nil) throws -> LedgerMirror {
        try LedgerMirror(
          from: source, to: copy, policy: ProofWorld.policy, cosigner: cosigner, now: Samples.now)
      }
      #expect(throws: LedgerMirror.Fault.self) { try mirror() }
      _ = try desk.checkpoint(signedBy: Samples.key)
      _ = try desk.export(to: published)
      #expect(try mirror().before == 0)
      #expect(copy.paths() == published.paths())
      try ProofWorld.pay(&desk, 11...300)
      _ = try desk.checkpoint(signedBy: Samples.key)
      _ = try desk.export(to: published)
      let grown = try mirror(WitnessWorld.key("mirror"))
      #expect(grown.before == 19 && grown.book.size == 309)
      #expect(copy.paths() == published.paths())
      for path in copy.paths() where path != "checkpoint" {
        #expect(try copy.read(path) == published.read(path))
      }
      let witness = WitnessWorld.key("mirror").verifier
      #expect(try Note(copy.checkpoint() ?? "").verified(by: [witness]).count == 1)
      #expect(try ProofWorld.check(copy.path).findings == [])

      // A byte of the mirror that is not the ledger's.
      let file = folder + "/headroom.db"
      #expect(try LedgerComparison(file, against: copy).differences == [])
      let body = try desk.entries([270])[0]
      let bundle = "tile/entries/001.p/53"
      var bytes = try #require(try copy.read(bundle))
      bytes[try #require(bytes.firstRange(of: body)).lowerBound + 9] ^= 1
      try copy.write { write in try write(bundle, bytes) }
      let after = try LedgerComparison(file, against: copy)
      #expect(after.compared == 309)
      #expect(
        after.differences.map(\.description) == [
          "entry 270, byte 9: 0x\(Hex.text([body[9]])) here,"
            + " 0x\(Hex.text([body[9] ^ 1])) in the mirror"
        ])
    }
  }

  @Test func `overwrites nothing when the source does not extend it`() throws {
    try withFolder { folder in
      let copy = TileFolder(folder + "/copy")
      func published(_ name: String, _ cents: ClosedRange<Int>, more: ClosedRange<Int>) throws
        -> TileSource
      {
        let place = "\(folder)/\(name)"
        try FileManager.default.createDirectory(
          atPath: place, withIntermediateDirectories: true)
        var desk = try ProofWorld.desk(place, cents: cents)
        try ProofWorld.pay(&desk, more)
        _ = try desk.checkpoint(signedBy: Samples.key)
        _ = try desk.export(to: TileFolder(place + "/public"))
        return try TileSource(place + "/public")
      }
      func mirror(_ source: TileSource) throws {
        _ = try LedgerMirror(
          from: source, to: copy, policy: ProofWorld.policy, now: Samples.now)
      }
      let honest = try published("a", 1...10, more: 11...290)
      try mirror(honest)
      let before = try copy.paths().map { try copy.read($0) }
      let forged = try published("b", 1...9, more: 100...400)
      let fault = #expect(throws: LedgerMirror.Fault.self) { try mirror(forged) }
      guard case .notVerified(let findings) = fault else {
        Issue.record("\(fault as Any)")
        return
      }
      #expect(findings.map(\.code) == [.notAPrefix])
      #expect("\(fault!)".hasSuffix("nothing was overwritten"))
      #expect(try copy.paths().map { try copy.read($0) } == before)
      // A copy that somebody changed is told from a source that is wrong.
      try write("changed", to: copy.path + "/tile/entries/000")
      let damaged = #expect(throws: LedgerMirror.Fault.self) { try mirror(honest) }
      guard case .damagedHere = damaged else {
        Issue.record("\(damaged as Any)")
        return
      }
      #expect("\(damaged!)".contains("mirror into a new folder"))
    }
  }

  @Test func `finds its own files changed also when the source has nothing more`() throws {
    try withFolder { folder in
      let desk = try ProofWorld.desk(folder)
      _ = try desk.checkpoint(signedBy: Samples.key)
      _ = try desk.export(to: TileFolder(folder + "/public"))
      let source = try TileSource(folder + "/public")
      func refused(_ file: String) throws -> LedgerMirror.Fault? {
        let copy = TileFolder(folder + "/copy-of-" + file.replacing("/", with: "-"))
        func mirror() throws {
          _ = try LedgerMirror(
            from: source, to: copy, policy: ProofWorld.policy, now: Samples.now)
        }
        try mirror()
        try mirror()
        try write("changed", to: copy.path + "/" + file)
        return #expect(throws: LedgerMirror.Fault.self, performing: mirror)
      }
      for partial in ["tile/0/000.p/19", "tile/entries/000.p/19"] {
        let fault = try refused(partial)
        guard case .damagedHere = fault else {
          Issue.record("\(partial): \(fault as Any)")
          return
        }
      }
      let checkpoint = try refused("checkpoint")
      guard case .checkpointHere(_, let reason) = checkpoint else {
        Issue.record("\(checkpoint as Any)")
        return
      }
      #expect(reason.hasPrefix("the note does not end with a newline"))
    }
  }
}
