public import Grid
public import Policies
public import Settlement

/// Several events of one programme settled together under one policy, with their months and
/// seasons; pure values, nothing posted.
///
/// Caps, budgets, means and the n-th event go from one event to the next in the order of time. Any
/// policy will do, also one that an event alone could be settled by. This is what `headroom settle
/// --intervals` prints, and the function for whoever settles recorded events under another policy.
public struct PeriodAccount: Sendable {
  /// The policy that settles them.
  public let policy: Policy
  /// What was settled: events with day and season, homes, months and seasons.
  public let input: ProgrammeInput
  /// The money.
  public let result: ProgrammeResult

  /// What a policy asks for and the input lacks; each is said at once with the others.
  public enum Fault: Error, Hashable, Sendable, CustomStringConvertible {
    /// An event is there twice.
    case eventTwice(EventID)
    /// A home of an event is not enrolled.
    case notEnrolled(SiteID, event: EventID)
    /// The policy pays promised power, and nobody says how much the home promised.
    case committedMissing(SiteID)
    /// A rate by zone, and the home has none of its zones.
    case zoneMissing(SiteID, zones: [String])
    /// A rate by year of enrolment, and the home's is not known or is before all of them.
    case vintageMissing(SiteID, earliest: Int64)
    /// A price of the signal for a megawatt with more than three places.
    case priceNotWhole(EventID)
    /// The policy pays days on which a home was heard, and nobody says when that was.
    case heardMissing
    /// One fleet whose homes have different zones or years has no one price.
    case fleetMixed(String)

    /// A sentence: what is missing and what is allowed.
    public var description: String {
      switch self {
      case .eventTwice(let event): "event \(event) is there twice; allowed: each event once"
      case .notEnrolled(let site, let event):
        "site \(site) of event \(event) is not among the homes; allowed: every home of an event"
      case .committedMissing(let site):
        "site \(site) has no committed power; allowed: committed_kw, for reward.availability"
      case .zoneMissing(let site, let zones):
        "site \(site) has no zone with a price; allowed: \(zones.joined(separator: ", "))"
      case .vintageMissing(let site, let earliest):
        "site \(site) has no year of enrolment with a price; allowed: \(earliest) or later"
      case .priceNotWhole(let event):
        "event \(event) has a signal_price with more than 3 places; allowed: 3 for a megawatt"
      case .heardMissing:
        "no home says when it was heard; allowed: heard, for reward.flat.whileHeardPercent"
      case .fleetMixed(let what):
        "the homes have different \(what)s; allowed: one \(what), because a fleet has one price"
      }
    }
  }

  /// Every fault of an input.
  public struct Faults: Error, Hashable, Sendable {
    /// In the order of events and homes.
    public let list: [Fault]
  }

  /// Settles events.
  ///
  /// - Parameters:
  ///   - events: As `EventAccount.input` makes them, in any order, with the price of the signal in
  ///     millionths a unit of the policy's rate where it has one. Their runs are not read.
  ///   - homes: As they are enrolled. Nil: every home of the events, enrolled for ever, without
  ///     zone, year or committed power.
  ///   - run: The run of the policy.
  ///   - span: Months that end in it, and seasons likewise, are settled too. Nil: those of the
  ///     events, whole.
  ///   - earlierEvents: Events of the first event's season before it, for `nthEvent`.
  /// - Throws: `Faults` with everything that the policy asks for and the input lacks.
  public init(
    _ events: [(input: SettlementInput, signalPrice: Int64?)], homes: [ProgrammeHome]? = nil,
    policy: Policy, run: SettlementTerms.Run, span: ClosedRange<CivilDate>? = nil,
    earlierEvents: Int64 = 0
  ) throws(Faults) {
    let terms = policy.programmeTerms
    let calendar = PeriodCalendar(policy)
    let sorted = events.sorted {
      ($0.input.window.start, $0.input.event) < ($1.input.window.start, $1.input.event)
    }
    let settled = sorted.map { event in
      calendar.event(event.input, signalPrice: event.signalPrice)
    }
    let enrolled = homes ?? Self.homes(of: settled)
    let faults = PeriodNeeds(terms).faults(events: settled, homes: enrolled)
    guard faults.isEmpty else { throw Faults(list: faults) }
    let dates = settled.map(\.date)
    let periods = calendar.periods(of: dates, in: span)
    self.policy = policy
    input = ProgrammeInput(
      run: SettlementRun(name: run.name, isPayable: run.isPayable, payer: .funding),
      isFinal: run.name == policy.settlement.runs.last?.name, events: settled, homes: enrolled,
      months: periods.months, seasons: periods.seasons, earlierEvents: earlierEvents)
    result = ProgrammeSettlement.settle(input, terms: terms)
  }

  private static func homes(of events: [ProgrammeEvent]) -> [ProgrammeHome] {
    var owners: [SiteID: OwnerID] = [:]
    for home in events.flatMap(\.event.homes) { owners[home.site] = home.owner }
    return owners.sorted { $0.key < $1.key }.map { ProgrammeHome(site: $0.key, owner: $0.value) }
  }
}
