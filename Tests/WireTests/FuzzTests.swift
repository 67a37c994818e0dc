import Grid
import Testing

@testable import Wire

/// Every reader of messages, so that each sees every example.
private let readers: [@Sendable ([UInt8]) throws -> Void] = [
  { _ = try CommandCodec.decode($0) }, { _ = try NoticeCodec.decode($0) },
  { _ = try AcknowledgementCodec.decode($0) }, { _ = try MeterCodec.decode($0) },
  { _ = try TelemetryCodec.decode($0) },
  { _ = try SignalCodec.decode($0, issuer: UtilityID("acme-utility")!) },
  { _ = try SignalAcknowledgementCodec.decode($0) }, { _ = try GatewayStateCodec.decode($0) },
  { _ = try ControllerStateCodec.decode($0) }, { _ = try BatteryDescriptionCodec.decode($0) },
  { _ = try PreferenceCodec.decode($0) }, { _ = try ErrorReplyCodec.decode($0) },
]

@Suite struct `Broken bytes` {
  @Test(arguments: Examples.all)
  func `an example cut at any byte is malformed`(_ example: String) {
    let bytes = example.bytes
    for count in bytes.indices {
      let cut = Array(bytes[..<count])
      for read in readers { #expect(code { try read(cut) } == .malformed) }
    }
  }

  /// One bit at a time, so that digits stay digits and letters letters for most of them.
  @Test(arguments: Examples.all)
  func `an example with any bit of any byte flipped never traps`(_ example: String) throws {
    let bytes = example.bytes
    let own = readers.filter { read in code { try read(bytes) } == nil }
    for place in bytes.indices {
      for bit in 0..<8 {
        var flipped = bytes
        flipped[place] ^= 1 << UInt8(bit)
        for read in own {
          do { try read(flipped) } catch { #expect(error is Rejection) }
        }
      }
    }
  }

  @Test func `numbers at every edge never trap`() {
    let edges = [
      "9007199254740991", "9007199254740992", "-9007199254740991", "99999999999999999999", "1e308",
      "-0", "0", "-1", "1.5", "true", "\"1\"", "[]", "{}", "null",
    ]
    for example in Examples.all {
      let bytes = example.bytes
      // Every run of digits after a colon is one number.
      for start in bytes.indices.dropFirst() where bytes[start - 1] == UInt8(ascii: ":") {
        guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(bytes[start]) else { continue }
        let end =
          bytes[start...].firstIndex { $0 == UInt8(ascii: ",") || $0 == UInt8(ascii: "}") } ?? start
        for edge in edges {
          let changed = Array(bytes[..<start]) + edge.bytes + Array(bytes[end...])
          for read in readers {
            do { try read(changed) } catch { #expect(error is Rejection) }
          }
        }
      }
    }
  }
}
