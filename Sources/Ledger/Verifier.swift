public import Grid
public import Signing

/// Checks a whole log from its stored bytes: every hash, every rule, every checkpoint, every
/// balance.
///
/// Entries are added in their order; `finish` gives the report. Nothing is believed but the key of
/// the log, and without that only what the log says of itself.
public struct Verifier: Sendable {
  /// What is wrong.
  public enum Code: String, Hashable, Sendable {
    /// An entry does not hash to its stored leaf.
    case leafMismatch
    /// A checkpoint does not have the root of the leaves.
    case rootMismatch
    /// A checkpoint is larger than the log: entries at the end are gone.
    case notAPrefix
    /// A checkpoint is not signed by the log, or is no checkpoint.
    case badSignature
    /// The first entry names another log.
    case wrongLog
    /// An entry breaks a rule; the detail begins with its code.
    case refused
    /// A stored balance is not that of the replay.
    case projectionDiffers
    /// A hash of a tile does not follow from the level below.
    case tileMismatch
    /// A tile or bundle is not as long as it must be, or cannot be taken apart.
    case malformed
    /// A file is not there.
    case missing
    /// A file that is none of a log.
    case unexpected
    /// Too few witnesses have cosigned.
    case quorumNotMet
  }

  /// One thing that is wrong.
  public struct Finding: Hashable, Sendable, CustomStringConvertible {
    /// What is wrong.
    public let code: Code
    /// Where: the entry, or the range in which it must be; empty when it is no entry's fault.
    public let entries: Range<UInt64>
    /// What was found and what it should be, with hashes in full.
    public let detail: String

    /// A finding.
    public init(code: Code, entries: Range<UInt64>, detail: String) {
      self.code = code
      self.entries = entries
      self.detail = detail
    }

    /// Code, entries and detail in one line.
    public var description: String {
      switch entries.count {
      case 0: "\(code.rawValue): \(detail)"
      case 1: "\(code.rawValue): entry \(entries.lowerBound): \(detail)"
      default:
        "\(code.rawValue): entries \(entries.lowerBound) to \(entries.upperBound - 1): \(detail)"
      }
    }
  }

  /// A balance as a store keeps it beside the log.
  public struct StoredBalance: Hashable, Sendable {
    /// The account.
    public let account: AccountID
    /// The commodity.
    public let commodity: UInt32
    /// The layer.
    public let layer: Layer
    /// How many postings made it.
    public let ordinal: UInt64
    /// The balance.
    public let balance: Int64

    /// A stored balance.
    public init(
      account: AccountID, commodity: UInt32, layer: Layer, ordinal: UInt64, balance: Int64
    ) {
      self.account = account
      self.commodity = commodity
      self.layer = layer
      self.ordinal = ordinal
      self.balance = balance
    }
  }

  /// Findings that are kept in full; the rest are counted.
  public static let maximumFindings = 1_000

  /// The books as far as they could be replayed.
  public private(set) var book = Book()
  /// How many entries were added.
  public private(set) var entryCount: UInt64 = 0
  /// What is wrong so far.
  public private(set) var findings: [Finding] = []
  /// How much is wrong, also what is not kept.
  public private(set) var findingCount = 0

  private let log: VerifierKey?
  private var isReplaying = true
  // Of its own once the stored leaves or the rest of the log are no longer those of the book.
  private var fork: MerkleTree?

  /// A verifier that knows the key of the log, or with nil takes the one in the log's first entry.
  public init(log: VerifierKey? = nil) { self.log = log }

  /// Adds the next entry and the leaf hash that was stored with it, if one was.
  ///
  /// After an entry that breaks a rule no more are replayed, because every balance after it would
  /// be in doubt; they are still hashed.
  public mutating func add(_ entry: [UInt8], storedLeaf: Digest? = nil) {
    add(entry.span, storedLeaf: storedLeaf)
  }

