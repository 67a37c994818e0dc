public import Grid

/// What one programme's policy says to the engine: who may ask, when, and what of each battery.
///
/// A field of this type is a field of the policy file of the same name.
public struct DispatchTerms: Hashable, Sendable {
  /// The programme.
  public var programme: ProgrammeID
  /// SHA-256 of the policy file's bytes.
  public var policy: Digest
  /// First local day on which an event may start.
  public var effectiveFrom: CivilDate
  /// Last such day, or nil.
  public var effectiveTo: CivilDate?
  /// Seasons, holidays and zone.
  public var calendar: ProgrammeCalendar
  /// How long and how often.
  public var events: EventTerms
  /// Who may ask, and how.
  public var signals: SignalTerms
  /// How long before.
  public var notice: NoticeTerms
  /// Who may take part.
  public var enrolment: EnrolmentTerms
  /// What a level or percent signal releases; nil when only power is accepted.
  public var release: Release?
  /// What happens to a target that the fleet cannot hold.
  public var target: TargetTerms
  /// How a shared limit or a target is divided.
  public var fairness: Fairness
  /// Who goes first under `meritOrder`.
  public var meritBy = MeritBy.stateOfCharge
  /// How many days `rotationDebt` remembers, 1…366.
  public var fairnessWindowDays: Int64 = 30
  /// How many events of a battery its reliability is taken of, 1…100.
  public var historyEvents = 10
  /// The reliability of a battery without an event.
  public var newBattery = Percent(whole: 90)!
  /// More is asked than is promised; nil when not.
  public var overCommit: OverCommit?
  /// Reported charges may be too high by so much of the capacity; plans count on the rest.
  public var chargeUncertainty = Percent.zero
  /// The programme's floor; the greater of it and the owner's reserve holds.
  public var reserve: Percent
  /// Smaller shares are not sent, and go to others.
  public var minimumSetpoint: Power
  /// Slope of one battery, 0…900 s.
  public var rampSeconds: Int64
  /// Starts spread evenly over this time, 0…3,600 s.
  public var spreadSeconds: Int64
  /// `dispatch.ramp.fleetKWPerMinute`: by so much the fleet's power rises and falls in a minute at
  /// most; nil is as fast as it likes.
  public var slopePerMinute: Power?
  /// Older telemetry during an event: the battery counts as silent.
  public var notHeardSeconds: Int64
  /// A battery goes back by itself this long after the controller fell silent; nil: never.
  public var graceSeconds: Int64?
  /// What follows the end of an event.
  public var handBack: Command.HandBack
  /// How the plan is kept true while an event runs, and how often gateways are spoken to.
  public var correction = CorrectionTerms.off
  /// `dispatch.reserveLowered`: a lowered reserve counts in the event under way.
  public var reserveLoweredAtOnce = false
  /// Until when an owner may leave without consequence.
  public var optOutUntil: OptOutUntil
  /// With `minutesBeforeStart`: how long before.
  public var optOutMinutesBeforeStart: Int64 = 0
  /// So often in a season a home may leave without consequence; nil is as often as it likes.
  public var optOutMaximumPerSeason: Int?
  /// A vendor's interface limit, in commands a second; nil: nothing is paced, and neither are
  /// gateways by what they say of themselves.
  public var vendorPerSecond: [VendorID: Int64]?
  /// Whether batteries that are not handed back raise an alarm.
  public var watchesHandBack = false
  /// What homes under a storm warning keep.
  public var storm = StormTerms()
  /// How batteries recharge after an event; nil: as they like.
  public var recovery: RecoveryTerms?
  /// Homes that were drawn not to be asked: the others are measured against them.
  public var controlSites: Set<SiteID> = []

  /// Terms; the loader has checked every range.
  public init(
    programme: ProgrammeID, policy: Digest, effectiveFrom: CivilDate, effectiveTo: CivilDate?,
    calendar: ProgrammeCalendar, events: EventTerms, signals: SignalTerms, notice: NoticeTerms,
    enrolment: EnrolmentTerms = EnrolmentTerms(), release: Release?,
    target: TargetTerms = TargetTerms(), fairness: Fairness = .proportional,
    reserve: Percent = .zero, minimumSetpoint: Power = .zero, rampSeconds: Int64 = 10,
    spreadSeconds: Int64 = 0, notHeardSeconds: Int64 = 30, graceSeconds: Int64? = 900,
    handBack: Command.HandBack = .priorMode, optOutUntil: OptOutUntil = .end
  ) {
    self.programme = programme
    self.policy = policy
    self.effectiveFrom = effectiveFrom
    self.effectiveTo = effectiveTo
    self.calendar = calendar
    self.events = events
    self.signals = signals
    self.notice = notice
    self.enrolment = enrolment
    self.release = release
    self.target = target
    self.fairness = fairness
    self.reserve = reserve
    self.minimumSetpoint = minimumSetpoint
    self.rampSeconds = rampSeconds
    self.spreadSeconds = spreadSeconds
    self.notHeardSeconds = notHeardSeconds
    self.graceSeconds = graceSeconds
    self.handBack = handBack
    self.optOutUntil = optOutUntil
  }

