public import Grid

/// What a line is for; the order is that in which they are printed.
public enum LineType: String, Hashable, Comparable, Sendable, CaseIterable {
  /// `reward.energy`.
  case directReward
  /// `reward.premium`.
  case premium
  /// `reward.penalty`.
  case penalty

  /// The field of the policy that makes the line.
  public var policyField: String {
    switch self {
    case .directReward: "reward.energy"
    case .premium: "reward.premium"
    case .penalty: "reward.penalty"
    }
  }

  private var place: Int {
    switch self {
    case .directReward: 0
    case .premium: 1
    case .penalty: 2
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
    }
  }
}

/// One line of money: one home, one event, one type, rounded once.
public struct SettlementLine: Hashable, Sendable {
  /// What for.
  public let type: LineType
  /// Energy that is priced, in kilowatt-hours.
  public let quantity: ExactAmount
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
}
