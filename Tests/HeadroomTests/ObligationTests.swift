import Foundation
import Testing

/// Scenario E42 by the command line: keys, two signatures, the transfer, and its ledger entry.
@Suite struct `headroom obligation` {
  static let csv = """
    participant_id,programme_id,zone_id,obligation_w,headroom_w
    x,p,z,100000,120000
    y,p,z,50000,100000

    """
  static let noon = "2026-07-15T12:00:00Z"

  /// Keys of X and Y in `world`, and their public halves.
  static func keys(_ world: World) throws -> [String: String] {
    var keys: [String: String] = [:]
    for name in ["x", "y"] {
      let made = try Program.run([
        "keys", "generate", "--name", name, "--out", "\(world.folder)/\(name).key", "--json",
      ])
      keys[name] = try #require(try made.object()["vkey"] as? String)
    }
    return keys
  }

  /// An offer of `kw` that the named parties signed.
  static func note(
    _ world: World, kw: String = "40", to: String = "y", signedBy: [String] = ["x", "y"]
  ) throws -> String {
    let offer = try Program.run([
      "obligation", "offer", "--event", "E-1", "--from", "x", "--to", to, "--kw", kw, "--key",
      "\(world.folder)/\(signedBy[0]).key",
    ])
    #expect(offer.status == 0, "\(offer.notes)")
    var text = offer.output
    for name in signedBy.dropFirst() {
      let file = try world.file("offer.note", text)
      let signed = try Program.run([
        "obligation", "sign", file, "--key", "\(world.folder)/\(name).key",
      ])
      #expect(signed.notes.contains("x hands"))
      text = signed.output
    }
    return try world.file("signed-\(kw)-\(to)-\(signedBy.count).note", text)
  }

  static func transfer(
    _ world: World, _ note: String, _ keys: [String: String], at: String = noon,
    _ more: [String] = []
  ) throws -> Program.Outcome {
    try Program.run(
      [
        "obligation", "transfer", note, "--obligations", try world.file("o.csv", csv), "--signal",
        try world.signal(60), "--gate-closure-minutes", "60", "--party", keys["x"]!, "--party",
        keys["y"]!, "--at", at,
      ] + more)
  }

  @Test func `E42: moves 40 kW, and enters it in the promised layer once`() throws {
    try World.make { world in
      let keys = try Self.keys(world)
      let note = try Self.note(world)
      let request = "\(world.folder)/request.json"
      let done = try Self.transfer(world, note, keys, ["--post", request])
      #expect(done.status == 0, "\(done.notes)")
      #expect(done.output.contains("x,p,z,60000,120000"))
      #expect(done.output.contains("y,p,z,90000,100000"))
      let json = try Self.transfer(world, note, keys, ["--json"]).object()
      #expect(json["sumW"] as? Int == 150_000)
      let (ledger, key) = ("\(world.folder)/ledger.db", "\(world.folder)/log.key")
      let begun = try Program.run([
        "ledger", "init", "--ledger", ledger, "--origin", "example.org/log", "--key", key,
      ])
      #expect(begun.status == 0, "\(begun.notes)")
      let arguments = [
        "ledger", "post", request, "--ledger", ledger, "--key", key, "--open-accounts",
      ]
      let posted = try Program.run(arguments)
      #expect(posted.status == 0, "\(posted.notes)")
      #expect(try Program.run(arguments).output.contains("replayed"))
      let balance = try Program.run(["ledger", "balance", "--ledger", ledger, "--json"])
      let rows = try balance.object()["balances"] as? [[String: String]]
      #expect(rows?.map { $0["account"] } == ["owner:x", "owner:y"])
      #expect(rows?.map { $0["promised"] } == ["-40", "40"])
      #expect(rows?.map { $0["settled"] } == ["0", "0"])
    }
  }

  @Test func `refuses it after closure, beyond headroom, to himself and unsigned`() throws {
    try World.make { world in
      let keys = try Self.keys(world)
      func codes(_ note: String, at: String = Self.noon) throws -> [String] {
        let outcome = try Self.transfer(world, note, keys, at: at, ["--json"])
        #expect(outcome.status == 1)
        let refusals = try outcome.object()["refusals"] as? [[String: String]]
        return try #require(refusals).compactMap { $0["code"] }
      }
      // The event starts at midnight, so the gate closes at 23:00.
      #expect(try codes(Self.note(world), at: "2026-07-15T23:00:00Z") == ["gateClosed"])
      #expect(try codes(Self.note(world, kw: "50.001")) == ["beyondHeadroom"])
      #expect(try codes(Self.note(world, to: "x", signedBy: ["x"])) == ["toHimself"])
      #expect(try codes(Self.note(world, signedBy: ["x"])) == ["notSigned"])
    }
  }

