public import Grid
import Ledger
import Storage
import Synchronization

extension LedgerKeeper {
  /// The entry that a request of this program with `key` made; nil when there is none.
  func entry(of key: IdempotencyKey) -> UInt64? {
    state.withLock { $0.book.entry(of: RequestSource(author: author, key: key)) }
  }

  /// The legs of an entry, by the names of their accounts; empty where a name was erased.
  func legs(of entry: UInt64) -> [(path: String, amount: Money)] {
    state.withLock { state in
      state.book.legs(of: entry).map {
        (state.paths[$0.account] ?? "", Money(millionths: $0.amount))
      }
    }
  }

  /// `window`, or the first second of the open period where its own is closed.
  func open(_ window: Window) -> Window {
    guard let closed = state.withLock({ $0.book.closedUntil }), window.end <= closed else {
      return window
    }
    return Window(start: closed, end: closed.adding(seconds: 1))!
  }

  /// Posts corrections, what comes back to `funding` first, all that are taken in one transaction.
  ///
  /// One that somebody's account has not the money for is left out. That loses nothing: the next run
  /// compares with what was really posted.
  ///
  /// - Returns: The entry index of each, nil for one that was left out.
  public func post(
    corrections: [Posting], funding: String, currency: Currency, now: Timestamp
  ) throws -> [UInt64?] {
    func comesBack(_ place: Int) -> Bool {
      corrections[place].legs.contains { $0.path == funding && $0.amount > .zero }
    }
    let order =
      corrections.indices.filter(comesBack) + corrections.indices.filter { !comesBack($0) }
    let results = try post(
      each: order.map { corrections[$0] }, currency: currency, now: now)
    var indexes = [UInt64?](repeating: nil, count: corrections.count)
    for (place, result) in zip(order, results) {
      switch result {
      case .success(let receipt): indexes[place] = receipt.index
      case .failure(.refused(.insufficient)): break
      case .failure(let fault): throw fault
      }
    }
    return indexes
  }

  /// The evidence of a home's performance that each of some entries cites beside its report, and the
  /// homes that it was settled with, where they count.
  ///
  /// Entries of runs that were posted before homes had evidence of their own are left out.
  func performances(
    of entries: [UInt64]
  ) throws -> [UInt64: (home: Digest, whole: Digest?)] {
    var cited: [UInt64: (home: Digest, whole: Digest?)] = [:]
    let wanted = Set(entries)
    guard let first = wanted.min(), let last = wanted.max() else { return [:] }
    var failure: (any Error)?
    try store.entries(from: Int64(first)) { index, stored in
      guard wanted.contains(UInt64(index)) else { return UInt64(index) < last }
      do {
        let evidence = try Entry(stored.body).request.evidence
        if evidence.contains(where: { $0.kind == .report }) {
          cited[UInt64(index)] = evidence.first { $0.kind == .performance }.map { found in
            (found.hash, evidence.first { $0.kind == .document }?.hash)
          }
        }
      } catch {
        failure = error
        return false
      }
      return UInt64(index) < last
    }
    if let failure { throw failure }
    return cited
  }
}
