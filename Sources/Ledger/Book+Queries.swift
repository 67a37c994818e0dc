public import Grid
public import Signing

/// An account as it is now.
public struct Account: Hashable, Sendable {
  /// Its 16 bytes.
  public let id: AccountID
  /// What it is for.
  public let role: AccountRole
  /// What it may do.
  public let flags: AccountFlags
  /// The hash of its name.
  public let who: Digest
}

/// What an account has of one commodity, in smallest units.
public struct Position: Hashable, Sendable {
  /// What is final.
  public let settled: Int64
  /// What open holds take out; 0 or more.
  public let held: Int64
  /// The sum of all open holds; what comes in is positive.
  public let pending: Int64
  /// What is promised.
  public let promised: Int64

  /// Settled less held: incoming holds never count.
  public var available: Int128 { Int128(settled) - Int128(held) }
}

/// One posting in the history of an account.
public struct AccountPosting: Hashable, Sendable {
  /// The entry.
  public let index: UInt64
  /// Where it stands in the history of its account, commodity and layer, from 1.
  public let ordinal: UInt64
  /// In smallest units; positive is into the account.
  public let amount: Int64
  /// The balance after it, in the order of the log.
  public let balanceAfter: Int64
}

extension Book {
  /// The accounts in the order in which they were opened.
  public var accountIDs: [AccountID] { accounts.rows.map(\.id) }

  /// The account, or nil when there is none.
  public func account(_ id: AccountID) -> Account? {
    guard let row = accounts.row(id).map(Int.init) else { return nil }
    return Account(
      id: id, role: accounts[row].role, flags: accounts[row].flags, who: accounts.who[row])
  }

  /// The number of the commodity with this code, or nil.
  public func commodity(_ code: String) -> UInt32? {
    commodities.firstIndex { $0.code == code }.map { UInt32($0 + 1) }
  }

  /// The balance of a known account, 0 if nothing was ever posted; nil for an unknown account.
  public func balance(
    _ account: AccountID, commodity: UInt32, layer: Layer = .settled
  ) -> Int64? {
    guard let row = accounts.row(account) else { return nil }
    let first = accounts[Int(row)].firstSlot
    return slots.find(commodity, layer, from: first).map { slots[$0].balance } ?? 0
  }

  /// All layers of a known account, zeros if nothing was ever posted; nil for an unknown account.
  public func position(_ account: AccountID, commodity: UInt32) -> Position? {
    guard let row = accounts.row(account) else { return nil }
    let first = accounts[Int(row)].firstSlot
    let settled = slots.find(commodity, .settled, from: first)
    return Position(
      settled: settled.map { slots[$0].balance } ?? 0, held: settled.map { slots[$0].held } ?? 0,
      pending: balance(account, commodity: commodity, layer: .pending) ?? 0,
      promised: balance(account, commodity: commodity, layer: .promised) ?? 0)
  }

  /// The sum over all accounts, which is always 0: the check of the whole book at a glance.
  public func total(commodity: UInt32, layer: Layer = .settled) -> Int128 {
    var total: Int128 = 0
    for slot in 0..<slots.count
    where slots[slot].commodity == commodity && slots[slot].layer == layer {
      total += Int128(slots[slot].balance)
    }
    return total
  }

  /// The entry that the request of `source` made; nil when there is none.
  public func entry(of source: RequestSource) -> UInt64? { taken.find(source)?.index }

  /// The legs of an entry below `size`, in their order.
  public func legs(of index: UInt64) -> [Leg] {
    history.legs(of: index).map { place in
      let slot = Int(history.legs[place].slot)
      return Leg(
        account: accounts[Int(slots[slot].account)].id, commodity: slots[slot].commodity,
        layer: slots[slot].layer, amount: history.legs[place].amount)
    }
  }

  /// The type of an entry below `size`.
  public func type(of index: UInt64) -> EntryType { history[Int(index)].type }

  /// When an entry below `size` counts; nil for one that moves nothing and says no time.
  public func effective(of index: UInt64) -> Window? { history[Int(index)].effective }

  /// When an entry below `size` was written.
  public func recordedAt(of index: UInt64) -> Timestamp { history[Int(index)].recordedAt }

  /// Every posting of an account in one commodity and layer, in the order of the log.
  ///
  /// Reads through all legs of the book. Nil for an unknown account.
  public func postings(
    of account: AccountID, commodity: UInt32, layer: Layer = .settled
  ) -> [AccountPosting]? {
    guard let row = accounts.row(account) else { return nil }
    let first = accounts[Int(row)].firstSlot
    guard let slot = slots.find(commodity, layer, from: first) else { return [] }
    var postings: [AccountPosting] = []
    var balance: Int64 = 0
    var index = 0
    for place in history.legs.indices where history.legs[place].slot == Int32(slot) {
      while history.legEnd(of: index) <= place { index += 1 }
      balance += history.legs[place].amount
      postings.append(
        AccountPosting(
          index: UInt64(index), ordinal: UInt64(postings.count + 1),
          amount: history.legs[place].amount, balanceAfter: balance))
    }
    return postings
  }

  /// The key of an author and whether it is enrolled with `right`; nil when it never was.
  public func key(_ author: AuthorID) -> VerifierKey? { keys[author]?.verifier }

  /// True when the key of `author` is enrolled and has `right`.
  public func allows(_ author: AuthorID, _ right: Right) -> Bool {
    keys[author]?.has(right) ?? false
  }

  /// How many keys must consent to what takes `right`; 0 when the author's own word is enough.
  public func quorum(_ right: Right) -> Int { quorums[right] ?? 0 }
}
