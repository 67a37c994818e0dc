import Grid
import Signing

/// The accounts; a row is an account's number in this book.
struct AccountTable: Sendable {
  /// One account. What every posting asks for lies in half a cache line.
  struct Row: Sendable {
    let id: AccountID
    // The slot made last, or -1; the others follow by `SlotTable.Row.next`.
    var firstSlot: Int32
    var flags: AccountFlags
    let role: AccountRole
  }

  private var places = PlaceTable()
  private(set) var rows: [Row] = []
  private(set) var who: [Digest] = []

  var count: Int { rows.count }

  subscript(_ row: Int) -> Row {
    get { rows[row] }
    _modify { yield &rows[row] }
  }

  /// The row of an account, or nil when there is none.
  func row(_ account: AccountID) -> Int32? {
    let rows = rows.span
    return places.find(places.mixer.hash(account.high, account.low)) { rows[$0].id == account }
      .map { Int32($0) }
  }

  /// Lets what `row` will look at come near.
  func bringNear(_ account: AccountID) {
    places.bringNear(places.mixer.hash(account.high, account.low))
  }

  mutating func add(_ id: AccountID, _ role: AccountRole, _ flags: AccountFlags, _ who: Digest) {
    let mixer = places.mixer
    places.add(mixer.hash(id.high, id.low)) { mixer.hash(rows[$0].id.high, rows[$0].id.low) }
    rows.append(Row(id: id, firstSlot: -1, flags: flags, role: role))
    self.who.append(who)
  }

  mutating func truncate(to count: Int) {
    while self.count > count {
      let last = rows.removeLast().id
      places.removeLast(places.mixer.hash(last.high, last.low))
      who.removeLast()
    }
  }
}

/// What an account has of one commodity in one layer: a slot. An account has few of them.
struct SlotTable: Sendable {
  /// One slot: what a posting reads and changes lies side by side.
  struct Row: Sendable {
    let account: Int32
    let next: Int32
    let commodity: UInt32
    let layer: Layer
    var balance: Int64 = 0
    // 0 while nothing was posted: the slot then only carries what is held.
    var ordinal: UInt64 = 0
    // In the settled layer: what open holds take out.
    var held: Int64 = 0
    // The last request that touched it, to find an account that occurs twice.
    var stamp: UInt64 = 0
  }

  private var rows: [Row] = []

  var count: Int { rows.count }

  subscript(_ slot: Int) -> Row {
    get { rows[slot] }
    _modify { yield &rows[slot] }
  }

  func find(_ commodity: UInt32, _ layer: Layer, from first: Int32) -> Int? {
    let rows = rows.span
    var slot = Int(first)
    while slot >= 0 {
      if rows[slot].commodity == commodity, rows[slot].layer == layer { return slot }
      slot = Int(rows[slot].next)
    }
    return nil
  }

  mutating func add(account: Int32, _ commodity: UInt32, _ layer: Layer, next: Int32) -> Int {
    rows.append(Row(account: account, next: next, commodity: commodity, layer: layer))
    return count - 1
  }

  mutating func removeLast() { rows.removeLast() }
}

/// What every entry was, so far as later entries and statements ask for it.
struct HistoryTable: Sendable {
  /// One entry.
  struct Row: Sendable {
    let recordedAt: Timestamp
    let effective: Window?
    let type: EntryType
    // The end of its legs.
    fileprivate let end: UInt32
  }

  /// One leg of an entry.
  struct Leg: Sendable {
    let amount: Int64
    let slot: Int32
  }

  private var rows: [Row] = []
  private(set) var legs: [Leg] = []

  var count: Int { rows.count }

  subscript(_ index: Int) -> Row { rows[index] }

  func legs(of index: UInt64) -> Range<Int> {
    (index == 0 ? 0 : legEnd(of: Int(index) - 1))..<legEnd(of: Int(index))
  }

  /// The place behind the last leg of an entry.
  func legEnd(of index: Int) -> Int { Int(rows[index].end) }

  mutating func reserve(_ entries: Int) {
    rows.reserveCapacity(entries)
    legs.reserveCapacity(2 * entries)
  }

  // Legs come before their entry is closed.
  mutating func addLeg(slot: Int, amount: Int64) {
    legs.append(Leg(amount: amount, slot: Int32(slot)))
  }

  mutating func close(_ type: EntryType, _ recordedAt: Timestamp, _ effective: Window?) {
    // A book has fewer than 2^32 of everything.
    rows.append(
      Row(recordedAt: recordedAt, effective: effective, type: type, end: UInt32(legs.count)))
  }

  mutating func truncate(to count: Int) {
    rows.removeLast(self.count - count)
    legs.removeLast(legs.count - (count == 0 ? 0 : legEnd(of: count - 1)))
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
