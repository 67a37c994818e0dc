import Grid
import Signing

extension Book {
  /// Makes the changes of a request and holds the rules of its type.
  mutating func apply(
    _ request: EntryRequest, recordedAt: Timestamp, expecting: [Entry.Place]?
  ) throws(LedgerRefusal) -> [Entry.Place] {
    // The next entry needs a later microsecond.
    guard (0..<Int64.max).contains(recordedAt.microseconds) else {
      throw .malformed(
        field: "recordedAt", found: "\(recordedAt.microseconds)",
        allowed: "microseconds from 0 to 2^63 - 2")
    }
    try checkFounding(request)
    if let effective = request.effective, let closedUntil, effective.end <= closedUntil {
      throw .periodClosed(until: closedUntil)
    }
    if let reference = request.reference, reference >= size {
      throw .malformed(
        field: "reference", found: "\(reference)", allowed: "an entry before \(size)")
    }
    try checkLayers(request)
    let places = request.legs.isEmpty ? [] : try move(request.legs, expecting: expecting)
    switch request.data {
    case .commodity(let commodity): try define(commodity)
    case .account(let id, let role, let flags, let who): try define(id, role, flags, who)
    case .transfer: break
    case .reserve(_, let expires): try reserve(request, expires, recordedAt)
    case .post: try post(request, recordedAt)
    case .void(let reason): try void(request, reason, recordedAt)
    case .reverse: try reverse(request)
    case .close(_, let until): try close(until)
    case .snapshot(let asOf, let count, let root): try checkSnapshot(asOf, count, root)
    case .key(let vkey, let rights, let state): try define(vkey, rights, state)
    case .note(let note):
      if case .quorum(let right, let needs) = note { quorums[right] = Int(needs) }
    }
    try checkLimits(request.legs)
    return places
  }

  /// The first entry, and only the first, is the key of the log itself.
  private func checkFounding(_ request: EntryRequest) throws(LedgerRefusal) {
    if case .key(_, let rights, let state) = request.data, rights.contains(.log) {
      guard size == 0, state == .enrolled, request.source == nil else {
        throw .notAllowed(request.source?.author, .log)
      }
    } else if size == 0 {
      throw .malformed(
        field: "entry 0", found: "type \(request.data.type.rawValue)",
        allowed: "the key of the log, with the right log")
    }
  }

  private func checkLayers(_ request: EntryRequest) throws(LedgerRefusal) {
    for leg in request.legs {
      let allowed: String? =
        switch (request.data.type, leg.layer) {
        case (.transfer, .pending): "0 or 2 in a transfer"
        case (.reserve, .settled), (.reserve, .promised): "1 in a hold"
        case (.post, .promised): "0 or 1 in a post"
        case (.void, .settled), (.void, .promised): "1 in a void"
        case (.reverse, .pending), (.reverse, .promised): "0 in a reversal"
        default: nil
        }
      if let allowed { throw .layerNotAllowed(leg.layer, allowed: allowed) }
      let place = Int(leg.commodity) - 1
      if commodities.indices.contains(place), commodities[place].kind == .obligation,
        leg.layer != .promised
      {
        throw .layerNotAllowed(leg.layer, allowed: "2 for an obligation")
      }
    }
  }

  private mutating func define(_ commodity: Commodity) throws(LedgerRefusal) {
    if commodities.contains(where: { $0.code == commodity.code }) {
      throw .commodityExists(code: commodity.code)
    }
    commodities.append(commodity)
  }

  private mutating func define(
    _ id: AccountID, _ role: AccountRole, _ flags: AccountFlags, _ who: Digest
  ) throws(LedgerRefusal) {
    guard let row = accounts.row(id) else {
      accounts.add(id, role, flags, who)
      return
    }
    guard accounts[Int(row)].role == role, accounts.who[Int(row)] == who else {
      throw .accountDiffers(id)
    }
    if flags.contains(.closed) { try checkEmpty(id, row) }
    try checkKeeps(flags, id, row)
    journal.flags.append((row, accounts[Int(row)].flags))
    accounts[Int(row)].flags = flags
  }

