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
    // Behind an entry that breaks a rule, or is gone, nothing is known of accounts.
    var isReplayed = false
    do throws(StoreError) {
      let size = try store.size()
      guard size > 0 else { throw StoreError.conflict(expected: 1, found: 0) }
      var gap: Finding?
      var strangers = 0
      try store.lend(from: 0) { index, entry, leaf in
        if index < 0 {
          strangers += 1
          return true
        }
        guard UInt64(index) == verifier.entryCount else {
          gap = Finding(
            code: "missing", entries: verifier.entryCount..<UInt64(index),
            detail: "the entries are gone from the file")
          return false
        }
        verifier.add(entry, storedLeaf: leaf)
        if index & 0xFFFF == 0xFFFF { progress(index + 1, size) }
        return true
      }
      if strangers > 0 {
        findings.append(
          Finding(
            code: Verifier.Code.unexpected.rawValue, entries: 0..<0,
            detail: "\(strangers) rows lie before the first entry; allowed: seq from 1"))
      }
      if let gap { findings.append(gap) }
      isReplayed = gap == nil && verifier.book.size == verifier.entryCount
      progress(size, size)
    } catch {
      if case .conflict(1, 0) = error {
        throw LedgerDesk.Fault.noLedger(file: LedgerAddress(file).description)
      }
      let place = verifier.entryCount
      findings.append(
        Finding(code: "unreadable", entries: place..<place + 1, detail: "\(error)"))
    }
    do throws(StoreError) {
      let kept = try store.checkpoints()
      checkpoints = kept.count
      for found in verifier.finish(checkpoints: kept.map(\.note)) {
        findings.append(
          Finding(code: found.code.rawValue, entries: found.entries, detail: found.detail))
      }
      for head in kept {
        // What cannot be read the verifier has named.
        guard (try? Note(head.note)) != nil, let detail = head.contradiction else { continue }
        findings.append(
          Finding(code: Verifier.Code.rootMismatch.rawValue, entries: 0..<0, detail: detail))
      }
    } catch {
      for found in verifier.finish() {
        findings.append(
          Finding(code: found.code.rawValue, entries: found.entries, detail: found.detail))
      }
      findings.append(
        Finding(code: "unreadable", entries: 0..<0, detail: "the signed checkpoints: \(error)"))
    }
    do throws(StoreError) { compare(try store.names(), with: verifier.book, isReplayed) } catch {
      findings.append(
        Finding(code: "unreadable", entries: 0..<0, detail: "the names of accounts: \(error)"))
    }
    self.log = verifier.book.logKey
    entries = verifier.entryCount
    root = verifier.tree.root
  }

  /// Every name that is still there must be the one that the log has the hash of.
  private mutating func compare(
    _ names: [AccountPath], with book: Book, _ isReplayed: Bool
  ) {
    accounts = (book.accountIDs.count, names.count)
    for name in names {
      let isThere = AccountID(bytes: name.id).map { book.account($0) != nil } ?? true
      if !isThere, !isReplayed { continue }
      let detail =
        isThere
        ? book.contradiction(name)
        : "the name \(name.path) is that of account \(Hex.text(name.id)), which is not in the log"
      if let detail {
        findings.append(Finding(code: "nameDiffers", entries: 0..<0, detail: detail))
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
