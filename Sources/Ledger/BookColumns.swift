import Grid
import Signing

/// The accounts, a column a property; a row is an account's number in this book.
struct AccountColumns: Sendable {
  private var places = PlaceTable()
  private(set) var id: [AccountID] = []
  private(set) var role: [AccountRole] = []
  var flags: [AccountFlags] = []
  private(set) var who: [Digest] = []
  // The slot made last, or -1; the others follow by `SlotColumns.next`.
  var firstSlot: [Int32] = []

  var count: Int { id.count }

  /// The row of an account, or nil when there is none.
  func row(_ account: AccountID) -> Int32? {
    let id = id.span
    return places.find(places.mixer.hash(account.high, account.low)) { id[$0] == account }
      .map { Int32($0) }
  }

  /// Lets what `row` will look at come near.
  func bringNear(_ account: AccountID) {
    places.bringNear(places.mixer.hash(account.high, account.low))
  }

  mutating func add(_ id: AccountID, _ role: AccountRole, _ flags: AccountFlags, _ who: Digest) {
    let mixer = places.mixer
    places.add(mixer.hash(id.high, id.low)) { mixer.hash(self.id[$0].high, self.id[$0].low) }
    self.id.append(id)
    self.role.append(role)
    self.flags.append(flags)
    self.who.append(who)
    firstSlot.append(-1)
  }

  mutating func truncate(to count: Int) {
    while self.count > count {
      let last = id.removeLast()
      places.removeLast(places.mixer.hash(last.high, last.low))
      role.removeLast()
      flags.removeLast()
      who.removeLast()
      firstSlot.removeLast()
    }
  }
}

/// What an account has of one commodity in one layer: a slot. An account has few of them.
struct SlotColumns: Sendable {
  private(set) var account: [Int32] = []
  private(set) var commodity: [UInt32] = []
  private(set) var layer: [Layer] = []
  private(set) var next: [Int32] = []
  var balance: [Int64] = []
  // 0 while nothing was posted: the slot then only carries what is held.
  var ordinal: [UInt64] = []
  // In the settled layer: what open holds take out.
  var held: [Int64] = []
  // The last request that touched it, to find an account that occurs twice.
  var stamp: [UInt64] = []

  var count: Int { balance.count }

  func find(_ commodity: UInt32, _ layer: Layer, from first: Int32) -> Int? {
    var slot = Int(first)
    while slot >= 0 {
      if self.commodity[slot] == commodity, self.layer[slot] == layer { return slot }
      slot = Int(next[slot])
    }
    return nil
  }

  mutating func add(account: Int32, _ commodity: UInt32, _ layer: Layer, next: Int32) -> Int {
    self.account.append(account)
    self.commodity.append(commodity)
    self.layer.append(layer)
    self.next.append(next)
    balance.append(0)
    ordinal.append(0)
    held.append(0)
    stamp.append(0)
    return count - 1
  }

  mutating func removeLast() {
    account.removeLast()
    commodity.removeLast()
    layer.removeLast()
    next.removeLast()
    balance.removeLast()
    ordinal.removeLast()
    held.removeLast()
    stamp.removeLast()
  }
}

/// What every entry was, so far as later entries and statements ask for it.
struct HistoryColumns: Sendable {
  private(set) var type: [EntryType] = []
  private(set) var recordedAt: [Timestamp] = []
  private(set) var effective: [Window?] = []
  // The end of each entry's legs in the two columns below.
  private(set) var legEnd: [Int] = []
  private(set) var legSlot: [Int32] = []
  private(set) var legAmount: [Int64] = []

  var count: Int { type.count }

  func legs(of index: UInt64) -> Range<Int> {
    (index == 0 ? 0 : legEnd[Int(index) - 1])..<legEnd[Int(index)]
  }

  mutating func reserve(_ entries: Int) {
    type.reserveCapacity(entries)
    recordedAt.reserveCapacity(entries)
    effective.reserveCapacity(entries)
    legEnd.reserveCapacity(entries)
    legSlot.reserveCapacity(2 * entries)
    legAmount.reserveCapacity(2 * entries)
  }

  // Legs come before their entry is closed.
  mutating func addLeg(slot: Int, amount: Int64) {
    legSlot.append(Int32(slot))
    legAmount.append(amount)
  }

  mutating func close(_ type: EntryType, _ recordedAt: Timestamp, _ effective: Window?) {
    self.type.append(type)
    self.recordedAt.append(recordedAt)
    self.effective.append(effective)
    legEnd.append(legSlot.count)
  }

  mutating func truncate(to count: Int) {
    type.removeLast(self.count - count)
    recordedAt.removeLast(recordedAt.count - count)
    effective.removeLast(effective.count - count)
    legEnd.removeLast(legEnd.count - count)
    let legs = legEnd.last ?? 0
    legSlot.removeLast(legSlot.count - legs)
    legAmount.removeLast(legAmount.count - legs)
  }
}

/// A hold, from its entry on.
struct Hold: Sendable {
  let expires: Timestamp
  // The entry that posted or voided it.
  var resolvedBy: UInt64?
}

/// A key with its rights.
struct EnrolledKey: Sendable {
  let verifier: VerifierKey
  let rights: [Right]
  let state: KeyState

  func has(_ right: Right) -> Bool { state == .enrolled && rights.contains(right) }
}

/// The running sum of one commodity and layer of a request.
struct LayerSum: Sendable {
  let commodity: UInt32
  let layer: Layer
  var sum: Int128
  // Amounts of accounts that are no issuers went in, went out.
  var entered: Bool
  var left: Bool
}
