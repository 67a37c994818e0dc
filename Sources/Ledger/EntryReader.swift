import Grid

/// Reads the bytes of one entry, field by field in their only order.
enum EntryReader {
  /// The entry, and the bytes of it that a request hash covers.
  ///
  /// An entry holds its request in the same canonical pieces, so these are cut out, not written
  /// again.
  static func entry(
    _ bytes: [UInt8]
  ) throws(LedgerRefusal) -> (entry: Entry, hashed: [UInt8]) {
    guard bytes.count <= EntryLimits.bytes else {
      throw .limitExceeded(field: "bytes", found: bytes.count, allowed: EntryLimits.bytes)
    }
    var reader = CBOR.Reader(bytes)
    do {
      return try entry(&reader)
    } catch let fault as CBOR.Fault {
      throw .notCanonical(fault)
    } catch let refusal as LedgerRefusal {
      throw refusal
    } catch {
      preconditionFailure("reading an entry throws faults and refusals only")
    }
  }

  /// The fields that were found so far.
  private struct Draft {
    var type: EntryType?
    var recordedAt: Timestamp?
    var effective: Window?
    var legs: [Leg] = []
    var places: [Entry.Place] = []
    var key: IdempotencyKey?
    var hash: Digest?
    var author: AuthorID?
    var evidence: [Evidence] = []
    var reference: UInt64?
    var rule: Digest?
    var data: EntryData?
    var approvals: [Approval] = []
    // The first byte is the head of the map, whose count is known at the end.
    var hashed: [UInt8] = [0xA0]
  }

  private static func entry(
    _ reader: inout CBOR.Reader
  ) throws -> (entry: Entry, hashed: [UInt8]) {
    var draft = Draft()
    draft.hashed.reserveCapacity(reader.bytes.count)
    let count = try reader.map()
    var last: UInt64?
    for _ in 0..<count {
      let start = reader.position
      let key = try reader.unsigned()
      if let last, key <= last {
        throw reader.fault(key == last ? .keyTwice : .keyOrder, at: start)
      }
      if last == nil, key != EntryKey.version { throw absent("version") }
      last = key
      try read(key, into: &draft, from: &reader)
      switch key {
      case EntryKey.type, EntryKey.effective, EntryKey.evidence...EntryKey.data:
        draft.hashed.append(contentsOf: reader.bytes[start..<reader.position])
        draft.hashed[0] += 1
      case EntryKey.postings: draft.hashed[0] += 1
      default: break
      }
    }
    try reader.end()
    return (try finish(draft), draft.hashed)
  }

  private static func read(
    _ key: UInt64, into draft: inout Draft, from reader: inout CBOR.Reader
  ) throws {
    switch key {
    case EntryKey.version:
      let version = try reader.unsigned()
      guard version == EntryKey.formatVersion else {
        throw LedgerRefusal.malformed(field: "version", found: "\(version)", allowed: "1")
      }
    case EntryKey.type:
      let number = try reader.unsigned()
      guard let type = EntryType(rawValue: number) else {
        throw LedgerRefusal.malformed(field: "type", found: "\(number)", allowed: "1 to 11")
      }
      draft.type = type
    case EntryKey.recordedAt: draft.recordedAt = try moment("recordedAt", &reader)
    case EntryKey.effective: draft.effective = try window(&reader)
    case EntryKey.postings: try postings(into: &draft, &reader)
    case EntryKey.idempotencyKey:
      let words = try reader.words()
      draft.key = IdempotencyKey(high: words.0, low: words.1)
    case EntryKey.requestHash: draft.hash = try digest(&reader)
    case EntryKey.author: draft.author = AuthorID(try reader.word())
    case EntryKey.evidence: draft.evidence = try evidence(&reader)
    case EntryKey.reference: draft.reference = try reader.unsigned()
    case EntryKey.rule: draft.rule = try digest(&reader)
    case EntryKey.data:
      guard let type = draft.type else { throw absent("type") }
      draft.data = try EntryData.read(type, from: &reader)
    case EntryKey.approvals: draft.approvals = try approvals(&reader)
    default:
      throw LedgerRefusal.malformed(field: "entry", found: "key \(key)", allowed: "0 to 12")
    }
  }

  private static func finish(_ draft: Draft) throws -> Entry {
    guard draft.type != nil else { throw absent("type") }
    guard let recordedAt = draft.recordedAt else { throw absent("recordedAt") }
    guard let data = draft.data else { throw absent("data") }
    var source: RequestSource?
    if let author = draft.author, let key = draft.key, draft.hash != nil {
      source = RequestSource(author: author, key: key)
    } else if draft.author != nil || draft.key != nil || draft.hash != nil {
      throw LedgerRefusal.malformed(
        field: "source", found: "only a part", allowed: "key, request hash and author, or none")
    }
    let request = EntryRequest(
      data, source: source, effective: draft.effective, legs: draft.legs,
      evidence: draft.evidence, reference: draft.reference, rule: draft.rule,
      approvals: draft.approvals)
    return Entry(
      recordedAt: recordedAt, request: request, places: draft.places, requestHash: draft.hash)
  }

