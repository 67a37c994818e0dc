import Grid
import Testing

@testable import Wire

@Suite struct `A topic` {
  private static let gateway = GatewayID("gw-7")!
  private static let battery = BatteryID("bat-00017")!
  private static let utility = UtilityID("acme-utility")!

  @Test(arguments: [
    (Topic.signal(utility), "signal/acme-utility/native"),
    (.signalAcknowledgement(utility), "signal/acme-utility/ack"),
    (.notice(gateway), "gw/gw-7/notice"), (.command(gateway), "gw/gw-7/cmd"),
    (.acknowledgement(gateway), "gw/gw-7/ack"), (.telemetry(gateway), "gw/gw-7/tele"),
    (.meter(gateway), "gw/gw-7/meter"), (.state(gateway), "gw/gw-7/state"),
    (.battery(gateway, battery), "gw/gw-7/battery/bat-00017"),
    (.preference(gateway, battery), "gw/gw-7/pref/bat-00017"), (.error(gateway), "gw/gw-7/err"),
    (.controllerState, "ctl/state"),
  ])
  func `is written and read`(_ topic: Topic, _ text: String) throws {
    #expect(topic.text == "headroom/v1/" + text)
    #expect(try Topic(parsing: topic.text) == topic)
  }

  @Test(arguments: ["signal/acme-utility/openadr", "gw/gw-7/ask"])
  func `whose messages are not read is an unknown schema`(_ text: String) {
    #expect(code { _ = try Topic(parsing: "headroom/v1/" + text) } == .unknownSchema)
  }

  @Test(arguments: [
    "", "headroom/v1/", "headroom/v2/ctl/state", "headroom/v1/ctl", "headroom/v1/ctl/state/",
    "headroom/v1/gw//cmd", "headroom/v1/gw/a b/cmd", "headroom/v1/gw/a/cmds",
    "headroom/v1/gw/a/battery", "headroom/v1/gw/a/battery/", "headroom/v1/gw/a/mode/b",
    "headroom/v1/gw/a/cmd/b", "headroom/v1/signal/+/native", "headroom/v1/signal/a/other",
    "Headroom/v1/ctl/state",
  ])
  func `of another form is refused`(_ text: String) {
    #expect(code { _ = try Topic(parsing: text) } == .badField)
  }
}

@Suite struct `The topics that are subscribed to` {
  @Test func `by a gateway are its own and the controller's state`() {
    #expect(
      Topic.gatewayFilters(GatewayID("g")!) == [
        "headroom/v1/gw/g/cmd", "headroom/v1/gw/g/notice", "headroom/v1/gw/g/err",
        "headroom/v1/ctl/state",
      ])
  }

  @Test func `by the controller are all that are sent to it`() throws {
    for filter in Topic.controllerFilters {
      let topic = try Topic(parsing: filter.replacing("+", with: "x"))
      switch topic {
      case .signal, .acknowledgement, .telemetry, .meter, .state, .battery, .preference,
        .controllerState:
        break
      case .signalAcknowledgement, .notice, .command, .error:
        Issue.record("\(filter) is what the controller sends")
      }
    }
    #expect(Set(Topic.controllerFilters).count == 8)
  }
}

@Suite struct `A signed payload` {
  private static let line =
    "headroom.signed/1 21fe31dfa154a261 "
    + "YNWIZpf9bmzIXV_X3sgEC-nUNMFBr-ctRSvXSt0KXj1DA0_AhGqRtkYWP56HjgQxHVV_mB1HWpzT_I6C0te7BA"

  @Test func `has a line with key and signature, then the message as it was sent`() throws {
    let payload = (Self.line + "\n" + Examples.cancelSignal).bytes
    let signed = try SignedPayload(parsing: payload)
    #expect(signed.keyID == "21fe31dfa154a261")
    #expect(signed.signature?.count == 64)
    #expect(signed.signature?.first == 0x60)
    #expect(signed.message == Examples.cancelSignal.bytes)
    #expect(
      SignedPayload.wrap(
        message: signed.message, keyID: signed.keyID!, signature: signed.signature!) == payload)
  }

  @Test func `is signed over its topic too`() {
    let topic = Topic.signal(UtilityID("acme-utility")!).text
    #expect(
      string(SignedPayload.bytesToSign(topic: topic, message: Examples.cancelSignal.bytes))
        == "headroom.signed/1\nheadroom/v1/signal/acme-utility/native\n" + Examples.cancelSignal)
  }

  @Test func `without a line is the message itself`() throws {
    let plain = try SignedPayload(parsing: Examples.cancelSignal.bytes)
    #expect(plain.keyID == nil && plain.signature == nil)
    #expect(plain.message == Examples.cancelSignal.bytes)
    #expect(try SignedPayload(parsing: []).message == [])
  }

  @Test(arguments: [
    line.with("signed/1", "signed/2"), line.with("21fe", "21FE"), line.with("21fe", "21f"),
    line.with("te7BA", "te7BB"), line.with("te7BA", "te7B="), line.with(" YNW", "  NW"), "h",
    String(line.dropLast()), line + "A",
  ])
  func `with another line is malformed`(_ line: String) {
    #expect(code { _ = try SignedPayload(parsing: (line + "\n{}").bytes) } == .malformed)
  }

  @Test func `cut at any byte of its line is malformed`() {
    let payload = (Self.line + "\n").bytes
    for count in 1..<payload.count {
      #expect(code { _ = try SignedPayload(parsing: Array(payload[..<count])) } == .malformed)
    }
  }

  @Test func `may hold 65,536 bytes and not one more`() throws {
    let full = [UInt8](repeating: 0x7B, count: 65_536)
    #expect(try SignedPayload(parsing: (Self.line + "\n").bytes + full).message == full)
    #expect(
      code { _ = try SignedPayload(parsing: (Self.line + "\n{").bytes + full) } == .oversized)
  }

  @Test(
    arguments: [([], ""), ([0], "AA"), ([255, 254], "__4"), ([1, 2, 3], "AQID")]
      as [([UInt8], String)])
  func `writes base64 for the web`(_ bytes: [UInt8], _ text: String) {
    #expect(Base64URL.text(bytes) == text)
    #expect(Base64URL.bytes(Array(text.utf8)) == bytes)
  }

  @Test(arguments: ["A", "AB", "AAAAA", "A+", "AA=="])
  func `refuses base64 of another form`(_ text: String) {
    #expect(Base64URL.bytes(Array(text.utf8)) == nil)
  }
}
