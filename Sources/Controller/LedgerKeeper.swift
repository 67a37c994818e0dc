public import Grid
public import Ledger
public import Signing
public import Storage
import Synchronization

/// The controller's writer of the book: keeps it in memory, appends durably, signs its head.
///
/// What an operator posts meanwhile it takes over. Any thread may ask; requests are taken one after the other.
public final class LedgerKeeper: Sendable {
  /// Why the book could not be opened or written.
  public enum Fault: Error, Sendable, CustomStringConvertible {
    /// An entry of the store does not meet the rules: the file was changed.
    case damaged(index: Int64, refusal: LedgerRefusal)
    /// An entry's bytes do not have the leaf hash that was stored with them.
    case altered(index: Int64, stored: Digest, computed: Digest)
    /// The key is not that of the log, also when it has the same name.
    case otherOrigin(found: String, expected: String)
    /// The name of an account is not the one that the log has the hash of: the file was changed.
    case nameDiffers(String)
    /// Evidence that money is computed from does not have its hash: the file was changed.
    case evidenceAltered(hash: Digest, found: Digest)
    /// Evidence that an entry cites is not there.
    case evidenceMissing(entry: UInt64, hash: Digest)
    /// A request was refused; nothing was written.
    case refused(LedgerRefusal)
    /// The store took nothing; the book takes nothing more until it is opened again.
    case notWritten(reason: String)

    /// What was found and what is allowed.
    public var description: String {
      switch self {
      case .damaged(let index, let refusal): "entry \(index) of the ledger is damaged: \(refusal)"
      case .altered(let index, let stored, let computed):
        "entry \(index) of the ledger was altered: its leaf hash is \(computed), stored is \(stored)"
      case .otherOrigin(let found, let expected):
        "the key of the ledger is \(found), the one at hand is \(expected); allowed: the ledger's"
      case .nameDiffers(let detail): detail
      case .evidenceAltered(let hash, let found):
        "the evidence \(hash) was altered: its hash is \(found); nothing is computed from it"
      case .evidenceMissing(let entry, let hash):
        "the evidence \(hash) of entry \(entry) is not there; allowed: a ledger with all of its evidence"
      case .refused(let refusal): "the ledger refused: \(refusal)"
      case .notWritten(let reason): "the ledger could not be written: \(reason)"
      }
    }
  }

  struct State {
    var book = Book()
    var accounts: [String: (id: AccountID, salt: [UInt8])] = [:]
    var paths: [AccountID: String] = [:]
    /// True when it is known that the ledger has signed: from then on it always has.
    var hasSigned = false
    /// Why memory is ahead of the store, when it is.
    var lost: String?
  }

  /// The log's key.
  public let key: SigningKey
  let store: any LedgerStore
  private let signGuard: SignGuard?
  let author: AuthorID
  let state: Mutex<State>

  /// Opens the book in `store`, or founds it when there is none.
  ///
  /// Every entry is checked against every rule again. With a guard, a store that is older than what
  /// was signed is refused, and so is one that has signed while its guard is gone.
  public init(
    store: any LedgerStore, key: SigningKey, guardedBy signGuard: SignGuard? = nil, now: Timestamp
  ) throws {
    self.store = store
    self.signGuard = signGuard
    self.key = key
    author = try Self.author(of: key.verifier)
    var state = State()
    if try store.size() == 0 {
      let written = try Self.take(
        try Self.founding(key.verifier), into: &state.book, now: now)
      try store.append(written, names: [], expecting: 0)
    } else {
      state = try Self.read(store)
      guard state.book.logKey == key.verifier else {
        throw Fault.otherOrigin(
          found: state.book.logKey.map(\.description) ?? "", expected: key.verifier.description)
      }
    }
    try signGuard?.check(state.book, hasSigned: !store.checkpoints().isEmpty)
    self.state = Mutex(state)
  }

  /// The first entries of every log: its own key, and the operator's under the same private key.
  static func founding(_ log: VerifierKey) throws -> [EntryRequest] {
    [
      EntryRequest(.key(vkey: log.description, rights: [.log], state: .enrolled)),
      EntryRequest(
        .key(
          vkey: try operatorKey(of: log).description,
          rights: [.post, .reverse, .close, .enrol, .activate, .waive], state: .enrolled)),
    ]
  }

  /// Whoever writes with the log's own private key.
  static func author(of log: VerifierKey) throws -> AuthorID {
    AuthorID(bytes: try operatorKey(of: log).authorID)!
  }

  private static func operatorKey(of log: VerifierKey) throws -> VerifierKey {
    try VerifierKey(name: log.name + "/operator", key: log.key)
  }

