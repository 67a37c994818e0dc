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
    for number in 0..<transfer.count { bringNear(number) }
    transfer.computeHash()
    let leaf = MerkleHash.leaf(bytes)
    guard allowsTransfer(), placePostings() else { return false }
    for number in 0..<transfer.count {
      let posting = transfer.postings[number]
      var slot = posting.slot
      if slot < 0 { slot = self.slot(of: posting.row, transfer.commodity, .settled) }
      slots[slot].balance = posting.balanceAfter
      slots[slot].ordinal = posting.ordinal
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
  private mutating func allowsTransfer() -> Bool {
    guard let last = lastRecordedAt, transfer.recordedAt > last.microseconds,
      transfer.computedHash == transfer.requestHash
    else { return false }
    if let closedUntil, transfer.end <= closedUntil.microseconds { return false }
    guard quorums.isEmpty else { return false }
    if poster != transfer.source.author {
      guard let key = keys[transfer.source.author], key.has(.post) else { return false }
      poster = transfer.source.author
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
    for number in 0..<transfer.count {
      let posting = transfer.postings[number]
      guard posting.amount != 0, let row = row(of: posting) else { return false }
      for earlier in 0..<number where transfer.postings[earlier].row == row { return false }
      let account = accounts[Int(row)]
      let flags = account.flags
      let slot = slots.find(transfer.commodity, .settled, from: account.firstSlot)
      let (before, ordinal, held) =
        slot.map { (slots[$0].balance, slots[$0].ordinal, slots[$0].held) } ?? (0, 0, 0)
      let (balance, overflow) = before.addingReportingOverflow(posting.amount)
      guard !overflow, balance == posting.balanceAfter, ordinal + 1 == posting.ordinal,
        flags.isDisjoint(with: [.closed, .sink, .noPositive]),
        !flags.contains(.noNegative) || Int128(balance) >= Int128(held)
      else { return false }
      sum += Int128(posting.amount)
      transfer.postings[number].row = row
      transfer.postings[number].slot = slot ?? -1
    }
    return sum == 0
  }

  /// Lets the account of a posting come near, if it is another than that of the entry before.
  private func bringNear(_ number: Int) {
    let posting = transfer.postings[number]
    if !isOf(posting, row: posting.row) { accounts.bringNear(posting.account) }
  }

  private func row(of posting: TransferReader.Posting) -> Int32? {
    isOf(posting, row: posting.row) ? posting.row : accounts.row(posting.account)
  }

  private func isOf(_ posting: TransferReader.Posting, row: Int32) -> Bool {
    row < accounts.count && accounts[Int(row)].id == posting.account
  }
}
