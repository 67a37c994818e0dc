import Grid
import Verification

/// Small worlds for the tests: one site, readings by wall clock, terms with few words.
enum Samples {
  static let site = SiteID("S-0042")!
  static let meter = MeterID("M-0042")!
  static let policy = Digest(bytes: Array(repeating: 7, count: 32))!

  static func date(_ text: String) -> CivilDate { CivilDate(text: text)! }

  /// The first moment at which the clock of `zone` reads `text`, `2025-08-14T17:00`.
  static func moment(_ text: String, _ zone: ZoneOffsets = Zones.losAngeles) -> Timestamp {
    let minutes = Int64(text.dropFirst(11).prefix(2))! * 60 + Int64(text.suffix(2))!
    switch zone.moments(on: date(String(text.prefix(10))), secondOfDay: minutes * 60) {
    case .once(let moment), .twice(let moment, _): return moment
    case .skipped: preconditionFailure("\(text) is skipped in \(zone.name)")
    }
  }

  static func event(
    _ start: String, _ end: String, zone: ZoneOffsets = Zones.losAngeles, notice: String? = nil
  ) -> MeasuredEvent {
    MeasuredEvent(
      id: EventID("E-1")!,
      window: Window(start: moment(start, zone), end: moment(end, zone))!,
      noticeAt: notice.map { moment($0, zone) })
  }

  static func terms(
    zone: ZoneOffsets = Zones.losAngeles, holidays: Set<CivilDate> = [],
    mode: MeasurementTerms.Mode = .premises, exportsCounted: Bool = true,
    intervalMinutes: Int64 = 60, baseline: BaselineTerms
  ) -> MeasurementTerms {
    MeasurementTerms(
      policy: policy, calendar: ProgrammeCalendar(zone: zone, seasons: [], holidays: holidays),
      mode: mode, exportsCounted: exportsCounted, intervalMinutes: intervalMinutes,
      baseline: baseline)
  }

  static func recent(_ y: Int, minimum: Int? = nil) -> BaselineTerms {
    BaselineTerms(
      kind: .dayMatching,
      selection: [.all: .init(choose: .recent, y: y, minimumDays: minimum)])
  }

  /// A series over whole local days; `value` gives whole watt-hours by date and minute of the day,
  /// nil where missing.
  static func series(
    from first: String, through last: String, zone: ZoneOffsets = Zones.losAngeles,
    minutes: Int64 = 60, quality: Quality = .actual,
    value: (CivilDate, Int64) -> Int64?
  ) -> IntervalSeries {
    let start = zone.startOfDay(date(first)).seconds
    let end = zone.startOfDay(date(last).adding(days: 1)).seconds
    let energies = stride(from: start, to: end, by: Int(60 * minutes)).map { second in
      let moment = Timestamp(seconds: second)
      return value(zone.date(at: moment), zone.secondOfDay(at: moment) / 60)
        .map { Energy(wattHours: $0) }
    }
    return IntervalSeries(
      meter: meter, startSecond: start, intervalSeconds: 60 * minutes, energies: energies,
      qualities: energies.map { $0 == nil ? .missing : quality })
  }

  static func data(_ meter: IntervalSeries?, battery: IntervalSeries? = nil) -> SiteData {
    SiteData(site: site, siteMeter: meter, batteryMeter: battery)
  }
}

extension IntervalSeries {
  /// The same series with the interval at `start` changed; nil energy is missing.
  func changing(
    _ start: Timestamp, to energy: Energy?, quality: Quality = .actual
  ) -> IntervalSeries {
    var joules = self.joules
    var qualities = self.qualities
    let row = Int((start.seconds - startSecond) / intervalSeconds)
    joules[row] = energy?.joules ?? Self.missing
    qualities[row] = energy == nil ? .missing : quality
    return IntervalSeries(
      meter: meter, startSecond: startSecond, intervalSeconds: intervalSeconds, joules: joules,
      qualities: qualities)
  }

  /// The same series with each energy put through `change`.
  func mapping(_ change: (Int64) -> Int64) -> IntervalSeries {
    IntervalSeries(
      meter: meter, startSecond: startSecond, intervalSeconds: intervalSeconds,
      joules: joules.map { $0 == Self.missing ? $0 : change($0) }, qualities: qualities)
  }
}

extension Performance {
  /// Reductions in whole watt-hours.
  var reductionWattHours: [Int64?] {
    intervals.map { $0.reduction.map { $0.joules / 3_600 } }
  }

  /// Baselines in whole watt-hours, rounded down.
  var baselineWattHours: [Int64?] { intervals.map { $0.baseline?.wattHoursRoundedDown } }

  var flagCodes: [String] { flags.map(\.code) }
}
