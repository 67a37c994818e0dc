import ArgumentParser
import Controller
import FoundationEssentials
import Grid
import Ledger
import Signing

/// Checks of what was exported, without any ledger.
enum VerifyFiles {
  /// A folder of static files.
  static func tiles(
    _ folder: String, _ policy: TrustPolicy, older: [String], treeOnly: Bool,
    remember: String?, json: Bool
  ) throws {
    var notes = try older.map { try InputFile.text($0) }
    let origin = policy.logs[0].key.name
    if let kept = try remember.flatMap({ try Remembered($0, origin).note() }) {
      notes.append(kept)
    }
    var check = TileCheck(policy: policy, treeOnly: treeOnly)
    let tiles = TileFolder(folder)
    try LedgerFailure.told {
      try check.run(older: notes, paths: tiles.paths()) { try tiles.read($0) }
    }
    if check.isSound, let remember, let trusted = check.trusted {
      try Remembered(remember, origin).keep(trusted.note)
    }
    let size = check.checkpoint?.size ?? 0
    if json {
      let result = JSONResult.object([
        ("verified", .bool(check.isSound)), ("origin", .optional(check.checkpoint?.origin)),
        ("entries", .integer(Int64(size))),
        ("rootHash", .text("\(check.tree.root)")),
        ("files", .integer(Int64(check.files))), ("older", .integer(Int64(notes.count))),
        ("replayed", .integer(Int64(check.book.size))),
        ("cosigned", .array((check.trusted?.cosigned.keys.sorted() ?? []).map { .text($0) })),
        ("unchecked", .array((check.trusted?.unchecked ?? []).map { .text($0) })),
        ("findings", .array(check.findings.map { FindingJSON.of($0) })),
      ])
      Console.result(result.line)
    } else if check.isSound {
      let books = treeOnly ? "tree only" : "books replayed"
      Console.result(
        "\(folder): sound\n\(size) entries, root \(check.tree.root)\n\(check.files) files,"
          + " \(notes.count) older checkpoints, \(books)\n"
          + cosigners(check.trusted))
    } else {
      Console.result(check.findings.map(\.description).joined(separator: "\n"))
    }
    if check.ahead > 0 {
      Console.note("\(check.ahead) files are beyond the checkpoint: nothing vouches for them yet")
    }
    if !check.isSound {
      throw Outcome.no.failure("\(folder): not verified, \(check.findings.count) findings")
    }
  }

  static func cosigners(_ trusted: TrustedCheckpoint?) -> String {
    guard let trusted, !trusted.cosigned.isEmpty else { return "cosigned by nobody of the policy" }
    return "cosigned by "
      + trusted.cosigned.sorted { $0.key < $1.key }.map {
        "\($0.key) at \(Timestamp(seconds: Int64(clamping: $0.value)))"
      }.joined(separator: ", ")
      + (trusted.unchecked.isEmpty
        ? "" : "; unchecked: \(trusted.unchecked.joined(separator: ", "))")
  }

  /// One entry and its receipt.
  static func receipt(
    _ receipt: String, entry: String, _ policy: TrustPolicy, remember: String?, json: Bool
  ) throws {
    let text = try InputFile.text(receipt)
    let bytes = try InputFile.read(entry)
    let proof: Receipt
    do { proof = try Receipt(text: text) } catch {
      throw Outcome.badInput.failure("\(receipt): \(error)")
    }
    let leaf = Entry.leafHash(bytes)
    let trusted: TrustedCheckpoint
    do throws(ReceiptFault) {
      trusted = try proof.verify(entry: bytes, policy: policy)
      if let remember { try Remembered(remember, trusted.checkpoint.origin).agrees(with: trusted) }
    } catch {
      if json {
        let result = JSONResult.object([
          ("verified", .bool(false)), ("index", .integer(Int64(proof.index))),
          ("leafHash", .text("\(leaf)")), ("findings", .array([.text("\(error)")])),
        ])
        Console.result(result.line)
      }
      throw Outcome.no.failure("\(receipt): not verified: \(error)")
    }
    if json {
      let result = JSONResult.object([
        ("verified", .bool(true)), ("origin", .text(trusted.checkpoint.origin)),
        ("index", .integer(Int64(proof.index))), ("leafHash", .text("\(leaf)")),
        ("entries", .integer(Int64(trusted.checkpoint.size))),
        ("rootHash", .text("\(trusted.checkpoint.root)")),
        ("cosigned", .array(trusted.cosigned.keys.sorted().map { .text($0) })),
      ])
      Console.result(result.line)
    } else {
      Console.result(
        "\(trusted.checkpoint.origin)/\(proof.index): in the log\nleaf \(leaf)\n"
          + "size \(trusted.checkpoint.size), root \(trusted.checkpoint.root)\n"
          + cosigners(trusted))
    }
  }

