public import Grid
import Storage
public import Verification

/// What a meter's day consists of, for a person who looks after meters.
public struct MeterDayQuality: Hashable, Sendable {
  /// The meter.
  public let meter: MeterID
  /// The local day.
  public let day: CivilDate
  /// Length of its intervals.
  public var intervalSeconds: Int64
  /// Intervals that the day has: fewer and more where the clocks change.
  public var expected: Int64
  /// Intervals that are there, by quality.
  public var present: [Quality: Int] = [:]
  /// Of those, the ones that are excluded from settlement.
  public var nonCommercial = 0
  /// Live records that came again.
  public var duplicates = 0
  /// Live records that came more than a quarter of an hour after their interval.
  public var late = 0
  /// The furthest that a live record came before its interval was over, in seconds.
  public var skewSeconds: Int64 = 0
  /// Live records kept aside: registers and energies that do not fit.
  public var aside = 0
  /// What was found, in order of time.
  public var findings: [ReadingValidation.Finding] = []

  /// Intervals without a value.
  public var missing: Int64 {
    expected - present.reduce(0) { $0 + ($1.key == .missing ? 0 : Int64($1.value)) }
  }

  /// True when every interval is there and nothing was found.
  public var isClean: Bool { missing == 0 && findings.isEmpty && aside == 0 }
}

/// Looks at readings day by day.
public struct MeterQuality {
  /// A record is late when it came so much after its interval.
  static let lateSeconds: Int64 = 900

  let archive: MeterArchive
  let zone: ZoneOffsets
  let limits: ValidationLimits

  /// Readings of an archive by days of a zone.
  public init(_ archive: MeterArchive, zone: ZoneOffsets, limits: ValidationLimits = .init()) {
    self.archive = archive
    self.zone = zone
    self.limits = limits
  }

  /// The days of every meter that has readings or records, in order of meters and days.
  ///
  /// - Parameters:
  ///   - intervalSeconds: What is expected; nil takes the shortest length that the meter has.
  ///   - connection: What a connection carries; without it spikes are not looked for.
  public func days(
    from first: CivilDate, to last: CivilDate, of wanted: Set<MeterID>? = nil,
    intervalSeconds: Int64? = nil, connection: Power? = nil
  ) throws -> [MeterDayQuality] {
    let period = Window(
      start: zone.startOfDay(first), end: zone.startOfDay(last.adding(days: 1)))!
    var records: [MeterID: [(received: Timestamp, record: MeterRecord)]] = [:]
    for arrival in try archive.store.arrivals(startingIn: period)
    where wanted?.contains(arrival.record.meter) ?? true {
      records[arrival.record.meter, default: []].append(arrival)
    }
    var days: [MeterDayQuality] = []
    try archive.readings(startingIn: period, of: wanted) { meter, readings in
      days += self.days(
        meter, readings, records[meter] ?? [], period, first, last, intervalSeconds, connection)
    }
    return days.sorted { ($0.meter, $0.day) < ($1.meter, $1.day) }
  }

  private func days(
    _ meter: MeterID, _ readings: [Reading],
    _ arrivals: [(received: Timestamp, record: MeterRecord)], _ period: Window,
    _ first: CivilDate, _ last: CivilDate, _ intervalSeconds: Int64?, _ connection: Power?
  ) -> [MeterDayQuality] {
    let length = intervalSeconds ?? readings.map(\.window.seconds).min() ?? 900
    let checked = ReadingValidation.check(
      readings, period: period, connection: connection, limits: limits)
    let units = ReadingValidation.unitSuspects(readings, limits: limits)
    var found: [MeterDayQuality] = []
    var day = first
    while day <= last {
      let window = Window(start: zone.startOfDay(day), end: zone.startOfDay(day.adding(days: 1)))!
      var quality = MeterDayQuality(
        meter: meter, day: day, intervalSeconds: length, expected: window.seconds / length)
      for reading in checked.readings where window.contains(reading.window.start) {
        // A longer interval stands for as many of the expected ones.
        quality.present[reading.quality, default: 0] += Int(
          max(1, reading.window.seconds / length))
        if reading.isNonCommercial { quality.nonCommercial += 1 }
      }
      quality.findings = (checked.findings + units).filter {
        $0.window.intersection(window) != nil
      }
      live(arrivals.filter { window.contains($0.record.window.start) }, meter, &quality)
      quality.findings.sort { ($0.window.start, $0.code) < ($1.window.start, $1.code) }
      found.append(quality)
      day = day.adding(days: 1)
    }
    return found
  }

  /// What the live records of a day say of the way they came.
  private func live(
    _ arrivals: [(received: Timestamp, record: MeterRecord)], _ meter: MeterID,
    _ quality: inout MeterDayQuality
  ) {
    guard !arrivals.isEmpty else { return }
    for (received, record) in arrivals {
      let after = received.seconds(since: record.window.end)
      if after > Self.lateSeconds { quality.late += 1 }
      if after < 0 { quality.skewSeconds = max(quality.skewSeconds, -after) }
    }
    let outcome = RegisterBook.readings(of: meter, from: arrivals.map(\.record))
    quality.duplicates = outcome.duplicates
    quality.aside = outcome.aside.count
    if outcome.duplicates > 0 {
      quality.findings.append(
        .init(
          code: .duplicate, window: arrivals[0].record.window,
          sentence: "\(outcome.duplicates) records came again."))
    }
    quality.findings += RecordValidation.day(arrivals, limits: limits).findings
  }
}
