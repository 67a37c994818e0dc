import Grid

/// The fields of an entry's data while they are read: each is taken once, and none may be left.
struct DataFields {
  private var pairs: [CBOR.Pair]

  init(from reader: inout CBOR.Reader) throws(LedgerRefusal) {
    let start = reader.position
    do throws(CBOR.Fault) {
      pairs = try reader.pairs(reader.map(), depth: 1)
    } catch { throw .notCanonical(error) }
    let size = reader.position - start
    guard size <= EntryLimits.data else {
      throw .limitExceeded(field: "bytes of data", found: size, allowed: EntryLimits.data)
    }
  }

  func has(_ name: String) -> Bool { pairs.contains { Self.matches($0, name) } }

  private static func matches(_ pair: CBOR.Pair, _ name: String) -> Bool {
    if case .text(let key) = pair.key { key == name } else { false }
  }

  mutating func take(_ name: String) throws(LedgerRefusal) -> CBOR.Value {
    guard let place = pairs.firstIndex(where: { Self.matches($0, name) }) else {
      throw .malformed(field: "data.\(name)", found: "absent", allowed: "one value")
    }
    return pairs.remove(at: place).value
  }

  mutating func text(_ name: String) throws(LedgerRefusal) -> String {
    let value = try take(name)
    guard case .text(let text) = value else {
      throw .malformed(field: "data.\(name)", found: "\(value)", allowed: "text")
    }
    return text
  }

  mutating func optionalText(_ name: String) throws(LedgerRefusal) -> String? {
    has(name) ? try text(name) : nil
  }

  mutating func unsigned(_ name: String) throws(LedgerRefusal) -> UInt64 {
    let value = try take(name)
    guard case .unsigned(let number) = value else {
      throw .malformed(field: "data.\(name)", found: "\(value)", allowed: "0 and above")
    }
    return number
  }

  mutating func moment(_ name: String) throws(LedgerRefusal) -> Timestamp {
    let microseconds = try unsigned(name)
    guard let exact = Int64(exactly: microseconds) else {
      throw .malformed(
        field: "data.\(name)", found: "\(microseconds)", allowed: "microseconds below 2^63")
    }
    return Timestamp(microseconds: exact)
  }

  mutating func digest(_ name: String) throws(LedgerRefusal) -> Digest {
    let value = try take(name)
    guard case .bytes(let bytes) = value, let digest = Digest(bytes: bytes) else {
      throw .malformed(field: "data.\(name)", found: "\(value)", allowed: "32 bytes")
    }
    return digest
  }

  mutating func choice<Choice: RawRepresentable<String> & CaseIterable>(
    _ name: String, of: Choice.Type
  ) throws(LedgerRefusal) -> Choice {
    try Self.choice(name, try text(name))
  }

  mutating func rights(_ name: String) throws(LedgerRefusal) -> [Right] {
    let value = try take(name)
    guard case .array(let values) = value else {
      throw .malformed(field: "data.\(name)", found: "\(value)", allowed: "an array of rights")
    }
    var rights: [Right] = []
    for value in values {
      guard case .text(let text) = value else {
        throw .malformed(field: "data.\(name)", found: "\(value)", allowed: "text")
      }
      rights.append(try Self.choice(name, text))
    }
    return rights
  }

  private static func choice<Choice: RawRepresentable<String> & CaseIterable>(
    _ name: String, _ text: String
  ) throws(LedgerRefusal) -> Choice {
    guard let choice = Choice(rawValue: text) else {
      let allowed = Choice.allCases.map(\.rawValue).joined(separator: ", ")
      throw .malformed(field: "data.\(name)", found: text, allowed: allowed)
    }
    return choice
  }

  /// Refuses what nobody took.
  func end() throws(LedgerRefusal) {
    if let left = pairs.first {
      throw .malformed(field: "data", found: "\(left.key)", allowed: "the fields of this type")
    }
  }
}
