public import Grid
public import Ledger
import Policies
public import Settlement
import Signing
public import Storage
import Verification

/// Everything that the settlement of one home in one event was computed from, beside the policy.
///
/// Canonical CBOR, kept under its SHA-256, which the home's entries cite: whoever has it and the
/// policy settles again and gets the same postings. One object is one home, so an owner can be
/// shown his own without anybody else's.
public struct HomeEvidence: Hashable, Sendable {
  /// The policy that decided.
  public var policy: Digest
  /// Whose programme it is.
  public var utility: UtilityID
  /// The event with this home alone.
  public var input: SettlementInput
  /// How good the measurement of each interval is.
  public var qualities: [Quality]
  /// The codes of Verification's flags.
  public var flags: [String]
  /// The readings behind it, where the policy has them cited; nil is the first version.
  public var readings: CitedReadings?

  /// The home.
  public var home: HomePerformance { input.homes[0] }

  /// Evidence of one home; `input` has one home, and `qualities` one element an interval.
  public init(
    policy: Digest, utility: UtilityID, input: SettlementInput, qualities: [Quality],
    flags: [String], readings: CitedReadings? = nil
  ) {
    precondition(
      input.homes.count == 1 && qualities.count == input.intervals.count,
      "the evidence is that of one home and of every interval")
    self.policy = policy
    self.utility = utility
    self.input = input
    self.qualities = qualities
    self.flags = flags
    self.readings = readings
  }

  /// The canonical bytes.
  public var bytes: [UInt8] {
    var writer = CBOR.Writer(capacity: 1_024)
    write(into: &writer)
    return writer.bytes
  }

  /// Writes the canonical bytes: the fields in the order of their numbers.
  func write(into writer: inout CBOR.Writer) {
    let home = self.home
    let earlier = zip(
      Key.earlier, [home.earlierInMonth, home.earlierInSeason, home.earlierInYear]
    ).filter { $1 != .init() }
    writer.map(
      Key.always + (home.heldBy == nil ? 0 : 1) + (home.optedOutAt == nil ? 0 : 1) + earlier.count
        + (readings == nil ? 0 : 1) + (input.signalPrice == nil ? 0 : 1))
    writeEvent(into: &writer)
    write(home, into: &writer)
    if let code = home.heldBy {
      writer.unsigned(Key.heldBy)
      writer.text(code)
    }
    if let left = home.optedOutAt {
      writer.unsigned(Key.optedOutAt)
      writer.integer(left.microseconds)
    }
    for (key, money) in earlier {
      writer.unsigned(key)
      writer.array(2)
      writer.integer(money.rewards.millionths)
      writer.integer(money.penalties.millionths)
    }
    if let readings {
      writer.unsigned(Key.readings)
      readings.write(into: &writer)
    }
    if let price = input.signalPrice {
      writer.unsigned(Key.signalPrice)
      writer.integer(price)
    }
  }

  private func writeEvent(into writer: inout CBOR.Writer) {
    writer.unsigned(Key.version)
    writer.unsigned(readings == nil ? 1 : 2)
    writer.unsigned(Key.policy)
    writer.digest(policy)
    writer.unsigned(Key.utility)
    writer.text(utility.text)
    writer.unsigned(Key.event)
    writer.text(input.event.text)
    writer.unsigned(Key.window)
    writer.array(2)
    writer.integer(input.window.start.microseconds)
    writer.integer(input.window.end.microseconds)
    writer.unsigned(Key.isTest)
    writer.bool(input.isTest)
    writer.unsigned(Key.run)
    writer.text(input.run.name)
    writer.unsigned(Key.payer)
    writer.text(input.run.payer == .escrow ? "escrow" : "funding")
    writer.unsigned(Key.intervals)
    writer.array(input.intervals.count)
    for interval in input.intervals {
      writer.array(3)
      writer.integer(interval.window.start.microseconds)
      writer.integer(interval.window.end.microseconds)
      writer.integer(Int64(interval.level))
    }
  }

