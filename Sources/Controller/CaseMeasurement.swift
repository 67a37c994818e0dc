import Grid
public import Policies
import Settlement
public import Storage
public import Verification

/// Verifies a whole event from stored readings.
public struct CaseMeasurement: Sendable {
  /// Where the readings are.
  public var readings: any ReadingStore
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
    self.policy = policy
    self.tasks = tasks
    self.historyDays = historyDays
  }

  /// One performance a home, in the order of the case.
  public func verify(_ event: EventCase) async throws -> [Performance] {
    let prepared = PreparedEvent(
      MeasuredEvent(id: event.id, window: event.window, noticeAt: event.noticeAt),
      terms: policy.measurement)
    let live = try liveReadings(of: event)
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
            live: live)
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
    let prepared = PreparedEvent(
      MeasuredEvent(id: event.id, window: event.window, noticeAt: event.noticeAt),
      terms: policy.measurement)
    var loader = SeriesLoader(
      store: readings, days: days(of: event),
      intervalSeconds: policy.measurement.intervalMinutes * 60, live: try liveReadings(of: event))
    let numbers = try self.numbers(of: [event.homes[home]])
    return Verifier.explain(
      try site(event.homes[home], numbers: numbers[0], &loader), using: prepared)
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
    return SiteData(
      site: home.site, siteMeter: site, batteryMeter: output, eventDays: home.eventDays,
      ratedPower: home.ratedPower, capacity: home.capacity)
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
    let back = max(baseline.lookbackDays + baseline.skipRecentDays, historyDays) + margin
    let first = event.window.start.seconds / 86_400 - back
    return first..<event.window.end.seconds / 86_400 + margin
  }

  /// Live records of the look-back's last days and the event, made into readings by meter.
  private func liveReadings(of event: EventCase) throws -> [MeterID: [Reading]] {
    let days = self.days(of: event)
    let records = try readings.records(
      startingIn: Window(
        start: Timestamp(seconds: days.lowerBound * 86_400),
        end: Timestamp(seconds: days.upperBound * 86_400))!)
    let seconds = policy.measurement.intervalMinutes * 60
    return Dictionary(grouping: records, by: \.meter).reduce(into: [:]) { found, part in
      found[part.key] =
        RegisterBook.readings(of: part.key, from: part.value, intervalSeconds: seconds).readings
    }
  }
}
