import Grid
import Ledger
import Signing

/// A small log for the tests of the rules: two commodities, a few accounts, keys with known rights.
struct TestBook {
  var book = Book()
  /// What a store would hold, so far as it was written by `init` and `write`.
  var stored: [Appended] = []
  var count: UInt16 = 0

  static let log = key("log.example/test")
  static let settlement = key("utility.example/settlement")
  static let operatorA = key("utility.example/operator-a")
  static let operatorB = key("utility.example/operator-b")
  static let bank = account(1)
  static let funding = account(2)
  static let escrow = account(3)
  static let ownerA = account(4)
  static let ownerB = account(5)
  static let aggregator = account(6)
  static let metering = account(7)
  static let retired = account(8)
  static let noPositive = account(9)
  static let usd: UInt32 = 1
  static let kWh: UInt32 = 2
  static let flex: UInt32 = 3
  static let day = Window(start: at(0), end: at(86_400))!

  static func key(_ name: String) -> SigningKey {
    try! SigningKey(name: name, key: Ed25519.PrivateKey(seed: SHA256.hash(name).bytes)!)
  }

  static func account(_ number: UInt8) -> AccountID {
    AccountID(bytes: Array(repeating: number, count: 16))!
  }

  static func author(_ key: SigningKey) -> AuthorID { AuthorID(bytes: key.verifier.authorID)! }

  /// Seconds after 2026-07-01T00:00:00Z.
  static func at(_ seconds: Int64) -> Timestamp {
    Timestamp(zulu: "2026-07-01T00:00:00Z")!.adding(seconds: seconds)
  }

  static func who(_ number: UInt8) -> Digest { SHA256.hash([number]) }

  static func enrol(
    _ key: SigningKey, _ rights: [Right], _ state: KeyState = .enrolled
  ) -> EntryRequest {
    EntryRequest(.key(vkey: key.verifier.description, rights: rights, state: state))
  }

  static func open(
    _ account: AccountID, _ role: AccountRole, _ flags: AccountFlags? = nil
  ) -> EntryRequest {
    EntryRequest(
      .account(
        id: account, role: role, flags: flags ?? role.defaultFlags, who: who(account.bytes[0])))
  }

  init() {
    let founding: [EntryRequest] = [
      Self.enrol(Self.log, [.log]),
      Self.enrol(Self.operatorA, [.post, .reverse, .close, .enrol, .activate]),
      Self.enrol(Self.operatorB, [.activate]),
      Self.enrol(Self.settlement, [.post]),
      EntryRequest(.commodity(.money(Currency(code: "USD", digits: 2)!))),
      EntryRequest(.commodity(.measuredEnergy)),
      EntryRequest(.commodity(Commodity(code: "kWhFlex", kind: .obligation, scale: 3))),
      Self.open(Self.bank, .bank), Self.open(Self.funding, .funding),
      Self.open(Self.escrow, .escrow), Self.open(Self.ownerA, .owner),
      Self.open(Self.ownerB, .owner), Self.open(Self.aggregator, .aggregator),
      Self.open(Self.metering, .issuer), Self.open(Self.retired, .retired),
      Self.open(Self.noPositive, .utility, .noPositive),
    ]
    for request in founding { stored.append(try! book.append(request, now: Self.at(0))) }
  }

  /// A source with a key nobody used.
  mutating func source(_ key: SigningKey = settlement) -> RequestSource {
    count += 1
    return RequestSource(
      author: Self.author(key),
      key: IdempotencyKey(
        bytes: Array(repeating: 0, count: 14) + [UInt8(count >> 8), UInt8(count & 255)])!)
  }

  static func leg(
    _ account: AccountID, _ amount: Int64, _ layer: Layer = .settled, _ commodity: UInt32 = usd
  ) -> Leg {
    Leg(account: account, commodity: commodity, layer: layer, amount: amount)
  }

  mutating func transfer(
    _ legs: [Leg], reason: String = "settlement", by key: SigningKey = settlement
  ) -> EntryRequest {
    EntryRequest(.transfer(reason: reason), source: source(key), effective: Self.day, legs: legs)
  }

  mutating func hold(
    _ legs: [Leg], expires: Timestamp = at(200_000), by key: SigningKey = settlement
  ) -> EntryRequest {
    EntryRequest(
      .reserve(reason: "payout", expires: expires), source: source(key), effective: Self.day,
      legs: legs)
  }

  /// Writes a request a second after the last entry.
  @discardableResult
  mutating func write(_ request: EntryRequest) throws(LedgerRefusal) -> Appended {
    let appended = try book.append(request, now: book.lastRecordedAt!.adding(seconds: 1))
    if !appended.isReplayed { stored.append(appended) }
    return appended
  }

  /// Pays `amount` from the bank to an account.
  @discardableResult
  mutating func pay(_ account: AccountID, _ amount: Int64) throws -> UInt64 {
    try write(transfer([Self.leg(Self.bank, -amount), Self.leg(account, amount)])).index
  }

  /// The refusal of a request, which must leave no trace.
  mutating func refusal(_ request: EntryRequest) -> LedgerRefusal? {
    let before = book
    do throws(LedgerRefusal) {
      try write(request)
      return nil
    } catch {
      return Self.same(before, book) ? error : nil
    }
  }

  /// The entry with another value for one field, or without it.
  static func replacing(_ entry: [UInt8], _ field: UInt64, with value: CBOR.Value?) -> [UInt8] {
    guard case .map(var pairs) = try! CBOR.decode(entry) else { return entry }
    pairs.removeAll { $0.key == .unsigned(field) }
    if let value { pairs.append(.init(.unsigned(field), value)) }
    return CBOR.encode(.map(pairs))
  }

  /// True when two books have the same entries and the same balances, holds and answers.
  static func same(_ a: Book, _ b: Book) -> Bool {
    a.tree.root == b.tree.root && a.snapshotLeaves == b.snapshotLeaves
      && a.openHolds == b.openHolds && a.commodities == b.commodities
      && a.accountIDs == b.accountIDs && a.lastRecordedAt == b.lastRecordedAt
      && a.closedUntil == b.closedUntil
      && a.accountIDs.allSatisfy { id in
        a.account(id) == b.account(id)
          && [usd, kWh, flex].allSatisfy {
            a.position(id, commodity: $0) == b.position(id, commodity: $0)
              && a.postings(of: id, commodity: $0) == b.postings(of: id, commodity: $0)
          }
      }
  }
}
