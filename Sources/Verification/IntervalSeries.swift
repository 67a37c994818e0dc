public import Grid

/// The energies of one meter, interval by interval, as columns.
///
/// Intervals follow each other without a gap; what was not measured holds the mark `missing`,
/// which no sum may meet. The sign is that of the use: net import for a site meter (import
/// positive), output for a battery meter (discharge positive).
public struct IntervalSeries: Hashable, Sendable {
  /// Stands in `joules` where there is no value, so that reading it by mistake is seen.
  public static let missing = Int64.min

  /// The meter.
  public let meter: MeterID
  /// Start of the first interval, in Unix seconds.
  public let startSecond: Int64
  /// Length of every interval.
  public let intervalSeconds: Int64
  /// Signed energy of each interval, or `missing`.
  public let joules: [Int64]
  /// Quality of each interval; `missing` exactly where the energy is.
  public let qualities: [Quality]
  /// True when every interval is `actual`.
  public let isAllActual: Bool

  /// A series of values, nil where missing; qualities default to `actual`.
  public init(
    meter: MeterID, startSecond: Int64, intervalSeconds: Int64, energies: [Energy?],
    qualities: [Quality]? = nil
  ) {
    self.init(
      meter: meter, startSecond: startSecond, intervalSeconds: intervalSeconds,
      joules: energies.map { $0?.joules ?? Self.missing },
      qualities: qualities ?? energies.map { $0 == nil ? .missing : .actual })
  }

  /// A series of columns of equal length; a value is missing in both or in neither.
  public init(
    meter: MeterID, startSecond: Int64, intervalSeconds: Int64, joules: [Int64],
    qualities: [Quality]
  ) {
    precondition(intervalSeconds > 0, "an interval has a length")
    precondition(joules.count == qualities.count, "every energy has a quality")
    // Counted rather than branched: this is done for every interval of a fleet.
    let (energies, marks) = (joules.span, qualities.span)
    var contradictions = 0
    var doubtful = 0
    for row in energies.indices {
      let isMissing = energies[row] == Self.missing
      contradictions &+= isMissing == (marks[row] == .missing) ? 0 : 1
      doubtful &+= marks[row] == .actual ? 0 : 1
    }
    precondition(
      contradictions == 0, "what has no energy is missing, and what is missing has no energy")
    self.meter = meter
    self.startSecond = startSecond
    self.intervalSeconds = intervalSeconds
    self.joules = joules
    self.qualities = qualities
    isAllActual = doubtful == 0
  }

  /// A series of columns that were made together, so that a value is missing in both or in neither.
  ///
  /// - Parameter isAllActual: Every quality is `actual`.
  public init(
    trusting meter: MeterID, startSecond: Int64, intervalSeconds: Int64, joules: [Int64],
    qualities: [Quality], isAllActual: Bool
  ) {
    precondition(intervalSeconds > 0, "an interval has a length")
    precondition(joules.count == qualities.count, "every energy has a quality")
    self.meter = meter
    self.startSecond = startSecond
    self.intervalSeconds = intervalSeconds
    self.joules = joules
    self.qualities = qualities
    self.isAllActual = isAllActual
  }

  /// How many intervals it has.
  public var count: Int { joules.count }

  /// The first second after its last interval.
  public var endSecond: Int64 { startSecond + Int64(count) * intervalSeconds }

  /// The window of the interval in `row`.
  public func window(row: Int) -> Window {
    let start = Timestamp(seconds: startSecond + Int64(row) * intervalSeconds)
    return Window(start: start, end: start.adding(seconds: intervalSeconds))!
  }

  /// Energy of the interval in `row`; nil when missing.
  public func energy(row: Int) -> Energy? {
    joules[row] == Self.missing ? nil : Energy(joules: joules[row])
  }

  /// Energy and quality from `second` for `seconds`, which may span several intervals.
  ///
  /// Missing when a part is missing, outside the series, or not on its grid: nothing is split.
  public func value(from second: Int64, seconds: Int64) -> (joules: Int64, quality: Quality) {
    let (first, offGrid) = (second - startSecond).quotientAndRemainder(dividingBy: intervalSeconds)
    let (parts, offLength) = seconds.quotientAndRemainder(dividingBy: intervalSeconds)
    guard offGrid == 0, offLength == 0, first >= 0, first + parts <= Int64(count) else {
      return (Self.missing, .missing)
    }
    var sum: Int64 = 0
    var worst = Quality.actual
    for row in Int(first)..<Int(first + parts) {
      if joules[row] == Self.missing { return (Self.missing, .missing) }
      sum += joules[row]
      worst = max(worst, qualities[row])
    }
    return (sum, worst)
  }
}
