public import Grid

/// What a gateway reported of its batteries in one message.
public struct TelemetryMessage: Hashable, Sendable {
  /// The gateway's session, that of its birth.
  public let session: Int64
  /// From 1 in each session.
  public let seq: Int64
  /// One for each battery, in order.
  public let items: [Telemetry]
  /// What was not understood; the others stand.
  public let refused: [RefusedItem]

  /// A message.
  public init(session: Int64, seq: Int64, items: [Telemetry], refused: [RefusedItem] = []) {
    self.session = session
    self.seq = seq
    self.items = items
    self.refused = refused
  }
}

/// Telemetry: `headroom.tele/1`, 1...100 batteries.
///
/// Source: the MQTT contract, §9. `commandId` is not read.
public enum TelemetryCodec {
  /// A message; the caller keeps to 100 batteries.
  public static func encode(_ message: TelemetryMessage) -> [UInt8] {
    precondition(
      (1...WireLimits.items).contains(message.items.count), "telemetry has 1...100 batteries")
    return JSONWriter.message("headroom.tele/1") { writer in
      writer.integer("session", message.session)
      writer.integer("seq", message.seq)
      writer.name("batteries")
      writer.begin(UInt8(ascii: "["))
      for item in message.items {
        writer.comma()
        writer.begin(UInt8(ascii: "{"))
        TelemetryItem.write(item, to: &writer)
        writer.end(UInt8(ascii: "}"))
      }
      writer.end(UInt8(ascii: "]"))
    }
  }

  /// The message in `bytes`; a battery with a fault is refused alone.
  /// - Throws: what is wrong with the message as a whole.
  public static func decode(_ bytes: [UInt8]) throws(Rejection) -> TelemetryMessage {
    let document = try JSONDocument(bytes)
    try document.expect("headroom.tele/1")
    let fields = try Fields<Name>(document, 0)
    let session = try fields.required(.session, fields.integer(.session, 0...WireLimits.integer))
    let seq = try fields.required(.seq, fields.integer(.seq, 1...WireLimits.integer))
    let list = try fields.required(.batteries, fields.place(.batteries))
    let places = try document.items(list, "batteries")
    guard !places.isEmpty else { throw fields.bad(.batteries, "1...100 batteries") }
    let envelope = TelemetryItem.judge(document, places)
    return TelemetryMessage(
      session: session, seq: seq, items: envelope.items, refused: envelope.refused)
  }

  private enum Name: Int, Member {
    case session, seq, batteries
    static let names = MemberNames(Name.self)
  }
}

/// One battery of a telemetry message.
private enum TelemetryItem: ItemCodec {
  private enum Name: Int, Member {
    case batteryId, at, dischargeW, socPct, state, mode, availableWh, netImportW
    static let names = MemberNames(Name.self)
  }

  static let single = "headroom.tele/1"
  static let many = "headroom.tele/1"
  static let list = MemberName("batteries")
  static let ids = [MemberName("batteryId")]

  static func item(_ document: JSONDocument, _ place: Int) throws(Rejection) -> Telemetry {
    let fields = try Fields<Name>(document, place)
    return Telemetry(
      battery: try fields.required(.batteryId, fields.id(.batteryId, as: BatteryKind.self)),
      at: try fields.required(.at, fields.time(.at)),
      discharge: try fields.power(.dischargeW), charge: try fields.percent(.socPct),
      state: try fields.required(.state, fields.word(.state, as: Telemetry.State.self)),
      available: try fields.energy(.availableWh), netImport: try fields.power(.netImportW),
      mode: try fields.word(.mode, as: Telemetry.Mode.self))
  }

  static func write(_ item: Telemetry, to writer: inout JSONWriter) {
    writer.plain("batteryId", item.battery.text)
    writer.time("at", item.at)
    writer.power("dischargeW", item.discharge)
    writer.percent("socPct", item.charge)
    writer.plain("state", item.state.rawValue)
    if let mode = item.mode { writer.plain("mode", mode.rawValue) }
    writer.energy("availableWh", item.available)
    writer.power("netImportW", item.netImport)
  }
}
