import Grid

/// What surrounds a request when it is written.
enum EntryFrame {
  /// Nothing: the bytes are hashed.
  case none
  /// Time, places and hash: the bytes are an entry.
  case entry(Timestamp, [Entry.Place], Digest?)
}

/// The numbers of an entry's fields.
enum EntryKey {
  static let version: UInt64 = 0
  static let type: UInt64 = 1
  static let recordedAt: UInt64 = 2
  static let effective: UInt64 = 3
  static let postings: UInt64 = 4
  static let idempotencyKey: UInt64 = 5
  static let requestHash: UInt64 = 6
  static let author: UInt64 = 7
  static let evidence: UInt64 = 8
  static let reference: UInt64 = 9
  static let rule: UInt64 = 10
  static let data: UInt64 = 11
  static let approvals: UInt64 = 12

  static let formatVersion: UInt64 = 1
}

extension EntryRequest {
  func write(to writer: inout CBOR.Writer, _ frame: EntryFrame) {
    switch frame {
    case .none:
      writer.map(fieldCount)
    case .entry(let recordedAt, _, _):
      writer.map(fieldCount + 2 + (source == nil ? 0 : 3) + (approvals.isEmpty ? 0 : 1))
      writer.unsigned(EntryKey.version)
      writer.unsigned(EntryKey.formatVersion)
      writeType(to: &writer)
      writer.unsigned(EntryKey.recordedAt)
      writer.integer(recordedAt.microseconds)
    }
    if case .none = frame { writeType(to: &writer) }
    if let effective {
      writer.unsigned(EntryKey.effective)
      writer.array(2)
      writer.integer(effective.start.microseconds)
      writer.integer(effective.end.microseconds)
    }
    if !legs.isEmpty { writeLegs(to: &writer, frame) }
    if case .entry(_, _, let hash?) = frame, let source {
      writer.unsigned(EntryKey.idempotencyKey)
      writer.words(source.key.high, source.key.low)
      writer.unsigned(EntryKey.requestHash)
      writer.bytes(hash.bytes)
      writer.unsigned(EntryKey.author)
      writer.words(source.author.value)
    }
    writeRest(to: &writer)
    if case .entry = frame, !approvals.isEmpty { writeApprovals(to: &writer) }
  }

  private var fieldCount: Int {
    2 + (effective == nil ? 0 : 1) + (legs.isEmpty ? 0 : 1) + (evidence.isEmpty ? 0 : 1)
      + (reference == nil ? 0 : 1) + (rule == nil ? 0 : 1)
  }

  private func writeType(to writer: inout CBOR.Writer) {
    writer.unsigned(EntryKey.type)
    writer.unsigned(data.type.rawValue)
  }

  private func writeLegs(to writer: inout CBOR.Writer, _ frame: EntryFrame) {
    writer.unsigned(EntryKey.postings)
    writer.array(legs.count)
    for (place, leg) in legs.enumerated() {
      if case .none = frame { writer.array(4) } else { writer.array(6) }
      writer.words(leg.account.high, leg.account.low)
      writer.unsigned(UInt64(leg.commodity))
      writer.unsigned(UInt64(leg.layer.rawValue))
      writer.integer(leg.amount)
      if case .entry(_, let places, _) = frame {
        writer.unsigned(places[place].ordinal)
        writer.integer(places[place].balanceAfter)
      }
    }
  }

  private func writeRest(to writer: inout CBOR.Writer) {
    if !evidence.isEmpty {
      writer.unsigned(EntryKey.evidence)
      writer.array(evidence.count)
      for piece in evidence {
        writer.array(2)
        writer.unsigned(piece.kind.rawValue)
        writer.bytes(piece.hash.bytes)
      }
    }
    if let reference {
      writer.unsigned(EntryKey.reference)
      writer.unsigned(reference)
    }
    if let rule {
      writer.unsigned(EntryKey.rule)
      writer.bytes(rule.bytes)
    }
    writer.unsigned(EntryKey.data)
    data.write(to: &writer)
  }

  private func writeApprovals(to writer: inout CBOR.Writer) {
    writer.unsigned(EntryKey.approvals)
    writer.array(approvals.count)
    for approval in approvals {
      writer.array(2)
      writer.words(approval.key.value)
      writer.bytes(approval.signature)
    }
  }
}
