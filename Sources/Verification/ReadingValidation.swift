public import Grid

/// Checks of the readings of one meter. A finding never deletes a reading.
public enum ReadingValidation {
  /// What was found.
  public enum Code: String, Hashable, Comparable, Sendable, CaseIterable {
    /// A record came twice.
    case duplicate
    /// More than the connection carries: estimated, and not payable until edited.
    case spike
    /// Below zero on a channel of one direction: missing.
    case negative
    /// Intervals and registers differ: the day is estimated.
    case sumCheck
    /// Zeros for longer than a day.
    case zeroRun
    /// Too many equal values.
    case frozen
    /// The device's clock is off.
    case clock
    /// A day a thousand times its neighbours.
    case unit
    /// Intervals are not there.
    case gap
    /// Two intervals share time.
    case overlap

    /// Orders by name.
    public static func < (a: Code, b: Code) -> Bool { a.rawValue < b.rawValue }
  }

  /// One finding.
  public struct Finding: Hashable, Sendable {
    /// What was found.
    public let code: Code
    /// Where.
    public let window: Window
    /// One sentence with the figures.
    public let sentence: String

    /// A finding.
    public init(code: Code, window: Window, sentence: String) {
      self.code = code
      self.window = window
      self.sentence = sentence
    }
  }

  /// The readings as they may be used, and what was found.
  public struct Outcome: Hashable, Sendable {
    /// In order of start; spikes are estimated, negative ones missing.
    public var readings: [Reading] = []
    /// In order of start, then code.
    public var findings: [Finding] = []
  }

  /// Looks at the readings of one meter.
  ///
  /// - Parameters:
  ///   - readings: In order of start.
  ///   - period: Gaps are looked for in it.
  ///   - connection: What the connection carries; without it spikes are not looked for.
  public static func check(
    _ readings: [Reading], period: Window, connection: Power? = nil,
    limits: ValidationLimits = ValidationLimits()
  ) -> Outcome {
    var outcome = Outcome()
    for reading in readings { outcome.readings.append(one(reading, connection, limits, &outcome)) }
    outcome.findings += gapsAndOverlaps(readings, period)
    outcome.findings += runs(readings, limits)
    outcome.findings.sort { ($0.window.start, $0.code) < ($1.window.start, $1.code) }
    return outcome
  }

  private static func one(
    _ reading: Reading, _ connection: Power?, _ limits: ValidationLimits, _ outcome: inout Outcome
  ) -> Reading {
    let values = [reading.imported, reading.exported].compactMap { $0?.joules }
    if values.contains(where: { $0 < 0 }) {
      outcome.findings.append(
        Finding(
          code: .negative, window: reading.window,
          sentence: "\(values.min() ?? 0) J on a channel of one direction."))
      return Reading(
        meter: reading.meter, window: reading.window, imported: nil, exported: nil,
        quality: .missing)
    }
    guard let connection, let most = values.max() else { return reading }
    let carried = connection.held(forSeconds: reading.window.seconds).joules
    guard Int128(most) * 100 > Int128(carried) * Int128(limits.spikePercent) else { return reading }
    outcome.findings.append(
      Finding(
        code: .spike, window: reading.window,
        sentence: "\(most) J is more than \(limits.spikePercent) % of the \(carried) J that"
          + " \(connection.watts) W are."))
    return Reading(
      meter: reading.meter, window: reading.window, imported: reading.imported,
      exported: reading.exported, quality: max(reading.quality, .estimated),
      isNonCommercial: reading.isNonCommercial)
  }

  private static func gapsAndOverlaps(_ readings: [Reading], _ period: Window) -> [Finding] {
    var findings: [Finding] = []
    var end = period.start
    for reading in readings {
      if reading.window.start < end, reading.window.start >= period.start {
        findings.append(
          Finding(
            code: .overlap, window: reading.window, sentence: "It begins before \(end)."))
      } else if let gap = Window(start: end, end: reading.window.start) {
        findings.append(gapFinding(gap))
      }
      if reading.quality == .missing { findings.append(gapFinding(reading.window)) }
      end = max(end, reading.window.end)
    }
    if let gap = Window(start: end, end: period.end) { findings.append(gapFinding(gap)) }
    return findings
  }

