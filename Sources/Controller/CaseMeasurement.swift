import Grid
public import Policies
import Settlement
import Signing
public import Storage
public import Verification

/// Verifies a whole event from stored readings.
public struct CaseMeasurement: Sendable {
  /// Where the readings are, unless they are those of files.
  private let readings: any ReadingStore
  private let files: ReadingSet?
  /// The terms.
  public var policy: Policy
  /// How many tasks share the work.
  public var tasks: Int
  /// Days before the event whose readings say how healthy a meter is, where that is more than the
  /// baseline looks back. A block of 1,024 hourly meters takes a quarter of a megabyte a day.
  public var historyDays: Int64

  /// A measurement.
  public init(
    readings: any ReadingStore, policy: Policy, tasks: Int = 2, historyDays: Int64 = 0
  ) {
    self.readings = readings
    files = nil
    self.policy = policy
    self.tasks = tasks
    self.historyDays = historyDays
  }

  /// A measurement of readings that came from files.
  public init(files: ReadingSet, policy: Policy) {
    readings = MemoryReadingStore()
    self.files = files
    self.policy = policy
    tasks = 1
    historyDays = 0
  }

  /// One performance a home, in the order of the case.
  /// - Parameter live: What was made of live records already.
  public func verify(
    _ event: EventCase, live known: LiveReadings? = nil
  ) async throws -> [Performance] {
    let prepared = PreparedEvent(
      MeasuredEvent(id: event.id, window: event.window, noticeAt: event.noticeAt),
      terms: policy.measurement)
    let live = try known ?? liveReadings(of: event)
    let numbers = try self.numbers(of: event.homes)
    let days = self.days(of: event)
    let size = max(1, (event.homes.count + tasks - 1) / tasks)
    var parts: [Int: [Performance]] = [:]
    try await withThrowingTaskGroup(of: (Int, [Performance]).self) { group in
      for start in stride(from: 0, to: event.homes.count, by: size) {
        let range = start..<min(start + size, event.homes.count)
        group.addTask {
          var loader = SeriesLoader(
            store: readings, days: days, intervalSeconds: policy.measurement.intervalMinutes * 60,
            live: live, files: files, gridSecond: event.window.start.seconds)
          var found: [Performance] = []
          found.reserveCapacity(range.count)
          for home in range {
            let site = try site(event.homes[home], numbers: numbers[home], &loader)
            found.append(Verifier.verify(site, using: prepared))
          }
          return (start, found)
        }
      }
      for try await (start, found) in group { parts[start] = found }
    }
    return parts.keys.sorted().flatMap { parts[$0]! }
  }

  /// How one home's answer came about.
  public func explain(_ event: EventCase, home: Int) throws -> Explanation {
    try explain(event, homes: [home])[0]
  }

  /// How the answers of some homes came about, in the order of `homes`.
  ///
  /// - Parameter live: What was made of live records already.
  public func explain(
    _ event: EventCase, homes: [Int], live: LiveReadings? = nil
  ) throws -> [Explanation] {
    let prepared = PreparedEvent(
      MeasuredEvent(id: event.id, window: event.window, noticeAt: event.noticeAt),
      terms: policy.measurement)
    var loader = try loader(of: event, live: live)
    let numbers = try self.numbers(of: homes.map { event.homes[$0] })
    var found: [Int: Explanation] = [:]
    // In the order of the meters a block of readings is read once.
    for place in homes.indices.sorted(by: { numbers[$0][0] < numbers[$1][0] }) {
      let site = try site(event.homes[homes[place]], numbers: numbers[place], &loader)
      var explanation = Verifier.explain(site, using: prepared)
      explanation.inputDigest = SHA256.hash(site.inputBytes(of: prepared))
      found[place] = explanation
    }
    return homes.indices.map { found[$0]! }
  }

  /// All sites of an event as one meter, against its own baseline; nil when a site has no meter.
  ///
  /// The baseline of a sum is not the sum of the baselines: the days that are high for one home
  /// are not those of another.
  public func verifyFleet(
    _ event: EventCase, live: LiveReadings? = nil
  ) throws -> Performance? {
    let prepared = PreparedEvent(
      MeasuredEvent(id: event.id, window: event.window, noticeAt: event.noticeAt),
      terms: policy.measurement)
    var sum: SiteData?
    var isWhole = true
    try forEachSite(of: event, live: live) { place, next in
      if place == 0 { sum = next } else { sum = sum?.joined(with: next, terms: policy.measurement) }
      isWhole = isWhole && sum != nil
    }
    return isWhole ? sum.map { Verifier.verify($0, using: prepared) } : nil
  }

