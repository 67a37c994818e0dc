public import Grid

extension IntervalSeries {
  /// Which way a meter's energies count.
  public enum Side: String, Hashable, Sendable, CaseIterable {
    /// A site's meter: import minus export.
    case netImport
    /// A battery's own meter: export (discharge) minus import (charge).
    case output
  }

  /// What was known of an interval that no full set of readings covers.
  public struct Partial: Hashable, Sendable {
    /// The interval.
    public let window: Window
    /// Sum of what is known.
    public let known: Energy
    /// Seconds that it covers.
    public let knownSeconds: Int64
  }

  /// A series, and what happened while it was built.
  public struct Built: Hashable, Sendable {
    /// The series.
    public let series: IntervalSeries
    /// Readings that came twice with equal content, and count once.
    public let duplicates: Int
    /// Intervals that are known in part; missing in the series unless asked for otherwise.
    public let partials: [Partial]
  }

  /// Most intervals of one series: 70 years of hours, 14 months of minutes.
  public static let maximumCount: Int64 = 620_000

  /// Sums readings to intervals of `intervalSeconds`; their order does not matter.
  ///
  /// Every part of an interval is needed: with one missing the interval is missing, with the worst
  /// quality of its parts otherwise. A reading that straddles a border is split by overlap in time,
  /// whole joules and exact in sum, never moved to the nearer label.
  ///
  /// - Parameters:
  ///   - gridSecond: Any Unix second at which an interval starts; 0 is the grid of UTC.
  ///   - keepsPartial: An interval known in part takes what is known, as `estimated`, instead of
  ///     being missing. Only for terms with `estimatedPayable`.
  ///   - longestSeconds: Longest reading that is taken, where that is not the interval: a programme
  ///     of hours may need a finer series, because the clock was set by half an hour.
  /// - Throws: Every fault of the readings at once.
  public static func build(
    from readings: [Reading], meter: MeterID, side: Side, intervalSeconds: Int64,
    gridSecond: Int64 = 0, keepsPartial: Bool = false, longestSeconds: Int64? = nil
  ) throws(SeriesFaults) -> Built {
    precondition(intervalSeconds > 0, "an interval has a length")
    let (kept, duplicates) = try distinct(
      readings, meter: meter, intervalSeconds: longestSeconds ?? intervalSeconds)
    let grid = 1_000_000 * intervalSeconds
    let phase = 1_000_000 * gridSecond
    func number(_ moment: Timestamp) -> Int64 {
      floorDivide(Int128(moment.microseconds) - Int128(phase), Int128(grid))
    }
    let first = number(kept[0].window.start)
    let last = number(Timestamp(microseconds: kept[kept.count - 1].window.end.microseconds - 1))
    guard last - first < maximumCount else {
      throw SeriesFaults(
        faults: [.tooLong(intervals: last - first + 1, allowed: maximumCount)])
    }
    var columns = SeriesColumns(count: Int(last - first + 1))
    for reading in kept {
      // What its sender excludes from settlement is as good as not there.
      let net = reading.isNonCommercial ? nil : reading.net?.joules
      let value = net.map { side == .netImport ? $0 : -$0 }
      var place = reading.window.start.microseconds
      let length = reading.window.end.microseconds - place
      var given: Int64 = 0
      while place < reading.window.end.microseconds {
        let row = number(Timestamp(microseconds: place)) - first
        let border = min((first + row + 1) * grid + phase, reading.window.end.microseconds)
        // Cumulative shares: whatever the rounding, the parts sum to the reading.
        let share = value.map { value in
          floorDivide(
            Int128(value) * Int128(border - reading.window.start.microseconds), Int128(length))
            - given
        }
        columns.add(share, quality: reading.quality, microseconds: border - place, row: Int(row))
        given += share ?? 0
        place = border
      }
    }
    let start = (first * grid + phase) / 1_000_000
    var partials: [Partial] = []
    columns.close(full: grid) { row, known, microseconds in
      let from = Timestamp(seconds: start + Int64(row) * intervalSeconds)
      partials.append(
        Partial(
          window: Window(start: from, end: from.adding(seconds: intervalSeconds))!,
          known: Energy(joules: known), knownSeconds: microseconds / 1_000_000))
      return keepsPartial
    }
    let series = IntervalSeries(
      meter: meter, startSecond: start, intervalSeconds: intervalSeconds, joules: columns.joules,
      qualities: columns.qualities)
    return Built(series: series, duplicates: duplicates, partials: partials)
  }

  /// The readings in order of time without repetitions, or every fault among them.
  private static func distinct(
    _ readings: [Reading], meter: MeterID, intervalSeconds: Int64
  ) throws(SeriesFaults) -> (kept: [Reading], duplicates: Int) {
    var faults: [SeriesFault] = []
    var duplicates = 0
    var kept: [Reading] = []
    kept.reserveCapacity(readings.count)
    let ordered = readings.sorted {
      ($0.window.start, $0.window.end) < ($1.window.start, $1.window.end)
    }
    for reading in ordered {
      if reading.meter != meter {
        faults.append(.otherMeter(found: reading.meter, expected: meter))
        continue
      }
      let length = reading.window.end.microseconds - reading.window.start.microseconds
      if length > 1_000_000 * intervalSeconds {
        faults.append(.intervalTooCoarse(window: reading.window, needed: intervalSeconds))
      }
      if let last = kept.last, reading.window.start < last.window.end {
        if last.window != reading.window {
          faults.append(.overlap(last.window, reading.window))
        } else if last == reading {
          duplicates += 1
        } else {
          faults.append(.conflict(reading.window))
        }
        continue
      }
      kept.append(reading)
    }
    if kept.isEmpty, faults.isEmpty { faults.append(.noReadings) }
    guard faults.isEmpty else { throw SeriesFaults(faults: faults) }
    return (kept, duplicates)
  }
}

/// Columns that are being summed.
private struct SeriesColumns {
  var joules: [Int64]
  var qualities: [Quality]
  private var covered: [Int64]

  init(count: Int) {
    joules = Array(repeating: 0, count: count)
    qualities = Array(repeating: .actual, count: count)
    covered = Array(repeating: 0, count: count)
  }

  mutating func add(_ share: Int64?, quality: Quality, microseconds: Int64, row: Int) {
    guard let share else { return }
    joules[row] += share
    qualities[row] = max(qualities[row], quality)
    covered[row] += microseconds
  }

  /// Marks what is not covered whole; `keep` decides about what is known in part.
  mutating func close(full: Int64, keep: (Int, Int64, Int64) -> Bool) {
    for row in joules.indices where covered[row] != full {
      if covered[row] > 0, keep(row, joules[row], covered[row]) {
        qualities[row] = .estimated
      } else {
        joules[row] = IntervalSeries.missing
        qualities[row] = .missing
      }
    }
  }
}
