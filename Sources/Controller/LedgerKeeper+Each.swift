public import Grid
import Ledger
import Synchronization

extension LedgerKeeper {
  /// What whoever asked for one entry keeps.
  public struct Receipt: Hashable, Sendable {
    /// The entry.
    public let index: UInt64
    /// Its leaf.
    public let leafHash: Digest
    /// True when the same request made it before, and nothing was written.
    public let isReplayed: Bool
  }

  /// Writes each posting on its own, all that are taken in one transaction: what one is refused for
  /// does not touch the others.
  /// - Returns: A receipt or a refusal for each, once everything that was taken is durable.
  /// - Throws: `Fault.notWritten`; then none of them was acknowledged.
  public func post(
    each postings: [Posting], currency: Currency, now: Timestamp
  ) throws -> [Result<Receipt, Fault>] {
    let commodity = try commodity(currency, now: now)
    return try onNewest { state in
      try giveBackExpired(&state, now: now)
      let before = Int64(state.book.size)
      var taken: [Appended] = []
      taken.reserveCapacity(postings.count)
      let results = postings.map { posting -> Result<Receipt, Fault> in
        do throws(Fault) {
          let request = try request(posting, commodity, state)
          let entry: Appended
          do throws(LedgerRefusal) {
            entry = try state.book.append(request, now: now)
          } catch { throw .refused(error) }
          taken.append(entry)
          return .success(
            Receipt(index: entry.index, leafHash: entry.leafHash, isReplayed: entry.isReplayed))
        } catch { return .failure(error) }
      }
      try store(taken, [], &state, expecting: before)
      return results
    }
  }
}
