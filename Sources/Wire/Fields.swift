import Grid

/// The members that a kind of object may have; a case is named like its member.
///
/// At most 32, written in the order in which senders write them.
protocol Member: RawRepresentable<Int>, CaseIterable, Sendable {
  /// The names, in order of the cases.
  static var names: MemberNames { get }
}

/// The names of a kind of object, and side by side what they are compared by.
struct MemberNames: Sendable {
  let list: [MemberName]
  let signatures: [NameSignature]

  /// The names of the cases of `kind`.
  init<Kind: Member>(_ kind: Kind.Type) {
    list = Kind.allCases.map { MemberName(String(describing: $0)) }
    signatures = list.map(\.signature)
    precondition(list.count <= 32, "an object has at most 32 known members")
  }
}

/// The known members of one object; unknown ones are ignored.
struct Fields<M: Member>: ~Copyable {
  let document: JSONDocument
  /// Place of each member's value; -1 where it is absent, -2 where it is null.
  private var slots: InlineArray<32, Int32>
  /// The member that holds this object; empty for a message or an item.
  private let outer: String

  /// The members of the object at `place`, which is the value of `outer` if it has a name.
  /// - Throws: `malformed` for a known member that stands twice, null or not.
  init(_ document: JSONDocument, _ place: Int, in outer: String = "") throws(Rejection) {
    self.document = document
    self.outer = outer
    slots = InlineArray(repeating: -1)
    let names = M.names
    let known = names.signatures.span
    let nodes = document.nodes.span
    var expected = 0
    var child = place + 1
    let end = Int(nodes[place].next)
    while child < end {
      let next = Int(nodes[child].next)
      let signature = nodes[child].name.signature
      // Senders that keep the order are found at once.
      var slot = expected
      for _ in 0..<known.count {
        if known[slot] == signature,
          signature.isWhole || document.isNamed(nodes[child].name, names.list[slot])
        {
          guard slots[slot] == -1 else {
            throw .repeated(Self.name(names.list[slot].text, in: outer))
          }
          slots[slot] = nodes[child].kind == .null ? -2 : Int32(truncatingIfNeeded: child)
          expected = slot + 1 == known.count ? 0 : slot + 1
          break
        }
        slot = slot + 1 == known.count ? 0 : slot + 1
      }
      child = next
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
  func name(_ member: M) -> String { Self.name(M.names.list[member.rawValue].text, in: outer) }

  private static func name(_ name: String, in outer: String) -> String {
    outer.isEmpty ? name : "\(outer).\(name)"
  }

  /// A rejection that shows what stands at `member`.
  func bad(
    _ member: M, _ allowed: String, code: Rejection.Code = .badField
  ) -> Rejection {
    Rejection(
      code, field: name(member), found: node(member).map(document.excerpt) ?? "nothing",
      allowed: allowed)
  }
}
