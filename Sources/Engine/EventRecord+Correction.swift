public import Grid

extension EventRecord {
  /// One comparison of what the fleet gives with what was promised, and what followed from it.
  ///
  /// Only comparisons that had to change something are kept.
  public struct Correction: Hashable, Sendable {
    /// When.
    public let at: Timestamp
    /// What was promised to the utility and not given back since.
    public let target: Power
    /// What the batteries gave that were heard.
    public let measured: Power
    /// Commanded batteries that were not heard lately, and are not counted on.
    public let silent: Int
    /// Commanded batteries that give something else than they were asked for, and count for that.
    public let partial: Int
    /// Gateways whose budget of commands was used up; their batteries go on as they are.
    public let heldBack: Int
    /// What the fleet is to give after it.
    public let planned: Power
    /// Batteries that got another setpoint.
    public internal(set) var changed: Int
  }

  /// What the correction is about: the greatest power that was promised and was not more than what
  /// was asked; nil for a release, in which every battery has an amount of its own.
  var correctionTarget: Power? {
    guard let content, let terms, let last = plans.last,
      case .target = SignalRules.request(of: content, terms: terms)
    else { return nil }
    return min(last.plan.requested, last.plan.committed)
  }
}
