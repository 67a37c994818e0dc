public import Grid

/// The controller's answers to signals: `headroom.signal-ack/1`.
///
/// Source: the MQTT contract, §4 and §7.
public enum SignalAcknowledgementCodec {
  private static let schema = "headroom.signal-ack/1"

  private enum Name: Int, Member {
    case signalId, revision, status, at, requestedW, committedW, batteries, skipped
    case verifiedWh, treeSize, rootHash, reason, field, found, allowed
    static let names = MemberNames(Name.self)
  }

  /// A message.
  public static func encode(_ item: SignalAcknowledgement) -> [UInt8] {
    JSONWriter.message(schema) { writer in
      writer.plain("signalId", item.event.text)
      writer.integer("revision", item.revision)
      writer.plain("status", item.status.rawValue)
      writer.integer("code", code(item.status))
      writer.time("at", item.at)
      if let commitment = item.commitment {
        writer.power("requestedW", commitment.requested)
        writer.power("committedW", commitment.committed)
        writer.power("shortfallW", commitment.shortfall)
        writer.integer("batteries", Int64(commitment.batteries))
        writer.integer("skipped", Int64(commitment.skipped))
      }
      if let settled = item.settled {
        writer.integer("verifiedWh", settled.verifiedWh)
        writer.integer("treeSize", settled.treeSize)
        writer.plain("rootHash", settled.root.description)
      }
      if let rejection = item.rejection {
        writer.plain("reason", rejection.code.rawValue)
        rejection.write(to: &writer)
      }
    }
  }

  /// The answer in `bytes`.
  /// - Throws: what is wrong with it.
  public static func decode(_ bytes: [UInt8]) throws(Rejection) -> SignalAcknowledgement {
    let document = try JSONDocument(bytes)
    try document.expect(schema)
    let fields = try Fields<Name>(document, 0)
    return SignalAcknowledgement(
      event: try fields.required(.signalId, fields.id(.signalId, as: EventKind.self)),
      revision: try fields.required(.revision, fields.integer(.revision, 1...WireLimits.integer)),
      status: try fields.required(
        .status, fields.word(.status, as: SignalAcknowledgement.Status.self)),
      at: try fields.required(.at, fields.time(.at)), commitment: try commitment(fields),
      settled: try settled(fields), rejection: try rejection(fields))
  }

  private static func commitment(
    _ fields: borrowing Fields<Name>
  ) throws(Rejection) -> SignalAcknowledgement.Commitment? {
    let watts = 0...WireLimits.signalWatts
    guard let committed = try fields.power(.committedW, watts) else { return nil }
    let count = 0...Int64(Int32.max)
    return SignalAcknowledgement.Commitment(
      requested: try fields.required(.requestedW, fields.power(.requestedW, watts)),
      committed: committed,
      batteries: Int(try fields.required(.batteries, fields.integer(.batteries, count))),
      skipped: Int(try fields.required(.skipped, fields.integer(.skipped, count))))
  }

  private static func settled(
    _ fields: borrowing Fields<Name>
  ) throws(Rejection) -> SignalAcknowledgement.Settled? {
    let integers = -WireLimits.integer...WireLimits.integer
    guard let verified = try fields.integer(.verifiedWh, integers) else { return nil }
    return SignalAcknowledgement.Settled(
      verifiedWh: verified,
      treeSize: try fields.required(.treeSize, fields.integer(.treeSize, 0...WireLimits.integer)),
      root: try fields.required(.rootHash, fields.digest(.rootHash)))
  }

  private static func rejection(_ fields: borrowing Fields<Name>) throws(Rejection) -> Rejection? {
    guard let code = try fields.word(.reason, as: Rejection.Code.self) else { return nil }
    return Rejection(
      code, field: try fields.text(.field) ?? "", found: try fields.text(.found) ?? "",
      allowed: try fields.text(.allowed) ?? "")
  }

  /// The number of the word, after IEEE 2030.5 up to 11 and from 252.
  private static func code(_ status: SignalAcknowledgement.Status) -> Int64 {
    switch status {
    case .received: 1
    case .started: 2
    case .completed: 3
    case .cancelled: 6
    case .superseded: 7
    case .committed: 101
    case .settled: 102
    case .rejectedParameter: 252
    case .rejectedInvalid: 253
    case .rejectedLate: 254
    }
  }
}

extension Rejection {
  /// Writes `field`, `found` and `allowed` as far as they are known, each within 500 bytes.
  func write(to writer: inout JSONWriter) {
    for (name, text) in [("field", field), ("found", found), ("allowed", allowed)]
    where !text.isEmpty {
      writer.text(name, Excerpt.of(Array(text.utf8), upTo: WireLimits.textBytes))
    }
  }
}
