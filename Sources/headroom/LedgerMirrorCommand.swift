import ArgumentParser
import Controller
import HTTP
import Ledger
import Signing

/// A full copy of somebody's log.
struct LedgerMirrorCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "mirror", abstract: "Keep a full copy of a log, and check every rule again.",
    discussion: """
      Reads the static files of a log (`export --tiles`) from a folder or a web server, up to a \
      checkpoint that meets the policy; checks every hash, replays the books, and makes sure that \
      the source extends what is here. If anything is wrong nothing is overwritten and the exit \
      code is 1. The copy has the same form: it can be verified, published and mirrored itself. \
      --cosign adds the cosignature of a key that says "I hold every entry up to here".

      EXAMPLE
        headroom ledger mirror --from http://ledger.example.org/log --to copy \\
          --policy trust.policy
      """)

  @Option(help: "A folder, or an address http://…") var from: String
  @Option(help: "The folder of the copy.") var to: String
  @OptionGroup var trust: TrustOptions
  @Option(help: "Private key of this mirror, to cosign what it holds.") var cosign: String?
  @Flag(help: "Print the result as JSON.") var json = false

  func run() throws {
    let policy = try trust.needed()
    let mirror = try LedgerFailure.told {
      let cosigner = try cosign.map { try SecretFile.key($0, kind: .cosignature) }
      return try LedgerMirror(
        from: TileSource(from), to: TileFolder(to), policy: policy, cosigner: cosigner,
        now: WallClock().now)
    }
    let head = mirror.trusted.checkpoint
    if json {
      let result = JSONResult.object([
        ("origin", .text(head.origin)), ("entries", .integer(Int64(head.size))),
        ("new", .integer(Int64(head.size - mirror.before))), ("rootHash", .text("\(head.root)")),
        ("cosigned", .array(mirror.trusted.cosigned.keys.sorted().map { .text($0) })),
      ])
      Console.result(result.line)
    } else {
      Console.result(
        "\(to): \(head.size) entries of \(head.origin), \(head.size - mirror.before) new\n"
          + "root \(head.root)\n" + VerifyFiles.cosigners(mirror.trusted))
    }
  }
}

/// What a backup lacks.
struct LedgerRestoreCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "restore", abstract: "Bring back the entries that an old copy of a ledger lacks.",
    discussion: """
      After a backup was restored, the ledger is older than what was signed, and the sign guard or \
      a witness refuses to let it go on. This adds the missing entries from a mirror or export, \
      checked byte for byte, up to its checkpoint. A missing file is made anew. Names of accounts \
      are not in the log; they come from a backup only.

      EXAMPLE
        headroom ledger restore --from copy --policy trust.policy \\
          --config config/headroom.yaml
      """)

  @OptionGroup var place: LedgerPlace
  @Option(help: "A mirror or export: a folder, or an address http://…") var from: String
  @OptionGroup var trust: TrustOptions
  @Flag(help: "Print the result as JSON.") var json = false

  func run() throws {
    let policy = try trust.needed()
    let file = try place.file()
    let done = try LedgerFailure.told {
      try LedgerRestore(file, from: TileSource(from), policy: policy)
    }
    if json {
      let result = JSONResult.object([
        ("entries", .integer(Int64(done.head.size))),
        ("restored", .integer(Int64(done.restored))), ("rootHash", .text("\(done.head.root)")),
        ("unnamedAccounts", .integer(Int64(done.unnamed))),
      ])
      Console.result(result.line)
    } else {
      Console.result(
        "\(file): \(done.restored) entries brought back, \(done.head.size) in all\n"
          + "root \(done.head.root)")
    }
    if done.unnamed > 0 {
      Console.note("\(done.unnamed) accounts have no name here; names come from a backup only")
    }
  }
}