  /// Adds the next entry, which is only lent, as above.
  public mutating func add(_ entry: Span<UInt8>, storedLeaf: Digest? = nil) {
    let index = entryCount
    entryCount += 1
    var leaf: Digest?
    if isReplaying {
      do throws(LedgerRefusal) {
        try book.replay(entry)
        leaf = book.tree.leafHash(Int(index))
      } catch {
        isReplaying = false
        fork = fork ?? book.tree
        report(.refused, index..<index + 1, error.description)
      }
    }
    let computed = leaf ?? MerkleHash.leaf(entry)
    if let storedLeaf, storedLeaf != computed {
      report(.leafMismatch, index..<index + 1, "stored \(storedLeaf), computed \(computed)")
      // The tree is that of the stored leaves: they may still fit the checkpoints.
      if fork == nil {
        var tree = book.tree
        tree.truncate(to: Int(index))
        fork = tree
      }
    }
    fork?.append(leafHash: storedLeaf ?? computed)
  }

  /// The tree over the stored leaves, or over the entries where none were stored.
  public var tree: MerkleTree { fork ?? book.tree }

  private mutating func report(_ code: Code, _ entries: Range<UInt64>, _ detail: String) {
    findingCount += 1
    if findings.count < Self.maximumFindings {
      findings.append(Finding(code: code, entries: entries, detail: detail))
    }
  }

  /// Compares stored checkpoints, as notes, and stored balances, and gives all findings.
  ///
  /// With `balances` every balance of the book must be among them.
  public mutating func finish(
    checkpoints: [String] = [], balances: [StoredBalance]? = nil
  ) -> [Finding] {
    if let log, let found = book.logKey, found != log {
      report(.wrongLog, 0..<1, "the key is \(found); allowed: \(log)")
    }
    check(checkpoints)
    if let balances, isReplaying { check(balances) }
    return findings
  }

  private mutating func check(_ notes: [String]) {
    guard let key = log ?? book.logKey else {
      if !notes.isEmpty {
        report(
          .badSignature, 0..<0, "no key of the log is known to check \(notes.count) checkpoints")
      }
      return
    }
    var checkpoints: [Checkpoint] = []
    for text in notes {
      do {
        checkpoints.append(try Checkpoint.verified(Note(text), log: key))
      } catch {
        let lines = text.split(separator: "\n", maxSplits: 2)
        let size = lines.count > 1 ? String(lines[1]) : "?"
        report(.badSignature, 0..<0, "the checkpoint of size \(size): \(error)")
      }
    }
    check(checkpoints.sorted { $0.size < $1.size })
  }

  /// Names the entries between the last checkpoint that fits and the first that does not.
  private mutating func check(_ checkpoints: [Checkpoint]) {
    let tree = self.tree
    var good: UInt64 = 0
    for checkpoint in checkpoints {
      if checkpoint.size > entryCount {
        report(
          .notAPrefix, entryCount..<checkpoint.size,
          "a checkpoint has \(checkpoint.size) entries, the log \(entryCount)")
        return
      }
      let root = tree.root(at: Int(checkpoint.size))
      if root != checkpoint.root {
        report(
          .rootMismatch, good..<checkpoint.size,
          "the checkpoint of size \(checkpoint.size) has \(checkpoint.root), computed \(root)")
        return
      }
      good = checkpoint.size
    }
  }

  private mutating func check(_ balances: [StoredBalance]) {
    let leaves = Set(book.snapshotLeaves)
    var found: Set<[UInt8]> = []
    for stored in balances {
      let leaf = Book.snapshotLeaf(
        stored.account, stored.commodity, stored.layer, stored.ordinal, stored.balance)
      if leaves.contains(leaf), found.insert(leaf).inserted { continue }
      let replayed =
        book.balance(stored.account, commodity: stored.commodity, layer: stored.layer)
        .map { "\($0)" } ?? "none"
      report(
        .projectionDiffers, 0..<0,
        "account \(stored.account), commodity \(stored.commodity), layer \(stored.layer.rawValue):"
          + " stored \(stored.balance) after \(stored.ordinal) postings, replayed \(replayed)")
    }
    if balances.count < leaves.count {
      report(
        .projectionDiffers, 0..<0,
        "\(balances.count) balances are stored, \(leaves.count) were replayed")
    }
  }
}
