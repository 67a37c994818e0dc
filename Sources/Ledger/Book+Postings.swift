import Grid

extension Book {
  /// Moves the amounts and returns where each leg stands in its account's history.
  ///
  /// With `expecting`, the places that an entry states must be these.
  mutating func move(
    _ legs: [Leg], expecting: [Entry.Place]?
  ) throws(LedgerRefusal) -> [Entry.Place] {
    try survey(legs)
    for sum in sums where sum.sum != 0 {
      throw .unbalanced(commodity: sum.commodity, layer: sum.layer, sum: sum.sum)
    }
    for sum in sums where sum.entered && sum.left {
      if !commodities[Int(sum.commodity) - 1].isTransferable {
        throw .nonTransferable(commodity: sum.commodity)
      }
    }
    var places: [Entry.Place] = []
    places.reserveCapacity(legs.count)
    let first = history.legs.count - legs.count
    for (number, leg) in legs.enumerated() {
      let slot = Int(history.legs[first + number].slot)
      let (balance, overflow) = slots[slot].balance.addingReportingOverflow(leg.amount)
      if overflow { throw .overflow(account: leg.account) }
      let place = Entry.Place(ordinal: slots[slot].ordinal + 1, balanceAfter: balance)
      if let expecting { try compare(expecting[number], place, leg) }
      remember(slot)
      slots[slot].balance = balance
      slots[slot].ordinal = place.ordinal
      places.append(place)
    }
    return places
  }

  private func compare(
    _ found: Entry.Place, _ expected: Entry.Place, _ leg: Leg
  ) throws(LedgerRefusal) {
    if found.ordinal != expected.ordinal {
      throw .ordinalGap(account: leg.account, found: found.ordinal, expected: expected.ordinal)
    }
    if found.balanceAfter != expected.balanceAfter {
      throw .balanceWrong(
        account: leg.account, found: found.balanceAfter, expected: expected.balanceAfter)
    }
  }

  /// Finds the slot of each leg, puts the legs into the history and sums them by commodity and
  /// layer.
  private mutating func survey(_ legs: [Leg]) throws(LedgerRefusal) {
    stamp += 1
    sums.removeAll(keepingCapacity: true)
    for leg in legs {
      if leg.amount == 0 { throw .zeroAmount(account: leg.account) }
      guard let row = accounts.row(leg.account) else { throw .unknownAccount(leg.account) }
      guard leg.commodity > 0, Int(leg.commodity) <= commodities.count else {
        throw .unknownCommodity(leg.commodity)
      }
      let flags = accounts[Int(row)].flags
      if flags.contains(.closed) { throw .accountClosed(leg.account) }
      let slot = slot(of: row, leg.commodity, leg.layer)
      if slots[slot].stamp == stamp {
        throw .duplicatePosting(
          account: leg.account, commodity: leg.commodity, layer: leg.layer)
      }
      slots[slot].stamp = stamp
      history.addLeg(slot: slot, amount: leg.amount)
      add(leg, isIssuer: flags.contains(.issuer))
    }
  }

  private mutating func add(_ leg: Leg, isIssuer: Bool) {
    let entered = !isIssuer && leg.amount > 0
    let left = !isIssuer && leg.amount < 0
    for place in sums.indices
    where sums[place].commodity == leg.commodity && sums[place].layer == leg.layer {
      sums[place].sum += Int128(leg.amount)
      if entered { sums[place].entered = true }
      if left { sums[place].left = true }
      return
    }
    sums.append(
      LayerSum(
        commodity: leg.commodity, layer: leg.layer, sum: Int128(leg.amount), entered: entered,
        left: left))
  }

  /// The slot of an account, made if it has none yet.
  mutating func slot(of row: Int32, _ commodity: UInt32, _ layer: Layer) -> Int {
    let first = accounts[Int(row)].firstSlot
    if let slot = slots.find(commodity, layer, from: first) { return slot }
    let slot = slots.add(account: row, commodity, layer, next: first)
    accounts[Int(row)].firstSlot = Int32(slot)
    return slot
  }

  /// Throws when an account that sends, holds or receives passes a limit after the entry.
  mutating func checkLimits(_ legs: [Leg]) throws(LedgerRefusal) {
    let first = history.legs.count - legs.count
    for (number, leg) in legs.enumerated() {
      let slot = Int(history.legs[first + number].slot)
      let row = slots[slot].account
      let flags = accounts[Int(row)].flags
      switch leg.layer {
      case .settled:
        if flags.contains(.sink), leg.amount < 0 { throw .sinkOnly(leg.account) }
        try checkLimits(slot, flags, leg)
      case .pending:
        // A hold given back sends in this layer too, and takes nothing.
        let settled = self.slot(of: row, leg.commodity, .settled)
        if leg.amount < 0 { try checkLimits(settled, flags, leg) }
      case .promised:
        if flags.contains(.sink), leg.amount < 0 { throw .sinkOnly(leg.account) }
      }
    }
  }

  private func checkLimits(
    _ settled: Int, _ flags: AccountFlags, _ leg: Leg
  ) throws(LedgerRefusal) {
    let balance = slots[settled].balance
    if flags.contains(.noNegative) {
      let left = Int128(balance) - Int128(slots[settled].held)
      if left < 0 {
        let asked = -Int128(leg.amount)
        throw .insufficient(
          account: leg.account, available: Int64(clamping: left + asked),
          asked: Int64(clamping: asked))
      }
    }
    if flags.contains(.noPositive), leg.layer == .settled, balance > 0 {
      throw .insufficient(
        account: leg.account, available: Int64(clamping: Int128(leg.amount) - Int128(balance)),
        asked: leg.amount)
    }
  }
}