  private static func gapFinding(_ gap: Window) -> Finding {
    Finding(code: .gap, window: gap, sentence: "\(gap.seconds / 60) minutes have no value.")
  }

  /// Zeros and frozen values of the import channel.
  private static func runs(_ readings: [Reading], _ limits: ValidationLimits) -> [Finding] {
    guard readings.contains(where: { ($0.imported?.joules ?? 0) > 0 }) else { return [] }
    var findings: [Finding] = []
    var first = 0
    while first < readings.count {
      var last = first
      while last + 1 < readings.count, readings[last + 1].imported == readings[first].imported,
        readings[last + 1].window.start == readings[last].window.end
      { last += 1 }
      let window = Window(start: readings[first].window.start, end: readings[last].window.end)!
      let count = last - first + 1
      if let value = readings[first].imported {
        if value == .zero, window.seconds > limits.zeroRunSeconds {
          findings.append(
            Finding(
              code: .zeroRun, window: window,
              sentence: "\(count) intervals in a row import nothing."
            ))
        } else if value > .zero, count > limits.equalValues, readings[first].window.seconds >= 900 {
          findings.append(
            Finding(
              code: .frozen, window: window,
              sentence: "\(count) intervals in a row are \(value.joules) J."))
        }
      }
      first = last + 1
    }
    return findings
  }

  /// Days that were sent in another unit: so many times both neighbours.
  public static func unitSuspects(
    _ readings: [Reading], limits: ValidationLimits = ValidationLimits()
  ) -> [Finding] {
    var sums: [(day: Int64, joules: Int128)] = []
    for reading in readings {
      guard let imported = reading.imported, let exported = reading.exported else { continue }
      let day = ZoneOffsets.utc.date(at: reading.window.start).dayNumber
      if sums.last?.day != day { sums.append((day, 0)) }
      sums[sums.count - 1].joules += Int128(imported.joules) + Int128(exported.joules)
    }
    var findings: [Finding] = []
    for place in sums.indices.dropFirst().dropLast() {
      let (before, own, after) = (sums[place - 1], sums[place], sums[place + 1])
      guard before.day == own.day - 1, after.day == own.day + 1,
        min(before.joules, after.joules) > 0,
        own.joules >= Int128(limits.unitFactor) * max(before.joules, after.joules)
      else { continue }
      let start = Timestamp(seconds: own.day * 86_400)
      findings.append(
        Finding(
          code: .unit, window: Window(start: start, end: start.adding(seconds: 86_400))!,
          sentence: "The day has \(own.joules) J, its neighbours \(before.joules) and"
            + " \(after.joules): watt-hours taken for kilowatt-hours?"))
    }
    return findings
  }

  /// Compares the sum of intervals with what a register advanced over the same time; nil is well.
  public static func sumCheck(
    intervals: Energy, register: Energy, window: Window,
    limits: ValidationLimits = ValidationLimits()
  ) -> Finding? {
    let difference = (intervals - register).joules.magnitude
    let allowed =
      Int128(register.joules.magnitude) * Int128(limits.sumCheckPercent.hundredths) / 10_000
      + Int128(limits.registerStep.joules)
    guard Int128(difference) > allowed else { return nil }
    return Finding(
      code: .sumCheck, window: window,
      sentence: "Intervals sum to \(intervals.joules) J, the register advanced by"
        + " \(register.joules) J.")
  }

  /// A device clock that is off by `seconds` in an interval; nil is well.
  ///
  /// Beyond one interval the day is not to be used: the record's own, or the programme's where
  /// that is longer.
  public static func clockCheck(
    seconds: Int64, window: Window, intervalSeconds: Int64 = 0,
    limits: ValidationLimits = ValidationLimits()
  ) -> Finding? {
    let longest = max(window.seconds, intervalSeconds)
    guard seconds.magnitude > limits.clockSeconds.magnitude else { return nil }
    let isBeyond = seconds.magnitude > longest.magnitude
    return Finding(
      code: .clock, window: window,
      sentence: "The device's clock is off by \(seconds) s"
        + (isBeyond ? ", more than an interval: the day is not to be used." : "."))
  }
}