  private static func absent(_ field: String) -> LedgerRefusal {
    .malformed(field: field, found: "absent", allowed: "one value")
  }

  private static func moment(
    _ field: String, _ reader: inout CBOR.Reader
  ) throws -> Timestamp {
    let number = try reader.unsigned()
    guard let microseconds = Int64(exactly: number) else {
      throw LedgerRefusal.malformed(
        field: field, found: "\(number)", allowed: "microseconds below 2^63")
    }
    return Timestamp(microseconds: microseconds)
  }

  private static func digest(_ reader: inout CBOR.Reader) throws -> Digest {
    Digest(bytes: try reader.bytes(count: 32))!
  }

  private static func window(_ reader: inout CBOR.Reader) throws -> Window {
    try count(2, "effective", &reader)
    let start = try moment("effective", &reader)
    let end = try moment("effective", &reader)
    guard let window = Window(start: start, end: end) else {
      throw LedgerRefusal.malformed(
        field: "effective", found: "\(start)/\(end)", allowed: "a start before its end")
    }
    return window
  }

  private static func count(
    _ expected: Int, _ field: String, _ reader: inout CBOR.Reader
  ) throws {
    let found = try reader.array()
    guard found == expected else {
      throw LedgerRefusal.malformed(
        field: field, found: "\(found) values", allowed: "\(expected) values")
    }
  }

  /// The count of an array of at least one and at most `limit`: none is written as absent.
  private static func count(
    _ field: String, limit: Int, _ reader: inout CBOR.Reader
  ) throws -> Int {
    let found = try reader.array()
    guard found > 0 else {
      throw LedgerRefusal.malformed(field: field, found: "empty", allowed: "absent when empty")
    }
    guard found <= limit else {
      throw LedgerRefusal.limitExceeded(field: field, found: found, allowed: limit)
    }
    return found
  }

  private static func postings(into draft: inout Draft, _ reader: inout CBOR.Reader) throws {
    // The key is one byte long.
    let start = reader.position - 1
    let count = try count("postings", limit: EntryLimits.postings, &reader)
    draft.hashed.append(contentsOf: reader.bytes[start..<reader.position])
    draft.legs.reserveCapacity(count)
    draft.places.reserveCapacity(count)
    for _ in 0..<count {
      try Self.count(6, "posting", &reader)
      let fields = reader.position
      let account = try reader.words()
      let commodity = try reader.unsigned()
      let layer = try reader.unsigned()
      guard let number = UInt32(exactly: commodity), number > 0 else {
        throw LedgerRefusal.malformed(
          field: "commodity", found: "\(commodity)", allowed: "1 to 4294967295")
      }
      guard let known = UInt8(exactly: layer).flatMap(Layer.init(rawValue:)) else {
        throw LedgerRefusal.malformed(field: "layer", found: "\(layer)", allowed: "0, 1 or 2")
      }
      draft.legs.append(
        Leg(
          account: AccountID(high: account.0, low: account.1), commodity: number, layer: known,
          amount: try reader.integer()))
      draft.hashed.append(0x84)
      draft.hashed.append(contentsOf: reader.bytes[fields..<reader.position])
      let ordinal = try reader.unsigned()
      draft.places.append(Entry.Place(ordinal: ordinal, balanceAfter: try reader.integer()))
    }
  }

  private static func evidence(_ reader: inout CBOR.Reader) throws -> [Evidence] {
    var evidence: [Evidence] = []
    for _ in 0..<(try count("evidence", limit: EntryLimits.evidence, &reader)) {
      try count(2, "evidence", &reader)
      let number = try reader.unsigned()
      guard let kind = EvidenceKind(rawValue: number) else {
        throw LedgerRefusal.malformed(field: "evidence", found: "\(number)", allowed: "1 to 9")
      }
      evidence.append(Evidence(kind, try digest(&reader)))
    }
    return evidence
  }

  private static func approvals(_ reader: inout CBOR.Reader) throws -> [Approval] {
    var approvals: [Approval] = []
    for _ in 0..<(try count("approvals", limit: EntryLimits.approvals, &reader)) {
      try count(2, "approval", &reader)
      let key = AuthorID(try reader.word())
      approvals.append(Approval(key: key, signature: try reader.bytes(count: 64)))
    }
    return approvals
  }
}
