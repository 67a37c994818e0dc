import Grid
import Signing

/// What was there before, for as long as a request or batch may still be refused.
struct Journal: Sendable {
  struct Slot: Sendable {
    let slot: Int32
    let balance: Int64
    let ordinal: UInt64
    let held: Int64
  }

  var slots: [Slot] = []
  var flags: [(account: Int32, flags: AccountFlags)] = []
  var holds: [(index: UInt64, hold: Hold?)] = []
  var reversals: [UInt64] = []

  mutating func removeAll() {
    slots.removeAll(keepingCapacity: true)
    if !flags.isEmpty { flags.removeAll() }
    if !holds.isEmpty { holds.removeAll() }
    if !reversals.isEmpty { reversals.removeAll() }
  }
}

extension Book {
  /// The state to go back to: counts of what only grows, and copies of what is small.
  struct Mark {
    let size: Int
    let slots: Int
    let accounts: Int
    let taken: Int
    let logKey: VerifierKey?
    let lastRecordedAt: Timestamp?
    let closedUntil: Timestamp?
    let isFounding: Bool
    let commodities: [Commodity]
    let keys: [AuthorID: EnrolledKey]
    let quorums: [Right: Int]
  }

  var mark: Mark {
    Mark(
      size: tree.size, slots: slots.count, accounts: accounts.count, taken: taken.count,
      logKey: logKey, lastRecordedAt: lastRecordedAt, closedUntil: closedUntil,
      isFounding: isFounding,
      commodities: commodities, keys: keys, quorums: quorums)
  }

  mutating func undo(to mark: Mark) {
    for old in journal.slots.reversed() {
      slots[Int(old.slot)].balance = old.balance
      slots[Int(old.slot)].ordinal = old.ordinal
      slots[Int(old.slot)].held = old.held
    }
    // A slot was put before the others of its account, so the last one made comes off first.
    while slots.count > mark.slots {
      let last = slots.count - 1
      accounts[Int(slots[last].account)].firstSlot = slots[last].next
      slots.removeLast()
    }
    for old in journal.flags.reversed() { accounts[Int(old.account)].flags = old.flags }
    accounts.truncate(to: mark.accounts)
    for old in journal.holds.reversed() { holds[old.index] = old.hold }
    taken.truncate(to: mark.taken)
    for original in journal.reversals { reversedBy[original] = nil }
    history.truncate(to: mark.size)
    if tree.size > mark.size { tree.truncate(to: mark.size) }
    logKey = mark.logKey
    lastRecordedAt = mark.lastRecordedAt
    closedUntil = mark.closedUntil
    isFounding = mark.isFounding
    commodities = mark.commodities
    keys = mark.keys
    quorums = mark.quorums
    journal.removeAll()
  }

  /// Remembers a slot before it changes.
  mutating func remember(_ slot: Int) {
    journal.slots.append(
      Journal.Slot(
        slot: Int32(slot), balance: slots[slot].balance, ordinal: slots[slot].ordinal,
        held: slots[slot].held))
  }
}
