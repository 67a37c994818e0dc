public import Grid

/// Signals: `headroom.signal/1`, as messages and as files.
///
/// Source: the MQTT contract, §4. What needs the clock or other signals (31 days ahead, past,
/// revisions, targets, programmes) is not judged here.
public enum SignalCodec {
  private static let schema = "headroom.signal/1"
  /// A signal lasts at least this.
  static let shortest: Int64 = 60
  /// A signal lasts at most this.
  static let longest: Int64 = 86_400
  static let targets = 64

  private enum Name: Int, Member {
    case signalId, issuer, revision, status, issuedAt, startsAt, endsAt, level, programmeId, alert
    case targets, priority, requestedReductionW, releasePercent, of, premium, penalty, note, test
    static let names = MemberNames(Name.self)
  }

  private enum PriceName: Int, Member {
    case currency, perKwh
    static let names = MemberNames(PriceName.self)
  }

  private enum Status: String, CaseIterable {
    case active, cancelled
  }

  /// A message, or with its issuer a file.
  public static func encode(_ signal: GridSignal, issuer: UtilityID?) -> [UInt8] {
    JSONWriter.message(schema) { writer in
      writer.plain("signalId", signal.event.text)
      if let issuer { writer.plain("issuer", issuer.text) }
      writer.integer("revision", signal.revision)
      writer.plain("status", signal.content == nil ? "cancelled" : "active")
      writer.time("issuedAt", signal.issuedAt)
      if let content = signal.content { write(content, to: &writer) }
    }
  }

  /// The signal of a message on the topic of `issuer`.
  /// - Throws: `wrongPrincipal` when the message names another issuer; else what is wrong with it.
  public static func decode(
    _ bytes: [UInt8], issuer: UtilityID
  ) throws(Rejection) -> GridSignal {
    let (named, signal) = try read(bytes)
    if let named, named != issuer {
      throw Rejection(
        .wrongPrincipal, field: "issuer", found: named.text,
        allowed: "\(issuer.text), the utility of the topic")
    }
    return signal
  }

  /// The signal of a file, which names its issuer.
  /// - Throws: what is wrong with it.
  public static func decodeFile(
    _ bytes: [UInt8]
  ) throws(Rejection) -> (issuer: UtilityID, signal: GridSignal) {
    let (named, signal) = try read(bytes)
    guard let named else {
      throw Rejection(
        .missingField, field: "issuer", found: "nothing", allowed: "the utility, in a file")
    }
    return (named, signal)
  }

  private static func read(_ bytes: [UInt8]) throws(Rejection) -> (UtilityID?, GridSignal) {
    let document = try JSONDocument(bytes)
    try document.expect(schema)
    let fields = try Fields<Name>(document, 0)
    let event = try fields.required(.signalId, fields.id(.signalId, as: EventKind.self))
    let issuer = try fields.id(.issuer, as: UtilityKind.self)
    let revision = try fields.required(
      .revision, fields.integer(.revision, 1...WireLimits.integer))
    let status = try fields.required(.status, fields.word(.status, as: Status.self))
    let issuedAt = try fields.required(.issuedAt, fields.time(.issuedAt))
    let content = status == .active ? try content(fields) : nil
    return (
      issuer,
      GridSignal(event: event, revision: revision, issuedAt: issuedAt, content: content)
    )
  }

  private static func content(_ fields: borrowing Fields<Name>) throws(Rejection)
    -> GridSignal.Content
  {
    let start = try fields.required(.startsAt, fields.time(.startsAt))
    let end = try fields.required(.endsAt, fields.time(.endsAt))
    guard start.isWholeSecond else { throw fields.bad(.startsAt, "a whole second") }
    guard end.isWholeSecond else { throw fields.bad(.endsAt, "a whole second") }
    guard let window = Window(start: start, end: end),
      (shortest...longest).contains(window.seconds)
    else { throw fields.bad(.endsAt, "\(shortest) s...24 h after startsAt") }
    let level = try fields.required(.level, fields.integer(.level, 0...3))
    let request = try request(fields)
    if level == 0, request != .byLevel {
      throw fields.bad(.level, "1...3 with a request; 0 asks for none", code: .contradictory)
    }
    return GridSignal.Content(
      window: window, level: Int(level),
      programme: try fields.id(.programmeId, as: ProgrammeKind.self),
      targets: try targets(fields),
      priority: try fields.integer(.priority, 0...255).map { Int($0) },
      request: request, premium: try price(fields, .premium),
      penalty: try price(fields, .penalty), alert: try fields.text(.alert),
      note: try fields.text(.note), isTest: try fields.flag(.test) ?? false)
  }

