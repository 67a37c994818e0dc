import Grid
import Signing

extension Book {
  /// Takes an entry that was written before if it is a plain transfer and breaks no rule.
  ///
  /// False for everything else; nothing has changed then, and the long way decides. All that can be
  /// wrong is looked at before anything is changed, so there is nothing to take back.
  mutating func takeTransfer(_ bytes: Span<UInt8>) -> Bool {
    guard size > 0, transfer.read(bytes) else { return false }
    // Two tables larger than any cache: their lines come while the hashes are computed.
    taken.bringNear(transfer.source)
    for posting in transfer.postings { accounts.bringNear(posting.account) }
    transfer.computeHash()
    let leaf = MerkleHash.leaf(bytes)
    guard allowsTransfer, placePostings() else { return false }
    for posting in transfer.postings {
      var slot = posting.slot
      if slot < 0 { slot = self.slot(of: posting.row, transfer.commodity, .settled) }
      slots.balance[slot] = posting.balanceAfter
      slots.ordinal[slot] = posting.ordinal
      history.addLeg(slot: slot, amount: posting.amount)
    }
    let recordedAt = Timestamp(microseconds: transfer.recordedAt)
    taken.add(transfer.source, index: size, hash: transfer.requestHash)
    isFounding = false
    history.close(
      .transfer, recordedAt,
      Window(
        start: Timestamp(microseconds: transfer.start), end: Timestamp(microseconds: transfer.end)))
    lastRecordedAt = recordedAt
    tree.append(leafHash: leaf)
    return true
  }

  /// The rules about time, author, request and commodity.
  private var allowsTransfer: Bool {
    guard let last = lastRecordedAt, transfer.recordedAt > last.microseconds,
      transfer.computedHash == transfer.requestHash
    else { return false }
    if let closedUntil, transfer.end <= closedUntil.microseconds { return false }
    guard quorums.isEmpty, let key = keys[transfer.source.author], key.has(.post) else {
      return false
    }
    let place = Int(transfer.commodity) - 1
    guard commodities.indices.contains(place), commodities[place].isTransferable,
      commodities[place].kind != .obligation
    else { return false }
    return taken.find(transfer.source) == nil
  }

  /// Finds where each posting belongs, and holds the rules about amounts and accounts.
  private mutating func placePostings() -> Bool {
    var sum: Int128 = 0
    for number in transfer.postings.indices {
      var posting = transfer.postings[number]
      guard posting.amount != 0, let row = row(number, posting.account) else { return false }
      for earlier in 0..<number where transfer.postings[earlier].row == row { return false }
      let flags = accounts.flags[Int(row)]
      let slot = slots.find(transfer.commodity, .settled, from: accounts.firstSlot[Int(row)])
      let (before, ordinal, held) =
        slot.map { (slots.balance[$0], slots.ordinal[$0], slots.held[$0]) } ?? (0, 0, 0)
      let (balance, overflow) = before.addingReportingOverflow(posting.amount)
      guard !overflow, balance == posting.balanceAfter, ordinal + 1 == posting.ordinal,
        flags.isDisjoint(with: [.closed, .sink, .noPositive]),
        !flags.contains(.noNegative) || Int128(balance) >= Int128(held)
      else { return false }
      sum += Int128(posting.amount)
      transfer.lastRows[number] = row
      posting.row = row
      posting.slot = slot ?? -1
      transfer.postings[number] = posting
    }
    return sum == 0
  }

  /// The row of an account: the entries of an event all pay from one escrow, in one place.
  private func row(_ number: Int, _ account: AccountID) -> Int32? {
    let last = transfer.lastRows[number]
    if last < accounts.count, accounts.id[Int(last)] == account { return last }
    return accounts.row(account)
  }
}
