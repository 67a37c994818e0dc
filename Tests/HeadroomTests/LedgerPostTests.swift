import Foundation
import Testing

/// A ledger with its key, in a folder of its own.
private struct Log {
  let world: World
  var ledger: [String] {
    ["--ledger", "\(world.folder)/ledger.db", "--key", "\(world.folder)/log.key"]
  }

  static func make<Value>(_ body: (Log) throws -> Value) throws -> Value {
    try World.make { world in
      let log = Log(world: world)
      #expect(try log.run("init", "--origin", "example.org/log").status == 0)
      return try body(log)
    }
  }

  func run(_ command: String, _ arguments: String...) throws -> Program.Outcome {
    try Program.run(["ledger", command] + arguments + ledger)
  }

  /// How many entries the ledger has.
  func entries() throws -> Int {
    let sound = try Program.run(
      ["ledger", "verify", "--json", "--ledger", "\(world.folder)/ledger.db"])
    return try #require(try sound.object()["entries"] as? Int)
  }

  /// A file of transfers, each from an account to another; the keys are numbered from 1.
  func requests(_ transfers: [(from: String, to: String, amount: String)]) throws -> String {
    let lines = transfers.enumerated().map { number, transfer in
      let key = String(repeating: "0", count: 31) + "\(number + 1)"
      return """
        {"key":"\(key)","type":"transfer","reason":"payment","effective":["2026-07-01T09:00:00Z",\
        "2026-07-01T09:00:01Z"],"postings":[{"account":"\(transfer.from)","commodity":"USD",\
        "amount":"-\(transfer.amount)"},{"account":"\(transfer.to)","commodity":"USD",\
        "amount":"\(transfer.amount)"}]}
        """
    }
    return try world.file("requests.jsonl", lines.joined(separator: "\n") + "\n")
  }
}

@Suite struct `headroom ledger post` {
  private static let transfers = [
    ("bank:main", "owner:a", "1.00"), ("owner:b", "owner:a", "2.00"),
    ("owner:a", "owner:b", "0.40"),
  ]

  @Test func `writes all requests or none, and with --each whatever the rules allow`() throws {
    try Log.make { log in
      let file = try log.requests(Self.transfers)
      let before = try log.entries()
      let all = try log.run("post", file, "--open-accounts")
      #expect(all.status == 1 && all.output.isEmpty)
      #expect(all.notes.contains("nothing was written"))
      #expect(try log.entries() == before)

      let each = try log.run("post", file, "--open-accounts", "--each")
      #expect(each.status == 1)
      #expect(each.output.split(separator: "\n").count == 2)
      #expect(
        each.notes.contains(
          "insufficient: account owner:b has 0.00 USD available and was asked for 2.00 USD"))
      #expect(each.notes.contains("requests.jsonl:2"))
      #expect(each.notes.contains("1 of 3 requests were not written"))
      let balance = try Program.run(
        ["ledger", "balance", "--csv", "--ledger", "\(log.world.folder)/ledger.db"])
      #expect(balance.output.contains("owner:a,USD,0.60"))
      #expect(balance.output.contains("owner:b,USD,0.40"))

      // The same again: what was written is there, and what was refused is no different.
      let after = try log.entries()
      let again = try log.run("post", file, "--open-accounts", "--each")
      #expect(again.status == 1)
      #expect(again.output.split(separator: "\n").allSatisfy { $0.contains("replayed") })
      #expect(try log.entries() == after)
    }
  }

  @Test func `and its like write nothing on a ledger whose sign guard is gone`() throws {
    try Log.make { log in
      let file = try log.requests([("bank:main", "owner:a", "1.00")])
      #expect(try log.run("post", file, "--open-accounts").status == 0)
      #expect(try log.run("checkpoint").status == 0)
      try FileManager.default.removeItem(atPath: "\(log.world.folder)/log.key.guard")
      let before = try log.entries()
      let time = ["--effective", "2026-07-01T09:00:00Z/2026-07-01T09:00:02Z"]
      let balances = try log.world.file(
        "balances.csv", "account,commodity,amount\nowner:c,USD,1.00\nbank:main,USD,-1.00\n")
      let author = try Program.run([
        "keys", "generate", "--name", "anna", "--out", "\(log.world.folder)/anna.key", "--json",
      ])
      let refused = try [
        log.run("post", file),
        Program.run(["ledger", "reverse", "\(before - 1)"] + time + log.ledger),
        Program.run(["ledger", "opening", balances, "--open-accounts"] + time + log.ledger),
        Program.run(
          ["keys", "enrol", #require(author.object()["vkey"] as? String), "--rights", "post"]
            + log.ledger),
      ]
      for outcome in refused {
        #expect(outcome.status == 1 && outcome.output.isEmpty)
        #expect(outcome.notes.contains("there is no sign guard"), "\(outcome.notes)")
      }
      #expect(try log.entries() == before)
      #expect(try log.run("checkpoint", "--new-guard").status == 0)
      #expect(try log.run("post", file).output.contains("replayed"))
    }
  }
}
