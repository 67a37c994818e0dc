import Grid

extension Fields {
  /// An integer within `range`, without fraction or exponent.
  @inline(__always)
  func integer(_ member: M, _ range: ClosedRange<Int64>) throws(Rejection) -> Int64? {
    guard let node = node(member) else { return nil }
    guard let value = document.integer(node), range.contains(value) else {
      throw bad(
        member,
        "an integer of \(range.lowerBound)...\(range.upperBound) without fraction or exponent")
    }
    return value
  }

  /// Watts of one battery or site, within `range`.
  @inline(__always)
  func power(
    _ member: M, _ range: ClosedRange<Int64> = -WireLimits.watts...WireLimits.watts
  ) throws(Rejection) -> Power? {
    guard let watts = try integer(member, range) else { return nil }
    return Power(watts: watts)
  }

  /// Watt-hours, never negative.
  @inline(__always)
  func energy(
    _ member: M, upTo limit: Int64 = WireLimits.wattHours
  ) throws(Rejection) -> Energy? {
    guard let wattHours = try integer(member, 0...limit) else { return nil }
    return Energy(wattHours: wattHours)
  }

  /// A percentage of 0...100 with at most two decimals and no exponent.
  @inline(__always)
  func percent(_ member: M) throws(Rejection) -> Percent? {
    guard let node = node(member) else { return nil }
    guard let hundredths = document.hundredths(node), let value = Percent(hundredths: hundredths)
    else { throw bad(member, "a number of 0...100 with at most two decimals, no exponent") }
    return value
  }

  /// A moment in UTC.
  @inline(__always)
  func time(_ member: M) throws(Rejection) -> Timestamp? {
    guard let node = node(member) else { return nil }
    guard node.kind == .string, !node.isEscaped,
      let value = WireTime.read(document.bytes, Int(node.start), Int(node.end))
    else { throw bad(member, "a time like 2026-09-15T17:00:00Z, up to 6 decimals, always Z") }
    return value
  }

  /// The name of a thing of one kind.
  @inline(__always)
  func id<Kind>(_ member: M, as kind: Kind.Type = Kind.self) throws(Rejection) -> Identifier<Kind>?
  {
    guard let node = node(member) else { return nil }
    guard node.kind == .string, let value = Identifier<Kind>(document.text(node)) else {
      throw bad(member, "1...64 of A-Z a-z 0-9 _ -")
    }
    return value
  }

  /// The name of a command or a notice.
  func longID(_ member: M) throws(Rejection) -> LongIdentifier? {
    guard let node = node(member) else { return nil }
    guard node.kind == .string, let value = LongIdentifier(document.text(node)) else {
      throw bad(member, "1...150 of A-Z a-z 0-9 . _ -")
    }
    return value
  }

  /// A text of at most 500 bytes.
  func text(_ member: M) throws(Rejection) -> String? {
    guard let node = node(member) else { return nil }
    guard node.kind == .string else { throw bad(member, "a text") }
    let text = document.text(node)
    guard text.utf8.count <= WireLimits.textBytes else {
      throw bad(member, "a text of at most \(WireLimits.textBytes) bytes")
    }
    return text
  }

  /// One of the words of `Word`.
  @inline(__always)
  func word<Word: RawRepresentable<String> & CaseIterable>(
    _ member: M, as kind: Word.Type = Word.self
  ) throws(Rejection) -> Word? {
    guard let node = node(member) else { return nil }
    guard node.kind == .string, let word = Word(rawValue: document.text(node)) else {
      throw bad(member, Word.allCases.map(\.rawValue).joined(separator: ", "))
    }
    return word
  }

  /// True or false.
  func flag(_ member: M) throws(Rejection) -> Bool? {
    guard let node = node(member) else { return nil }
    switch node.kind {
    case .yes: return true
    case .no: return false
    case .object, .array, .string, .number, .null: throw bad(member, "true or false")
    }
  }

  /// A SHA-256 digest as 64 hexadecimal digits.
  func digest(_ member: M) throws(Rejection) -> Digest? {
    guard let node = node(member) else { return nil }
    guard node.kind == .string, let digest = Digest(hex: document.text(node)) else {
      throw bad(member, "64 hexadecimal digits")
    }
    return digest
  }

  /// The members of an object.
  func object<Inner: Member>(
    _ member: M, as kind: Inner.Type = Inner.self
  ) throws(Rejection) -> Fields<Inner>? {
    guard let place = place(member) else { return nil }
    guard document.nodes[place].kind == .object else { throw bad(member, "an object") }
    return try Fields<Inner>(document, place, in: name(member))
  }

  /// The places of an array's values.
  func list(_ member: M) throws(Rejection) -> [Int]? {
    guard let place = place(member) else { return nil }
    guard document.nodes[place].kind == .array else { throw bad(member, "an array") }
    return document.children(of: place)
  }
}

extension JSONDocument {
  /// Places of the values that the array or object at `place` holds.
  func children(of place: Int) -> [Int] {
    var places: [Int] = []
    var child = place + 1
    while child < Int(nodes[place].next) {
      places.append(child)
      child = Int(nodes[child].next)
    }
    return places
  }

  /// A number without fraction or exponent within ±(2^53 - 1), else nil.
  @inline(__always)
  func integer(_ node: JSONNode) -> Int64? {
    guard node.kind == .number else { return nil }
    var place = Int(node.start)
    let end = Int(node.end)
    let isNegative = bytes[place] == UInt8(ascii: "-")
    if isNegative { place += 1 }
    guard end - place <= 16 else { return nil }
    var value: Int64 = 0
    while place < end {
      let digit = bytes[place] &- UInt8(ascii: "0")
      guard digit < 10 else { return nil }
      value = value &* 10 &+ Int64(digit)
      place += 1
    }
    guard value <= WireLimits.integer else { return nil }
    return isNegative ? -value : value
  }

  /// A number with at most two decimals in hundredths, else nil.
  @inline(__always)
  func hundredths(_ node: JSONNode) -> Int32? {
    guard node.kind == .number, node.end - node.start <= 8 else { return nil }
    var value: Int32 = 0
    var decimals = -1
    for place in Int(node.start)..<Int(node.end) {
      let byte = bytes[place]
      if byte == UInt8(ascii: "."), decimals < 0 {
        decimals = 0
        continue
      }
      let digit = byte &- UInt8(ascii: "0")
      guard digit < 10 else { return nil }
      value = value &* 10 &+ Int32(digit)
      if decimals >= 0 { decimals += 1 }
    }
    switch decimals {
    case 2: return value
    case 1: return value &* 10
    case 3...: return nil
    default: return value <= 100 ? value &* 100 : nil
    }
  }
}
