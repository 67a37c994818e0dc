extension LedgerRefusal: CustomStringConvertible {
  /// The name a program switches on, such as `insufficient`.
  public var code: String {
    let label = Mirror(reflecting: self).children.first?.label
    return label ?? String(describing: self)
  }

  /// True when the request itself is wrong, whatever the book holds.
  public var isOfForm: Bool {
    switch self {
    case .notCanonical, .malformed, .limitExceeded: true
    default: false
    }
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
    case .limitPassed(let account, let commodity, let available):
      "account \(account) has \(available) of commodity \(commodity), beyond the limit asked for"
    case .snapshotWrong(let field): "\(field) is not that of the balances before it"
    }
  }
}
