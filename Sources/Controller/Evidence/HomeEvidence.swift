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

  /// The home.
  public var home: HomePerformance { input.homes[0] }

  /// Evidence of one home; `input` has one home, and `qualities` one element an interval.
  public init(
    policy: Digest, utility: UtilityID, input: SettlementInput, qualities: [Quality],
    flags: [String]
  ) {
    precondition(
      input.homes.count == 1 && qualities.count == input.intervals.count,
      "the evidence is that of one home and of every interval")
    self.policy = policy
    self.utility = utility
    self.input = input
    self.qualities = qualities
    self.flags = flags
  }

  /// The canonical bytes.
  public var bytes: [UInt8] { CBOR.encode(.map(fields.map { .init(.unsigned($0.0), $0.1) })) }

  private var fields: [(UInt64, CBOR.Value)] {
    let window: CBOR.Value = .array([
      .integer(input.window.start.microseconds), .integer(input.window.end.microseconds),
    ])
    let flags: CBOR.Value = .array(self.flags.map { .text($0) })
    var fields: [(UInt64, CBOR.Value)] = [
      (Key.version, .unsigned(1)), (Key.policy, .bytes(policy.bytes)),
      (Key.utility, .text(utility.text)), (Key.event, .text(input.event.text)),
      (Key.window, window), (Key.isTest, .bool(input.isTest)), (Key.run, .text(input.run.name)),
      (Key.payer, .text(input.run.payer == .escrow ? "escrow" : "funding")),
      (Key.intervals, .array(input.intervals.map(Self.value))),
      (Key.site, .text(home.site.text)), (Key.owner, .text(home.owner.text)),
      (Key.batteries, .array(home.batteries.map { .text($0.text) })),
      (Key.commitment, .array(home.commitment.intervals.map(Self.value))),
      (Key.measured, .array(zip(home.intervals, qualities).map { Self.value($0, $1) })),
      (Key.verdict, .text(Self.text(home.verdict))), (Key.flags, flags),
      (Key.isNotified, .bool(home.isNotified)),
      (Key.commandAnswered, .bool(home.commandAnswered)),
    ]
    if let code = home.heldBy { fields.append((Key.heldBy, .text(code))) }
    if let left = home.optedOutAt {
      fields.append((Key.optedOutAt, .integer(left.microseconds)))
    }
    for (key, earlier) in zip(
      Key.earlier, [home.earlierInMonth, home.earlierInSeason, home.earlierInYear])
    where earlier != .init() {
      fields.append(
        (
          key,
          .array([
            .integer(earlier.rewards.millionths), .integer(earlier.penalties.millionths),
          ])
        ))
    }
    return fields
  }

  private static func value(_ interval: EventInterval) -> CBOR.Value {
    .array([
      .integer(interval.window.start.microseconds), .integer(interval.window.end.microseconds),
      .integer(Int64(interval.level)),
    ])
  }

  private static func value(_ interval: CommittedInterval) -> CBOR.Value {
    .array([.integer(interval.rewardBase.joules), .integer(interval.penaltyBase.joules)])
  }

  private static func value(_ interval: MeasuredInterval, _ quality: Quality) -> CBOR.Value {
    .array([
      .unsigned(status(interval.status)),
      interval.reduction.map { .integer($0.joules) } ?? .null,
      .unsigned(UInt64(quality.rawValue)),
      interval.excusal.map { .text($0.rawValue) } ?? .null,
    ])
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
  }
}

extension EventAccount {
  /// The evidence of each home, in the order of the case.
  public func evidence(utility: UtilityID) -> [StoredEvidence] {
    let bases = Set((policy.settlement.penalty?.caps ?? []).map(\.basis))
    return zip(input.homes, performances).map { home, performance in
      var alone = input
      var home = home
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
        }, flags: performance.flags.map(\.code))
      let bytes = evidence.bytes
      return StoredEvidence(
        hash: SHA256.hash(bytes), kind: Int(EvidenceKind.performance.rawValue), body: bytes)
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
