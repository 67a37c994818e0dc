public import Grid

/// Gateways' answers: `headroom.ack/1`, and `headroom.acks/1` for many.
///
/// Source: the MQTT contract, §7. `code`, `mode`, `field` and `detail` are not read: the word of
/// `status` decides.
public enum AcknowledgementCodec {
  /// A single message.
  public static func encode(_ item: Acknowledgement) -> [UInt8] { encodeSingle(item) }

  /// As few envelopes as 100 items and 65,536 bytes allow.
  public static func encode(envelope items: [Acknowledgement]) -> [[UInt8]] { encodeMany(items) }

  /// The answers of a single message or an envelope; an item with a fault is refused alone.
  /// - Throws: what is wrong with the message as a whole.
  public static func decode(_ bytes: [UInt8]) throws(Rejection) -> Envelope<Acknowledgement> {
    try decodeEnvelope(bytes)
  }
}

extension AcknowledgementCodec: ItemCodec {
  private enum Name: Int, Member {
    case commandId, noticeId, batteryId, status, at, acceptedW, deliveredWh, socPct, lastSeq, reason
    static let names = MemberNames(Name.self)
  }

  static let single = "headroom.ack/1"
  static let many = "headroom.acks/1"
  static let list = MemberName("acks")
  static let ids = [MemberName("commandId"), MemberName("noticeId")]

  static func item(_ document: JSONDocument, _ place: Int) throws(Rejection) -> Acknowledgement {
    let fields = try Fields<Name>(document, place)
    let subject: Acknowledgement.Subject
    switch (try fields.longID(.commandId), try fields.longID(.noticeId)) {
    case (let id?, nil): subject = .command(id)
    case (nil, let id?): subject = .notice(id)
    case (nil, nil): throw fields.bad(.commandId, "commandId or noticeId", code: .missingField)
    case (.some, .some):
      throw fields.bad(.noticeId, "commandId or noticeId, not both", code: .contradictory)
    }
    let battery = try fields.required(.batteryId, fields.id(.batteryId, as: BatteryKind.self))
    let status = try fields.required(
      .status, fields.word(.status, as: Acknowledgement.Status.self))
    let at = try fields.required(.at, fields.time(.at))
    let accepted = try fields.power(.acceptedW)
    if status == .started { _ = try fields.required(.acceptedW, accepted) }
    return Acknowledgement(
      subject: subject, battery: battery, status: status, at: at, accepted: accepted,
      delivered: try fields.energy(.deliveredWh), charge: try fields.percent(.socPct),
      lastSeq: try fields.integer(.lastSeq, 0...WireLimits.integer),
      reason: try fields.text(.reason))
  }

  static func write(_ item: Acknowledgement, to writer: inout JSONWriter) {
    switch item.subject {
    case .command(let id): writer.plain("commandId", id.text)
    case .notice(let id): writer.plain("noticeId", id.text)
    }
    writer.plain("batteryId", item.battery.text)
    writer.plain("status", item.status.rawValue)
    writer.time("at", item.at)
    writer.power("acceptedW", item.accepted)
    writer.energy("deliveredWh", item.delivered)
    writer.percent("socPct", item.charge)
    writer.integer("lastSeq", item.lastSeq)
    writer.text("reason", item.reason)
  }
}
