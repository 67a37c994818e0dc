import Grid
import Testing

@testable import Wire

@Suite struct `A message` {
  private static let plain =
    #"{"schema":"headroom.ctl/1","online":true,"session":311,"#
    + #""at":"2026-09-15T16:59:00Z","heartbeatS":60}"#

  private func refusal(_ bytes: [UInt8]) -> Rejection? {
    rejection { _ = try ControllerStateCodec.decode(bytes) }
  }

  /// The example with a member `x` in front that nobody knows.
  private func with(_ value: String) -> [UInt8] {
    Self.plain.with(#"{"schema""#, #"{"x":\#(value),"schema""#).bytes
  }

  @Test(arguments: [
    "1", "-0", "1.25e-7", "1E+9", "true", "false", "null", "[]", "{}", "[1,[2,[3,[4,[5]]]]]",
    #""\u00e9\ud83d\ude00\/\b\f\n\r\t\\\"""#, "\"é😀\u{7F}\"", #"{"x":1,"x":2}"#, " [ 1 , 2 ] ",
  ])
  func `ignores members it does not know, whatever they hold`(_ value: String) {
    #expect(refusal(with(value)) == nil)
  }

  @Test func `may have unknown members twice`() {
    let bytes = Self.plain.with(#"{"schema""#, #"{"x":1,"x":2,"schema""#).bytes
    #expect(refusal(bytes) == nil)
  }

  @Test(arguments: [
    "NaN", "Infinity", "+1", "01", "1.", ".5", "1e", "1e+", "-", "0x1", "tru", "True", "nul", "'a'",
    "\"a", #""\x""#, #""\u12""#, #""\u12g4""#, #""\ud83d""#, #""\ud83dx""#, #""\ude00""#,
    #""\ud83d\u0041""#, "\"\n\"", "\"\u{0}\"", "[1,]", "[,1]", "[1 2]", "{,}", #"{"a"}"#,
    #"{"a":}"#, #"{"a":1,}"#, "{a:1}", "[1", #"{"a":1"#, "1 2", "//", "[[[[[[1]]]]]]",
  ])
  func `is refused for what RFC 8259 or the depth does not allow`(_ value: String) {
    #expect(refusal(with(value))?.code == .malformed)
  }

  @Test(
    arguments: [
      [0x80], [0xC0, 0x80], [0xC1, 0xBF], [0xE0, 0x80, 0x80], [0xED, 0xA0, 0x80],
      [0xF0, 0x80, 0x80, 0x80],
      [0xF4, 0x90, 0x80, 0x80], [0xF5, 0x80, 0x80, 0x80], [0xE2, 0x82], [0xF0, 0x9F, 0x98], [0xFF],
    ] as [[UInt8]])
  func `is refused for bytes that are not UTF-8`(_ broken: [UInt8]) {
    let parts = Self.plain.with(#"{"schema""#, #"{"x":"@","schema""#).split(separator: "@")
    let bytes = String(parts[0]).bytes + broken + String(parts[1]).bytes
    #expect(refusal(bytes)?.code == .malformed)
  }

  @Test func `has no byte-order mark and nothing after it`() {
    #expect(refusal([0xEF, 0xBB, 0xBF] + Self.plain.bytes)?.code == .malformed)
    #expect(refusal(Self.plain.bytes + [0x20, 0x0A]) == nil)
    #expect(refusal(Self.plain.bytes + [0x20, 0x7B])?.code == .malformed)
    #expect(refusal([])?.code == .malformed)
    #expect(refusal("[]".bytes)?.code == .malformed)
  }

  @Test func `may have 65,536 bytes and not one more`() {
    let full = Self.plain.bytes + [UInt8](repeating: 0x20, count: 65_536 - Self.plain.utf8.count)
    #expect(refusal(full) == nil)
    #expect(
      refusal(full + [0x20])
        == Rejection(.oversized, found: "65537 bytes", allowed: "65536 bytes"))
  }

  @Test func `may have six levels and not seven`() {
    #expect(refusal(with("[[[[[]]]]]")) == nil)
    #expect(refusal(with("[[[[[[]]]]]]"))?.code == .malformed)
  }

  @Test(arguments: [
    (#""session":311"#, #""session":311,"session":311"#),
    (#""session":311"#, #""session":311,"session":null"#),
    (#""session":311"#, #""session":null,"session":311"#),
    (#""session":311"#, #""session":311,"\u0073ession":311"#),
    (#""schema":"headroom.ctl/1""#, #""schema":"headroom.ctl/1","schema":"headroom.ctl/1""#),
  ])
  func `is refused for a known member that stands twice`(_ old: String, _ new: String) {
    let fault = refusal(Self.plain.with(old, new).bytes)
    #expect(fault?.code == .malformed)
    #expect(fault?.found == "twice")
  }

  @Test func `is the same with names and words written as escapes, in any order`() throws {
    let odd = """
      { "heartbeatS" : 60 , "\\u0061t":"2026-09-15T16:59:00Z",\r\n\t"session":311,
      "online":true,"schema":"headroom.\\u0063tl\\/1" }
      """
    #expect(
      try ControllerStateCodec.decode(odd.bytes) == ControllerStateCodec.decode(Self.plain.bytes))
  }

  @Test(arguments: [
    ("headroom.ctl/2", Rejection.Code.unknownSchema), ("headroom.cmd/1", .unknownSchema),
    ("", .unknownSchema),
  ])
  func `of another schema or major is unknown`(_ schema: String, _ expected: Rejection.Code) {
    #expect(refusal(Self.plain.with("headroom.ctl/1", schema).bytes)?.code == expected)
  }

  @Test func `without a schema, or with one that is no text, is refused`() {
    let bare = Self.plain.with(#""schema":"headroom.ctl/1","#, "")
    #expect(refusal(bare.bytes)?.code == .missingField)
    #expect(refusal(Self.plain.with(#""headroom.ctl/1""#, "null").bytes)?.code == .missingField)
    #expect(refusal(Self.plain.with(#""headroom.ctl/1""#, "1").bytes)?.code == .badField)
  }

  @Test(arguments: [
    ("311", "311.0"), ("311", "3e2"), ("311", "9007199254740992"), ("311", "-1"),
    ("311", "\"311\""), ("311", "true"), ("60", "0"), ("60", "1e308"), ("true", "1"),
    ("true", "\"true\""),
  ])
  func `is refused for a number or flag of another form`(_ old: String, _ new: String) {
    #expect(refusal(Self.plain.with(":\(old)", ":\(new)").bytes)?.code == .badField)
  }

  @Test(arguments: [
    "2026-09-15T16:59:00", "2026-09-15T16:59:00+00:00", "2026-09-15t16:59:00Z",
    "2026-09-15T16:59:00z", "2026-09-15 16:59:00Z", "2026-02-30T16:59:00Z",
    "2026-09-15T24:00:00Z", "2026-09-15T16:60:00Z", "2026-09-15T16:59:60Z",
    "2026-09-15T16:59:00.Z", "2026-09-15T16:59:00.1234567Z", "2026-09-15T16:59Z", "Z", "",
    "2026-09-15T16:59:00.12aZ", "+026-09-15T16:59:00Z",
  ])
  func `is refused for a time that is not RFC 3339 with Z`(_ time: String) {
    let fault = refusal(Self.plain.with("2026-09-15T16:59:00Z", time).bytes)
    #expect(fault?.code == .badField && fault?.field == "at" && fault?.found == time)
  }

  @Test func `takes decimals of a second, and writes three or six`() throws {
    for (text, written) in [
      ("00.1Z", "00.100Z"), ("00.120Z", "00.120Z"), ("00.0001Z", "00.000100Z"),
      ("00.123456Z", "00.123456Z"), ("00.000000Z", "00Z"),
    ] {
      let state = try ControllerStateCodec.decode(Self.plain.with("00Z", text).bytes)
      #expect(string(ControllerStateCodec.encode(state)) == Self.plain.with("00Z", written))
    }
  }

  @Test func `shows what it found, cut to 100 bytes at a character`() {
    let long = String(repeating: "é", count: 90)
    let fault = refusal(Self.plain.with("2026-09-15T16:59:00Z", long).bytes)
    #expect(fault?.found == String(repeating: "é", count: 50))
    #expect(
      refusal(Self.plain.with(#":60"#, #":"a\u000a""#).bytes)?.description
        == #"badField: heartbeatS is a\u000a; "#
        + "allowed: an integer of 1...86400 without fraction or exponent"
    )
  }
}

@Suite struct `A percentage of the wire` {
  @Test(arguments: [
    ("0", 0), ("0.01", 1), ("20", 2_000), ("79.9", 7_990), ("79.91", 7_991), ("100", 10_000),
    ("100.00", 10_000), ("-0", nil), ("100.01", nil), ("101", nil), ("1e1", nil), ("79.910", nil),
    ("-1", nil), ("\"20\"", nil), ("99999999", nil),
  ])
  func `has at most two decimals and no exponent`(_ text: String, _ hundredths: Int?) throws {
    let message = Examples.preference.with(#""reservePct":20"#, #""reservePct":\#(text)"#).bytes
    guard let hundredths else {
      #expect(code { _ = try PreferenceCodec.decode(message) } == .badField)
      return
    }
    let preference = try PreferenceCodec.decode(message)
    #expect(preference.reserve?.hundredths == Int32(hundredths))
    #expect(try PreferenceCodec.decode(PreferenceCodec.encode(preference)) == preference)
  }
}
