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
  /// The account has passed the limit that its flags would set: `available` is what it has.
  case limitPassed(AccountID, commodity: UInt32, available: Int64)
  /// The snapshot is not that of the balances before it.
  case snapshotWrong(field: String)
}
