public import Grid

extension Book {
  mutating func reserve(
    _ request: EntryRequest, _ expires: Timestamp, _ recordedAt: Timestamp
  ) throws(LedgerRefusal) {
    guard expires > recordedAt else { throw .holdExpired(expires: expires) }
    for leg in request.legs where leg.amount < 0 {
      // Moving the legs has found the account.
      guard let row = accounts.row(leg.account) else { throw .unknownAccount(leg.account) }
      if accounts[Int(row)].flags.contains(.sink) { throw .sinkOnly(leg.account) }
      try hold(leg.account, row, leg.commodity, by: -Int128(leg.amount))
    }
    journal.holds.append((size, nil))
    holds[size] = Hold(expires: expires, resolvedBy: nil)
    firstExpiry = min(firstExpiry ?? expires, expires)
  }

  mutating func post(
    _ request: EntryRequest, _ recordedAt: Timestamp
  ) throws(LedgerRefusal) {
    let (index, hold) = try openHold(of: request)
    guard recordedAt < hold.expires else { throw .holdExpired(expires: hold.expires) }
    let held = sides(of: index, layer: .pending)
    for leg in request.legs where leg.layer == .settled && leg.amount < 0 {
      let taken = held.filter {
        accounts[Int(slots[Int($0.slot)].account)].id == leg.account
          && slots[Int($0.slot)].commodity == leg.commodity
      }.reduce(Int128(0)) { $0 - Int128(min($1.amount, 0)) }
      if -Int128(leg.amount) > taken {
        throw .exceedsHold(
          account: leg.account, held: Int64(clamping: taken),
          asked: Int64(clamping: -Int128(leg.amount)))
      }
    }
    try resolve(index, held, request)
  }

  mutating func void(
    _ request: EntryRequest, _ reason: VoidReason, _ recordedAt: Timestamp
  ) throws(LedgerRefusal) {
    let (index, hold) = try openHold(of: request)
    if reason == .expired, recordedAt < hold.expires {
      throw .holdNotExpired(expires: hold.expires)
    }
    try resolve(index, sides(of: index, layer: .pending), request)
  }

  private func openHold(of request: EntryRequest) throws(LedgerRefusal) -> (UInt64, Hold) {
    guard let index = request.reference else {
      preconditionFailure("the form of a post or void has a reference")
    }
    guard let hold = holds[index] else { throw .holdUnknown(index) }
    guard hold.resolvedBy == nil else { throw .holdResolved(index) }
    return (index, hold)
  }

  private mutating func resolve(
    _ index: UInt64, _ held: [(slot: Int32, amount: Int64)], _ request: EntryRequest
  ) throws(LedgerRefusal) {
    guard isNegation(request.legs.count, last: .pending, of: held) else {
      throw .notANegation(of: index)
    }
    for side in held where side.amount < 0 {
      let row = slots[Int(side.slot)].account
      try hold(
        accounts[Int(row)].id, row, slots[Int(side.slot)].commodity, by: Int128(side.amount))
    }
    journal.holds.append((index, holds[index]))
    let by = size
    holds[index]?.resolvedBy = by
  }

  private mutating func hold(
    _ account: AccountID, _ row: Int32, _ commodity: UInt32, by change: Int128
  ) throws(LedgerRefusal) {
    let settled = slot(of: row, commodity, .settled)
    guard let held = Int64(exactly: Int128(slots[settled].held) + change) else {
      throw .overflow(account: account)
    }
    remember(settled)
    slots[settled].held = held
  }

  /// The holds that nobody resolved, in the order of the log.
  public var openHolds: [UInt64] {
    holds.filter { $0.value.resolvedBy == nil }.keys.sorted()
  }

  /// The open holds that run out at `now` or ran out before it.
  public func expiredHolds(at now: Timestamp) -> [UInt64] {
    guard let firstExpiry, firstExpiry <= now else { return [] }
    return holds.filter { $0.value.resolvedBy == nil && $0.value.expires <= now }.keys.sorted()
  }

  /// Gives back every hold that ran out: what the writer does by itself before anything else.
  ///
  /// Each takes effect from its expiry until the moment it is given back. One that the rules do not
  /// let go, because a balance would not fit 64 bits, stays held and keeps back no other.
  public mutating func voidExpired(now: Timestamp) -> [Appended] {
    guard let firstExpiry, firstExpiry <= now else { return [] }
    let voided = expiredHolds(at: now).compactMap { index in
      let expires = holds[index]!.expires.microseconds
      let end = max(now.microseconds, expires + 1, (closedUntil?.microseconds ?? 0) + 1)
      let effective = Window(
        start: Timestamp(microseconds: expires), end: Timestamp(microseconds: end))!
      return try? append(voiding(index, .expired, effective: effective)!, now: now)
    }
    self.firstExpiry = openHolds.map { holds[$0]!.expires }.min()
    return voided
  }

  /// A request that gives a hold back; nil when there is no such hold.
  public func voiding(
    _ hold: UInt64, _ reason: VoidReason, effective: Window, source: RequestSource? = nil
  ) -> EntryRequest? {
    guard holds[hold] != nil else { return nil }
    return EntryRequest(
      .void(reason), source: source, effective: effective, legs: negated(hold, .pending),
      reference: hold)
  }

  /// A request that makes the whole of a hold final; nil when there is no such hold.
  public func posting(
    _ hold: UInt64, reason: String, effective: Window, source: RequestSource,
    evidence: [Evidence] = []
  ) -> EntryRequest? {
    guard holds[hold] != nil else { return nil }
    let settled = legs(of: hold).map {
      Leg(account: $0.account, commodity: $0.commodity, amount: $0.amount)
    }
    return EntryRequest(
      .post(reason: reason), source: source, effective: effective,
      legs: negated(hold, .pending) + settled, evidence: evidence, reference: hold)
  }

  /// A request that takes an entry back; nil when it moved nothing settled.
  ///
  /// `effective` ends not before that of the entry, and after the last close.
  public func reversing(
    _ index: UInt64, reason: String, effective: Window, source: RequestSource
  ) -> EntryRequest? {
    guard index < size else { return nil }
    let legs = negated(index, .settled)
    return legs.isEmpty
      ? nil
      : EntryRequest(
        .reverse(reason: reason), source: source, effective: effective, legs: legs,
        reference: index)
  }

  private func negated(_ index: UInt64, _ layer: Layer) -> [Leg] {
    legs(of: index).filter { $0.layer == layer }.map {
      // The smallest Int64 cannot be negated; such a request is refused for its sum.
      Leg(
        account: $0.account, commodity: $0.commodity, layer: layer,
        amount: Int64(clamping: -Int128($0.amount)))
    }
  }
}
