public import Grid
public import Policies
public import Verification

/// Events in which no battery moved, measured all the same: what comes out is the method's error.
///
/// A premises baseline of a home that did nothing special is not zero when nothing happened. This
/// table says how far it is off, by event, method and class of homes, before anything is paid by it.
public struct NullEvents: Sendable {
  /// A home and what its meter counted.
  public struct Home: Sendable {
    /// The home.
    public var site: SiteID
    /// What is known of its data: homes of one class are summed together.
    public var dataClass: String
    /// Net import.
    public var meter: IntervalSeries

    /// A home.
    public init(site: SiteID, dataClass: String, meter: IntervalSeries) {
      self.site = site
      self.dataClass = dataClass
      self.meter = meter
    }
  }

  /// A way to make a baseline.
  public struct Method: Sendable {
    /// Its name for people.
    public var name: String
    /// Its terms.
    public var terms: MeasurementTerms

    /// A method.
    public init(name: String, terms: MeasurementTerms) {
      self.name = name
      self.terms = terms
    }
  }

  /// Three ways to look at one error.
  public struct Credit: Hashable, Sendable {
    /// The signed sum of the reductions.
    public var net = Energy.zero
    /// With `netting: event`: each home's sum, never below zero.
    public var perEvent = Energy.zero
    /// With `netting: interval`: each interval of a home, never below zero.
    public var perInterval = Energy.zero

    /// Nothing.
    public init() {}

    /// What one home would have been credited; nothing when it was refused.
    public init(_ performance: Performance) {
      if case .refused = performance.verdict { return }
      for case let reduction? in performance.intervals.map(\.reduction) {
        net += reduction
        perInterval += max(.zero, reduction)
      }
      perEvent = max(.zero, net)
    }

    static func += (a: inout Credit, b: Credit) {
      a.net += b.net
      a.perEvent += b.perEvent
      a.perInterval += b.perInterval
    }
  }

  /// A home that would not have been paid as measured, or about whose meter something is known.
  public struct Doubt: Hashable, Sendable {
    /// The home.
    public let site: SiteID
    /// The refusal's code, or nil.
    public let refusal: String?
    /// What its meter's own values say of it up to the event's end.
    public let findings: [MeterHealth.Code]
    /// Would payment wait for a person.
    public let isHeld: Bool
  }

  /// The sums of one class of homes in one event by one method.
  public struct Row: Sendable {
    /// The event.
    public let event: EventID
    /// The method's name.
    public let method: String
    /// The homes' class.
    public let dataClass: String
    /// How many homes are in the class.
    public let homes: Int
    /// What they would have been credited.
    public let credit: Credit
    /// Refused and doubted homes, in the order of the homes.
    public let doubts: [Doubt]
  }

  /// The homes, in the order in which they are told.
  public var homes: [Home]
  /// The events; each one's date is no candidate for the baselines of the others.
  public var events: [(event: EventID, window: Window)]

  /// Null events of homes.
  public init(homes: [Home], events: [(event: EventID, window: Window)]) {
    self.homes = homes
    self.events = events
  }

  /// One row an event, method and class, in this order; classes by name.
  public func rows(_ methods: [Method]) -> [Row] {
    let classes = Set(homes.map(\.dataClass)).sorted()
    return events.flatMap { event, window in
      methods.flatMap { method in
        let plan = PreparedEvent(MeasuredEvent(id: event, window: window), terms: method.terms)
        let zone = method.terms.calendar.zone
        let others = Set(events.filter { $0.event != event }.map { zone.date(at: $0.window.start) })
        return classes.map { dataClass in
          row(event, method.name, dataClass, plan, others)
        }
      }
    }
  }

  private func row(
    _ event: EventID, _ method: String, _ dataClass: String, _ plan: PreparedEvent,
    _ others: Set<CivilDate>
  ) -> Row {
    var credit = Credit()
    var doubts: [Doubt] = []
    let own = homes.filter { $0.dataClass == dataClass }
    for home in own {
      let performance = Verifier.verify(
        SiteData(site: home.site, siteMeter: home.meter, eventDays: others), using: plan)
      credit += Credit(performance)
      var refusal: String?
      if case .refused(let reason) = performance.verdict { refusal = reason.code }
      let isHeld = performance.flags.contains(where: \.holdsResult)
      if refusal != nil || isHeld || !performance.meterFindings.isEmpty {
        doubts.append(
          Doubt(
            site: home.site, refusal: refusal, findings: performance.meterFindings, isHeld: isHeld))
      }
    }
    return Row(
      event: event, method: method, dataClass: dataClass, homes: own.count, credit: credit,
      doubts: doubts)
  }
}

extension NullEvents {
  /// The three methods whose errors are published for the reference homes: premises, weekends as
  /// the only non-business days, no floor, no device cap.
  ///
  /// - Parameter policy: Gives the clock and the length of intervals, and nothing else.
  public static func methods(of policy: Policy) -> [Method] {
    let recent = BaselineTerms.Selection(choose: .recent, y: 10, minimumDays: 5)
    let high = BaselineTerms.Selection(choose: .high, y: 10, x: 5, minimumDays: 5)
    let additive = BaselineTerms.Adjustment(
      kind: .additive, windows: [.init(anchor: .start, fromMinutes: -240, toMinutes: -60)],
      capUp: nil, capDown: nil)
    func terms(
      _ selection: BaselineTerms.Selection, _ adjustment: BaselineTerms.Adjustment?
    ) -> MeasurementTerms {
      MeasurementTerms(
        policy: policy.hash,
        calendar: ProgrammeCalendar(zone: policy.measurement.calendar.zone, seasons: []),
        mode: .premises, exportsCounted: true,
        intervalMinutes: policy.measurement.intervalMinutes,
        baseline: BaselineTerms(
          kind: .dayMatching, dayClasses: .businessNonBusiness,
          selection: [.business: selection, .nonBusiness: selection],
          tooFewDays: .useAvailable, adjustment: adjustment))
    }
    return [
      Method(name: "10 recent", terms: terms(recent, nil)),
      Method(name: "10 recent, additive", terms: terms(recent, additive)),
      Method(name: "high 5 of 10", terms: terms(high, nil)),
    ]
  }
}

extension Energy {
  /// Kilowatt-hours to four decimals, a half to the even digit, as tables of false credit have
  /// them; for the eye, never for money.
  public var fourDecimals: String {
    let (whole, rest) = joules.magnitude.quotientAndRemainder(dividingBy: 360)
    let isUp = rest > 180 || rest == 180 && !whole.isMultiple(of: 2)
    let magnitude = Int128(whole) + (isUp ? 1 : 0)
    return FixedDecimal.text(joules < 0 ? -magnitude : magnitude, places: 4, minimumPlaces: 4)
  }
}
