public import Grid

/// What gateways say of batteries: `headroom.battery/1`.
///
/// Source: the MQTT contract, §8. An empty retained payload withdraws a description; it is no
/// message and the caller sees to it before decoding.
public enum BatteryDescriptionCodec {
  private static let schema = "headroom.battery/1"

  private enum Name: Int, Member {
    case at, online, siteId, capacityWh, maxDischargeW, maxChargeW, canExport, canCharge
    case remoteControl, minSocPct, exportLimitW, siteMeterId, batteryMeterId
    static let names = MemberNames(Name.self)
  }

  /// A message.
  public static func encode(_ item: BatteryDescription) -> [UInt8] {
    JSONWriter.message(schema) { writer in
      writer.time("at", item.at)
      writer.flag("online", item.online)
      writer.plain("siteId", item.site.text)
      writer.energy("capacityWh", item.capacity)
      writer.power("maxDischargeW", item.maxDischarge)
      writer.power("maxChargeW", item.maxCharge)
      writer.flag("canExport", item.canExport)
      writer.flag("canCharge", item.canCharge)
      writer.flag("remoteControl", item.remoteControl)
      writer.percent("minSocPct", item.floor)
      writer.power("exportLimitW", item.exportLimit)
      if let meter = item.siteMeter { writer.plain("siteMeterId", meter.text) }
      if let meter = item.batteryMeter { writer.plain("batteryMeterId", meter.text) }
    }
  }

  /// The description in `bytes`.
  /// - Throws: what is wrong with it.
  public static func decode(_ bytes: [UInt8]) throws(Rejection) -> BatteryDescription {
    let document = try JSONDocument(bytes)
    try document.expect(schema)
    let fields = try Fields<Name>(document, 0)
    let watts = 0...WireLimits.watts
    return BatteryDescription(
      at: try fields.required(.at, fields.time(.at)),
      online: try fields.required(.online, fields.flag(.online)),
      site: try fields.required(.siteId, fields.id(.siteId, as: SiteKind.self)),
      capacity: try fields.required(.capacityWh, fields.energy(.capacityWh)),
      maxDischarge: try fields.required(.maxDischargeW, fields.power(.maxDischargeW, watts)),
      maxCharge: try fields.required(.maxChargeW, fields.power(.maxChargeW, watts)),
      canExport: try fields.required(.canExport, fields.flag(.canExport)),
      canCharge: try fields.required(.canCharge, fields.flag(.canCharge)),
      remoteControl: try fields.required(.remoteControl, fields.flag(.remoteControl)),
      floor: try fields.percent(.minSocPct),
      exportLimit: try fields.power(.exportLimitW, watts),
      siteMeter: try fields.id(.siteMeterId, as: MeterKind.self),
      batteryMeter: try fields.id(.batteryMeterId, as: MeterKind.self))
  }
}

/// Owners' wills: `headroom.pref/1`.
///
/// Source: the MQTT contract, §8. `gridCharge` and `maxEventsPerWeek` are not read. An empty
/// retained payload withdraws a preference; the caller sees to it before decoding.
public enum PreferenceCodec {
  private static let schema = "headroom.pref/1"

  private enum Name: Int, Member {
    case revision, at, reservePct, optOutFrom, optOutUntil
    static let names = MemberNames(Name.self)
  }

  /// A message.
  public static func encode(_ item: Preference) -> [UInt8] {
    JSONWriter.message(schema) { writer in
      writer.integer("revision", item.revision)
      writer.time("at", item.at)
      writer.percent("reservePct", item.reserve)
      writer.time("optOutFrom", item.optOutFrom)
      writer.time("optOutUntil", item.optOutUntil)
    }
  }

  /// The preference in `bytes`.
  /// - Throws: what is wrong with it, an opt-out that ends before it begins too.
  public static func decode(_ bytes: [UInt8]) throws(Rejection) -> Preference {
    let document = try JSONDocument(bytes)
    try document.expect(schema)
    let fields = try Fields<Name>(document, 0)
    let from = try fields.time(.optOutFrom)
    let until = try fields.time(.optOutUntil)
    if let from, let until, until <= from { throw fields.bad(.optOutUntil, "after optOutFrom") }
    return Preference(
      revision: try fields.required(
        .revision, fields.integer(.revision, 0...WireLimits.integer)),
      at: try fields.required(.at, fields.time(.at)),
      reserve: try fields.percent(.reservePct), optOutFrom: from, optOutUntil: until)
  }
}