  /// `dispatch.fairness`: the weight of a battery in the max-min water-filling.
  public enum Fairness: String, Hashable, Sendable, CaseIterable {
    /// By the energy the battery could deliver in this event.
    case proportional
    /// Everybody the same watts until something binds him.
    case equalShare
    /// One after the other by `meritBy`, the best first; equal ones share equally.
    case meritOrder
    /// One after the other by what each owes, the greatest debt first; equal ones share equally.
    case rotationDebt
  }

  /// `dispatch.meritBy`.
  public enum MeritBy: String, Hashable, Sendable, CaseIterable {
    /// The fullest first.
    case stateOfCharge
    /// Who delivered most of what was asked first.
    case reliability
    /// The lowest price that an owner asks first.
    case offeredPrice
  }

  /// `dispatch.overCommit`.
  public struct OverCommit: Hashable, Sendable {
    /// The most that is asked, of the target; 100…200.
    public var maximumPercent: Int64
    /// The promise is kept with at least this probability, below 100 %; nil: on average.
    public var probability: Percent?

    /// Terms of over-commitment.
    public init(maximumPercent: Int64 = 120, probability: Percent? = nil) {
      self.maximumPercent = maximumPercent
      self.probability = probability
    }
  }

  /// `dispatch.optOut.until`.
  public enum OptOutUntil: String, Hashable, Sendable, CaseIterable {
    case start, end, minutesBeforeStart
  }

  /// The moment until which an owner may leave an event without consequence.
  func optOutBy(in window: Window) -> Timestamp {
    switch optOutUntil {
    case .start: window.start
    case .end: window.end
    case .minutesBeforeStart: window.start.adding(seconds: -60 * optOutMinutesBeforeStart)
    }
  }

  /// `events`.
  public struct EventTerms: Hashable, Sendable {
    /// Shortest event, in minutes.
    public var minimumMinutes: Int64
    /// Longest event, in minutes.
    public var maximumMinutes: Int64
    /// Only these lengths; empty: any between the two above.
    public var allowedMinutes: [Int64]
    /// The length is a multiple of it.
    public var stepMinutes: Int64
    /// Events on one local day, or nil.
    public var maximumPerDay: Int?
    /// Events in one calendar month, or nil.
    public var maximumPerMonth: Int?
    /// Events in one season, or nil.
    public var maximumPerSeason: Int?
    /// A site is not asked in an event that is longer than its contract.
    public var lengthIsContracted = false
    /// Elapsed time of all events of a season, in seconds, or nil.
    public var maximumSecondsPerSeason: Int64?
    /// From the end of one event to the start of the next, in minutes.
    public var minimumRestMinutes: Int64 = 0
    /// Local days with an event in a row, or nil.
    public var maximumConsecutiveDays: Int?
    /// What becomes of a signal that shares time with another event of the programme; nil: it is
    /// taken, and a battery of the other event is skipped as busy.
    public var overlap: Overlap?
    /// Events that touch are planned as one, so that the second one is not left empty.
    public var mergesAdjacent = false
    /// Does a cancelled event use up a limit.
    public var countCancelled: CountCancelled
    /// May events be tests.
    public var testsAllowed: Bool
    /// Are tests paid.
    public var testsPaid: Bool
    /// Do tests use up limits, and are they held by them.
    public var testsCounted = false
    /// Tests in one season, or nil.
    public var testsMaximumPerSeason: Int?
    /// Shortest test in minutes, instead of `minimumMinutes`, or nil.
    public var testsMinimumMinutes: Int64?

    /// `events.overlap`.
    public enum Overlap: String, Hashable, Sendable, CaseIterable {
      /// The signal is refused.
      case refuse
      /// It is taken; the one that goes first has the batteries of both while it lasts.
      case priority
    }

    /// `events.countCancelled`.
    public enum CountCancelled: String, Hashable, Sendable, CaseIterable {
      case never, started, always
    }

    /// Terms of length and number.
    public init(
      minimumMinutes: Int64, maximumMinutes: Int64, allowedMinutes: [Int64] = [],
      stepMinutes: Int64 = 1, maximumPerDay: Int? = nil, maximumPerMonth: Int? = nil,
      maximumPerSeason: Int? = nil, countCancelled: CountCancelled = .started,
      testsAllowed: Bool = false, testsPaid: Bool = true
    ) {
      self.minimumMinutes = minimumMinutes
      self.maximumMinutes = maximumMinutes
      self.allowedMinutes = allowedMinutes
      self.stepMinutes = stepMinutes
      self.maximumPerDay = maximumPerDay
      self.maximumPerMonth = maximumPerMonth
      self.maximumPerSeason = maximumPerSeason
      self.countCancelled = countCancelled
      self.testsAllowed = testsAllowed
      self.testsPaid = testsPaid
    }
  }

