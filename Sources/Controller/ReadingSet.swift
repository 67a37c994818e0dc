public import Grid
public import Verification

/// Readings of files by meter, for commands that measure without a database.
///
/// They keep their own grid: hours that begin at a quarter past, as in Nepal, stay whole.
public struct ReadingSet: Sendable {
  private var readings: [MeterID: [Reading]]

  /// Two readings that cannot both be true.
  public struct Conflict: Error, CustomStringConvertible {
    /// The meter.
    public let meter: MeterID
    /// The second of them.
    public let window: Window
    /// What is wrong.
    public let reason: String

    /// One sentence.
    public var description: String { "meter \(meter): the reading from \(window.start) \(reason)" }
  }

  /// The readings of several files together, in any order; equal ones count once.
  /// - Throws: `Conflict` where two differ or overlap.
  public init(_ all: [Reading]) throws {
    var sorted: [MeterID: [Reading]] = [:]
    for (meter, own) in Dictionary(grouping: all, by: \.meter) {
      var kept: [Reading] = []
      kept.reserveCapacity(own.count)
      let ordered = own.sorted {
        ($0.window.start, $0.window.end) < ($1.window.start, $1.window.end)
      }
      for reading in ordered {
        guard let last = kept.last, reading.window.start < last.window.end else {
          kept.append(reading)
          continue
        }
        guard last != reading else { continue }
        guard last.window == reading.window else {
          throw Conflict(meter: meter, window: reading.window, reason: "overlaps another one")
        }
        // A gap may be filled by another file; two values may not differ.
        if last.quality == .missing {
          kept[kept.count - 1] = reading
        } else if reading.quality != .missing {
          throw Conflict(meter: meter, window: reading.window, reason: "has another value already")
        }
      }
      sorted[meter] = kept
    }
    readings = sorted
  }

  /// Days that look as if watt-hours had been taken for kilowatt-hours, in order of meters.
  public func unitSuspects(
    limits: ValidationLimits
  ) -> [(meter: MeterID, finding: ReadingValidation.Finding)] {
    readings.keys.sorted().flatMap { meter in
      ReadingValidation.unitSuspects(readings[meter] ?? [], limits: limits).map { (meter, $0) }
    }
  }

  /// The meters.
  public var meters: Set<MeterID> { Set(readings.keys) }

  /// A meter's readings in the order of time.
  func readings(of meter: MeterID) -> [Reading] { readings[meter] ?? [] }

  /// Puts readings in the place of a meter's own; they are in order and do not overlap.
  mutating func replace(_ meter: MeterID, with readings: [Reading]) {
    self.readings[meter] = readings
  }

  /// The meter's energies from `start` to `end` on the programme's grid; nil without a reading.
  ///
  /// Where readings straddle the grid (an hourly meter whose zone is set by half an hour), the
  /// series is as fine as they ask for. Longer ones than the interval set the length.
  func series(
    of meter: MeterID, side: IntervalSeries.Side, in window: Window, intervalSeconds: Int64,
    gridSecond: Int64
  ) -> IntervalSeries? {
    Self.series(
      from: (readings[meter] ?? []).filter { $0.window.intersection(window) != nil }, of: meter,
      side: side, intervalSeconds: intervalSeconds, gridSecond: gridSecond)
  }

  /// The same of readings in order of start that do not overlap.
  static func series(
    from own: [Reading], of meter: MeterID, side: IntervalSeries.Side, intervalSeconds: Int64,
    gridSecond: Int64
  ) -> IntervalSeries? {
    guard let first = own.first, let longest = own.map(\.window.seconds).max() else { return nil }
    var length = intervalSeconds
    var grid = gridSecond
    if longest > intervalSeconds {
      // Too coarse for the programme, which verification says: kept as they are.
      (length, grid) = (longest, first.window.start.seconds)
    } else {
      for reading in own {
        let start = reading.window.start.seconds - grid
        let end = reading.window.end.seconds - grid
        if cell(start, length) != cell(end - 1, length) {
          length = divisor(divisor(length, start), end)
        }
      }
    }
    do {
      return try IntervalSeries.build(
        from: own, meter: meter, side: side, intervalSeconds: length, gridSecond: grid,
        longestSeconds: longest
      ).series
    } catch {
      // Readings were checked; a span beyond what is held in memory is no evidence.
      return nil
    }
  }

  private static func cell(_ second: Int64, _ length: Int64) -> Int64 {
    second >= 0 ? second / length : (second - length + 1) / length
  }

  private static func divisor(_ a: Int64, _ b: Int64) -> Int64 {
    var (a, b) = (abs(a), abs(b))
    while b != 0 { (a, b) = (b, a % b) }
    return a
  }
}
