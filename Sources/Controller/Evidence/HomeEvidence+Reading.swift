import Grid
import Ledger
import Settlement

extension HomeEvidence {
  /// Why bytes are no evidence of a home.
  public struct Fault: Error, Hashable, Sendable, CustomStringConvertible {
    /// What was found and what is allowed.
    public let description: String

    init(_ description: String) { self.description = description }
  }

  /// Evidence from its bytes.
  ///
  /// Whatever settlement could not compute with is refused here, and so is every other encoding of
  /// the same facts.
  public init(bytes: [UInt8]) throws(Fault) {
    let value: CBOR.Value
    do { value = try CBOR.decode(bytes) } catch { throw Fault("\(error)") }
    guard case .map(let pairs) = value else { throw Fault("it is \(value); allowed: a map") }
    var reader = MapReader()
    for pair in pairs {
      guard case .unsigned(let key) = pair.key else {
        throw Fault("a key is \(pair.key); allowed: a number")
      }
      reader.values[key] = pair.value
    }
    let version = try reader.integer(Key.version, in: 1...2)
    try self.init(reader)
    if version == 2 {
      readings = try CitedReadings(try reader.value(Key.readings), field: Key.readings)
    }
    if reader.values[Key.signalPrice] != nil {
      input.signalPrice = try reader.integer(Key.signalPrice, in: 0...Self.maximumMillionths)
    }
    guard self.bytes == bytes else {
      throw Fault("it has fields beyond those of its form, or in another form")
    }
  }

  private init(_ reader: MapReader) throws(Fault) {
    let intervals = try Self.intervals(reader)
    let measured = try Self.measured(reader, count: intervals.count)
    var batteries: [BatteryID] = []
    for value in try reader.array(Key.batteries) {
      guard case .text(let text) = value, let id = BatteryID(text) else {
        throw Fault("field \(Key.batteries) has \(value); allowed: names of batteries")
      }
      batteries.append(id)
    }
    var flags: [String] = []
    for value in try reader.array(Key.flags) {
      guard case .text(let code) = value else {
        throw Fault("field \(Key.flags) has \(value); allowed: codes")
      }
      flags.append(code)
    }
    var earlier: [HomePerformance.Earlier] = []
    for key in Key.earlier { earlier.append(try Self.earlier(reader, key)) }
    let leftAt = reader.values[Key.optedOutAt] == nil ? nil : try reader.moment(Key.optedOutAt)
    let home = HomePerformance(
      site: try reader.name(Key.site, SiteID.init), owner: try reader.name(Key.owner, OwnerID.init),
      batteries: batteries,
      commitment: Commitment(intervals: try Self.commitment(reader, count: intervals.count)),
      intervals: measured.map(\.interval), verdict: try Self.verdict(reader),
      heldBy: reader.values[Key.heldBy] == nil ? nil : try reader.text(Key.heldBy),
      isNotified: try reader.bool(Key.isNotified),
      commandAnswered: try reader.bool(Key.commandAnswered), optedOutAt: leftAt,
      earlierInMonth: earlier[0], earlierInSeason: earlier[1], earlierInYear: earlier[2])
    let payer = try reader.text(Key.payer)
    guard payer == "escrow" || payer == "funding" else {
      throw Fault("field \(Key.payer) is \(payer); allowed: escrow, funding")
    }
    let run = SettlementRun(
      name: try reader.text(Key.run), isPayable: true,
      payer: payer == "escrow" ? .escrow : .funding)
    let bounds = try MapReader.integers(
      .array(try reader.array(Key.window)), count: 2, field: Key.window)
    self.init(
      policy: try reader.digest(Key.policy),
      utility: try reader.name(Key.utility, UtilityID.init),
      input: SettlementInput(
        run: run, event: try reader.name(Key.event, EventID.init),
        window: try MapReader.window(bounds[0], bounds[1], field: Key.window),
        isTest: try reader.bool(Key.isTest), intervals: intervals, homes: [home]),
      qualities: measured.map(\.quality), flags: flags)
  }

