import ArgumentParser
import Controller
import Grid
import HTTP
import Ledger
import Signing

/// Witnesses.
struct LedgerWitnessCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "witness", abstract: "Be a witness of a log, or ask the witnesses of yours.",
    discussion: """
      A witness remembers the last head of a log and cosigns only what extends it (C2SP \
      tlog-witness over HTTP). An operator who rewrites history can then show the new one to \
      nobody who asks for a cosignature. It needs some bytes a log and none of its entries.

      EXAMPLE
        headroom keys generate --name grid.example/witness --out witness.key
        headroom ledger witness serve --log "$(cat log.vkey)" \\
          --key witness.key --state witness --listen 127.0.0.1:8080
        headroom ledger witness ask --policy trust.policy \\
          --config config/headroom.yaml
      """,
    subcommands: [
      LedgerWitnessServeCommand.self, LedgerWitnessAskCommand.self,
      LedgerWitnessJudgeCommand.self,
    ])

  static func keys(_ texts: [String]) throws -> [VerifierKey] {
    try texts.map { text in
      do { return try VerifierKey(text) } catch {
        throw Outcome.badInput.failure("--log: \(error)")
      }
    }
  }
}

/// A witness's server.
struct LedgerWitnessServeCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "serve", abstract: "Serve as a witness until the process is ended.",
    discussion: """
      POST /add-checkpoint judges and cosigns; GET /HEX/checkpoint, HEX being the SHA-256 of the \
      log's name, gives what was cosigned last. The state is on the disk before anything is \
      signed. Use the key for nothing else, and keep the state: a witness that forgets can be made \
      to cosign twice. The server speaks plain HTTP to a few participants; encryption is for a \
      proxy before it.

      EXAMPLE
        headroom ledger witness serve --log "$(cat log.vkey)" \\
          --key witness.key --state witness --listen 127.0.0.1:8080
      """)

  @Option(help: "The vkey of a log to be a witness of. May be given several times.")
  var log: [String]
  @Option(help: "The witness's private key.") var key: String
  @Option(help: "The folder in which it remembers what it saw.") var state: String
  @Option(help: "ADDRESS:PORT; port 0 takes a free one.") var listen: String

  func run() throws {
    let logs = try LedgerWitnessCommand.keys(log)
    let (server, desk) = try LedgerFailure.told {
      let key = try SecretFile.key(key, kind: .cosignature)
      let place = try HTTPAddress.listening(listen)
      return (
        try HTTPServer(host: place.host, port: place.port, limit: WitnessRequest.maximumBytes),
        try WitnessDesk(logs: logs, key: key, folder: state)
      )
    }
    Console.note("witness of \(logs.map(\.name).joined(separator: ", ")) at port \(server.port)")
    server.run { request in
      let response = desk.answer(request, now: WallClock().now)
      let reason = response.status < 300 ? "" : ": " + response.text.prefix { $0 != "\n" }
      Console.note("\(WallClock().now) \(request.method) \(response.status)\(reason)")
      return response
    }
  }
}

/// The log's side.
struct LedgerWitnessAskCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "ask", abstract: "Ask the witnesses of a policy to cosign the newest checkpoint.",
    discussion: """
      Every witness with an address is asked at the same time; one that is silent delays nobody. \
      What they sign is kept with the checkpoint. Exit 0 when the policy's quorum is reached, 1 \
      when it is not, 69 when nobody answered.

      EXAMPLE
        headroom ledger witness ask --policy trust.policy \\
          --config config/headroom.yaml
      """)

  @OptionGroup var place: LedgerPlace
  @Option(help: "The trust policy, whose witnesses have addresses.") var policy: String
  @Flag(help: "Print the result as JSON.") var json = false

  func run() throws {
    let policy = try TrustOptions.read(policy)
    let desk = try place.desk()
    let round = try LedgerFailure.told { try desk.askWitnesses(policy) }
    try WitnessReport.print(round, policy, json: json)
  }
}

/// What came of asking.
enum WitnessReport {
  static func print(_ round: WitnessRound, _ policy: TrustPolicy, json: Bool) throws {
    var fault: TrustFault?
    do throws(TrustFault) { _ = try policy.judge(round.note) } catch { fault = error }
    if json {
      let result = JSONResult.object([
        ("quorum", .bool(fault == nil)),
        (
          "witnesses",
          .array(
            round.outcomes.map {
              .object([("name", .text($0.witness)), ("outcome", .text("\($0.outcome)"))])
            })
        ),
        ("note", .text(round.note.description)),
      ])
      Console.result(result.line)
    } else {
      Console.result(round.note.description)
    }
    for (witness, outcome) in round.outcomes { Console.note("\(witness): \(outcome)") }
    guard let fault else { return }
    let isSilent = round.outcomes.allSatisfy {
      if case .silent = $0.outcome { true } else { false }
    }
    throw (isSilent ? Outcome.unreachable : .no).failure("\(fault)")
  }
}

/// A verdict offline.
struct LedgerWitnessJudgeCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "judge", abstract: "Say which status a request to a witness deserves.",
    discussion: """
      Each FILE is the body of a request: old SIZE, the proof, an empty line, the checkpoint. \
      Without --size and --root the witness has seen nothing yet. Nothing is signed or \
      remembered. Exit 0 when every one deserves 200.

      EXAMPLE
        headroom ledger witness judge request.txt --log "$(cat log.vkey)" \\
          --size 14 --root peKA4lai93+fVjOjMl1VCzYZyShMhfMYarT0zr71jaA=
      """)

  @Argument(help: "Bodies of requests; - is standard input.") var files: [String]
  @Option(help: "The vkey of a log. May be given several times.") var log: [String]
  @Option(help: "The size that the witness has stored.") var size: UInt64?
  @Option(help: "The root that it has stored, in base64.") var root: String?
  @Flag(help: "Print the result as JSON.") var json = false

  mutating func validate() throws {
    guard (size == nil) == (root == nil) else {
      throw ValidationError("--size and --root belong together")
    }
  }

  func run() throws {
    var stored: (size: UInt64, root: Digest)?
    if let size, let root {
      guard let digest = Base64.bytes(root).flatMap(Digest.init(bytes:)) else {
        throw Outcome.badInput.failure("--root is \(root); allowed: 32 bytes in base64")
      }
      stored = (size, digest)
    }
    let judge = WitnessJudge(logs: try LedgerWitnessCommand.keys(log))
    let verdicts = try files.map {
      ($0, judge.judge(body: try InputFile.text($0), stored: stored))
    }
    if json {
      let list = verdicts.map { file, verdict -> JSONResult in
        .object([
          ("file", .text(file)), ("status", .integer(Int64(verdict.status))),
          ("reason", .optional(Self.reason(verdict))),
        ])
      }
      Console.result(JSONResult.object([("verdicts", .array(list))]).line)
    } else {
      for (file, verdict) in verdicts {
        Console.result("\(verdict.status)  \(file)\(Self.reason(verdict).map { "  \($0)" } ?? "")")
      }
    }
    let refused = verdicts.count { $0.1.status != 200 }
    if refused > 0 { throw Outcome.no.failure("\(refused) of \(verdicts.count) are refused") }
  }

  private static func reason(_ verdict: WitnessVerdict) -> String? {
    switch verdict {
    case .cosign: nil
    case .conflict(let stored): "the stored size is \(stored)"
    case .refused(_, let reason): reason
    case .fork(let checkpoint, _): "a fork: size \(checkpoint.size) has another root"
    }
  }
}
