import Grid
import Storage
import Testing

@testable import Controller

@Suite struct `A frame of the logbook` {
  static let frames = [
    Frame(.restarted), Frame(.message, "headroom/v1/gw/g/ack", [0, 255, 10]),
    Frame(.run, "E-17", "initial"), Frame(.alarm, "", "zu spät"),
    Frame(.publish, "t", [UInt8](repeating: 7, count: 70_000)),
  ]

  @Test func `is the same after it was written and read`() {
    let bytes = Frame.encode(Self.frames)
    #expect(Frame.decode(bytes) == Self.frames)
    #expect(Frame.decode([]) == [])
    #expect(Frame.encode([Frame(.run, "E", "ab")]) == [8, 0, 1, 69, 0, 0, 0, 2, 97, 98])
  }

  @Test func `is not read when it is cut anywhere, or of no kind`() {
    let bytes = Frame.encode([Frame(.run, "E-17", "initial")])
    for count in 1..<bytes.count { #expect(Frame.decode(Array(bytes[..<count])) == nil) }
    #expect(Frame.decode([99] + bytes.dropFirst()) == nil)
    #expect(Frame.decode(bytes + [1]) == nil)
  }
}