  private static func intervals(_ reader: MapReader) throws(Fault) -> [EventInterval] {
    var intervals: [EventInterval] = []
    for value in try reader.array(Key.intervals) {
      let parts = try MapReader.integers(value, count: 3, field: Key.intervals)
      guard (0...3).contains(parts[2]) else {
        throw Fault("field \(Key.intervals) has the level \(parts[2]); allowed: 0 to 3")
      }
      let window = try MapReader.window(parts[0], parts[1], field: Key.intervals)
      intervals.append(EventInterval(window: window, level: Int(parts[2])))
    }
    guard !intervals.isEmpty else { throw Fault("it has no interval; allowed: one or more") }
    return intervals
  }

  private static func commitment(
    _ reader: MapReader, count: Int
  ) throws(Fault) -> [CommittedInterval] {
    let values = try reader.array(Key.commitment, count: count)
    var commitment: [CommittedInterval] = []
    for value in values {
      let parts = try MapReader.integers(value, count: 2, field: Key.commitment)
      guard parts[1] >= 0, parts[0] >= parts[1], parts[0] <= maximumJoules else {
        throw Fault(
          "field \(Key.commitment) has \(value); allowed: 0 <= penalty base <= reward base"
            + " <= \(maximumJoules) J")
      }
      commitment.append(
        CommittedInterval(
          rewardBase: Energy(joules: parts[0]), penaltyBase: Energy(joules: parts[1])))
    }
    return commitment
  }

  private static func measured(
    _ reader: MapReader, count: Int
  ) throws(Fault) -> [(interval: MeasuredInterval, quality: Quality)] {
    var measured: [(MeasuredInterval, Quality)] = []
    for value in try reader.array(Key.measured, count: count) {
      guard case .array(let parts) = value, parts.count == 4,
        case .unsigned(let status) = parts[0], case .unsigned(let letter) = parts[2],
        let quality = UInt8(exactly: letter).flatMap(Quality.init)
      else { throw Fault("field \(Key.measured) has \(value); allowed: status and quality") }
      let excusal = try Self.excusal(parts[3])
      switch (status, parts[1]) {
      case (2, .null): measured.append((.missing(excusal: excusal), quality))
      case (0, let joules):
        measured.append((.verified(try energy(joules), excusal: excusal), quality))
      case (1, let joules):
        measured.append((.estimated(try energy(joules), excusal: excusal), quality))
      default: throw Fault("field \(Key.measured) has \(value); allowed: 0 to 2 and its energy")
      }
    }
    return measured
  }

  private static func energy(_ value: CBOR.Value) throws(Fault) -> Energy {
    guard let joules = MapReader.integer(value), joules.magnitude <= maximumJoules else {
      throw Fault(
        "field \(Key.measured) has \(value); allowed: joules up to \(maximumJoules), either sign")
    }
    return Energy(joules: joules)
  }

  private static func excusal(
    _ value: CBOR.Value
  ) throws(Fault) -> SettlementTerms.Excusal? {
    switch value {
    case .null: return nil
    case .text(let text):
      if let excusal = SettlementTerms.Excusal(rawValue: text) { return excusal }
    default: break
    }
    throw Fault("field \(Key.measured) has the excusal \(value); allowed: one of a policy")
  }

  private static func verdict(_ reader: MapReader) throws(Fault) -> HomePerformance.Verdict {
    let text = try reader.text(Key.verdict)
    switch text {
    case "verified": return .verified
    case "estimated": return .estimated
    default:
      guard text.hasPrefix(refusedPrefix) else {
        throw Fault(
          "field \(Key.verdict) is \(text); allowed: verified, estimated, refused:CODE")
      }
      return .refused(reason: String(text.dropFirst(refusedPrefix.count)))
    }
  }

  private static func earlier(
    _ reader: MapReader, _ key: UInt64
  ) throws(Fault) -> HomePerformance.Earlier {
    guard let value = reader.values[key] else { return .init() }
    let parts = try MapReader.integers(value, count: 2, field: key)
    guard parts.allSatisfy({ $0.magnitude <= maximumMillionths }) else {
      throw Fault("field \(key) has \(value); allowed: up to \(maximumMillionths) millionths")
    }
    return .init(rewards: Money(millionths: parts[0]), penalties: Money(millionths: parts[1]))
  }

  /// What one home can move in an interval: 277 MWh, far beyond any home and far below overflow.
  private static let maximumJoules: Int64 = 1_000_000_000_000
  private static let maximumMillionths: Int64 = 1_000_000_000_000_000
}
