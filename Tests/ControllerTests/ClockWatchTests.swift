import Engine
import Grid
import Testing

@testable import Controller

@Suite struct `The comparison of clocks` {
  private static let start = Timestamp(rfc3339: "2026-07-15T00:00:00Z")!

  /// What looks of 10 s each come to; a look is one offset in milliseconds for each gateway.
  private static func verdicts(
    _ looks: [[Int64]], disturb: (inout ClockWatch, Int) -> Void = { _, _ in }
  ) -> [ClockWatch.Verdict?] {
    var watch = ClockWatch()
    return looks.enumerated().map { place, offsets in
      disturb(&watch, place)
      let from = start.adding(seconds: Int64(place) * ClockWatch.lookSeconds)
      for (gateway, offset) in offsets.enumerated() {
        watch.note(GatewayID("g\(gateway)")!, milliseconds: offset, at: from)
      }
      #expect(watch.look(at: from.adding(seconds: ClockWatch.lookSeconds - 1)) == nil)
      return watch.look(at: from.adding(seconds: ClockWatch.lookSeconds))
    }
  }

  @Test func `finds gateways ahead at the first look, and clocks that are right again`() {
    #expect(
      Self.verdicts([[9_000, 9_800, 11_000], [4_000, 5_000, 6_000], [5_001, 5_001, 5_001]])
        == [
          .off(milliseconds: 9_800, gateways: 3), .right, .off(milliseconds: 5_001, gateways: 3),
        ])
  }

  @Test func `finds gateways behind only when three looks in a row say so`() {
    let late: [Int64] = [-8_000, -8_000, -8_000]
    #expect(
      Self.verdicts([late, late, late, late, [0, 0, 0], late])
        == [
          nil, nil, .off(milliseconds: -8_000, gateways: 3),
          .off(milliseconds: -8_000, gateways: 3), .right, nil,
        ])
  }

  @Test func `believes neither one gateway nor half of them`() {
    #expect(
      Self.verdicts([[60_000, 0, 0], [9_000, 9_000, 0, 0], [-60_000, -60_000, 0, 0]])
        == [.right, .right, .right])
  }

  @Test func `waits for three gateways, and begins anew when they do not come`() {
    var watch = ClockWatch()
    watch.note(GatewayID("a")!, milliseconds: 60_000, at: Self.start)
    watch.note(GatewayID("b")!, milliseconds: 60_000, at: Self.start)
    #expect(watch.look(at: Self.start.adding(seconds: 60)) == nil)
    watch.note(GatewayID("c")!, milliseconds: 60_000, at: Self.start.adding(seconds: 60))
    #expect(
      watch.look(at: Self.start.adding(seconds: 60)) == .off(milliseconds: 60_000, gateways: 3))
    watch.note(GatewayID("a")!, milliseconds: 60_000, at: Self.start.adding(seconds: 70))
    #expect(watch.look(at: Self.start.adding(seconds: 370)) == nil)
    watch.note(GatewayID("b")!, milliseconds: 60_000, at: Self.start.adding(seconds: 371))
    watch.note(GatewayID("c")!, milliseconds: 60_000, at: Self.start.adding(seconds: 371))
    #expect(watch.look(at: Self.start.adding(seconds: 381)) == nil)
  }

  @Test func `takes the least delayed report of each gateway`() {
    var watch = ClockWatch()
    for gateway in ["a", "b", "c"] {
      for offset: Int64 in [-30_000, -1_000, -20_000] {
        watch.note(GatewayID(gateway)!, milliseconds: offset, at: Self.start)
      }
    }
    #expect(watch.look(at: Self.start.adding(seconds: 10)) == .right)
  }

  @Test func `forgets what it saw when the connection breaks, and what waited at the broker`() {
    let late: [Int64] = [-30_000, -30_000, -30_000]
    let found = Self.verdicts([late, late, late, late, late, late]) { watch, place in
      if place == 2 {
        watch.noteConnection(at: Self.start.adding(seconds: 2 * ClockWatch.lookSeconds))
      }
    }
    #expect(found == [nil, nil, nil, nil, nil, .off(milliseconds: -30_000, gateways: 3)])
  }

  @Test func `is in the machine's time, and nothing for a clock that a test moves`() {
    let end = Self.start.adding(seconds: 30)
    #expect(WallClock().realMilliseconds(from: Self.start, to: end) == 30_000)
    let scaled = ScaledClock(epoch: Self.start, at: Self.start, rate: 10)
    #expect(scaled.realMilliseconds(from: Self.start, to: end) == 3_000)
    #expect(ManualClock(Self.start).realMilliseconds(from: Self.start, to: end) == nil)
  }

  @Test(arguments: [nil, 9_800, -6_001] as [Int64?])
  func `is kept in the logbook`(milliseconds: Int64?) {
    let frame = Decider.frame(of: .clockOff(milliseconds: milliseconds, gateways: 7))
    #expect(frame.kind == .clock)
    #expect(frame.text == "\(milliseconds.map(String.init) ?? "right") 7")
  }
}
