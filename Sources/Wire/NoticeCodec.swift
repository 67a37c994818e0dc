public import Grid

/// Notices: `headroom.notice/1`, and `headroom.notices/1` for many.
///
/// Source: the MQTT contract, §5. The name must be `{eventId}.{batteryId}.n{revision}`. Members
/// for display (`request`, `preCharge`, `premium`, `penalty`, `test`, `programmeId`) are not read.
public enum NoticeCodec {
  /// A single message.
  public static func encode(_ item: Notice) -> [UInt8] { encodeSingle(item) }

  /// As few envelopes as 100 items and 65,536 bytes allow.
  public static func encode(envelope items: [Notice]) -> [[UInt8]] { encodeMany(items) }

  /// The notices of a single message or an envelope; an item with a fault is refused alone.
  /// - Throws: what is wrong with the message as a whole.
  public static func decode(_ bytes: [UInt8]) throws(Rejection) -> Envelope<Notice> {
    try decodeEnvelope(bytes)
  }
}

extension NoticeCodec: ItemCodec {
  private enum Name: Int, Member {
    case noticeId, eventId, batteryId, revision, status, issuedAt, startsAt, endsAt, level, ackBy
    case plannedW, plannedWh, minSocPct, optOutBy, policySha256
    static let names = MemberNames(Name.self)
  }

  private enum Status: String, CaseIterable {
    case scheduled, cancelled
  }

  static let single = "headroom.notice/1"
  static let many = "headroom.notices/1"
  static let list = MemberName("notices")
  static let ids = [MemberName("noticeId")]

  static func item(_ document: JSONDocument, _ place: Int) throws(Rejection) -> Notice {
    let fields = try Fields<Name>(document, place)
    let id = try fields.required(.noticeId, fields.node(.noticeId))
    let event = try fields.required(.eventId, fields.id(.eventId, as: EventKind.self))
    let battery = try fields.required(.batteryId, fields.id(.batteryId, as: BatteryKind.self))
    let revision = try fields.required(
      .revision, fields.integer(.revision, 1...WireLimits.integer))
    let status = try fields.required(.status, fields.word(.status, as: Status.self))
    let issuedAt = try fields.required(.issuedAt, fields.time(.issuedAt))
    let notice = Notice(
      event: event, battery: battery, revision: revision, issuedAt: issuedAt,
      schedule: status == .scheduled ? try schedule(fields) : nil)
    guard id.kind == .string, document.equals(id, notice.id.text) else {
      throw fields.bad(.noticeId, notice.id.text)
    }
    return notice
  }

  private static func schedule(_ fields: borrowing Fields<Name>) throws(Rejection)
    -> Notice.Schedule
  {
    let start = try fields.required(.startsAt, fields.time(.startsAt))
    let end = try fields.required(.endsAt, fields.time(.endsAt))
    guard let window = Window(start: start, end: end) else {
      throw fields.bad(.endsAt, "after startsAt")
    }
    let level = try fields.required(.level, fields.integer(.level, 0...3))
    return Notice.Schedule(
      window: window, level: Int(level),
      acknowledgeBy: try fields.required(.ackBy, fields.time(.ackBy)),
      planned: try fields.power(.plannedW), plannedEnergy: try fields.energy(.plannedWh),
      floor: try fields.percent(.minSocPct), optOutBy: try fields.time(.optOutBy),
      policy: try fields.digest(.policySha256))
  }

  static func write(_ item: Notice, to writer: inout JSONWriter) {
    writer.plain("noticeId", item.id.text)
    writer.plain("eventId", item.event.text)
    writer.plain("batteryId", item.battery.text)
    writer.integer("revision", item.revision)
    writer.plain("status", item.schedule == nil ? "cancelled" : "scheduled")
    writer.time("issuedAt", item.issuedAt)
    guard let schedule = item.schedule else { return }
    writer.time("startsAt", schedule.window.start)
    writer.time("endsAt", schedule.window.end)
    writer.integer("level", Int64(schedule.level))
    writer.time("ackBy", schedule.acknowledgeBy)
    writer.power("plannedW", schedule.planned)
    writer.energy("plannedWh", schedule.plannedEnergy)
    writer.percent("minSocPct", schedule.floor)
    writer.time("optOutBy", schedule.optOutBy)
    if let policy = schedule.policy { writer.plain("policySha256", policy.description) }
  }
}