  @Test func `refuses a note that was altered, and input that is none`() throws {
    try World.make { world in
      let keys = try Self.keys(world)
      let text = try String(contentsOfFile: Self.note(world), encoding: .utf8)
      let altered = try world.file(
        "altered.note", text.replacing("watts 40000", with: "watts 50000"))
      let outcome = try Self.transfer(world, altered, keys)
      #expect(outcome.status == 65)
      #expect(outcome.output.isEmpty)
      let none = try Self.transfer(world, try world.file("none.note", "hello\n"), keys)
      #expect(none.status == 65)
      let unread = try Program.run([
        "obligation", "offer", "--event", "E-1", "--from", "x", "--to", "y", "--kw", "0", "--key",
        "\(world.folder)/x.key",
      ])
      #expect(unread.status == 65)
    }
  }

  /// X owes 100 kW and Y 50 kW for an hour; X gives 60 kW and Y 90 kW. 2.00 a kWh, and 0.40 for
  /// each that is missing of 0.9 of the commitment.
  private static func settle(
    _ world: World, _ transfers: [String], _ keys: [String: String]
  ) throws -> Program.Outcome {
    let events = [("x", "25", "15"), ("y", "12.5", "22.5")].map {
      PeriodFiles.Event(
        id: "E-1", start: "2026-07-16T00:00:00Z", site: $0.0,
        committed: PeriodFiles.times(4, $0.1), delivered: PeriodFiles.times(4, $0.2))
    }
    return try Program.run(
      [
        "settle", "--policy", try PeriodFiles.policy(world, "surge-ten-percent"), "--intervals",
        try world.file("intervals.csv", PeriodFiles.rows(events, minutes: 15)), "--json",
      ] + transfers.flatMap { ["--transfer", $0] }
        + (transfers.isEmpty ? [] : ["--party", keys["x"]!, "--party", keys["y"]!]))
  }

  @Test func `E42: what was handed on is settled with the taker and not with the giver`() throws {
    try World.make { world in
      let keys = try Self.keys(world)
      func charged(_ transfers: [String]) throws -> [String: String] {
        let outcome = try Self.settle(world, transfers, keys)
        try #require(outcome.status == 0, "\(outcome.notes)")
        let lines = try outcome.object()["lines"] as? [[String: Any]] ?? []
        return lines.reduce(into: [:]) { sums, line in
          guard let site = line["siteId"] as? String, let kind = line["kind"] as? String else {
            return
          }
          sums["\(site) \(kind)"] = line["charged"] as? String
        }
      }
      // Without it X pays for 90 - 60 kWh, and Y is paid up to 50.
      #expect(
        try charged([]) == [
          "x premium": "120.00", "x penalty": "-12.00", "y premium": "100.00",
        ])
      let note = try Self.note(world)
      #expect(
        try charged([note]) == [
          "x premium": "120.00", "y premium": "180.00",
        ])
    }
  }

  @Test func `settles no transfer that does not fit`() throws {
    try World.make { world in
      let keys = try Self.keys(world)
      func refusal(_ transfers: [String]) throws -> String {
        let outcome = try Self.settle(world, transfers, keys)
        #expect(outcome.status == 65 && outcome.output.isEmpty)
        return outcome.notes
      }
      #expect(
        try refusal([Self.note(world, kw: "100.004")]).contains(
          "100004 W are more than x owes from 2026-07-16T00:00:00Z"))
      let note = try Self.note(world)
      let again = try world.file("again.note", String(contentsOfFile: note, encoding: .utf8))
      #expect(try refusal([note, again]).contains("allowed: each transfer once"))
      #expect(
        try refusal([Self.note(world, signedBy: ["x"])]).contains("is not signed by y with a key"))
      let alone = try Program.run([
        "settle", "--policy", "p", "--intervals", "i", "--transfer", note,
      ])
      #expect(alone.status == 64)
      #expect(alone.notes.contains("--transfer and --party go together"))
    }
  }
}
