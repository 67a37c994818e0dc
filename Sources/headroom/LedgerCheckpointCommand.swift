import ArgumentParser
import Controller
import Ledger
import Signing
import Storage

/// The head of the log, signed.
struct LedgerCheckpointCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "checkpoint", abstract: "Sign the present size and root, and print the note.",
    discussion: """
      Every checkpoint signed before must be one of this history, else nothing is signed (exit \
      70). The sign guard, a small file beside the key or where --sign-guard says, remembers what \
      was signed last: over an old copy of the ledger nothing is signed (exit 1). With --policy \
      every witness is asked first what it has seen, and one that has seen more stops it too. The \
      same head gives the same note. Hand notes out: whoever has one notices when history is \
      rewritten. --ask lets the witnesses cosign. --at prints one that was signed before.

      After a restore from a backup say --restored with --policy: the guard is begun anew once a \
      witness has answered. --new-guard begins it at the newest checkpoint of the ledger, for one \
      that never had a guard; only you can know that it is the newest copy.

      EXAMPLE
        headroom ledger checkpoint --config config/headroom.yaml > july.checkpoint
        headroom ledger checkpoint --ask --policy trust.policy \\
          --config config/headroom.yaml
      """)

  @OptionGroup var place: LedgerPlace
  @OptionGroup var signing: SigningOptions
  @Option(help: "A trust policy, whose witnesses are asked before anything is signed.")
  var policy: String?
  @Flag(help: "Ask the witnesses of the policy to cosign.") var ask = false
  @Flag(help: "A backup was restored: begin the guard anew if the witnesses have seen no more.")
  var restored = false
  @Flag(help: "Begin the guard at the newest checkpoint of the ledger.") var newGuard = false
  @Option(help: "Print the checkpoint of this size that was signed before; sign nothing.")
  var at: UInt64?
  @Flag(help: "Print the result as JSON.") var json = false

  mutating func validate() throws {
    if ask || restored, policy == nil {
      throw ValidationError("--ask and --restored need --policy")
    }
    if at != nil, ask || restored || newGuard {
      throw ValidationError("--at signs nothing")
    }
  }

  func run() throws {
    if let at { return try show(at) }
    let file = try place.keyFile(signing.key)
    let key = try place.key(file)
    let trusted = try policy.map { try TrustOptions.read($0) }
    let desk = try place.desk()
    let guarding = signing.guarding(file)!
    if let trusted { try askBefore(trusted, guarding, desk) }
    if newGuard { try LedgerFailure.told { try begin(guarding, desk) } }
    let head = try LedgerFailure.told {
      try desk.checkpoint(signedBy: key, guardedBy: guarding)
    }
    if let trusted, ask {
      let round = try LedgerFailure.told { try desk.askWitnesses(trusted) }
      return try WitnessReport.print(round, trusted, json: json)
    }
    print(head, key.verifier.name)
  }

  private func askBefore(
    _ policy: TrustPolicy, _ guarding: SignGuard, _ desk: LedgerDesk
  ) throws {
    try LedgerFailure.told {
      let check = try WitnessCheck(desk.book, policy: policy)
      for one in check.silent { Console.note("no answer from \(one)") }
      guard restored else { return }
      guard !check.heads.isEmpty else {
        throw WitnessCheck.Fault.nobodyAnswered(reasons: check.silent)
      }
      try begin(guarding, desk)
    }
  }

  private func begin(_ guarding: SignGuard, _ desk: LedgerDesk) throws {
    if let newest = try desk.newestCheckpoint() { try guarding.begin(at: newest.checkpoint) }
  }

  private func show(_ size: UInt64) throws {
    let desk = try place.desk()
    let kept = try LedgerFailure.told { try desk.checkpoints() }
    guard let one = kept.first(where: { $0.size == size }), size <= desk.book.size else {
      throw Outcome.badInput.failure(
        "--at is \(size); allowed: " + kept.map { "\($0.size)" }.joined(separator: ", "))
    }
    let root = desk.book.tree.root(at: Int(size))
    print(
      StoredCheckpoint(size: Int64(size), root: root, note: one.note), desk.book.origin ?? "")
  }

  private func print(_ head: StoredCheckpoint, _ origin: String) {
    if json {
      let result = JSONResult.object([
        ("origin", .text(origin)), ("entries", .integer(head.size)),
        ("rootHash", .text("\(head.root)")), ("note", .text(head.note)),
      ])
      Console.result(result.line)
    } else {
      Console.result(head.note)
    }
  }
}
