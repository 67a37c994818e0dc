public import Grid

/// All that verification knows of one site: its meters, and which of its days do not count.
public struct SiteData: Sendable {
  /// The site.
  public var site: SiteID
  /// Net import at the grid's meter, import positive; nil when the site has none.
  public var siteMeter: IntervalSeries?
  /// Output of the battery, discharge positive; nil when it has no meter of its own.
  public var batteryMeter: IntervalSeries?
  /// Local dates of other events that count for this site by the rule `baseline.eventDays`.
  public var eventDays: Set<CivilDate>
  /// Local dates that are no candidates for this site: outage, maintenance.
  public var excludedDates: Set<CivilDate>
  /// With `kind: declared`: the version that was in force at gate closure.
  public var declared: DeclaredSchedule?
  /// With `kind: declared`: all versions for other times, by which its accuracy is tried.
  public var declaredHistory: [DeclaredSchedule]
  /// With `kind: controlGroup`: the homes that were not asked.
  public var control: ControlGroup?
  /// Other sites behind the same service point or with the same device.
  public var sharedWith: [SiteID]
  /// The programme that claimed the event's energy first, or nil.
  public var claimedBy: String?
  /// Most that the site's connection carries; site readings beyond 1.1 times that are spikes.
  public var connectionLimit: Power?
  /// Rating of the battery; battery readings beyond 1.1 times that are spikes.
  public var ratedPower: Power?
  /// Usable capacity of the battery; without it `preEventCharge` is not looked for.
  public var capacity: Energy?
  /// What the live records of the site's meters say of them.
  public var recordFindings: [MeterHealth.Finding]
  /// Local days of which nothing counts, because the clock of a meter was off by too much.
  public var untrustedDates: Set<CivilDate> = []

  /// The data of one site.
  public init(
    site: SiteID, siteMeter: IntervalSeries?, batteryMeter: IntervalSeries? = nil,
    eventDays: Set<CivilDate> = [], excludedDates: Set<CivilDate> = [],
    declared: DeclaredSchedule? = nil, declaredHistory: [DeclaredSchedule] = [],
    control: ControlGroup? = nil, sharedWith: [SiteID] = [], claimedBy: String? = nil,
    connectionLimit: Power? = nil, ratedPower: Power? = nil, capacity: Energy? = nil,
    recordFindings: [MeterHealth.Finding] = []
  ) {
    self.site = site
    self.siteMeter = siteMeter
    self.batteryMeter = batteryMeter
    self.eventDays = eventDays
    self.excludedDates = excludedDates
    self.declared = declared
    self.declaredHistory = declaredHistory
    self.control = control
    self.sharedWith = sharedWith
    self.claimedBy = claimedBy
    self.connectionLimit = connectionLimit
    self.ratedPower = ratedPower
    self.capacity = capacity
    self.recordFindings = recordFindings
  }
}

/// The event that is measured.
public struct MeasuredEvent: Hashable, Sendable {
  /// The event.
  public var id: EventID
  /// From the first moment that counts to the first that no longer does.
  public var window: Window
  /// When the site was told; nil when it was not or nobody knows.
  public var noticeAt: Timestamp?

  /// An event.
  public init(id: EventID, window: Window, noticeAt: Timestamp? = nil) {
    self.id = id
    self.window = window
    self.noticeAt = noticeAt
  }
}