  /// The book as the store has it; every leaf and every rule is checked.
  /// - Parameter wanted: Ends the replay before the first entry that it does not want.
  public static func replay(
    _ store: any LedgerStore, while wanted: ((Int64, Span<UInt8>) -> Bool)? = nil
  ) throws -> Book {
    var book = Book()
    book.reserve(Int(try store.size()))
    try extend(&book, from: store, while: wanted)
    return book
  }

  /// Takes over what the store has beyond `book`; every leaf and every rule is checked.
  static func extend(
    _ book: inout Book, from store: any LedgerStore,
    while wanted: ((Int64, Span<UInt8>) -> Bool)? = nil
  ) throws {
    var fault: Fault?
    try store.lend(from: Int64(book.size)) { index, entry, leaf in
      if let wanted, !wanted(index, entry) { return false }
      do throws(LedgerRefusal) {
        guard index == Int64(book.size) else {
          throw .malformed(field: "index", found: "\(index)", allowed: "\(book.size)")
        }
        try book.replay(entry)
      } catch {
        fault = .damaged(index: index, refusal: error)
        return false
      }
      let computed = book.tree.leafHash(Int(index))
      guard computed == leaf else {
        fault = .altered(index: index, stored: leaf, computed: computed)
        return false
      }
      return true
    }
    if let fault { throw fault }
  }

  private static func take(
    _ requests: [EntryRequest], into book: inout Book, now: Timestamp
  ) throws -> [StoredEntry] {
    do throws(BatchRefusal) {
      return try book.append(requests, now: now).filter { !$0.isReplayed }.map {
        StoredEntry(body: $0.bytes, leaf: $0.leafHash)
      }
    } catch {
      throw Fault.refused(error.refusal)
    }
  }

  // MARK: What is counted

  /// The number of a currency; opened when it is new.
  public func commodity(_ currency: Currency, now: Timestamp) throws -> UInt32 {
    try onNewest { state in
      if let number = state.book.commodity(currency.code) { return number }
      try write([EntryRequest(.commodity(.money(currency)))], [], &state, now: now)
      return state.book.commodity(currency.code)!
    }
  }

  /// An account that may have to be opened.
  public struct NewAccount: Sendable {
    /// Its name.
    public var path: String
    /// What it is for.
    public var role: AccountRole
    /// What it may do.
    public var flags: AccountFlags

    /// An account; without `flags` those of its role.
    public init(_ path: String, _ role: AccountRole, flags: AccountFlags? = nil) {
      self.path = path
      self.role = role
      self.flags = flags ?? role.defaultFlags
    }
  }

  /// Opens accounts that are not there yet; names and entries are written in one transaction.
  public func open(_ accounts: [NewAccount], now: Timestamp) throws {
    try onNewest { state in
      var requests: [EntryRequest] = []
      var names: [AccountPath] = []
      var seen: Set<String> = []
      for account in accounts where state.accounts[account.path] == nil {
        guard seen.insert(account.path).inserted else { continue }
        let opened = try LedgerDesk.opening(account.path, account.role, account.flags)
        requests.append(opened.request)
        names.append(opened.name)
      }
      guard !requests.isEmpty else { return }
      try write(requests, names, &state, now: now)
      try state.remember(names)
    }
  }

  // MARK: Posting

  /// A movement between named accounts.
  public struct Posting: Sendable {
    /// Computed or chosen name of the request; the same never makes two entries.
    public var key: IdempotencyKey
    /// `deposit`, `escrow`, `settlement`, `penalty`, `return`.
    public var reason: String
    /// The event, or nil.
    public var event: EventID?
    /// The run, or nil.
    public var run: String?
    /// When it counts.
    public var effective: Window
    /// Account paths and amounts, positive into the account, summing to zero.
    public var legs: [(path: String, amount: Money)]
    /// What it rests on.
    public var evidence: [Evidence]
    /// The policy that decided, or nil.
    public var rule: Digest?

    /// A movement.
    public init(
      key: IdempotencyKey, reason: String, event: EventID?, run: String? = nil, effective: Window,
      legs: [(path: String, amount: Money)], evidence: [Evidence] = [], rule: Digest? = nil
    ) {
      self.key = key
      self.reason = reason
      self.event = event
      self.run = run
      self.effective = effective
      self.legs = legs
      self.evidence = evidence
      self.rule = rule
    }
  }

  /// Keeps evidence durably, all of it or none; the same again changes nothing.
  public func keep(_ evidence: [StoredEvidence]) throws(StoreError) { try store.keep(evidence) }

