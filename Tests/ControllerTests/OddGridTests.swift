import Grid
import Storage
import Testing
import Verification

/// Hours of a clock that is not set by whole hours from UTC, from the archive.
@Suite struct `An archive of odd hours` {
  private typealias Live = `A measurement from live records`

  /// Hours of `firstDay` and four more by the clock of `offset` minutes; hour h uses h times 100 Wh,
  /// on the last day half of it.
  private static func readings(offset: Int64) -> [Reading] {
    (0..<Int64(5 * 24)).map { hour in
      let start = ZoneOffsets.utc.startOfDay(Live.firstDay)
        .adding(seconds: 3_600 * hour - 60 * offset)
      return Reading(
        meter: Live.meter, window: Window(start: start, end: start.adding(seconds: 3_600))!,
        imported: Energy(wattHours: hour % 24 * (hour < 4 * 24 ? 100 : 50)), exported: .zero,
        quality: .actual)
    }
  }

  private static func measure(_ zone: String, _ offset: Int64, of readings: [Reading])
    async throws -> Performance
  {
    let store = MemoryReadingStore()
    _ = try store.numbers(of: [Live.meter])
    let summary = try store.archive(readings)
    #expect(summary.new == readings.count)
    return try await Live.measure(
      store, policy: Live.policy.replacing("timeZone: UTC", with: "timeZone: \(zone)"),
      at: Live.event.adding(seconds: -60 * offset))
  }

  /// From 17:00: 1.7 kWh on other days, 0.85 on the event's.
  @Test(
    arguments: [
      ("Asia/Kolkata", 330), ("Asia/Kathmandu", 345), ("Australia/Eucla", 525),
      ("America/St_Johns", -150), ("Asia/Tokyo", 540),
    ] as [(String, Int64)])
  func `is measured by its own clock`(_ zone: String, _ offset: Int64) async throws {
    let found = try await Self.measure(zone, offset, of: Self.readings(offset: offset))
    #expect(found.verdict == .verified)
    let hour = try #require(found.intervals.first)
    #expect(hour.actual == Energy(wattHours: 850) && hour.baseline == Energy(wattHours: 1_700))
  }

  /// The meter counts hours of UTC, and 17:00 in India is half past eleven: half of 1.1 and 1.2 kWh.
  @Test func `is split by time where the meter counts hours of another clock`() async throws {
    let found = try await Self.measure("Asia/Kolkata", 330, of: Self.readings(offset: 0))
    let hour = try #require(found.intervals.first)
    #expect(hour.actual == Energy(wattHours: 575) && hour.baseline == Energy(wattHours: 1_150))
  }
}
