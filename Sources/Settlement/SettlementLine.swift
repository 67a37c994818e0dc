public import Grid

/// What a line is for; the order is that in which they are printed.
public enum LineType: String, Hashable, Comparable, Sendable, CaseIterable {
  /// `reward.energy`, and what a month or a season pays.
  case directReward
  /// `reward.energy` where its line says so, and `reward.bonusPool`.
  case additionalReward
  /// `reward.premium`.
  case premium
  /// `reward.penalty`.
  case penalty
  /// `fees`.
  case fee

  /// The field of the policy that makes such a line of an event, where no other is named.
  public var policyField: String {
    switch self {
    case .directReward, .additionalReward: "reward.energy"
    case .premium: "reward.premium"
    case .penalty: "reward.penalty"
    case .fee: "fees"
    }
  }

  private var place: Int {
    switch self {
    case .directReward: 0
    case .additionalReward: 1
    case .premium: 2
    case .penalty: 3
    case .fee: 4
    }
  }

  /// Orders as printed.
  public static func < (a: LineType, b: LineType) -> Bool { a.place < b.place }
}

/// Whether a line is money yet.
public enum LineStatus: String, Hashable, Sendable, CaseIterable {
  /// A run that does not post.
  case provisional
  /// Posted by this run.
  case payable
  /// Waits: for an estimate to be measured, or for a flag to be decided.
  case held
  /// Never paid, only shown.
  case reportedOnly
}

/// Why a line is what it is, where its numbers alone do not say it.
public enum LineReason: Hashable, Sendable {
  /// Verification refused the home, with its code.
  case refused(String)
  /// A flag holds payment, with its code.
  case flagged(String)
  /// Estimated energy is not payable under this policy.
  case estimated
  /// Some interval has no value.
  case eventIntervalsMissing
  /// Nothing was asked of the home.
  case notCommitted
  /// An excusal that the policy accepts.
  case excused(SettlementTerms.Excusal)
  /// No acknowledged notice in time.
  case unnotified
  /// The command was never acknowledged as started nor refused without a permitted reason.
  case commandUnanswered
  /// The owner had left the event.
  case optedOut
  /// A cap of penalties cut it.
  case penaltyCap
  /// Test events are not paid under this policy.
  case testNotPaid
  /// A cap of rewards cut it.
  case rewardCap(RewardCap)
  /// Penalties that nobody may have go back to those who were charged.
  case refund
  /// The rate has no price for this event.
  case priceMissing

  /// Which of `reward.caps`.
  public enum RewardCap: String, Hashable, Sendable, CaseIterable {
    case homePerMonth, homePerSeason, fleetPerEvent
  }

  /// The code as it stands in reports.
  public var code: String {
    switch self {
    case .refused(let code), .flagged(let code): code
    case .estimated: "estimated"
    case .eventIntervalsMissing: "eventIntervalsMissing"
    case .notCommitted: "notCommitted"
    case .excused(let excusal): excusal.rawValue
    case .unnotified: "unnotified"
    case .commandUnanswered: "commandUnanswered"
    case .optedOut: "optedOut"
    case .penaltyCap: "penaltyCap"
    case .testNotPaid: "testNotPaid"
    case .rewardCap(let cap): cap.rawValue
    case .refund: "refund"
    case .priceMissing: "priceMissing"
    }
  }
}

/// One line of money: one home, one event, one type, rounded once.
public struct SettlementLine: Hashable, Sendable {
  /// What for.
  public let type: LineType
  /// The field of the policy that makes the line; it tells lines of one type apart.
  public var field: String
  /// What is priced: energy in kilowatt-hours, or money that a share is taken of.
  public let quantity: ExactAmount
  /// Of what: `kWh`, or the currency's code.
  public var unit = "kWh"
  /// Price a kilowatt-hour in millionths; nil when it differs between the intervals.
  public let rate: Money?
  /// The exact amount in the currency, negative for a penalty.
  public let exact: ExactAmount
  /// The exact amount rounded once to the minor unit.
  public let amount: Money
  /// What remains of it after holds and caps.
  public let charged: Money
  /// Whether it is money yet.
  public let status: LineStatus
  /// Why, where the numbers do not say it.
  public let reason: LineReason?

  /// The name of the line among those of its home: its type, and the field where that is not the
  /// type's own.
  public var name: String { Self.name(type, field) }

  /// The name of a line of this type that this field makes.
  public static func name(_ type: LineType, _ field: String) -> String {
    field == type.policyField ? type.rawValue : field
  }
}