  /// An owner's bundle, and with it a statement.
  static func owner(
    _ folder: String, _ policy: TrustPolicy, statement: StatementCheck?, json: Bool
  ) throws {
    let owner = try LedgerFailure.told { try OwnerFolder(reading: folder) }
    let verdict = owner.bundle.verdict(policy: policy)
    var findings =
      owner.absent.map { "missing: entry \($0): its .entry or .tlog-proof is not in the folder" }
      + verdict.findings
    if let statement { findings += statement.findings(against: verdict, owner.card) }
    if json {
      let result = JSONResult.object([
        ("verified", .bool(findings.isEmpty)), ("account", .text(owner.card.path)),
        ("entries", .integer(Int64(owner.bundle.items.count))),
        ("completeUntil", verdict.completeUntil.map { .integer(Int64($0)) } ?? .null),
        ("findings", .array(findings.map { .text($0) })),
      ])
      Console.result(result.line)
    } else if findings.isEmpty {
      Console.result(
        "\(folder): \(owner.bundle.items.count) entries of \(owner.card.path), each in the log\n"
          + (verdict.completeUntil.map { "complete up to entry \($0)" }
            ?? "no snapshot: the last ones could be missing"))
    } else {
      Console.result(findings.joined(separator: "\n"))
    }
    if !findings.isEmpty {
      throw Outcome.no.failure("\(folder): not verified, \(findings.count) findings")
    }
  }
}

/// The newest checkpoint that a verifying command accepted, so that the next must extend it.
struct Remembered {
  private let file: String
  private let folder: String

  init(_ folder: String, _ origin: String) {
    self.folder = folder
    file = "\(folder)/\(SHA256.hash(origin)).checkpoint"
  }

  func note() throws -> String? {
    try LedgerFailure.told { try WholeFile.read(file) }.map { String(decoding: $0, as: UTF8.self) }
  }

  func keep(_ note: Note) throws {
    try LedgerFailure.told {
      try FileManager.default.createDirectory(
        atPath: folder, withIntermediateDirectories: true)
      try WholeFile.write(Array(note.description.utf8), to: file)
    }
  }

  /// A receipt has no proof that it extends what is remembered; for the same size the root must be
  /// the same.
  func agrees(with trusted: TrustedCheckpoint) throws(ReceiptFault) {
    guard let text = try? note() else { return }
    let kept: Checkpoint
    do { kept = try Checkpoint(text: Note(text).text) } catch let fault as CheckpointFault {
      throw .trust(.checkpoint(fault))
    } catch let fault as NoteFault {
      throw .trust(.checkpoint(.note(fault)))
    } catch { preconditionFailure("reading a checkpoint throws its faults only") }
    if kept.size == trusted.checkpoint.size, kept.root != trusted.checkpoint.root {
      throw .trust(.checkpoint(.badRoot("\(trusted.checkpoint.root), remembered is \(kept.root)")))
    }
  }
}

/// Findings as JSON.
enum FindingJSON {
  static func of(_ finding: Verifier.Finding) -> JSONResult {
    of(finding.code.rawValue, finding.entries, finding.detail)
  }

  static func of(_ finding: LedgerCheck.Finding) -> JSONResult {
    of(finding.code, finding.entries, finding.detail)
  }

  private static func of(_ code: String, _ entries: Range<UInt64>, _ detail: String) -> JSONResult {
    .object([
      ("code", .text(code)),
      (
        "entries",
        entries.isEmpty
          ? .null
          : .array([
            .integer(Int64(clamping: entries.lowerBound)),
            .integer(Int64(clamping: entries.upperBound - 1)),
          ])
      ),
      ("detail", .text(detail)),
    ])
  }
}

extension InputFile {
  /// A file as text.
  static func text(_ path: String) throws -> String {
    String(decoding: try read(path), as: UTF8.self)
  }
}