  /// `signals`.
  public struct SignalTerms: Hashable, Sendable {
    /// Issuers that may ask.
    public var from: Set<UtilityID>
    /// What they may ask.
    public var forms: Set<Form>
    /// Must a signal be signed by an enrolled key.
    public var signatureRequired: Bool
    /// Until when a revision is taken.
    public var revise: Until
    /// Until when a cancel is taken.
    public var cancel: Until
    /// A start that is already past: take the rest, or nothing.
    public var joinsLate: Bool
    /// Smallest accepted target, or nil.
    public var minimumTarget: Power?
    /// Greatest accepted target, or nil.
    public var maximumTarget: Power?

    /// `signals.forms`.
    public enum Form: String, Hashable, Sendable, CaseIterable {
      case level, percent, power, price
    }
    /// `signals.revise` and `signals.cancel`; a cancel is never `never`.
    public enum Until: String, Hashable, Sendable, CaseIterable { case never, untilStart, untilEnd }

    /// Terms of signals.
    public init(
      from: Set<UtilityID>, forms: Set<Form>, signatureRequired: Bool, revise: Until = .untilEnd,
      cancel: Until = .untilEnd, joinsLate: Bool = true, minimumTarget: Power? = nil,
      maximumTarget: Power? = nil
    ) {
      self.from = from
      self.forms = forms
      self.signatureRequired = signatureRequired
      self.revise = revise
      self.cancel = cancel
      self.joinsLate = joinsLate
      self.minimumTarget = minimumTarget
      self.maximumTarget = maximumTarget
    }
  }

  /// `notice`.
  public struct NoticeTerms: Hashable, Sendable {
    /// From acceptance to start.
    public var minimumMinutes: Int64
    /// Latest second of the local day before the event, or nil.
    public var dayBeforeBySecond: Int64?
    /// Required: a home that did not acknowledge in time is never penalised.
    public var acknowledgementRequired: Bool
    /// A late signal is dispatched without penalty instead of refused.
    public var lateIsDispatched: Bool
    /// So many minutes before the start who has not answered his notice gets it again; greatest
    /// first.
    public var reminderMinutes: [Int64] = []

    /// Terms of notice.
    public init(
      minimumMinutes: Int64, dayBeforeBySecond: Int64? = nil,
      acknowledgementRequired: Bool = true, lateIsDispatched: Bool = false
    ) {
      self.minimumMinutes = minimumMinutes
      self.dayBeforeBySecond = dayBeforeBySecond
      self.acknowledgementRequired = acknowledgementRequired
      self.lateIsDispatched = lateIsDispatched
    }
  }

  /// `dispatch.release`.
  public struct Release: Hashable, Sendable {
    /// Percent for each level 0…3 that may come.
    public var byLevel: [Int: Percent]
    /// Of what.
    public var basis: ReleaseBasis
    /// Percent from a price on; rising in price. Below the first one nothing is released.
    public var byPrice: [PriceStep]
    /// The currency of those prices.
    public var currencyCode: String

    /// One row of `dispatch.release.byPrice`.
    public struct PriceStep: Hashable, Sendable {
      /// From this price of a kilowatt-hour on.
      public let atOrAbove: Money
      /// What is released.
      public let percent: Percent

      /// A step.
      public init(atOrAbove: Money, percent: Percent) {
        self.atOrAbove = atOrAbove
        self.percent = percent
      }
    }

    /// A release; a single percentage is given for all four levels.
    public init(
      byLevel: [Int: Percent], basis: ReleaseBasis, byPrice: [PriceStep] = [],
      currencyCode: String = ""
    ) {
      self.byLevel = byLevel
      self.basis = basis
      self.byPrice = byPrice
      self.currencyCode = currencyCode
    }

    /// What a price of a kilowatt-hour releases; 0 % below the first step.
    public func percent(at price: Money) -> Percent {
      byPrice.last { $0.atOrAbove <= price }?.percent ?? .zero
    }
  }

  /// `dispatch.target`.
  public struct TargetTerms: Hashable, Sendable {
    /// Refuse a target that the fleet cannot hold to the end, instead of committing what holds.
    public var refusesShortfall: Bool
    /// More than this is refused.
    public var maximum: Power?

    /// Terms of targets.
    public init(refusesShortfall: Bool = false, maximum: Power? = nil) {
      self.refusesShortfall = refusesShortfall
      self.maximum = maximum
    }
  }
}
