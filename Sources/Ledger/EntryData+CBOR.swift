import Grid

extension EntryData {
  // Keys stand in canonical order: shorter first, then by bytes.
  func write(to writer: inout CBOR.Writer) {
    switch self {
    case .commodity(let commodity): write(commodity, to: &writer)
    case .account(let id, let role, let flags, let who):
      writer.map(4)
      writer.text("id")
      writer.words(id.high, id.low)
      writer.text("who")
      writer.digest(who)
      writer.pair("role", role.rawValue)
      writer.pair("flags", flags.rawValue)
    case .transfer(let reason, let event, let run, let calc):
      writer.map(1 + (event == nil ? 0 : 1) + (run == nil ? 0 : 1) + (calc == nil ? 0 : 1))
      if let run { writer.pair("run", run) }
      if let calc { writer.pair("calc", calc) }
      if let event { writer.pair("event", event) }
      writer.pair("reason", reason)
    case .reserve(let reason, let expires):
      writer.map(2)
      writer.pair("reason", reason)
      writer.pair("expires", UInt64(expires.microseconds))
    case .post(let reason), .reverse(let reason):
      writer.map(1)
      writer.pair("reason", reason)
    case .void(let reason):
      writer.map(1)
      writer.pair("reason", reason.rawValue)
    case .close(let period, let until):
      writer.map(2)
      writer.pair("until", UInt64(until.microseconds))
      writer.pair("period", period)
    case .snapshot(let asOf, let count, let root):
      writer.map(3)
      writer.pair("asOf", asOf)
      writer.pair("root", root)
      writer.pair("count", count)
    case .key(let vkey, let rights, let state):
      writer.map(3)
      writer.pair("vkey", vkey)
      writer.pair("state", state.rawValue)
      writer.text("rights")
      writer.array(rights.count)
      for right in rights { writer.text(right.rawValue) }
    case .note(let note): note.write(to: &writer)
    }
  }

  private func write(_ commodity: Commodity, to writer: inout CBOR.Writer) {
    writer.map(3 + (commodity.minor == nil ? 0 : 1) + (commodity.isTransferable ? 0 : 1))
    writer.pair("code", commodity.code)
    writer.pair("kind", commodity.kind.rawValue)
    if let minor = commodity.minor { writer.pair("minor", UInt64(minor)) }
    writer.pair("scale", UInt64(commodity.scale))
    if !commodity.isTransferable {
      writer.text("transferable")
      writer.bool(false)
    }
  }

  /// Reads the data of an entry of `type`; a field that is absent or unknown is refused.
  static func read(
    _ type: EntryType, from reader: inout CBOR.Reader
  ) throws(LedgerRefusal) -> EntryData {
    var fields = try DataFields(from: &reader)
    let data = try read(type, &fields)
    try fields.end()
    return data
  }

  private static func read(
    _ type: EntryType, _ fields: inout DataFields
  ) throws(LedgerRefusal) -> EntryData {
    switch type {
    case .commodity: return .commodity(try commodity(&fields))
    case .account:
      let id = try fields.take("id")
      guard case .bytes(let bytes) = id, let account = AccountID(bytes: bytes) else {
        throw .malformed(field: "data.id", found: "\(id)", allowed: "16 bytes")
      }
      return .account(
        id: account, role: try fields.choice("role", of: AccountRole.self),
        flags: AccountFlags(rawValue: try fields.unsigned("flags")), who: try fields.digest("who"))
    case .transfer:
      return .transfer(
        reason: try fields.text("reason"), event: try fields.optionalText("event"),
        run: try fields.optionalText("run"),
        calc: fields.has("calc") ? try fields.unsigned("calc") : nil)
    case .reserve:
      return .reserve(reason: try fields.text("reason"), expires: try fields.moment("expires"))
    case .post: return .post(reason: try fields.text("reason"))
    case .void: return .void(try fields.choice("reason", of: VoidReason.self))
    case .reverse: return .reverse(reason: try fields.text("reason"))
    case .close:
      return .close(period: try fields.text("period"), until: try fields.moment("until"))
    case .snapshot:
      return .snapshot(
        asOf: try fields.unsigned("asOf"), count: try fields.unsigned("count"),
        root: try fields.digest("root"))
    case .key:
      return .key(
        vkey: try fields.text("vkey"), rights: try fields.rights("rights"),
        state: try fields.choice("state", of: KeyState.self))
    case .note: return .note(try LedgerNote.read(&fields))
    }
  }

  private static func commodity(_ fields: inout DataFields) throws(LedgerRefusal) -> Commodity {
    // A scale beyond Int is refused with the other numbers that are out of range.
    let scale = Int(clamping: try fields.unsigned("scale"))
    let minor = fields.has("minor") ? Int(clamping: try fields.unsigned("minor")) : nil
    var isTransferable = true
    if fields.has("transferable") {
      let found = try fields.take("transferable")
      // Absent means true, so that there is one encoding.
      guard found == .bool(false) else {
        throw .malformed(field: "data.transferable", found: "\(found)", allowed: "false or absent")
      }
      isTransferable = false
    }
    return Commodity(
      code: try fields.text("code"), kind: try fields.choice("kind", of: CommodityKind.self),
      scale: scale, minor: minor, isTransferable: isTransferable)
  }
}

extension LedgerNote {
  func write(to writer: inout CBOR.Writer) {
    switch self {
    case .readings(let day, let zone, let count, let root):
      writer.map(5)
      writer.pair("day", day)
      writer.pair("root", root)
      writer.pair("what", "readings")
      writer.pair("zone", zone)
      writer.pair("count", count)
    case .policy(let name):
      writer.map(2)
      writer.pair("name", name)
      writer.pair("what", "policy")
    case .quorum(let right, let needs):
      writer.map(3)
      writer.pair("what", "quorum")
      writer.pair("needs", needs)
      writer.pair("right", right.rawValue)
    case .anchor(let place, let size, let root):
      writer.map(4)
      writer.pair("root", root)
      writer.pair("size", size)
      writer.pair("what", "anchor")
      writer.pair("place", place)
    case .continues(let origin, let size, let root):
      writer.map(4)
      writer.pair("root", root)
      writer.pair("size", size)
      writer.pair("what", "continues")
      writer.pair("origin", origin)
    }
  }

  static func read(_ fields: inout DataFields) throws(LedgerRefusal) -> LedgerNote {
    let what = try fields.text("what")
    switch what {
    case "readings":
      return .readings(
        day: try fields.text("day"), zone: try fields.text("zone"),
        count: try fields.unsigned("count"), root: try fields.digest("root"))
    case "policy": return .policy(name: try fields.text("name"))
    case "quorum":
      return .quorum(
        right: try fields.choice("right", of: Right.self), needs: try fields.unsigned("needs"))
    case "anchor":
      return .anchor(
        place: try fields.text("place"), size: try fields.unsigned("size"),
        root: try fields.digest("root"))
    case "continues":
      return .continues(
        origin: try fields.text("origin"), size: try fields.unsigned("size"),
        root: try fields.digest("root"))
    default:
      throw .malformed(
        field: "data.what", found: what, allowed: "readings, policy, quorum, anchor, continues")
    }
  }
}

extension CBOR.Writer {
  fileprivate mutating func pair(_ key: String, _ value: String) {
    text(key)
    text(value)
  }

  fileprivate mutating func pair(_ key: String, _ value: UInt64) {
    text(key)
    unsigned(value)
  }

  fileprivate mutating func pair(_ key: String, _ value: Digest) {
    text(key)
    digest(value)
  }
}