  /// What verification knows of each home.
  func sites(of event: EventCase) throws -> [SiteData] {
    var sites: [SiteData] = []
    try forEachSite(of: event) { sites.append($1) }
    return sites
  }

  /// Hands over what verification knows of each home, one after the other.
  func forEachSite(
    of event: EventCase, live: LiveReadings? = nil, _ take: (Int, SiteData) throws -> Void
  ) throws {
    var loader = try loader(of: event, live: live)
    let numbers = try self.numbers(of: event.homes)
    for place in event.homes.indices {
      try take(place, try site(event.homes[place], numbers: numbers[place], &loader))
    }
  }

  private func loader(of event: EventCase, live: LiveReadings? = nil) throws -> SeriesLoader {
    SeriesLoader(
      store: readings, days: days(of: event),
      intervalSeconds: policy.measurement.intervalMinutes * 60,
      live: try live ?? liveReadings(of: event),
      files: files, gridSecond: event.window.start.seconds)
  }

  private func site(
    _ home: EventCase.Home, numbers: [Int32], _ loader: inout SeriesLoader
  ) throws -> SiteData {
    let site = try loader.series(of: home.siteMeter, number: numbers[0], side: .netImport)
    var output: IntervalSeries?
    for (place, meter) in home.batteryMeters.enumerated() {
      let next = try loader.series(of: meter, number: numbers[place + 1], side: .output)
      output = place == 0 ? next : output.flatMap { sum in next.flatMap { sum.adding($0) } }
    }
    var data = SiteData(
      site: home.site, siteMeter: site, batteryMeter: output, eventDays: home.eventDays,
      excludedDates: home.excludedDates, declared: home.declared,
      declaredHistory: home.declaredHistory, control: home.control, sharedWith: home.sharedWith,
      claimedBy: home.claimedBy, ratedPower: home.ratedPower,
      // A charger has none.
      capacity: home.capacity > .zero ? home.capacity : nil,
      recordFindings: loader.findings(of: [home.siteMeter] + home.batteryMeters))
    data.untrustedDates = loader.untrustedDates(
      of: policy.measurement.mode == .premises ? [home.siteMeter] : home.batteryMeters)
    return data
  }

  /// Numbers of each home's site meter and battery meters, in this order.
  private func numbers(of homes: [EventCase.Home]) throws -> [[Int32]] {
    let all = try readings.numbers(of: homes.flatMap { [$0.siteMeter] + $0.batteryMeters })
    var numbers: [[Int32]] = []
    var place = 0
    for home in homes {
      let count = 1 + home.batteryMeters.count
      numbers.append(Array(all[place..<place + count]))
      place += count
    }
    return numbers
  }

  /// UTC days from the oldest candidate to the last interval that may be asked for.
  private func days(of event: EventCase) -> Range<Int64> {
    let baseline = policy.measurement.baseline
    let margin: Int64 = 2
    // Both groups of a control group are compared over this long before the event.
    let compared = baseline.kind == .controlGroup ? ControlGroup.days : 0
    let back = max(baseline.lookbackDays + baseline.skipRecentDays, historyDays, compared) + margin
    let first = event.window.start.seconds / 86_400 - back
    return first..<event.window.end.seconds / 86_400 + margin
  }

  /// Live records of the look-back's last days and the event, made into readings by meter and
  /// validated as the policy says.
  func liveReadings(of event: EventCase) throws -> LiveReadings {
    let days = self.days(of: event)
    let arrivals = try readings.arrivals(
      startingIn: Window(
        start: Timestamp(seconds: days.lowerBound * 86_400),
        end: Timestamp(seconds: days.upperBound * 86_400))!)
    let seconds = policy.measurement.intervalMinutes * 60
    let zone = policy.measurement.calendar.zone
    var live = LiveReadings()
    for (meter, own) in Dictionary(grouping: arrivals, by: \.record.meter) {
      let made = RegisterBook.readings(
        of: meter, from: own.map(\.record), intervalSeconds: seconds,
        gridSecond: event.window.start.seconds)
      let (kept, findings, untrusted) = RecordValidation.graded(
        made.readings, from: own, zone: zone, intervalSeconds: seconds,
        limits: policy.measurement.validation)
      live.readings[meter] = kept
      if !findings.isEmpty { live.findings[meter] = findings }
      if !untrusted.isEmpty { live.untrusted[meter] = untrusted }
    }
    return live
  }
}

/// Live records as readings, and what they say of their meters.
public struct LiveReadings: Sendable {
  var readings: [MeterID: [Reading]] = [:]
  var findings: [MeterID: [MeterHealth.Finding]] = [:]
  /// Local days of which nothing counts.
  var untrusted: [MeterID: Set<CivilDate>] = [:]
}
