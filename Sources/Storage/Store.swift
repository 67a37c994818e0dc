public import Grid

/// One turn of the controller's loop: what came in and what was decided, in the order of events.
///
/// The bodies are opaque here. Bulk telemetry is kept apart (`TelemetryStore`) and found by `seq`.
public struct Turn: Hashable, Sendable {
  /// Counts turns from 1 without a gap.
  public var seq: Int64
  /// The moment that the turn was handled at.
  public var at: Timestamp
  /// Everything that came in.
  public var inputs: [UInt8]
  /// Everything that was decided.
  public var effects: [UInt8]

  /// A turn.
  public init(seq: Int64, at: Timestamp, inputs: [UInt8], effects: [UInt8]) {
    self.seq = seq
    self.at = at
    self.inputs = inputs
    self.effects = effects
  }
}

/// Every input and decision, in order, for ever.
public protocol LogbookStore: Sendable {
  /// The seq of the last turn; 0 when there is none.
  func lastTurn() throws(StoreError) -> Int64
  /// Appends one turn durably; when it returns, the turn survives a crash.
  /// - Throws: `.conflict` when `turn.seq` is not the next one: somebody else writes.
  func append(_ turn: Turn) throws(StoreError)
  /// Visits every turn after `seq`, oldest first, until `visit` returns false.
  func turns(after seq: Int64, _ visit: (Turn) -> Bool) throws(StoreError)
}

/// An entry of the ledger as it is stored: its bytes and its leaf hash.
public struct StoredEntry: Hashable, Sendable {
  /// Canonical CBOR.
  public var body: [UInt8]
  /// SHA-256(0x00 || body), as it was when the entry was taken.
  public var leaf: Digest

  /// An entry.
  public init(body: [UInt8], leaf: Digest) {
    self.body = body
    self.leaf = leaf
  }
}

/// A piece of evidence as it is stored, under the hash that entries cite.
public struct StoredEvidence: Hashable, Sendable {
  /// SHA-256 of its bytes.
  public var hash: Digest
  /// The number of its kind.
  public var kind: Int
  /// Its bytes.
  public var body: [UInt8]

  /// A piece of evidence.
  public init(hash: Digest, kind: Int, body: [UInt8]) {
    self.hash = hash
    self.kind = kind
    self.body = body
  }
}

/// A signed head of the log.
public struct StoredCheckpoint: Hashable, Sendable {
  /// Entries it covers.
  public var size: Int64
  /// Merkle root of these entries.
  public var root: Digest
  /// The signed note.
  public var note: String

  /// A checkpoint.
  public init(size: Int64, root: Digest, note: String) {
    self.size = size
    self.root = root
    self.note = note
  }
}

/// The name behind an account; erasable, because it is not part of the log.
public struct AccountPath: Hashable, Sendable {
  /// The account's 16 bytes.
  public var id: [UInt8]
  /// The name, such as `owner:H1`.
  public var path: String
  /// 32 random bytes.
  public var salt: [UInt8]

  /// A name.
  public init(id: [UInt8], path: String, salt: [UInt8]) {
    self.id = id
    self.path = path
    self.salt = salt
  }
}

/// The append-only book and what lies beside it.
public protocol LedgerStore: Sendable {
  /// How many entries there are.
  func size() throws(StoreError) -> Int64
  /// Appends entries and names in one durable transaction.
  /// - Throws: `.conflict` when there are not exactly `expecting` entries: a second writer fails
  ///   and cannot fork the log.
  func append(
    _ entries: [StoredEntry], names: [AccountPath], expecting size: Int64) throws(StoreError)
  /// Lends the entries from `index` on, in order, until `visit` returns false: index, bytes and leaf
  /// hash. The bytes are good during the call only; nothing is copied.
  func lend(
    from index: Int64, _ visit: (Int64, Span<UInt8>, Digest) -> Bool) throws(StoreError)
  /// All names.
  func names() throws(StoreError) -> [AccountPath]
  /// Keeps a signed head durably; the same again changes nothing, and of two notes for one head the
  /// longer is kept, which has more cosignatures.
  /// - Throws: `.conflict` when another root is kept for this size.
  func keep(_ checkpoint: StoredCheckpoint) throws(StoreError)
  /// All signed heads, smallest first.
  func checkpoints() throws(StoreError) -> [StoredCheckpoint]
  /// Keeps pieces of evidence under their hashes, all of them or none; the same again changes
  /// nothing.
  func keep(_ evidence: [StoredEvidence]) throws(StoreError)
  /// A piece of evidence, or nil.
  func evidence(_ hash: Digest) throws(StoreError) -> [UInt8]?
  /// The hash and kind of every piece of evidence, by hash.
  func evidenceKinds() throws(StoreError) -> [(hash: Digest, kind: Int)]
}

