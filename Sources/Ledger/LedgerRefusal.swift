public import Grid

/// Why an entry is not taken: a code a program can switch on and the numbers a person needs.
///
/// A refusal changes nothing in the book.
public enum LedgerRefusal: Error, Hashable, Sendable {
  /// The bytes are not the canonical encoding of an entry.
  case notCanonical(CBOR.Fault)
  /// A field is absent, unknown, of another kind, or out of its range.
  case malformed(field: String, found: String, allowed: String)
  /// More of something than an entry may hold.
  case limitExceeded(field: String, found: Int, allowed: Int)

  /// The amounts of a commodity and layer do not sum to zero.
  case unbalanced(commodity: UInt32, layer: Layer, sum: Int128)
  /// An amount is zero.
  case zeroAmount(account: AccountID)
  /// A balance does not fit 64 bits.
  case overflow(account: AccountID)
  /// An account occurs twice in the same commodity and layer.
  case duplicatePosting(account: AccountID, commodity: UInt32, layer: Layer)
  /// A posting does not have the next number of its account, commodity and layer.
  case ordinalGap(account: AccountID, found: UInt64, expected: UInt64)
  /// A posting does not state the balance before plus its amount.
  case balanceWrong(account: AccountID, found: Int64, expected: Int64)
  /// No such account.
  case unknownAccount(AccountID)
  /// No such commodity.
  case unknownCommodity(UInt32)
  /// The account takes no postings any more.
  case accountClosed(AccountID)
  /// The account would pass its limit: `available` is what it may move, `asked` what it should.
  case insufficient(account: AccountID, available: Int64, asked: Int64)
  /// The account never sends.
  case sinkOnly(AccountID)
  /// The commodity moves only from and to its issuer.
  case nonTransferable(commodity: UInt32)
  /// Entries of this kind do not post to this layer in this commodity.
  case layerNotAllowed(Layer, allowed: String)

  /// The time is not after that of the last entry.
  case timeNotIncreasing(found: Timestamp, last: Timestamp)
  /// It belongs to a period that is closed; `until` is the end of that.
  case periodClosed(until: Timestamp)
  /// The request hash is not that of the entry.
  case requestHashWrong(found: Digest, computed: Digest)
  /// The author used this key for another request, which made the entry `first`.
  case keyConflict(first: UInt64)

  /// The entry referred to is no hold.
  case holdUnknown(UInt64)
  /// The hold was posted or voided before.
  case holdResolved(UInt64)
  /// The hold ran out, or would have run out when it is made.
  case holdExpired(expires: Timestamp)
  /// The hold has not run out yet.
  case holdNotExpired(expires: Timestamp)
  /// An account would give more than was held.
  case exceedsHold(account: AccountID, held: Int64, asked: Int64)
  /// The postings are not exactly those of the entry referred to with the other sign.
  case notANegation(of: UInt64)
  /// The entry is no transfer or post, has nothing settled, or was reversed by `by` before.
  case notReversible(UInt64, by: UInt64?)
  /// A reversal would take effect before what it reverses.
  case endsBeforeOriginal(end: Timestamp)

  /// The author is unknown, revoked or lacks the right.
  case notAllowed(AuthorID?, Right)
  /// More keys must approve it; it waits outside of the log.
  case pending(approvals: Int, needed: Int)
  /// An approval is not the signature of its key over the request.
  case badSignature(AuthorID)

  /// The commodity's code exists.
  case commodityExists(code: String)
  /// The account exists with another role or name.
  case accountDiffers(AccountID)
  /// The account has a balance in this commodity, so it cannot be closed.
  case accountNotEmpty(AccountID, commodity: UInt32, balance: Int64)
  /// The snapshot is not that of the balances before it.
  case snapshotWrong(field: String)
}

extension LedgerRefusal: CustomStringConvertible {
  /// The name a program switches on, such as `insufficient`.
  public var code: String {
    let label = Mirror(reflecting: self).children.first?.label
    return label ?? String(describing: self)
  }

  /// The code, what was found and what is allowed.
  public var description: String { "\(code): \(explanation)" }

  private var explanation: String {
    switch self {
    case .notCanonical(let fault): fault.description
    case .malformed(let field, let found, let allowed): "\(field) is \(found); allowed: \(allowed)"
    case .limitExceeded(let field, let found, let allowed):
      "\(found) of \(field); allowed: at most \(allowed)"
    case .unbalanced(let commodity, let layer, let sum):
      "commodity \(commodity) in layer \(layer.rawValue) sums to \(sum); allowed: 0"
    case .zeroAmount(let account): "the amount for account \(account) is 0"
    case .overflow(let account): "the balance of account \(account) would not fit 64 bits"
    case .duplicatePosting(let account, let commodity, let layer):
      "account \(account) occurs twice in commodity \(commodity), layer \(layer.rawValue)"
    case .ordinalGap(let account, let found, let expected):
      "the ordinal of account \(account) is \(found); allowed: \(expected)"
    case .balanceWrong(let account, let found, let expected):
      "the balance of account \(account) is \(found); allowed: \(expected)"
    case .unknownAccount(let account): "no account \(account)"
    case .unknownCommodity(let commodity): "no commodity \(commodity)"
    case .accountClosed(let account): "account \(account) is closed"
    case .insufficient(let account, let available, let asked):
      "account \(account) has \(available) available and was asked for \(asked)"
    case .sinkOnly(let account): "account \(account) never sends"
    case .nonTransferable(let commodity):
      "commodity \(commodity) moves only from and to its issuer"
    case .layerNotAllowed(let layer, let allowed):
      "a posting in layer \(layer.rawValue); allowed: \(allowed)"
    default: rest
    }
  }

  private var rest: String {
    switch self {
    case .timeNotIncreasing(let found, let last):
      "recorded at \(found); allowed: after \(last)"
    case .periodClosed(let until): "the books are closed until \(until)"
    case .requestHashWrong(let found, let computed): "stored \(found), computed \(computed)"
    case .keyConflict(let first): "the key stands for another request, entry \(first)"
    case .holdUnknown(let index): "entry \(index) is no hold"
    case .holdResolved(let index): "the hold of entry \(index) was resolved before"
    case .holdExpired(let expires): "the hold expired at \(expires)"
    case .holdNotExpired(let expires): "the hold does not expire before \(expires)"
    case .exceedsHold(let account, let held, let asked):
      "account \(account) has \(held) held and was asked for \(asked)"
    case .notANegation(let index): "the postings are not those of entry \(index) negated"
    case .notReversible(let index, nil): "entry \(index) cannot be reversed"
    case .notReversible(let index, let by?): "entry \(index) was reversed by entry \(by)"
    case .endsBeforeOriginal(let end): "allowed: an effective end not before \(end)"
    case .notAllowed(let author?, let right): "key \(author) may not \(right.rawValue)"
    case .notAllowed(nil, let right): "without an author nobody may \(right.rawValue)"
    case .pending(let approvals, let needed): "\(approvals) of \(needed) approvals"
    case .badSignature(let author): "the approval of key \(author) does not verify"
    case .commodityExists(let code): "commodity \(code) exists"
    case .accountDiffers(let account): "account \(account) has another role or name"
    case .accountNotEmpty(let account, let commodity, let balance):
      "account \(account) holds \(balance) of commodity \(commodity); allowed: 0"
    case .snapshotWrong(let field): "\(field) is not that of the balances before it"
    default: "refused"
    }
  }
}
