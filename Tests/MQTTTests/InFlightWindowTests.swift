import Testing

@testable import MQTT

@Suite struct `The window in flight` {
  func slot(_ packetID: Int32) -> InFlightWindow.Slot {
    InFlightWindow.Slot(packetID: packetID, receipt: nil, index: 0)
  }

  @Test func `gives back only what is finished without a gap`() throws {
    var window = InFlightWindow(capacity: 3)
    for packet in 1...3 { _ = window.append(slot(Int32(packet))) }
    #expect(!window.hasRoom)
    window[try #require(window.position(of: 2))].isFinished = true
    #expect(window.popFinished() == 0)
    #expect(window.position(of: 2) == nil)
    window[try #require(window.position(of: 1))].isFinished = true
    #expect(window.popFinished() == 2)
    #expect(window.free == 2)
    // Around the end of the ring.
    _ = window.append(slot(4))
    _ = window.append(slot(5))
    #expect(window.positions.map { window[$0].packetID } == [3, 4, 5])
    #expect(window.position(of: 9) == nil)
  }
}

@Suite struct `The waits between attempts` {
  @Test func `double up to the longest`() {
    let backoff = ConnectionOptions.Backoff()
    #expect(
      (0...8).map { backoff.ceilingMilliseconds(attempt: $0) }
        == [1000, 2000, 4000, 8000, 16_000, 32_000, 60_000, 60_000, 60_000])
    #expect(backoff.ceilingMilliseconds(attempt: .max) == 60_000)
  }
}

@Suite struct `Topic rules` {
  @Test(arguments: [
    ("a", true), ("a/b", true), ("/", true), ("$SYS/x", true), ("ä/ö", true), ("", false),
    ("a/+", false), ("#", false), ("a\0b", false),
  ])
  func `of names`(topic: String, isRight: Bool) { #expect(TopicRules.isName(topic) == isRight) }

  @Test(arguments: [
    ("a", true), ("#", true), ("+", true), ("a/+/b/#", true), ("/+", true), ("+/", true),
    ("", false), ("a/#/b", false), ("a#", false), ("a/b+", false), ("a\0", false),
  ])
  func `of filters`(filter: String, isRight: Bool) {
    #expect(TopicRules.isFilter(filter) == isRight)
  }
}