  private func write(_ home: HomePerformance, into writer: inout CBOR.Writer) {
    writer.unsigned(Key.site)
    writer.text(home.site.text)
    writer.unsigned(Key.owner)
    writer.text(home.owner.text)
    writer.unsigned(Key.batteries)
    writer.array(home.batteries.count)
    for battery in home.batteries { writer.text(battery.text) }
    writer.unsigned(Key.commitment)
    writer.array(home.commitment.intervals.count)
    for interval in home.commitment.intervals {
      writer.array(2)
      writer.integer(interval.rewardBase.joules)
      writer.integer(interval.penaltyBase.joules)
    }
    writer.unsigned(Key.measured)
    writer.array(home.intervals.count)
    for (interval, quality) in zip(home.intervals, qualities) {
      Self.write(interval, quality, into: &writer)
    }
    writer.unsigned(Key.verdict)
    writer.text(Self.text(home.verdict))
    writer.unsigned(Key.flags)
    writer.array(flags.count)
    for flag in flags { writer.text(flag) }
    writer.unsigned(Key.isNotified)
    writer.bool(home.isNotified)
    writer.unsigned(Key.commandAnswered)
    writer.bool(home.commandAnswered)
  }

  private static func write(
    _ interval: MeasuredInterval, _ quality: Quality, into writer: inout CBOR.Writer
  ) {
    writer.array(4)
    writer.unsigned(status(interval.status))
    if let reduction = interval.reduction {
      writer.integer(reduction.joules)
    } else {
      writer.null()
    }
    writer.unsigned(UInt64(quality.rawValue))
    if let excusal = interval.excusal { writer.text(excusal.rawValue) } else { writer.null() }
  }

  private static func status(_ status: MeasuredInterval.Status) -> UInt64 {
    switch status {
    case .verified: 0
    case .estimated: 1
    case .missing: 2
    }
  }

  static func text(_ verdict: HomePerformance.Verdict) -> String {
    switch verdict {
    case .verified: "verified"
    case .estimated: "estimated"
    case .refused(let reason): refusedPrefix + reason
    }
  }

  static let refusedPrefix = "refused:"

  /// The keys of the map.
  enum Key {
    /// How many fields every object has, the first.
    static let always = 18
    static let version: UInt64 = 0
    static let policy: UInt64 = 1
    static let utility: UInt64 = 2
    static let event: UInt64 = 3
    static let window: UInt64 = 4
    static let isTest: UInt64 = 5
    static let run: UInt64 = 6
    static let payer: UInt64 = 7
    static let intervals: UInt64 = 8
    static let site: UInt64 = 9
    static let owner: UInt64 = 10
    static let batteries: UInt64 = 11
    static let commitment: UInt64 = 12
    static let measured: UInt64 = 13
    static let verdict: UInt64 = 14
    static let flags: UInt64 = 15
    static let isNotified: UInt64 = 16
    static let commandAnswered: UInt64 = 17
    static let heldBy: UInt64 = 18
    static let optedOutAt: UInt64 = 19
    /// Month, season, year.
    static let earlier: [UInt64] = [20, 21, 22]
    /// Of the second version.
    static let readings: UInt64 = 23
    /// Only where it came with the event and a rate takes it.
    static let signalPrice: UInt64 = 24
  }
}

extension EventAccount {
  /// The evidence of each home, in the order of the case.
  public func evidence(utility: UtilityID) -> [StoredEvidence] {
    let bases = policy.countedPeriods
    var writer = CBOR.Writer(capacity: 1_024)
    return input.homes.indices.map { place in
      let performance = performances[place]
      var alone = input
      var home = input.homes[place]
      // What no cap counts does not decide: it is left out, so that it cannot differ either.
      if !bases.contains(.rewardsOfMonth) { home.earlierInMonth = .init() }
      if !bases.contains(.rewardsOfSeason) { home.earlierInSeason = .init() }
      if !bases.contains(.rewardsOfYear) { home.earlierInYear = .init() }
      alone.homes = [home]
      let measured = performance.intervals.count == input.intervals.count
      let evidence = HomeEvidence(
        policy: policy.hash, utility: utility, input: alone,
        qualities: input.intervals.indices.map {
          measured ? performance.intervals[$0].quality : .missing
        }, flags: performance.flags.map(\.code),
        readings: readings.isEmpty ? nil : readings[place])
      writer.removeAll()
      evidence.write(into: &writer)
      return StoredEvidence(
        hash: writer.hash, kind: Int(EvidenceKind.performance.rawValue), body: writer.bytes)
    }
  }

  /// `objects`, as the entries of their homes cite them.
  public func cited(_ objects: [StoredEvidence]) -> [SiteID: Evidence] {
    Dictionary(
      uniqueKeysWithValues: zip(input.homes, objects).map {
        ($0.site, Evidence(.performance, $1.hash))
      })
  }
}
