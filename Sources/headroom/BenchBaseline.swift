import Controller
import Engine
import Grid
import Policies
import Settlement
import Storage
import Verification

extension Bench {
  /// Baselines and reductions of all meters from the reading store, beside reading the same bytes.
  ///
  /// The policy is the file's without the cap at the device, so that a home has one meter.
  func baselineFigures() async throws -> [BenchFigure] {
    let policy = try policy(
      replacing: "capAtDeviceOutput: true", with: "capAtDeviceOutput: false")
    let event = try meteredEvent(policy)
    let path = folder + "/readings.db"
    let block = try await archive(event, in: path)
    // A new connection, as after a start: nothing is remembered but what the system caches.
    let store = try SQLiteReadingStore(path: path)
    let measurement = CaseMeasurement(readings: store, policy: policy, tasks: 2)
    var times: [Double] = []
    PeakMemory.forget()
    for run in 0...min(runs, 5) {
      try Task.checkCancellation()
      let start = ContinuousClock.now
      let found = try await measurement.verify(event)
      let seconds = (ContinuousClock.now - start) / .seconds(1)
      guard found.allSatisfy({ $0.verdict == .verified }) else {
        throw Outcome.broken.failure("not every meter of the benchmark could be verified")
      }
      if run > 0 { times.append(seconds) }
    }
    let peak = PeakMemory.mebibytes
    let blocks = (batteries + ArchiveBlock.meters - 1) / ArchiveBlock.meters
    var limits: [Double] = []
    for _ in 0..<max(3, min(runs, 5)) { limits.append(await Self.read(block, times: blocks)) }
    return [
      BenchFigure(
        name: "baseline-\(batteries)", unit: "s", value: Stopwatch.median(times),
        limit: Stopwatch.median(limits),
        limitName: "reading as many bytes of such columns on two cores", peakMebibytes: peak)
    ]
  }

  /// An hour at 17:00 of a Tuesday in July, with one meter a home.
  private func meteredEvent(_ policy: Policy) throws -> EventCase {
    let zone = policy.measurement.calendar.zone
    var date = max(policy.dispatch.effectiveFrom, CivilDate(year: 2_026, month: 7, day: 14)!)
    while date.weekday != .tuesday { date = date.adding(days: 1) }
    let start = zone.startOfDay(date).adding(seconds: 17 * 3_600)
    let (window, intervals) = EventCase.intervals(
      over: Window(start: start, end: start.adding(seconds: 3_600))!, level: 2, policy: policy)
    return EventCase(
      id: EventID("bench")!, window: window, intervals: intervals, isTest: false,
      noticeAt: start.adding(seconds: -3_600),
      homes: (1...batteries).map { number in
        EventCase.Home(
          site: SiteID(Self.name("site-", number))!, owner: OwnerID(Self.name("owner-", number))!,
          batteries: [BatteryID(Self.name("bat-", number))!],
          siteMeter: MeterID(Self.name("m-", number))!, batteryMeters: [],
          ratedPower: Power(watts: 5_000), capacity: Energy(wattHours: 13_500),
          commitment: Commitment(intervals: intervals.map { _ in .none }))
      })
  }

  /// Writes the look-back of all meters in quarters of an hour; returns one of the blocks.
  private func archive(_ event: EventCase, in path: String) async throws -> ArchiveBlock {
    let store = try SQLiteReadingStore(path: path)
    _ = try store.numbers(of: event.homes.map(\.siteMeter))
    let lastDay = event.window.start.seconds / 86_400
    let blocks = (batteries + ArchiveBlock.meters - 1) / ArchiveBlock.meters
    return try await withThrowingTaskGroup(of: (Int, ArchiveBlock).self) { group in
      for number in 0..<min(2, blocks) {
        group.addTask { (number, Self.block(number, lastDay: lastDay)) }
      }
      var done = 0
      var kept: ArchiveBlock?
      while let (number, block) = try await group.next() {
        try Task.checkCancellation()
        if number + 2 < blocks {
          group.addTask { (number + 2, Self.block(number + 2, lastDay: lastDay)) }
        }
        try store.archive(block, number: Int32(number))
        kept = block
        done += 1
        progress.show("writing meter history", Double(done) / Double(blocks))
      }
      return kept!
    }
  }

  /// Homes that take something at every hour, and give back around noon if they have a roof.
  private static func block(_ number: Int, lastDay: Int64) -> ArchiveBlock {
    var numbers = BenchNumbers(seed: UInt64(number) &* 0x9E37_79B9_7F4A_7C15 &+ 77)
    var block = ArchiveBlock(firstDay: lastDay - 47, dayCount: 49, slotMinutes: 15)
    var imported = [Int32](repeating: 0, count: block.slots)
    var exported = imported
    for meter in 0..<ArchiveBlock.meters {
      for slot in 0..<block.slots {
        let isNoon = (72...90).contains(slot % 96)
        imported[slot] = Int32(90_000 + numbers.next(1_500_000))
        exported[slot] = isNoon && meter.isMultiple(of: 2) ? Int32(numbers.next(3_000_000)) : 0
      }
      block.set(meter: meter, imported: imported, exported: exported)
    }
    return block
  }

  /// Seconds that two cores need to read a block's energies `times` times.
  private static func read(_ block: ArchiveBlock, times: Int) async -> Double {
    let start = ContinuousClock.now
    await withTaskGroup(of: Void.self) { group in
      for half in [times / 2, times - times / 2] {
        group.addTask {
          for _ in 0..<half {
            Stopwatch.keep(
              Stopwatch.sum(block.imported.span) &+ Stopwatch.sum(block.exported.span))
          }
        }
      }
    }
    return (ContinuousClock.now - start) / .seconds(1)
  }
}
