import Grid

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
  /// Writes what the request hash covers.
  func write(to writer: inout CBOR.Writer) {
    writer.map(fieldCount)
    writeType(to: &writer)
    writeEffective(to: &writer)
    if !legs.isEmpty {
      writer.unsigned(EntryKey.postings)
      writer.array(legs.count)
      for leg in legs {
        writer.array(4)
        write(leg, to: &writer)
      }
    }
    writer.mark()
    writeRest(to: &writer)
  }

  /// Writes the entry, which has the request's own bytes in `written` behind its postings.
  func write(
    to writer: inout CBOR.Writer, _ recordedAt: Timestamp, _ places: [Entry.Place],
    _ hash: Digest?, written: CBOR.Writer
  ) {
    writer.map(fieldCount + 2 + (source == nil ? 0 : 3) + (approvals.isEmpty ? 0 : 1))
    writer.unsigned(EntryKey.version)
    writer.unsigned(EntryKey.formatVersion)
    writeType(to: &writer)
    writer.unsigned(EntryKey.recordedAt)
    writer.integer(recordedAt.microseconds)
    writeEffective(to: &writer)
    if !legs.isEmpty {
      writer.unsigned(EntryKey.postings)
      writer.array(legs.count)
      for (place, leg) in legs.enumerated() {
        writer.array(6)
        write(leg, to: &writer)
        writer.unsigned(places[place].ordinal)
        writer.integer(places[place].balanceAfter)
      }
    }
    if let hash, let source {
      writer.unsigned(EntryKey.idempotencyKey)
      writer.words(source.key.high, source.key.low)
      writer.unsigned(EntryKey.requestHash)
      writer.digest(hash)
      writer.unsigned(EntryKey.author)
      writer.words(source.author.value)
    }
    writer.copyMarked(of: written)
    if !approvals.isEmpty { writeApprovals(to: &writer) }
  }

  private var fieldCount: Int {
    2 + (effective == nil ? 0 : 1) + (legs.isEmpty ? 0 : 1) + (evidence.isEmpty ? 0 : 1)
      + (reference == nil ? 0 : 1) + (rule == nil ? 0 : 1)
  }

  private func writeType(to writer: inout CBOR.Writer) {
    writer.unsigned(EntryKey.type)
    writer.unsigned(data.type.rawValue)
  }

  private func writeEffective(to writer: inout CBOR.Writer) {
    guard let effective else { return }
    writer.unsigned(EntryKey.effective)
    writer.array(2)
    writer.integer(effective.start.microseconds)
    writer.integer(effective.end.microseconds)
  }

  private func write(_ leg: Leg, to writer: inout CBOR.Writer) {
    writer.words(leg.account.high, leg.account.low)
    writer.unsigned(UInt64(leg.commodity))
    writer.unsigned(UInt64(leg.layer.rawValue))
    writer.integer(leg.amount)
  }

  private func writeRest(to writer: inout CBOR.Writer) {
    if !evidence.isEmpty {
      writer.unsigned(EntryKey.evidence)
      writer.array(evidence.count)
      for piece in evidence {
        writer.array(2)
        writer.unsigned(piece.kind.rawValue)
        writer.digest(piece.hash)
      }
    }
    if let reference {
      writer.unsigned(EntryKey.reference)
      writer.unsigned(reference)
    }
    if let rule {
      writer.unsigned(EntryKey.rule)
      writer.digest(rule)
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