  /// Writes all postings, or none; what was written before is found again and written once.
  /// - Returns: The entry index of each posting.
  public func post(
    _ postings: [Posting], currency: Currency, now: Timestamp
  ) throws -> [UInt64] {
    let commodity = try commodity(currency, now: now)
    return try onNewest { state in
      let requests = try postings.map { try request($0, commodity, state) }
      return try write(requests, [], &state, now: now)
    }
  }

  func request(
    _ posting: Posting, _ commodity: UInt32, _ state: State
  ) throws(Fault) -> EntryRequest {
    var legs: [Leg] = []
    legs.reserveCapacity(posting.legs.count)
    for leg in posting.legs {
      guard let account = state.accounts[leg.path] else {
        throw .refused(
          .malformed(field: "account", found: leg.path, allowed: "an account of this book"))
      }
      legs.append(
        Leg(account: account.id, commodity: commodity, amount: leg.amount.millionths))
    }
    return EntryRequest(
      .transfer(reason: posting.reason, event: posting.event?.text, run: posting.run),
      source: RequestSource(author: author, key: posting.key), effective: posting.effective,
      legs: legs, evidence: posting.evidence, rule: posting.rule)
  }

  @discardableResult
  private func write(
    _ requests: [EntryRequest], _ names: [AccountPath], _ state: inout State, now: Timestamp
  ) throws -> [UInt64] {
    try giveBackExpired(&state, now: now)
    let before = Int64(state.book.size)
    let taken: [Appended]
    do throws(BatchRefusal) {
      taken = try state.book.append(requests, now: now)
    } catch {
      throw Fault.refused(error.refusal)
    }
    try store(taken, names, &state, expecting: before)
    return taken.map(\.index)
  }

  /// Makes durable what the book has just taken.
  func store(
    _ taken: [Appended], _ names: [AccountPath], _ state: inout State, expecting before: Int64
  ) throws(Fault) {
    let new = taken.filter { !$0.isReplayed }
    if new.isEmpty { return }
    do {
      try store.append(
        new.map { StoredEntry(body: $0.bytes, leaf: $0.leafHash) }, names: names,
        expecting: before)
    } catch {
      // Memory and disk differ now: only a new start, which reads the disk, may go on.
      state.lost = "\(error)"
      throw Fault.notWritten(reason: "\(error)")
    }
  }

  // MARK: Reading

  /// The salt that hides an account's name; also part of the keys of its settlements.
  public func salt(of path: String) -> [UInt8]? { state.withLock { $0.accounts[path]?.salt } }

  /// What an account holds, or nil for an unknown account or currency.
  public func position(of path: String, currency: Currency) -> Position? {
    state.withLock { state in
      guard let account = state.accounts[path],
        let commodity = state.book.commodity(currency.code)
      else { return nil }
      return state.book.position(account.id, commodity: commodity)
    }
  }

  /// Entries and root now.
  public var head: (size: Int64, root: Digest) {
    state.withLock { (Int64($0.book.size), $0.book.tree.root) }
  }

  /// Signs the present head and keeps the note; the same head again gives the same bytes.
  public func checkpoint() throws -> StoredCheckpoint {
    // Under the lock, so that heads are signed in the order of their sizes.
    try onNewest { state in
      let checkpoint = state.book.checkpoint!
      if !state.hasSigned { state.hasSigned = try !store.checkpoints().isEmpty }
      _ = try signGuard?.advance(to: state.book, hasSigned: state.hasSigned)
      let note = checkpoint.signed(with: key)
      let stored = StoredCheckpoint(
        size: Int64(checkpoint.size), root: checkpoint.root, note: note.description)
      try store.keep(stored)
      return stored
    }
  }

  /// What left an event's escrow towards homes.
  public func rewards(ofEvent event: EventID) -> Money {
    let escrow = "event:\(event):escrow"
    var sum = Money.zero
    let ever = Window(start: Timestamp(seconds: 0), end: Timestamp(seconds: 1 << 40))!
    settlements(in: ever) { legs in
      guard legs.contains(where: { $0.role == .owner }) else { return }
      for leg in legs where leg.path == escrow { sum = sum - leg.amount }
    }
    return sum
  }

  /// Visits the settlement entries that are effective in `window`: what each was about.
  func settlements(
    in window: Window, _ visit: (_ legs: [(path: String, role: AccountRole, amount: Money)]) -> Void
  ) {
    state.withLock { state in
      for index in 0..<state.book.size where state.book.type(of: index) == .transfer {
        guard let effective = state.book.effective(of: index), window.contains(effective.start)
        else { continue }
        visit(
          state.book.legs(of: index).compactMap { leg in
            guard let account = state.book.account(leg.account) else { return nil }
            return (
              state.paths[leg.account] ?? "", account.role, Money(millionths: leg.amount)
            )
          })
      }
    }
  }
}
