public import Grid

/// One event under one policy, with everything resolved that is the same for every meter.
///
/// Calendar, classes, wall clock and clock changes are worked out once: which Unix seconds of
/// which candidate day belong to which interval of the event. Build it once an event and use it
/// for the whole fleet.
public struct PreparedEvent: Sendable {
  /// A day of the look-back.
  struct Candidate: Sendable {
    let date: CivilDate
    let dayClass: BaselineTerms.DayClass
    /// What holds for every site.
    let exclusion: DayReason?
    let isOfClass: Bool
    let overlapsEvent: Bool
    let hasGap: Bool
    /// The local day, for ranking by it.
    let startSecond: Int64
    let endSecond: Int64
  }

  /// Stands for a moment that the wall clock of a candidate day does not have.
  static let noSecond = Int64.min

  /// The event.
  public let event: MeasuredEvent
  /// The terms.
  public let terms: MeasurementTerms
  /// Local date of the event's start.
  public let date: CivilDate
  /// Class of that date.
  public let dayClass: BaselineTerms.DayClass
  /// Why no site can be verified, if so: the event is off the grid, or its day has no rule.
  public let fault: Refusal?
  let intervalSeconds: Int64
  let selection: BaselineTerms.Selection
  /// Starts of the event's intervals, of the adjustment's windows and of those since the notice.
  let eventStarts: [Int64]
  let windowStarts: [Int64]
  let noticeStarts: [Int64]
  /// Newest first.
  let candidates: [Candidate]
  /// By candidate and target (event, window, notice): the moment of the day, and the second one
  /// where the clock repeats it.
  let firstSeconds: [Int64]
  let secondSeconds: [Int64]
  let hasRepeats: Bool
  /// Earlier days as if each had been the event; empty unless the policy tests eligibility.
  let trials: [PreparedEvent]

  /// The event under `terms`.
  public init(_ event: MeasuredEvent, terms: MeasurementTerms) {
    self.init(event, terms: terms, withTrials: terms.baseline.eligibility != nil)
  }

  init(_ event: MeasuredEvent, terms: MeasurementTerms, withTrials: Bool) {
    let zone = terms.calendar.zone
    let baseline = terms.baseline
    let date = zone.date(at: event.window.start)
    let dayClass = baseline.dayClasses.dayClass(of: date, calendar: terms.calendar)
    let intervalSeconds = 60 * terms.intervalMinutes
    self.event = event
    self.terms = terms
    self.date = date
    self.dayClass = dayClass
    self.intervalSeconds = intervalSeconds
    let start = event.window.start.seconds
    let end = event.window.end.seconds
    let usesDays = baseline.kind == .dayMatching || baseline.kind == .typicalOutput
    let rule = baseline.selection[dayClass]
    selection = rule ?? BaselineTerms.Selection(choose: .recent, y: 1)
    let isOnGrid =
      event.window.start.isWholeSecond && event.window.end.isWholeSecond
      && zone.secondOfDay(at: event.window.start).isMultiple(of: intervalSeconds)
      && (end - start).isMultiple(of: intervalSeconds)
    guard isOnGrid, rule != nil || !usesDays else {
      fault = isOnGrid ? .noRuleForClass(dayClass) : .eventOffGrid(intervalSeconds: intervalSeconds)
      (eventStarts, windowStarts, noticeStarts) = ([], [], [])
      (candidates, firstSeconds, secondSeconds, hasRepeats, trials) = ([], [], [], false, [])
      return
    }
    fault = nil
    let targets = Targets(event: event, terms: terms)
    eventStarts = targets.event
    windowStarts = targets.window
    noticeStarts = targets.notice
    // A schedule is tried on earlier days as well, though it takes nothing from them.
    let looksBack = usesDays || withTrials && baseline.kind == .declared
    let table =
      looksBack ? SlotTable(targets: targets, date: date, dayClass: dayClass, terms: terms) : nil
    candidates = table?.candidates ?? []
    firstSeconds = table?.first ?? []
    secondSeconds = table?.second ?? []
    hasRepeats = table?.hasRepeats ?? false
    trials = withTrials && looksBack ? Self.trials(event, terms, candidates) : []
  }

  /// Event, window and notice targets of one candidate day.
  var targetCount: Int { eventStarts.count + windowStarts.count + noticeStarts.count }

  /// The first moment at which all data that may enter the result can be there.
  public var dataEnd: Timestamp {
    let last = max(eventStarts.last ?? 0, windowStarts.max() ?? 0)
    guard terms.baseline.kind == .meterBeforeAfter else {
      return Timestamp(seconds: last + intervalSeconds)
    }
    let after = terms.baseline.beforeAfter
    return event.window.end.adding(
      seconds: after.afterMinutes == 0 ? 0 : 60 * (after.afterGapMinutes + after.afterMinutes))
  }

  /// The window of the event's interval number `index`.
  func window(_ index: Int) -> Window {
    let start = Timestamp(seconds: eventStarts[index])
    return Window(start: start, end: start.adding(seconds: intervalSeconds))!
  }

  /// The candidates of the class as events of their own, at the event's hours.
  private static func trials(
    _ event: MeasuredEvent, _ terms: MeasurementTerms, _ candidates: [Candidate]
  ) -> [PreparedEvent] {
    let zone = terms.calendar.zone
    let clock = zone.secondOfDay(at: event.window.start)
    return candidates.compactMap { day in
      guard day.exclusion == nil, !day.overlapsEvent else { return nil }
      let start: Timestamp
      switch zone.moments(on: day.date, secondOfDay: clock) {
      case .once(let moment), .twice(let moment, _): start = moment
      case .skipped: return nil
      }
      let window = Window(start: start, end: start.adding(seconds: event.window.seconds))!
      return PreparedEvent(
        MeasuredEvent(id: event.id, window: window), terms: terms, withTrials: false)
    }
  }
}
