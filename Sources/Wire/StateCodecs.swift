public import Grid

/// Gateways' births and deaths: `headroom.state/1`.
///
/// Source: the MQTT contract, §8. `firmware` and `model` are not read.
public enum GatewayStateCodec {
  private static let schema = "headroom.state/1"

  private enum Name: Int, Member {
    case online, session, at, clock, schemas, maxBatch, maxCommandsPerS
    static let names = MemberNames(Name.self)
  }

  private enum Clock: String, CaseIterable {
    case synced, unsynced
  }

  /// A message.
  public static func encode(_ item: GatewayState) -> [UInt8] {
    JSONWriter.message(schema) { writer in
      writer.flag("online", item.birth != nil)
      writer.integer("session", item.session)
      guard let birth = item.birth else { return }
      writer.time("at", birth.at)
      writer.plain("clock", (birth.clockSynced ? Clock.synced : .unsynced).rawValue)
      writer.texts("schemas", birth.schemas)
      writer.integer("maxBatch", Int64(birth.maxBatch))
      writer.integer("maxCommandsPerS", birth.maxCommandsPerSecond)
    }
  }

  /// The birth or death in `bytes`.
  /// - Throws: what is wrong with it.
  public static func decode(_ bytes: [UInt8]) throws(Rejection) -> GatewayState {
    let document = try JSONDocument(bytes)
    try document.expect(schema)
    let fields = try Fields<Name>(document, 0)
    let isOnline = try fields.required(.online, fields.flag(.online))
    let session = try fields.required(.session, fields.integer(.session, 0...WireLimits.integer))
    guard isOnline else { return GatewayState(session: session, birth: nil) }
    let birth = GatewayState.Birth(
      at: try fields.required(.at, fields.time(.at)),
      clockSynced: try fields.required(.clock, fields.word(.clock, as: Clock.self)) == .synced,
      schemas: try schemas(fields),
      maxBatch: Int(try fields.integer(.maxBatch, 1...Int64(WireLimits.items)) ?? 1),
      maxCommandsPerSecond: try fields.integer(.maxCommandsPerS, 1...1_000_000))
    return GatewayState(session: session, birth: birth)
  }

  private static func schemas(_ fields: borrowing Fields<Name>) throws(Rejection) -> [String] {
    let places = try fields.required(.schemas, fields.list(.schemas))
    guard places.count <= WireLimits.items else {
      throw fields.bad(.schemas, "up to \(WireLimits.items) schemas")
    }
    var schemas: [String] = []
    for place in places {
      let node = fields.document.nodes[place]
      guard node.kind == .string, node.end - node.start <= WireLimits.textBytes else {
        throw Rejection(
          .badField, field: "schemas", found: fields.document.excerpt(node),
          allowed: "texts of at most \(WireLimits.textBytes) bytes")
      }
      schemas.append(fields.document.text(node))
    }
    return schemas
  }
}

/// The controller's birth, heartbeat and death: `headroom.ctl/1`.
///
/// Source: the MQTT contract, §8.
public enum ControllerStateCodec {
  private static let schema = "headroom.ctl/1"

  private enum Name: Int, Member {
    case online, session, at, heartbeatS
    static let names = MemberNames(Name.self)
  }

  /// A message.
  public static func encode(_ item: ControllerState) -> [UInt8] {
    JSONWriter.message(schema) { writer in
      writer.flag("online", item.birth != nil)
      writer.integer("session", item.session)
      guard let birth = item.birth else { return }
      writer.time("at", birth.at)
      writer.integer("heartbeatS", birth.heartbeatSeconds)
    }
  }

  /// The birth or death in `bytes`.
  /// - Throws: what is wrong with it.
  public static func decode(_ bytes: [UInt8]) throws(Rejection) -> ControllerState {
    let document = try JSONDocument(bytes)
    try document.expect(schema)
    let fields = try Fields<Name>(document, 0)
    let isOnline = try fields.required(.online, fields.flag(.online))
    let session = try fields.required(.session, fields.integer(.session, 0...WireLimits.integer))
    guard isOnline else { return ControllerState(session: session, birth: nil) }
    let birth = ControllerState.Birth(
      at: try fields.required(.at, fields.time(.at)),
      heartbeatSeconds: try fields.required(
        .heartbeatS, fields.integer(.heartbeatS, 1...86_400)))
    return ControllerState(session: session, birth: birth)
  }
}
