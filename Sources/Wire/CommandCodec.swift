public import Grid

/// Commands: `headroom.cmd/1`, and `headroom.cmds/1` for many.
///
/// Source: the MQTT contract, §6. A `charge` is refused as `unsupported`, and so is the sign that
/// does not belong to the type as `contradictory`. The name must be `{eventId}.{batteryId}.{seq}`.
public enum CommandCodec {
  /// A single message.
  public static func encode(_ item: Command) -> [UInt8] { encodeSingle(item) }

  /// As few envelopes as 100 items and 65,536 bytes allow.
  public static func encode(envelope items: [Command]) -> [[UInt8]] { encodeMany(items) }

  /// The commands of a single message or an envelope; an item with a fault is refused alone.
  /// - Throws: what is wrong with the message as a whole.
  public static func decode(_ bytes: [UInt8]) throws(Rejection) -> Envelope<Command> {
    try decodeEnvelope(bytes)
  }
}

/// What a percentage was and of what.
enum RequestMember: Int, Member {
  case percent, of
  static let names = MemberNames(RequestMember.self)
}

extension CommandCodec: ItemCodec {
  private enum Name: Int, Member {
    case commandId, seq, type, batteryId, eventId, issuedAt, startsAt, endsAt, notAfter
    case setpointW, energyLimitWh, minSocPct, exportLimitW, rampS, graceS, handBack
    case request, boundBy
    static let names = MemberNames(Name.self)
  }

  private enum Kind: String, CaseIterable {
    case discharge, charge, hold, cancel
  }

  static let single = "headroom.cmd/1"
  static let many = "headroom.cmds/1"
  static let list = MemberName("commands")
  static let ids = [MemberName("commandId")]

  static func item(_ document: JSONDocument, _ place: Int) throws(Rejection) -> Command {
    let fields = try Fields<Name>(document, place)
    let id = try fields.required(.commandId, fields.node(.commandId))
    let seq = try fields.required(.seq, fields.integer(.seq, 1...WireLimits.integer))
    let kind = try fields.required(.type, fields.word(.type, as: Kind.self))
    let battery = try fields.required(.batteryId, fields.id(.batteryId, as: BatteryKind.self))
    let event = try fields.id(.eventId, as: EventKind.self)
    let issuedAt = try fields.required(.issuedAt, fields.time(.issuedAt))
    let start = try fields.required(.startsAt, fields.time(.startsAt))
    let end = try fields.required(.endsAt, fields.time(.endsAt))
    let notAfter = try fields.required(.notAfter, fields.time(.notAfter))
    guard let window = Window(start: start, end: end) else {
      throw fields.bad(.endsAt, "after startsAt")
    }
    guard start <= notAfter, notAfter <= end else {
      throw fields.bad(.notAfter, "startsAt...endsAt")
    }
    let command = Command(
      seq: seq, battery: battery, event: event, issuedAt: issuedAt, window: window,
      notAfter: notAfter, action: try action(fields, kind, notAfter: notAfter, end: end),
      exportLimit: try fields.power(.exportLimitW, 0...WireLimits.watts),
      rampSeconds: try fields.integer(.rampS, 0...3_600) ?? 0,
      graceSeconds: try fields.integer(.graceS, 60...86_400),
      handBack: try fields.word(.handBack, as: Command.HandBack.self) ?? .priorMode,
      request: try request(fields), boundBy: try fields.text(.boundBy))
    guard id.kind == .string, document.equals(id, command.id.text) else {
      throw fields.bad(.commandId, command.id.text)
    }
    return command
  }

  private static func action(
    _ fields: borrowing Fields<Name>, _ kind: Kind, notAfter: Timestamp, end: Timestamp
  ) throws(Rejection) -> Command.Action {
    switch kind {
    case .charge: throw fields.bad(.type, "discharge, hold, cancel", code: .unsupported)
    case .cancel:
      guard notAfter == end else { throw fields.bad(.notAfter, "endsAt, for a cancel") }
      return .cancel
    case .hold:
      let setpoint = try fields.required(.setpointW, fields.power(.setpointW))
      guard setpoint == .zero else {
        throw fields.bad(.setpointW, "0, for a hold", code: .contradictory)
      }
      return .hold
    case .discharge:
      let setpoint = try fields.required(.setpointW, fields.power(.setpointW))
      guard setpoint > .zero else {
        throw fields.bad(.setpointW, "above 0, for a discharge", code: .contradictory)
      }
      return .discharge(
        setpoint: setpoint,
        energyLimit: try fields.required(.energyLimitWh, fields.energy(.energyLimitWh)),
        floor: try fields.required(.minSocPct, fields.percent(.minSocPct)))
    }
  }

  private static func request(_ fields: borrowing Fields<Name>) throws(Rejection)
    -> ReductionRequest?
  {
    guard let inner = try fields.object(.request, as: RequestMember.self) else { return nil }
    let percent = try inner.required(.percent, inner.percent(.percent))
    guard percent > .zero else { throw inner.bad(.percent, "above 0, up to 100") }
    return .release(percent, of: try inner.required(.of, inner.word(.of, as: ReleaseBasis.self)))
  }

  static func write(_ item: Command, to writer: inout JSONWriter) {
    writer.plain("commandId", item.id.text)
    writer.integer("seq", item.seq)
    switch item.action {
    case .discharge: writer.plain("type", "discharge")
    case .hold: writer.plain("type", "hold")
    case .cancel: writer.plain("type", "cancel")
    }
    writer.plain("batteryId", item.battery.text)
    if let event = item.event { writer.plain("eventId", event.text) }
    writer.time("issuedAt", item.issuedAt)
    writer.time("startsAt", item.window.start)
    writer.time("endsAt", item.window.end)
    writer.time("notAfter", item.notAfter)
    var isDischarge = false
    switch item.action {
    case .discharge(let setpoint, let energyLimit, let floor):
      writer.power("setpointW", setpoint)
      writer.energy("energyLimitWh", energyLimit)
      writer.percent("minSocPct", floor)
      isDischarge = true
    case .hold: writer.integer("setpointW", 0)
    case .cancel: break
    }
    writer.power("exportLimitW", item.exportLimit)
    if item.rampSeconds > 0 { writer.integer("rampS", item.rampSeconds) }
    writer.integer("graceS", item.graceSeconds)
    if isDischarge || item.handBack != .priorMode {
      writer.plain("handBack", item.handBack.rawValue)
    }
    if case .release(let percent, let basis)? = item.request {
      writer.object("request") {
        $0.percent("percent", percent)
        $0.plain("of", basis.rawValue)
      }
    }
    writer.text("boundBy", item.boundBy)
  }
}
