public import Grid
public import Policies
import Verification

/// How far methods are off in events in which no battery moved, by event and class of homes.
public struct MethodComparison: Sendable {
  /// What one method comes to in one event for the homes of one class.
  public struct Row: Sendable {
    /// The event.
    public let event: EventID
    /// The method's name.
    public let method: String
    /// The homes' class.
    public let dataClass: String
    /// Homes of the class.
    public let homes: Int
    /// Of which verification refused so many.
    public var refused = 0
    /// What the others would have been credited.
    public var credit = NullEvents.Credit()
    /// Intervals of the homes that were not refused.
    public var intervals: Int64 = 0
    /// Their length together.
    public var seconds: Int64 = 0
    /// Sum of the squared errors, joules times joules.
    public var squares: Int128 = 0
    /// Homes that would not simply be paid.
    public var doubts: [NullEvents.Doubt] = []

    /// Mean error of a home in watts, rounded to nearest; baseline above the meter is positive.
    public var biasWatts: Int64? {
      seconds == 0 ? nil : Self.nearest(Int128(credit.net.joules), Int128(seconds))
    }

    /// Root of the mean squared error of an interval of a home in watts, rounded down.
    public var errorWatts: Int64? {
      guard intervals > 0, seconds > 0 else { return nil }
      let length = Int128(seconds / intervals)
      return Self.root(squares / Int128(intervals) / (length * length))
    }

    private static func nearest(_ a: Int128, _ b: Int128) -> Int64 {
      let magnitude = (2 * a.magnitude + b.magnitude) / (2 * b.magnitude)
      return a < 0 ? -Int64(magnitude) : Int64(magnitude)
    }

    private static func root(_ value: Int128) -> Int64 {
      var low: Int64 = 0
      var high: Int64 = 1 << 40
      while low < high {
        let middle = (low + high + 1) / 2
        if Int128(middle) * Int128(middle) <= value { low = middle } else { high = middle - 1 }
      }
      return low
    }
  }

  /// One row an event, method and class, in this order; classes by name.
  public let rows: [Row]

  /// Measures every event by every method.
  ///
  /// - Parameter classes: The homes and their classes; nil takes every meter as one class.
  public init(
    readings: ReadingSet, classes: [MeterID: String]?,
    events: [(event: EventID, window: Window)], methods: [NullEvents.Method]
  ) {
    let homes = classes ?? readings.meters.reduce(into: [:]) { $0[$1] = "all" }
    let names = Set(homes.values).sorted()
    var cache = SeriesCache(readings: readings)
    var rows: [Row] = []
    for (event, window) in events {
      for method in methods {
        let zone = method.terms.calendar.zone
        let others = Set(
          events.filter { $0.event != event }.map { zone.date(at: $0.window.start) })
        let plan = PreparedEvent(MeasuredEvent(id: event, window: window), terms: method.terms)
        for name in names {
          let own = homes.filter { $0.value == name }.keys.sorted()
          var row = Row(event: event, method: method.name, dataClass: name, homes: own.count)
          for meter in own {
            let series = cache.series(
              of: meter, intervalSeconds: 60 * method.terms.intervalMinutes,
              gridSecond: window.start.seconds)
            row.add(
              Verifier.verify(
                SiteData(site: SiteID(meter.text)!, siteMeter: series, eventDays: others),
                using: plan))
          }
          rows.append(row)
        }
      }
    }
    self.rows = rows
  }
}

/// Whole series of meters, made once for each grid.
private struct SeriesCache {
  let readings: ReadingSet
  private var kept: [Key: IntervalSeries?] = [:]

  private struct Key: Hashable {
    let meter: MeterID
    let seconds: Int64
    let phase: Int64
  }

  init(readings: ReadingSet) { self.readings = readings }

  mutating func series(
    of meter: MeterID, intervalSeconds: Int64, gridSecond: Int64
  ) -> IntervalSeries? {
    let key = Key(meter: meter, seconds: intervalSeconds, phase: gridSecond % intervalSeconds)
    if let known = kept[key] { return known }
    let ever = Window(start: Timestamp(seconds: 0), end: Timestamp(seconds: 1 << 33))!
    let series = readings.series(
      of: meter, side: .netImport, in: ever, intervalSeconds: intervalSeconds,
      gridSecond: gridSecond)
    kept[key] = .some(series)
    return series
  }
}

extension MethodComparison.Row {
  fileprivate mutating func add(_ performance: Performance) {
    var refusal: String?
    if case .refused(let reason) = performance.verdict {
      refusal = reason.code
      refused += 1
    } else {
      credit += NullEvents.Credit(performance)
      for interval in performance.intervals {
        guard let reduction = interval.reduction else { continue }
        intervals += 1
        seconds += interval.window.seconds
        squares += Int128(reduction.joules) * Int128(reduction.joules)
      }
    }
    let isHeld = performance.flags.contains(where: \.holdsResult)
    if refusal != nil || isHeld || !performance.meterFindings.isEmpty {
      doubts.append(
        NullEvents.Doubt(
          site: performance.site, refusal: refusal, findings: performance.meterFindings,
          isHeld: isHeld))
    }
  }
}

extension NullEvents {
  /// The three published methods, and the middle of ten with a ratio and meter before and after.
  ///
  /// - Parameter policy: Gives the clock and the length of intervals, and nothing else.
  public static func fiveMethods(of policy: Policy) -> [Method] {
    let three = methods(of: policy)
    var middle = three[0].terms
    let selection = BaselineTerms.Selection(choose: .middle, y: 10, minimumDays: 5)
    middle.baseline.selection = [.business: selection, .nonBusiness: selection]
    middle.baseline.adjustment = BaselineTerms.Adjustment(
      kind: .multiplicative, windows: [.init(anchor: .start, fromMinutes: -240, toMinutes: -60)],
      capUp: Ratio(1, 5), capDown: Ratio(1, 5))
    var around = three[0].terms
    around.baseline = BaselineTerms(
      kind: .meterBeforeAfter,
      beforeAfter: .init(beforeMinutes: 60, afterMinutes: 60, combine: .mean))
    return three + [
      Method(name: "middle 8 of 10, ratio", terms: middle),
      Method(name: "meter before and after", terms: around),
    ]
  }
}