  private static func request(_ fields: borrowing Fields<Name>) throws(Rejection)
    -> ReductionRequest
  {
    let watts = try fields.power(.requestedReductionW, 1...WireLimits.signalWatts)
    let percent = try fields.percent(.releasePercent)
    let basis = try fields.word(.of, as: ReleaseBasis.self)
    if let percent, percent == .zero { throw fields.bad(.releasePercent, "above 0, up to 100") }
    switch (watts, percent, basis) {
    case (nil, nil, nil): return .byLevel
    case (let watts?, nil, nil): return .power(watts)
    case (nil, let percent?, let basis?): return .release(percent, of: basis)
    case (nil, .some, nil): throw fields.bad(.of, "of what", code: .missingField)
    case (nil, nil, .some):
      throw fields.bad(.releasePercent, "a percentage, with `of`", code: .missingField)
    case (.some, _, _):
      throw fields.bad(
        .requestedReductionW, "requestedReductionW or releasePercent with of, not both",
        code: .contradictory)
    }
  }

  private static func targets(_ fields: borrowing Fields<Name>) throws(Rejection) -> [NodeID] {
    guard let places = try fields.list(.targets) else { return [] }
    guard places.count <= targets else { throw fields.bad(.targets, "up to \(targets) ids") }
    var nodes: [NodeID] = []
    for place in places {
      let node = fields.document.nodes[place]
      guard node.kind == .string, let id = NodeID(fields.document.text(node)) else {
        throw Rejection(
          .badField, field: "targets", found: fields.document.excerpt(node),
          allowed: "1...64 of A-Z a-z 0-9 _ -")
      }
      nodes.append(id)
    }
    return nodes
  }

  private static func price(
    _ fields: borrowing Fields<Name>, _ name: Name
  ) throws(Rejection) -> GridSignal.Price? {
    guard let inner = try fields.object(name, as: PriceName.self) else { return nil }
    let code = try inner.required(.currency, inner.text(.currency))
    guard Currency(code: code, digits: 2) != nil else {
      throw inner.bad(.currency, "three capital letters")
    }
    let text = try inner.required(.perKwh, inner.text(.perKwh))
    guard let millionths = try? FixedDecimal.parse(text, places: 6, maximumDigits: 12) else {
      throw inner.bad(.perKwh, "money as text, like \"1.35\": up to 12 digits and 6 decimals")
    }
    return GridSignal.Price(
      currencyCode: code, perKilowattHour: Money(millionths: millionths))
  }

  private static func write(_ content: GridSignal.Content, to writer: inout JSONWriter) {
    writer.time("startsAt", content.window.start)
    writer.time("endsAt", content.window.end)
    writer.integer("level", Int64(content.level))
    if let programme = content.programme { writer.plain("programmeId", programme.text) }
    writer.text("alert", content.alert)
    if !content.targets.isEmpty { writer.texts("targets", content.targets.map(\.text)) }
    writer.integer("priority", content.priority.map { Int64($0) })
    switch content.request {
    case .power(let power): writer.power("requestedReductionW", power)
    case .release(let percent, let basis):
      writer.percent("releasePercent", percent)
      writer.plain("of", basis.rawValue)
    case .byLevel: break
    }
    write(content.premium, "premium", to: &writer)
    write(content.penalty, "penalty", to: &writer)
    writer.text("note", content.note)
    if content.isTest { writer.flag("test", true) }
  }

  private static func write(
    _ price: GridSignal.Price?, _ name: String, to writer: inout JSONWriter
  ) {
    guard let price else { return }
    writer.object(name) {
      $0.plain("currency", price.currencyCode)
      // The digits of the currency are not known here; two are never wrong.
      $0.plain(
        "perKwh",
        FixedDecimal.text(price.perKilowattHour.millionths, places: 6, minimumPlaces: 2))
    }
  }
}