extension LedgerStore {
  /// Keeps one piece of evidence under its hash; the same again changes nothing.
  public func keep(evidence: [UInt8], kind: Int, hash: Digest) throws(StoreError) {
    try keep([StoredEvidence(hash: hash, kind: kind, body: evidence)])
  }

  /// Visits the entries from `index` on, in order, until `visit` returns false.
  public func entries(
    from index: Int64, _ visit: (Int64, StoredEntry) -> Bool
  ) throws(StoreError) {
    try lend(from: index) { index, body, leaf in
      var bytes: [UInt8] = []
      bytes.reserveCapacity(body.count)
      for place in body.indices { bytes.append(body[place]) }
      return visit(index, StoredEntry(body: bytes, leaf: leaf))
    }
  }
}

/// Telemetry as it came, kept beside the logbook so that it never delays a commit of money.
public protocol TelemetryStore: Sendable {
  /// Keeps what came in turn `seq`; called before the turn is appended to the logbook.
  func keep(telemetry: [UInt8], turn seq: Int64) throws(StoreError)
  /// What came in turn `seq`, or nil.
  func telemetry(turn seq: Int64) throws(StoreError) -> [UInt8]?
}

/// A store that could not do what it was asked.
public enum StoreError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The file cannot be opened or is not one of ours.
  case cannotOpen(path: String, reason: String)
  /// The address of a database cannot be read.
  case badAddress(path: String, reason: String)
  /// Writing or reading failed; nothing of the transaction was kept.
  case failed(reason: String)
  /// The connection to the database broke: only the database knows what was kept.
  case lost(reason: String)
  /// Somebody else has written meanwhile.
  case conflict(expected: Int64, found: Int64)
  /// There is no ledger, and none was to be made.
  case noLedger(path: String)
  /// Another program is the writer of this ledger now.
  case hasWriter(path: String)
  /// Another writer has come since this one began.
  case fenced(own: Int64, found: Int64)
  /// A reading that contradicts one already kept.
  case readingConflict(meter: MeterID, start: Timestamp)
  /// An import that contradicts what is kept: the first 1,000 faults, and how many there are.
  case importRefused(faults: [String], total: Int)

  /// One sentence for an operator.
  public var description: String {
    switch self {
    case .cannotOpen(let path, let reason): "cannot open the store \(path): \(reason)"
    case .badAddress(let path, let reason):
      "\(path): \(reason); allowed: postgresql://USER@HOST:PORT/DATABASE"
    case .failed(let reason): "the store failed: \(reason)"
    case .lost(let reason):
      "the connection to the database was lost (\(reason)); only the database knows whether the last"
        + " request was kept: ask again, the same request is never written twice"
    case .conflict(let expected, let found):
      "another writer is at work: expected to append at \(expected), found \(found)"
    case .noLedger(let path): "\(path) has no ledger"
    case .hasWriter(let path): "\(path) has a writer already; allowed: one at a time"
    case .fenced(let own, let found):
      "another writer has taken over: its number is \(found), this one's \(own); nothing was written"
    case .readingConflict(let meter, let start):
      "meter \(meter) already has another reading for \(start)"
    case .importRefused(let faults, let total):
      (faults + (total > faults.count ? ["and \(total - faults.count) more"] : [])).joined(
        separator: "\n")
    }
  }
}
