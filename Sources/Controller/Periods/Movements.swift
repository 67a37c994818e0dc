public import Grid
public import Ledger
import Storage

/// One entry of the book that moved money, as reports of a period tell it.
public struct Movement: Sendable {
  /// The entry.
  public let index: UInt64
  /// When it was written.
  public let recordedAt: Timestamp
  /// For what time it counts.
  public let effective: Window
  /// What kind of entry it is.
  public let type: EntryType
  /// `settlement`, `penalty`, `deposit` …; the reason of a reversal.
  public let reason: String
  /// The event, of a reversal that of the entry that it takes back; nil for what has none.
  public let event: String?
  /// The run, likewise.
  public let run: String?
  /// Accounts by name, layer and amount.
  public let legs: [(account: String, role: AccountRole, layer: Layer, amount: Money)]
}

extension LedgerDesk {
  /// The movements of `indexes`, in their order; entries that move nothing are left out.
  public func movements(_ indexes: [UInt64]) throws -> [Movement] {
    var found: [Movement] = []
    for (index, bytes) in zip(indexes, try manyEntries(indexes)) {
      let request = try Entry(bytes).request
      guard let effective = request.effective, !request.legs.isEmpty else { continue }
      var (event, run) = (String?.none, String?.none)
      var reason = ""
      switch request.data {
      case .transfer(let why, let about, let name, _): (reason, event, run) = (why, about, name)
      case .reserve(let why, _), .post(let why), .reverse(let why): reason = why
      case .void(let why): reason = why.rawValue
      case .commodity, .account, .close, .snapshot, .key, .note: continue
      }
      if event == nil, let before = request.reference {
        if case .transfer(_, let about, let name, _) = try Entry(try entries([before])[0]).request
          .data
        {
          (event, run) = (about, name)
        }
      }
      found.append(
        Movement(
          index: index, recordedAt: book.recordedAt(of: index), effective: effective,
          type: request.data.type, reason: reason, event: event, run: run,
          legs: request.legs.map { leg in
            (
              name(of: leg.account), book.account(leg.account)!.role, leg.layer,
              Money(millionths: leg.amount)
            )
          }))
    }
    return found
  }

  /// The bytes of entries in rising order; many are read in one pass.
  private func manyEntries(_ indexes: [UInt64]) throws -> [[UInt8]] {
    guard indexes.count > 64 else { return try entries(indexes) }
    let wanted = Set(indexes)
    var found: [[UInt8]] = []
    try store.entries(from: Int64(indexes[0])) { index, entry in
      if wanted.contains(UInt64(index)) { found.append(entry.body) }
      return found.count < indexes.count
    }
    return found
  }

  /// Every entry that moves money and counts for a time that begins in `window`.
  public func movements(in window: Window) throws -> [Movement] {
    try movements(
      (0..<book.size).filter { index in
        book.effective(of: index).map { window.contains($0.start) } ?? false
      })
  }
}
