public import Grid
import Ledger
import Storage

extension LedgerKeeper {
  /// Gives back every hold that ran out, for whoever asks what an account has before he writes.
  ///
  /// Every write does the same first.
  public func giveBackExpired(now: Timestamp) throws {
    try onNewest { try giveBackExpired(&$0, now: now) }
  }

  /// A transaction of its own: they stay given back when what comes next is refused.
  func giveBackExpired(_ state: inout State, now: Timestamp) throws(Fault) {
    let before = Int64(state.book.size)
    try store(state.book.voidExpired(now: now), [], &state, expecting: before)
  }
}

extension LedgerDesk {
  /// Gives back every hold that ran out; every write does it first.
  mutating func giveBackExpired(now: Timestamp) throws {
    // Without a copy of the book where nothing ran out.
    if book.expiredHolds(at: now).isEmpty { return }
    var next = book
    let voided = next.voidExpired(now: now)
    if voided.isEmpty { return }
    try store.append(
      voided.map { StoredEntry(body: $0.bytes, leaf: $0.leafHash) }, names: [],
      expecting: Int64(book.size))
    book = next
  }
}