  private func checkEmpty(_ id: AccountID, _ row: Int32) throws(LedgerRefusal) {
    var slot = Int(accounts[Int(row)].firstSlot)
    while slot >= 0 {
      // Holds in both directions may sum to zero, and could never be resolved on a closed account.
      let balance = slots[slot].balance != 0 ? slots[slot].balance : slots[slot].held
      if balance != 0 {
        throw .accountNotEmpty(id, commodity: slots[slot].commodity, balance: balance)
      }
      slot = Int(slots[slot].next)
    }
  }

  /// *Interpretation:* a limit that the account has passed already is refused with its flag: what
  /// holds for every posting then holds at every moment, and a hold can always be given back.
  private func checkKeeps(
    _ flags: AccountFlags, _ id: AccountID, _ row: Int32
  ) throws(LedgerRefusal) {
    var slot = Int(accounts[Int(row)].firstSlot)
    while slot >= 0 {
      let (balance, held) = (Int128(slots[slot].balance), Int128(slots[slot].held))
      let isPassed =
        flags.contains(.noNegative) && balance < held || flags.contains(.noPositive) && balance > 0
      if slots[slot].layer == .settled, isPassed {
        throw .limitPassed(
          id, commodity: slots[slot].commodity, available: Int64(clamping: balance - held))
      }
      slot = Int(slots[slot].next)
    }
  }

  private mutating func define(
    _ vkey: String, _ rights: [Right], _ state: KeyState
  ) throws(LedgerRefusal) {
    let verifier: VerifierKey
    do throws(KeyFault) { verifier = try VerifierKey(vkey) } catch {
      throw .malformed(field: "data.vkey", found: vkey, allowed: "\(error)")
    }
    if Set(rights).count != rights.count {
      throw .malformed(
        field: "data.rights", found: "a right twice", allowed: "each right once")
    }
    guard let id = AuthorID(bytes: verifier.authorID) else {
      preconditionFailure("an author is named by eight bytes")
    }
    if size == 0 { logKey = verifier }
    keys[id] = EnrolledKey(verifier: verifier, rights: rights, state: state)
  }

  private mutating func close(_ until: Timestamp) throws(LedgerRefusal) {
    if let closedUntil, until <= closedUntil { throw .periodClosed(until: closedUntil) }
    closedUntil = until
  }

  private mutating func reverse(_ request: EntryRequest) throws(LedgerRefusal) {
    guard let original = request.reference else {
      preconditionFailure("the form of a reversal has a reference")
    }
    let type = history[Int(original)].type
    let settled = sides(of: original, layer: .settled)
    guard type == .transfer || type == .post, !settled.isEmpty else {
      throw .notReversible(original, by: nil)
    }
    if let end = history[Int(original)].effective?.end, let effective = request.effective,
      effective.end < end
    {
      throw .endsBeforeOriginal(end: end)
    }
    guard isNegation(request.legs.count, last: .settled, of: settled) else {
      throw .notANegation(of: original)
    }
    reversedBy[original] = size
    journal.reversals.append(original)
  }

  /// Slots and amounts of an entry's legs in one layer, by slot.
  func sides(of index: UInt64, layer: Layer) -> [(slot: Int32, amount: Int64)] {
    sides(history.legs(of: index), layer)
  }

  private func sides(_ legs: Range<Int>, _ layer: Layer) -> [(slot: Int32, amount: Int64)] {
    legs.map { (history.legs[$0].slot, history.legs[$0].amount) }
      .filter { slots[Int($0.0)].layer == layer }
      .sorted { $0.0 < $1.0 }
  }

  /// True when the `count` legs moved last are in `layer` those of `sides` with the other sign.
  func isNegation(
    _ count: Int, last layer: Layer, of sides: [(slot: Int32, amount: Int64)]
  ) -> Bool {
    let end = history.legs.count
    let moved = self.sides(end - count..<end, layer)
    // In 128 bits, because the smallest Int64 has no negative.
    return moved.count == sides.count
      && zip(moved, sides).allSatisfy {
        $0.slot == $1.slot && Int128($0.amount) == -Int128($1.amount)
      }
  }
}
