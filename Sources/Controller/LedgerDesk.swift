import FoundationEssentials
public import Grid
public import Ledger
public import Signing
public import Storage

/// The book as an operator has it before him while no controller writes: read whole, asked, added to.
///
/// One owner. Every entry was checked against its leaf and every rule when it was opened. Whoever
/// else writes meanwhile is not overwritten: the next append is refused with `StoreError.conflict`.
public struct LedgerDesk {
  /// Why there is nothing to sit down at.
  public enum Fault: Error, Hashable, Sendable, CustomStringConvertible {
    /// The file is not there, or has no entry.
    case noLedger(file: String)
    /// A new ledger was asked for where there is one.
    case exists(file: String, entries: Int64)
    /// A checkpoint that was signed before is not one of this history.
    case notAPrefix(size: Int64, signed: Digest, computed: Digest?)
    /// A checkpoint that is kept beside the log was changed.
    case checkpointAltered(String)

    /// What was found and what is allowed.
    public var description: String {
      switch self {
      case .noLedger(let file):
        "\(file): there is no ledger; allowed: one made by `headroom ledger init` or by a controller"
      case .exists(let file, let entries):
        "\(file): there is a ledger of \(entries) entries, and it is kept; allowed: a new one"
      case .notAPrefix(let size, let signed, let computed):
        "the checkpoint of size \(size) has \(signed), the ledger "
          + (computed.map { "\($0)" } ?? "fewer entries") + "; nothing is signed on top of that"
      case .checkpointAltered(let detail):
        "\(detail)\n`headroom ledger verify` names all that was changed; bring the ledger back from a"
          + " backup, or remove that row: nothing else needs it"
      }
    }
  }

  /// Up to where a history is read.
  public enum Moment: Hashable, Sendable {
    /// That entry is the last.
    case entry(UInt64)
    /// What was recorded until then.
    case time(Timestamp)
  }

  /// Every entry, checked.
  public internal(set) var book: Book
  /// The accounts by their names.
  public private(set) var accounts: [String: AccountID] = [:]
  /// The names that were not erased.
  public private(set) var paths: [AccountID: String] = [:]
  let store: any LedgerStore

  /// True when a checkpoint of this ledger was signed here before.
  public var hasSigned: Bool { get throws { try !store.checkpoints().isEmpty } }

  /// Opens the ledger in `file`, which may be `postgresql://…`, as of now or of an earlier moment.
  /// - Throws: `Fault.noLedger`, `StoreError`, or `LedgerKeeper.Fault` for a file that was changed.
  public init(opening file: String, asOf moment: Moment? = nil) throws {
    store = try Self.store(file)
    guard try store.size() > 0 else {
      throw Fault.noLedger(file: LedgerAddress(file).description)
    }
    book = try LedgerKeeper.replay(store) { index, entry in
      switch moment {
      case nil: true
      case .entry(let last)?: UInt64(index) <= last
      // An entry that cannot be read is wanted, so that the replay names it.
      case .time(let last)?: ((try? Entry(entry))?.recordedAt).map { $0 <= last } ?? true
      }
    }
    let names = try store.names()
    for name in names {
      if let found = book.contradiction(name) { throw LedgerKeeper.Fault.nameDiffers(found) }
    }
    remember(names)
  }

  /// Founds a ledger in `file`: the log's key, the operator's, and what the chart asks for.
  /// - Throws: `Fault.exists`, and then nothing has changed.
  public init(
    founding file: String, key: SigningKey, chart: LedgerChart = .empty, now: Timestamp
  ) throws {
    try Self.refuseExisting(file)
    let address = LedgerAddress(file)
    if let file = address.file {
      let folder = URL(filePath: file).deletingLastPathComponent().path
      try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    }
    store = try address.open()
    book = Book()
    var requests = try LedgerKeeper.founding(key.verifier)
    requests += chart.commodities.map { EntryRequest(.commodity($0)) }
    var names: [AccountPath] = []
    for account in chart.accounts {
      let opened = try Self.opening(account.path, account.role, account.flags)
      requests.append(opened.request)
      names.append(opened.name)
    }
    try write(requests, names: names, now: now)
  }

  /// Throws `Fault.exists` when `file` has a ledger.
  public static func refuseExisting(_ file: String) throws {
    let store: any LedgerStore
    do { store = try Self.store(file) } catch is Fault { return }
    let entries = try store.size()
    if entries > 0 { throw Fault.exists(file: LedgerAddress(file).description, entries: entries) }
  }

