import Grid

/// A member's name, ready to be compared.
struct MemberName: Sendable {
  let text: String
  let bytes: [UInt8]
  let signature: UInt64

  init(_ text: String) {
    self.text = text
    bytes = Array(text.utf8)
    signature = Self.signature(bytes[...])
  }

  /// Length and first seven bytes in one number: it rules out nearly every other name at once.
  static func signature(_ name: ArraySlice<UInt8>) -> UInt64 {
    var value = UInt64(truncatingIfNeeded: name.count) & 0xFF
    for byte in name.prefix(7) { value = value << 8 | UInt64(byte) }
    return value
  }

  /// The same for the bytes in `start..<end`.
  @inline(__always)
  static func signature(_ bytes: [UInt8], _ start: Int, _ end: Int) -> UInt64 {
    var value = UInt64(truncatingIfNeeded: end - start) & 0xFF
    var place = start
    let last = min(end, start + 7)
    while place < last {
      value = value << 8 | UInt64(bytes[place])
      place += 1
    }
    return value
  }
}

/// The members that a kind of object may have; a case is named like its member.
///
/// At most 32, written in the order in which senders write them.
protocol Member: RawRepresentable<Int>, CaseIterable, Sendable {
  /// The names, in order of the cases.
  static var names: [MemberName] { get }
}

extension Member {
  /// The names of the cases, for `names`.
  static func listNames() -> [MemberName] {
    let names = allCases.map { MemberName(String(describing: $0)) }
    precondition(names.count <= 32, "an object has at most 32 known members")
    return names
  }
}

/// The known members of one object; unknown ones are ignored.
struct Fields<M: Member> {
  let document: JSONDocument
  /// Place of each member's value; -1 where it is absent, -2 where it is null.
  private var slots: InlineArray<32, Int32>
  private let prefix: String

  /// The members of the object at `place`; `prefix` goes before names in errors.
  /// - Throws: `malformed` for a known member that stands twice, null or not.
  init(_ document: JSONDocument, _ place: Int, prefix: String = "") throws(Rejection) {
    self.document = document
    self.prefix = prefix
    slots = InlineArray(repeating: -1)
    let names = M.names
    var expected = 0
    var child = place + 1
    let end = Int(document.nodes[place].next)
    while child < end {
      let node = document.nodes[child]
      var slot = expected
      for _ in 0..<names.count {
        if names[slot].signature == node.signature, document.isNamed(node, names[slot]) {
          guard slots[slot] == -1 else { throw .repeated(prefix + names[slot].text) }
          slots[slot] = node.kind == .null ? -2 : Int32(truncatingIfNeeded: child)
          expected = slot + 1 == names.count ? 0 : slot + 1
          break
        }
        slot = slot + 1 == names.count ? 0 : slot + 1
      }
      child = Int(node.next)
    }
  }

  /// Place of a member's value, or nil when it is absent or null.
  @inline(__always)
  func place(_ member: M) -> Int? {
    let slot = slots[member.rawValue]
    return slot < 0 ? nil : Int(slot)
  }

  /// A member's value, or nil when it is absent or null.
  @inline(__always)
  func node(_ member: M) -> JSONNode? {
    let slot = slots[member.rawValue]
    return slot < 0 ? nil : document.nodes[Int(slot)]
  }

  /// `value`, which the message must have.
  @inline(__always)
  func required<Value>(_ member: M, _ value: Value?) throws(Rejection) -> Value {
    guard let value else {
      throw Rejection(
        .missingField, field: name(member), found: "nothing", allowed: "a value; it is required")
    }
    return value
  }

  /// The member's name as errors show it.
  func name(_ member: M) -> String { prefix + M.names[member.rawValue].text }

  /// A rejection that shows what stands at `member`.
  func bad(
    _ member: M, _ allowed: String, code: Rejection.Code = .badField
  ) -> Rejection {
    Rejection(
      code, field: name(member), found: node(member).map(document.excerpt) ?? "nothing",
      allowed: allowed)
  }
}
