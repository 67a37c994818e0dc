public import Grid

/// Meter records: `headroom.meter/1`, and `headroom.meters/1` for many.
///
/// Source: the MQTT contract, §10. What needs the meter's other records (registers that fall, a
/// register difference that contradicts the energy, export of an import-only meter) is not judged
/// here.
public enum MeterCodec {
  /// A single message.
  public static func encode(_ item: MeterRecord) -> [UInt8] { encodeSingle(item) }

  /// As few envelopes as 100 items and 65,536 bytes allow.
  public static func encode(envelope items: [MeterRecord]) -> [[UInt8]] { encodeMany(items) }

  /// The records of a single message or an envelope; an item with a fault is refused alone.
  /// - Throws: what is wrong with the message as a whole.
  public static func decode(_ bytes: [UInt8]) throws(Rejection) -> Envelope<MeterRecord> {
    try decodeEnvelope(bytes)
  }
}

extension MeterCodec: ItemCodec {
  private enum Name: Int, Member {
    case meterId, seq, start, durationS, quality, importRegisterWh, exportRegisterWh
    case importWh, exportWh, epoch, revision
    static let names = MemberNames(Name.self)
  }

  private enum Letter: String, CaseIterable {
    case actual = "A"
    case estimated = "E"
    case missing = "M"

    var quality: Quality {
      switch self {
      case .actual: .actual
      case .estimated: .estimated
      case .missing: .missing
      }
    }
  }

  static let single = "headroom.meter/1"
  static let many = "headroom.meters/1"
  static let list = MemberName("readings")
  static let ids = [MemberName("meterId")]

  static func item(_ document: JSONDocument, _ place: Int) throws(Rejection) -> MeterRecord {
    let fields = try Fields<Name>(document, place)
    let meter = try fields.required(.meterId, fields.id(.meterId, as: MeterKind.self))
    let seq = try fields.required(.seq, fields.integer(.seq, 1...WireLimits.integer))
    let start = try fields.required(.start, fields.time(.start))
    let duration = try fields.required(
      .durationS, fields.integer(.durationS, 0...WireLimits.integer))
    switch duration {
    case 60, 300, 900, 1_800, 3_600: break
    default: throw fields.bad(.durationS, "60, 300, 900, 1800 or 3600")
    }
    guard start.microseconds.isMultiple(of: duration * 1_000_000),
      let window = Window(start: start, end: start.adding(seconds: duration))
    else { throw fields.bad(.start, "a multiple of durationS in UTC") }
    let quality = try fields.required(
      .quality, fields.word(.quality, as: Letter.self)
    ).quality
    let registers = try pair(
      fields, .importRegisterWh, .exportRegisterWh, upTo: WireLimits.registerWattHours)
    let energies = try pair(fields, .importWh, .exportWh, upTo: WireLimits.wattHours)
    if quality == .missing {
      for member: Name in [.importRegisterWh, .exportRegisterWh, .importWh, .exportWh]
      where fields.place(member) != nil {
        throw fields.bad(member, "nothing, with quality M", code: .contradictory)
      }
    } else if registers == nil, energies == nil {
      throw fields.bad(
        .importRegisterWh, "registers or energies, with quality \(quality.letter)",
        code: .missingField)
    }
    return MeterRecord(
      meter: meter, seq: seq, window: window, quality: quality, registers: registers,
      energies: energies, epoch: try fields.integer(.epoch, 0...WireLimits.integer) ?? 0,
      revision: try fields.integer(.revision, 1...WireLimits.integer) ?? 1)
  }

  private static func pair(
    _ fields: borrowing Fields<Name>, _ imported: Name, _ exported: Name, upTo limit: Int64
  ) throws(Rejection) -> MeterRecord.Pair? {
    let exportedEnergy = try fields.energy(exported, upTo: limit)
    guard let importedEnergy = try fields.energy(imported, upTo: limit) else {
      guard exportedEnergy == nil else {
        throw fields.bad(
          imported, "a value, beside \(fields.name(exported))", code: .missingField)
      }
      return nil
    }
    return MeterRecord.Pair(imported: importedEnergy, exported: exportedEnergy)
  }

  static func write(_ item: MeterRecord, to writer: inout JSONWriter) {
    writer.plain("meterId", item.meter.text)
    writer.integer("seq", item.seq)
    writer.time("start", item.window.start)
    writer.integer("durationS", item.window.seconds)
    writer.plain("quality", item.quality.letter)
    writer.energy("importRegisterWh", item.registers?.imported)
    writer.energy("exportRegisterWh", item.registers?.exported)
    writer.energy("importWh", item.energies?.imported)
    writer.energy("exportWh", item.energies?.exported)
    if item.epoch != 0 { writer.integer("epoch", item.epoch) }
    if item.revision != 1 { writer.integer("revision", item.revision) }
  }
}