  /// The ledger that is there.
  static func store(_ file: String) throws -> any LedgerStore {
    do {
      return try LedgerAddress(file).open(creates: false)
    } catch StoreError.noLedger(let path) {
      throw Fault.noLedger(file: path)
    }
  }

  /// What a person calls an account: its name, or its 16 bytes when the name was erased.
  public func name(of account: AccountID) -> String { paths[account] ?? "\(account)" }

  /// The commodity of a code.
  public func commodity(_ code: String) -> (number: UInt32, commodity: Commodity)? {
    book.commodity(code).map { ($0, book.commodities[Int($0) - 1]) }
  }

  // MARK: Writing

  /// An account that is not there yet, under bytes and a salt that nobody can foretell.
  static func opening(
    _ path: String, _ role: AccountRole, _ flags: AccountFlags
  ) throws -> (request: EntryRequest, name: AccountPath) {
    let salt = RandomBytes.make(count: 32)
    guard let id = AccountID(bytes: RandomBytes.make(count: 16)),
      let name = AccountName(path: path, salt: salt)
    else {
      throw LedgerKeeper.Fault.refused(
        .malformed(field: "path", found: path, allowed: "1 to 256 printable characters"))
    }
    return (
      EntryRequest(.account(id: id, role: role, flags: flags, who: name.who)),
      AccountPath(id: id.bytes, path: path, salt: salt)
    )
  }

  /// Writes all requests and names, or nothing; after the close of a period its snapshot.
  /// - Throws: `BatchRefusal`, or `StoreError`; the book on the desk is then as it was.
  @discardableResult
  mutating func write(
    _ requests: [EntryRequest], names: [AccountPath], now: Timestamp
  ) throws -> [Appended] {
    var next = book
    let taken = try next.append(requests, now: now)
    var new = taken.filter { !$0.isReplayed }
    let isClosed = zip(requests, taken).contains { $0.data.type == .close && !$1.isReplayed }
    if isClosed, let snapshot = next.snapshotRequest {
      new += try next.append([snapshot], now: now)
    }
    if !new.isEmpty {
      try store.append(
        new.map { StoredEntry(body: $0.bytes, leaf: $0.leafHash) }, names: names,
        expecting: Int64(book.size))
    }
    book = next
    remember(names)
    return taken
  }

  private mutating func remember(_ names: [AccountPath]) {
    for name in names {
      // A name of a later moment than the desk looks at has no account yet.
      guard let id = AccountID(bytes: name.id), book.account(id) != nil else { continue }
      accounts[name.path] = id
      paths[id] = name.path
    }
  }

  /// The signed heads, smallest first, each as its note says.
  func keptCheckpoints() throws -> [StoredCheckpoint] {
    let kept = try store.checkpoints()
    for head in kept {
      if let found = head.contradiction { throw Fault.checkpointAltered(found) }
    }
    return kept
  }

  /// The note of a signed head, believed because the log's own key signed it.
  func believed(_ head: StoredCheckpoint) throws -> (checkpoint: Checkpoint, note: Note) {
    do {
      let note = try Note(head.note)
      return (try Checkpoint.verified(note, log: book.logKey!), note)
    } catch {
      throw Fault.checkpointAltered("the checkpoint of size \(head.size): \(error)")
    }
  }

  /// Signs the present head and keeps the note; the same head again gives the same note.
  ///
  /// Every checkpoint kept before must be one of this history, and the guard must let it pass.
  /// - Throws: `Fault.notAPrefix`, `LedgerKeeper.Fault.otherOrigin`, `SignGuard.Fault`.
  public func checkpoint(
    signedBy key: SigningKey, guardedBy guarding: SignGuard? = nil
  ) throws -> StoredCheckpoint {
    guard key.verifier == book.logKey, let checkpoint = book.checkpoint else {
      throw LedgerKeeper.Fault.otherOrigin(
        found: book.logKey.map(\.description) ?? "", expected: key.verifier.description)
    }
    let kept = try keptCheckpoints()
    for earlier in kept {
      let computed =
        UInt64(earlier.size) <= book.size ? book.tree.root(at: Int(earlier.size)) : nil
      guard computed == earlier.root else {
        throw Fault.notAPrefix(size: earlier.size, signed: earlier.root, computed: computed)
      }
    }
    if let guarding { _ = try guarding.advance(to: book, hasSigned: !kept.isEmpty) }
    var note = checkpoint.signed(with: key)
    if let before = kept.last(where: { $0.size == Int64(checkpoint.size) }) {
      note = note.merged(with: try Note(before.note))
    }
    let stored = StoredCheckpoint(
      size: Int64(checkpoint.size), root: checkpoint.root, note: note.description)
    try store.keep(stored)
    return stored
  }
}
