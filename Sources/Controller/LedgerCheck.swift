import FoundationEssentials
public import Grid
import Ledger
public import Signing
import Storage

/// Everything that can be found wrong with the ledger of a file, without believing the file.
public struct LedgerCheck: Sendable {
  /// One thing that is wrong.
  public struct Finding: Hashable, Sendable, CustomStringConvertible {
    /// A word that a program can switch on.
    public let code: String
    /// The entries it is about; empty when it is about none.
    public let entries: Range<UInt64>
    /// What was found and what it should be, with hashes in full.
    public let detail: String

    /// Code, entries and detail in one line.
    public var description: String {
      switch entries.count {
      case 0: "\(code): \(detail)"
      case 1: "\(code): entry \(entries.lowerBound): \(detail)"
      default:
        "\(code): entries \(entries.lowerBound) to \(entries.upperBound - 1): \(detail)"
      }
    }
  }

  /// The log, as its first entry names it.
  public private(set) var log: VerifierKey?
  /// How many entries were read.
  public private(set) var entries: UInt64 = 0
  /// The root over their stored leaves.
  public private(set) var root = MerkleHash.emptyRoot
  /// How many signed heads were compared.
  public private(set) var checkpoints = 0
  /// How many accounts there are, and how many of them still have a name.
  public private(set) var accounts = (all: 0, named: 0)
  /// What is wrong, at most `Verifier.maximumFindings` of the entries.
  public private(set) var findings: [Finding] = []

  /// True when nothing is wrong.
  public var isSound: Bool { findings.isEmpty }

  /// Hashes and replays every entry of `file`, and compares every checkpoint and every name.
  ///
  /// - Parameters:
  ///   - log: The key that the log must have; nil believes the one in its first entry.
  ///   - progress: Told entries done and entries there, about once in 65,536.
  /// - Throws: `LedgerDesk.Fault.noLedger`, or `StoreError.cannotOpen` for what is no such file.
  public init(
    _ file: String, log: VerifierKey? = nil, progress: (Int64, Int64) -> Void = { _, _ in }
  ) throws {
    let store = try LedgerDesk.store(file)
    var verifier = Verifier(log: log)
    do throws(StoreError) {
      let size = try store.size()
      guard size > 0 else { throw StoreError.conflict(expected: 1, found: 0) }
      var gap: Finding?
      try store.lend(from: 0) { index, entry, leaf in
        guard UInt64(index) == verifier.entryCount else {
          gap = Finding(
            code: "missing", entries: verifier.entryCount..<UInt64(max(index, 0)),
            detail: "the entries are gone from the file")
          return false
        }
        verifier.add(entry, storedLeaf: leaf)
        if index & 0xFFFF == 0xFFFF { progress(index + 1, size) }
        return true
      }
      if let gap { findings.append(gap) }
      let kept = try store.checkpoints()
      checkpoints = kept.count
      let found = verifier.finish(checkpoints: kept.map(\.note))
      findings += found.map {
        Finding(code: $0.code.rawValue, entries: $0.entries, detail: $0.detail)
      }
      for head in kept { compare(head) }
      compare(try store.names(), with: verifier.book)
      progress(size, size)
    } catch {
      if case .conflict(1, 0) = error {
        throw LedgerDesk.Fault.noLedger(file: LedgerAddress(file).description)
      }
      findings.append(
        Finding(
          code: "unreadable", entries: verifier.entryCount..<verifier.entryCount + 1,
          detail: "\(error)"))
    }
    self.log = verifier.book.logKey
    entries = verifier.entryCount
    root = verifier.tree.root
  }

  /// The columns beside a note must say what the note says.
  private mutating func compare(_ head: StoredCheckpoint) {
    guard let note = try? Note(head.note), let said = try? Checkpoint(text: note.text) else {
      return  // The verifier has named it.
    }
    if said.root != head.root || Int64(exactly: said.size) != head.size {
      findings.append(
        Finding(
          code: Verifier.Code.rootMismatch.rawValue, entries: 0..<0,
          detail: "the checkpoint of size \(head.size) is kept with \(head.root), its note says"
            + " size \(said.size) and \(said.root)"))
    }
  }

  /// Every name that is still there must be the one that the log has the hash of.
  private mutating func compare(_ names: [AccountPath], with book: Book) {
    accounts = (book.accountIDs.count, names.count)
    for name in names {
      let account = AccountID(bytes: name.id).flatMap(book.account)
      let who = AccountName(path: name.path, salt: name.salt)?.who
      guard let account, let who, account.who == who else {
        findings.append(
          Finding(
            code: "nameDiffers", entries: 0..<0,
            detail: "the name \(name.path) is not that of account \(Hex.text(name.id))"
              + (account.map { ": its log entry has \($0.who)" } ?? ", which is not in the log")))
        continue
      }
    }
  }

  /// The result as JSON.
  public var json: JSONResult {
    .object([
      ("verified", .bool(isSound)),
      ("origin", .optional(log?.name)),
      ("logKey", .optional(log?.description)),
      ("entries", .integer(Int64(entries))),
      ("rootHash", .text("\(root)")),
      ("checkpoints", .integer(Int64(checkpoints))),
      ("accounts", .integer(Int64(accounts.all))),
      (
        "findings",
        .array(
          findings.map { finding in
            .object([
              ("code", .text(finding.code)),
              (
                "entries",
                finding.entries.isEmpty
                  ? .null
                  : .array([
                    .integer(Int64(finding.entries.lowerBound)),
                    .integer(Int64(finding.entries.upperBound - 1)),
                  ])
              ),
              ("detail", .text(finding.detail)),
            ])
          })
      ),
    ])
  }
}
