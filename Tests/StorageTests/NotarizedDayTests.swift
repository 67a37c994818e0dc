import Grid
import Testing

@testable import Storage

@Suite struct `The starts of a notarized day` {
  private func day(_ seconds: [Int64]) -> NotarizedDay {
    let leaf = Digest(bytes: Array(repeating: 7, count: 32))!
    return NotarizedDay(
      meter: MeterID("m")!, day: CivilDate(text: "2026-07-09")!, zone: "UTC", salt: [], root: leaf,
      starts: seconds.map { Timestamp(seconds: $0) }, leaves: seconds.map { _ in leaf })
  }

  @Test(
    arguments: [
      ([], 0), ([900], 8), ([900, 1_800], 16), ([900, 1_800, 2_700], 16),
      ([900, 1_800, 2_701], 24),
      ((0..<96).map { $0 * 900 }, 16), ((0..<96).map { $0 < 40 ? $0 * 900 : $0 * 900 + 900 }, 768),
    ] as [([Int64], Int)])
  func `are kept short where they are equally far apart, and come back`(
    _ seconds: [Int64], _ bytes: Int
  ) {
    let day = day(seconds)
    let kept = Array(day.startBytes)
    #expect(kept.count == bytes)
    #expect(NotarizedDay.starts(kept, count: seconds.count) == day.starts)
    #expect(day.leafBytes.count == 32 * seconds.count)
  }

  @Test func `are damaged where they do not fit the leaves`() {
    let kept = Array(day([900, 1_800, 2_701]).startBytes)
    #expect(NotarizedDay.starts(kept, count: 4) == nil)
    #expect(NotarizedDay.starts(Array(kept.dropLast()), count: 3) == nil)
    #expect(NotarizedDay.starts(Array(kept.prefix(16)), count: 1) == nil)
    // A distance that no time has.
    let far = [UInt8](repeating: 0xFF, count: 7) + [0x7F]
    #expect(NotarizedDay.starts(far + far, count: 3) == nil)
  }
}
