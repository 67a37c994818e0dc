import Controller
import Foundation
import Testing

/// The program itself, which is built beside the tests.
enum Program {
  static let path: String? = {
    let own = (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? ""
    let root = `A configuration`.root
    let places = [
      URL(fileURLWithPath: own).deletingLastPathComponent().path + "/headroom",
      root + "/.build/debug/headroom",
    ]
    return places.first { FileManager.default.isExecutableFile(atPath: $0) }
  }()

  struct Result {
    var code: Int32
    var out: String
    var err: String
  }

  static func run(_ arguments: String..., input: String = "", in folder: String) throws -> Result {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: path!)
    process.arguments = arguments
    process.currentDirectoryURL = URL(fileURLWithPath: folder)
    let (out, err, fed) = (Pipe(), Pipe(), Pipe())
    process.standardOutput = out
    process.standardError = err
    process.standardInput = fed
    try process.run()
    fed.fileHandleForWriting.write(Data(input.utf8))
    try fed.fileHandleForWriting.close()
    let result = out.fileHandleForReading.readDataToEndOfFile()
    let notes = err.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    return Result(
      code: process.terminationStatus, out: String(decoding: result, as: UTF8.self),
      err: String(decoding: notes, as: UTF8.self))
  }
}

@Suite(.enabled(if: Program.path != nil)) struct `The ledger on the command line` {
  static func installation(_ folder: String) throws {
    try write(
      """
      broker: {host: 127.0.0.1, port: 1883}
      data: {folder: data}
      fleet: {batteries: fleet.csv}
      policies: [policy.yaml]
      ledger: {origin: example.org/ledger, key: secrets/ledger.key}

      """, to: folder + "/headroom.yaml")
  }

  @Test func `takes the deposit of the help, once, and verifies`() throws {
    try withFolder { folder in
      try Self.installation(folder)
      let help = try Program.run("ledger", "post", "--help", in: folder).out
      // The example of the help, as somebody would paste it.
      let start = try #require(help.range(of: "echo '"))
      let end = try #require(help.range(of: "' |"))
      let deposit = String(help[start.upperBound..<end.lowerBound])

      let early = try Program.run(
        "ledger", "post", "-", "--config", "headroom.yaml", input: deposit, in: folder)
      #expect(early.code == 65 && early.out.isEmpty)
      let made = try Program.run("ledger", "init", "--config", "headroom.yaml", in: folder)
      #expect(made.code == 0)
      #expect(made.out.hasPrefix("./data/headroom.db: ledger of 2 entries\nlog key: example.org/"))
      let again = try Program.run("ledger", "init", "--config", "headroom.yaml", in: folder)
      #expect(again.code == 65 && again.out.isEmpty)

      for replayed in [false, true] {
        let posted = try Program.run(
          "ledger", "post", "-", "--open-accounts", "--json", "--config", "headroom.yaml",
          input: deposit, in: folder)
        #expect(posted.code == 0, "\(posted)")
        #expect(posted.out.contains(#""index":5,"#))
        #expect(posted.out.contains(#""replayed":\#(replayed),"level":"durable"}"#))
      }
      let balance = try Program.run(
        "ledger", "balance", "utility:example-utility:funding", "--config", "headroom.yaml",
        "--json", in: folder)
      #expect(
        balance.out.hasSuffix(
          #""balances":[{"account":"utility:example-utility:funding","commodity":"USD","#
            + #""settled":"5000.00","held":"0.00","available":"5000.00","pending":"0.00"}]}"# + "\n"
        ))
      let head = try Program.run("ledger", "checkpoint", "--config", "headroom.yaml", in: folder)
      #expect(head.code == 0 && head.out.hasPrefix("example.org/ledger\n6\n"))
      let verified = try Program.run(
        "ledger", "verify", "--config", "headroom.yaml", "--json", in: folder)
      #expect(verified.code == 0 && verified.err.isEmpty)
      #expect(verified.out.hasPrefix(#"{"verified":true,"origin":"example.org/ledger""#))
    }
  }

  @Test func `ends with 1 when a rule or a check says no, and writes nothing`() throws {
    try withFolder { folder in
      try Self.installation(folder)
      let chart = Samples.chart.replacing(
        "  - {path: utility:acme:funding, mayGoNegative: true}\n", with: "")
      try write(chart, to: folder + "/chart.yaml")
      _ = try Program.run(
        "ledger", "init", "--config", "headroom.yaml", "--chart", "chart.yaml", in: folder)
      let legs = [("owner:A", "USD", "-1.00"), ("owner:B", "USD", "1.00")]
      let refused = try Program.run(
        "ledger", "post", "-", "--config", "headroom.yaml", input: Samples.transfer(1, legs),
        in: folder)
      #expect(refused.code == 1 && refused.out.isEmpty)
      #expect(
        refused.err == """
          -:1: insufficient: account owner:A has 0.00 USD available and was asked for 1.00 USD
          nothing was written

          """)
      let unknown = try Program.run(
        "ledger", "balance", "owner:Z", "--config", "headroom.yaml", in: folder)
      #expect(unknown.code == 65 && unknown.out.isEmpty)
      let foreign = try Program.run(
        "keys", "generate", "--name", "example.org/ledger", "--out", "other.key", in: folder)
      let vkey = foreign.out.split(separator: "\n")[1].split(separator: " ").last!
      let check = try Program.run(
        "ledger", "verify", "--ledger", "data/headroom.db", "--log-key", String(vkey), in: folder)
      #expect(check.code == 1 && check.out.hasPrefix("wrongLog: entry 0: the key is example.org/"))
      let wrong = try Program.run("ledger", "verify", in: folder)
      #expect(wrong.code == 64)
    }
  }

  @Test func `makes keys for their owner alone, and shows what a configuration needs`() throws {
    try withFolder { folder in
      let made = try Program.run(
        "keys", "generate", "--name", "acme", "--out", "acme.key", "--json", in: folder)
      #expect(made.code == 0)
      let shown = try Program.run("keys", "show", "acme.key", "--json", in: folder)
      #expect(shown.out == made.out && shown.out.hasPrefix(#"{"name":"acme","vkey":"acme+"#))
      #expect(!made.out.contains("PRIVATE"))
      let over = try Program.run("keys", "generate", "--name", "b", "--out", "acme.key", in: folder)
      #expect(over.code == 65)
      let spaced = try Program.run("keys", "generate", "--name", "a b", "--out", "c", in: folder)
      #expect(spaced.code == 65)
    }
  }

  @Test func `shows reports as they were written, and says which there are`() throws {
    try withFolder { folder in
      try `The folder of reports`.put(
        .init(folder + "/data/reports"), "E-1", "initial", payable: true, at: 100)
      let shown = try Program.run("report", "event", "E-1", "--data", "data", in: folder)
      #expect(shown.code == 0 && shown.out == "E-1 initial\n")
      let list = try Program.run("report", "events", "--data", "data", "--json", in: folder)
      #expect(
        list.out == #"{"events":[{"event":"E-1","runs":[{"run":"initial","payable":true}]}]}"#
          + "\n")
      let unknown = try Program.run("report", "event", "E-2", "--data", "data", in: folder)
      #expect(unknown.code == 65 && unknown.err == "event E-2: no report; allowed: E-1\n")
      let kept = try Program.run(
        "report", "event", "E-1", "--data", "data", "--out", "copy.md", in: folder)
      #expect(kept.code == 0 && kept.out.isEmpty)
      let copy = try String(contentsOfFile: folder + "/copy.md", encoding: .utf8)
      #expect(copy == "E-1 initial\n")
    }
  }

  @Test func `decides everything again`() throws {
    try withFolder { folder in
      let configuration = try `A replay`.installation(folder)
      let count = try `A replay`.record(configuration)
      let same = try Program.run("replay", "--config", "headroom.yaml", in: folder)
      #expect(same.code == 0 && same.out == "identical: 3 turns, \(count) effects\n")
      try FileManager.default.moveItem(atPath: folder + "/data", toPath: folder + "/backup")
      let gone = try Program.run("replay", "--config", "headroom.yaml", in: folder)
      #expect(gone.code == 65)
      let restored = try Program.run(
        "replay", "--config", "headroom.yaml", "--data", "backup", "--json", in: folder)
      #expect(restored.code == 0 && restored.out.hasPrefix(#"{"identical":true,"turns":3,"#))
    }
  }

  @Test(arguments: [
    ["ledger"], ["ledger", "init"], ["ledger", "post"], ["ledger", "reverse"],
    ["ledger", "balance"], ["ledger", "statement"], ["ledger", "verify"], ["ledger", "checkpoint"],
    ["ledger", "export"], ["ledger", "prove"], ["ledger", "witness"],
    ["ledger", "witness", "serve"], ["ledger", "witness", "ask"], ["ledger", "witness", "judge"],
    ["ledger", "mirror"], ["ledger", "restore"], ["ledger", "opening"],
    ["keys", "list"], ["keys", "enrol"], ["keys", "rotate"], ["keys", "revoke"],
    ["keys"], ["keys", "generate"], ["keys", "show"], ["replay"], ["report"], ["report", "event"],
    ["report", "events"],
  ])
  func `has an example in the help of every command`(_ command: [String]) throws {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: Program.path!)
    process.arguments = command + ["--help"]
    let out = Pipe()
    process.standardOutput = out
    try process.run()
    let help = String(decoding: out.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    #expect(help.contains("EXAMPLE"))
    #expect(help.contains("headroom \(command.joined(separator: " "))"))
  }
}
