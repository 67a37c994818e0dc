public import Grid

/// Checks that need the records of a meter as they came: registers beside energies, and the moment
/// of arrival beside the interval.
public enum RecordValidation {
  /// A record and when it came.
  public typealias Arrival = (received: Timestamp, record: MeterRecord)

  /// What the records of one meter say of one local day.
  public struct Day: Hashable, Sendable {
    /// In order of start, then code.
    public var findings: [ReadingValidation.Finding] = []
    /// The best that any reading of the day may count as: `estimated` where energies and registers
    /// differ, `missing` where the device's clock was off by more than an interval.
    public var best = Quality.actual
  }

  /// Looks at the records of a meter that begin on one day.
  ///
  /// - Parameter intervalSeconds: The programme's interval.
  public static func day(
    _ arrivals: [Arrival], intervalSeconds: Int64 = 0, limits: ValidationLimits
  ) -> Day {
    var day = Day()
    for (received, record) in arrivals where received < record.window.end {
      let ahead = record.window.end.seconds(since: received)
      let finding = ReadingValidation.clockCheck(
        seconds: ahead, window: record.window, intervalSeconds: intervalSeconds, limits: limits)
      guard let finding else { continue }
      day.findings.append(finding)
      if ahead > max(record.window.seconds, intervalSeconds) { day.best = .missing }
    }
    let differing = sumChecks(arrivals.map(\.record), limits)
    if !differing.isEmpty { day.best = max(day.best, .estimated) }
    day.findings += differing
    day.findings.sort { ($0.window.start, $0.code) < ($1.window.start, $1.code) }
    return day
  }

  /// Readings that `RegisterBook` made of the records, as verification may use them.
  ///
  /// Edited readings stay: a person has looked at them. Findings are one a code, the first first;
  /// `untrusted` are the days whose clock was off by so much that nothing of them counts.
  ///
  /// - Parameter zone: Whose days are meant.
  public static func graded(
    _ readings: [Reading], from arrivals: [Arrival], zone: ZoneOffsets, intervalSeconds: Int64,
    limits: ValidationLimits
  ) -> (readings: [Reading], findings: [MeterHealth.Finding], untrusted: Set<CivilDate>) {
    let mayDiffer = arrivals.contains {
      $0.received < $0.record.window.end
        || $0.record.registers != nil && $0.record.energies != nil
    }
    guard mayDiffer else { return (readings, [], []) }
    let days = Dictionary(grouping: arrivals) { zone.date(at: $0.record.window.start).dayNumber }
      .mapValues { day($0, intervalSeconds: intervalSeconds, limits: limits) }
    let found = days.values.flatMap(\.findings)
    guard !found.isEmpty else { return (readings, [], []) }
    let kept = readings.map { reading in
      let best = days[zone.date(at: reading.window.start).dayNumber]?.best ?? .actual
      guard reading.quality == .actual || best == .missing, reading.quality < best else {
        return reading
      }
      return reading.lowered(to: best)
    }
    let untrusted = days.filter { $0.value.best == .missing }.keys
    return (kept, summary(found), Set(untrusted.map { CivilDate(dayNumber: $0) }))
  }

  private static func summary(
    _ found: [ReadingValidation.Finding]
  ) -> [MeterHealth.Finding] {
    let codes: [(ReadingValidation.Code, MeterHealth.Code)] = [
      (.clock, .clock), (.sumCheck, .sumCheck),
    ]
    return codes.compactMap { code, health in
      let own = found.filter { $0.code == code }
      guard let first = own.min(by: { $0.window.start < $1.window.start }) else { return nil }
      return MeterHealth.Finding(
        code: health, at: first.window.start,
        sentence: own.count == 1 ? first.sentence : "\(own.count) times, first: \(first.sentence)",
        isSevere: false)
    }
  }

  /// Energies against registers over the day, each way, where every record between the first and
  /// the last register has an energy.
  private static func sumChecks(
    _ records: [MeterRecord], _ limits: ValidationLimits
  ) -> [ReadingValidation.Finding] {
    let own = records.sorted { a, b in
      (a.window.start, b.revision) < (b.window.start, a.revision)
    }
    guard let first = own.first(where: { $0.registers != nil }),
      let last = own.last(where: { $0.registers != nil && $0.epoch == first.epoch }),
      let from = first.registers, let to = last.registers,
      let window = Window(start: first.window.end, end: last.window.end)
    else { return [] }
    var imported = Energy.zero
    var exported: Energy? = .zero
    var end = window.start
    for record in own where record.window.start >= window.start && record.window.end <= window.end {
      if record.window.end <= end { continue }
      guard record.window.start == end, let energies = record.energies else { return [] }
      imported += energies.imported
      exported = exported.flatMap { sum in energies.exported.map { sum + $0 } }
      end = record.window.end
    }
    guard end == window.end else { return [] }
    func check(_ sum: Energy, _ advance: Energy) -> ReadingValidation.Finding? {
      ReadingValidation.sumCheck(
        intervals: sum, register: advance, window: window, limits: limits)
    }
    let inward = check(imported, to.imported - from.imported)
    guard let exported, let before = from.exported, let after = to.exported else {
      return [inward].compactMap(\.self)
    }
    return [inward, check(exported, after - before)].compactMap(\.self)
  }
}

extension Reading {
  /// The same with a lower quality; without a value where that is `missing`.
  func lowered(to quality: Quality) -> Reading {
    let isMissing = quality == .missing
    return Reading(
      meter: meter, window: window, imported: isMissing ? nil : imported,
      exported: isMissing ? nil : exported, quality: quality, isNonCommercial: isNonCommercial)
  }
}
