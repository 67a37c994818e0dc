import Grid
import Testing

@Suite struct `An exact decimal` {
  @Test(arguments: [
    ("0", 2, 0), ("2.00", 2, 200), ("-2.5", 2, -250), ("13.5", 3, 13_500), ("007", 0, 7),
    ("999999999999", 6, 999_999_999_999_000_000),
  ]) func `is read from its text`(_ text: String, _ places: Int, _ value: Int64) throws {
    #expect(try FixedDecimal.parse(text, places: places) == value)
  }

  @Test(arguments: ["", "-", ".5", "5.", "1,5", "+1", "1e3", " 1", "1.2.3", "--1", "٣"])
  func `is nothing but digits with a point`(_ text: String) {
    #expect(throws: FixedDecimal.Fault.notADecimal) { try FixedDecimal.parse(text, places: 4) }
  }

  @Test func `has no more places and digits than allowed`() {
    #expect(throws: FixedDecimal.Fault.tooManyPlaces) { try FixedDecimal.parse("1.230", places: 2) }
    #expect(throws: FixedDecimal.Fault.tooLarge) {
      try FixedDecimal.parse("1234", places: 0, maximumDigits: 3)
    }
    #expect(throws: FixedDecimal.Fault.tooLarge) {
      try FixedDecimal.parse("9223372036854775808", places: 0, maximumDigits: 19)
    }
    #expect(throws: Never.self) {
      try FixedDecimal.parse("-9223372036854775808", places: 0, maximumDigits: 19)
    }
  }

  @Test(arguments: [
    (270, 2, 2, "2.70"), (-45, 4, 2, "-0.0045"), (0, 6, 2, "0.00"), (5, 0, 0, "5"),
    (1_500, 3, 0, "1.5"), (2_000, 3, 0, "2"),
  ]) func `is written with the places that it needs`(
    _ scaled: Int64, _ places: Int, _ least: Int, _ text: String
  ) {
    #expect(FixedDecimal.text(scaled, places: places, minimumPlaces: least) == text)
  }
}

@Suite struct `A percentage` {
  @Test func `lies between 0 and 100`() {
    #expect(Percent(hundredths: -1) == nil)
    #expect(Percent(hundredths: 10_001) == nil)
    #expect(Percent(whole: 101) == nil)
    #expect(Percent(whole: 100) == .hundred)
  }

  @Test func `is written as short as it can be`() {
    #expect(
      ["20", "79.9", "0.05"] == [2_000, 7_990, 5].map { Percent(hundredths: $0)!.description })
  }

  @Test func `takes its share rounded down to the joule`() {
    #expect(Percent(hundredths: 3_333)!.share(of: Energy(joules: 10)) == Energy(joules: 3))
    #expect(Percent.hundred.share(of: Energy(joules: .max)) == Energy(joules: .max))
  }
}

@Suite struct `A name` {
  @Test(arguments: ["a", "CA-2016_08", String(repeating: "x", count: 64)])
  func `has letters, digits, lines and dashes`(_ text: String) {
    #expect(BatteryID(text)?.description == text)
  }

  @Test(arguments: ["", "a.b", "a b", "ä", "a/b", "#", String(repeating: "x", count: 65)])
  func `has nothing else`(_ text: String) {
    #expect(BatteryID(text) == nil)
  }

  @Test func `is ordered by its bytes`() {
    let names = ["b", "B", "a-1", "a1", "_"].map { SiteID($0)! }
    #expect(names.sorted().map(\.text) == ["B", "_", "a-1", "a1", "b"])
  }

  @Test func `of a command or a notice is put together`() {
    let battery = BatteryID("bat")!
    let event = EventID("ev")!
    #expect(LongIdentifier.command(event: event, battery: battery, seq: 7).text == "ev.bat.7")
    #expect(LongIdentifier.command(event: nil, battery: battery, seq: 8).text == "op.bat.8")
    #expect(LongIdentifier.notice(event: event, battery: battery, revision: 2).text == "ev.bat.n2")
    #expect(LongIdentifier("a.b") != nil)
    #expect(LongIdentifier("a b") == nil)
    #expect(LongIdentifier(String(repeating: "x", count: 151)) == nil)
  }
}

@Suite struct `Energy and power` {
  @Test func `are exact in joules`() {
    #expect(Power(watts: 540).held(forSeconds: 7_200) == Energy(wattHours: 1_080))
    #expect(Energy(wattHours: 1_350).power(overSeconds: 14_400) == Power(watts: 337))
    #expect(Energy(joules: -1).wattHoursRoundedDown == -1)
    #expect(Energy(joules: 7_199).wattHoursRoundedDown == 1)
  }

  @Test func `sort qualities from best to worst`() {
    #expect(Quality.allCases.sorted() == [.actual, .edited, .estimated, .missing])
    #expect(Quality.allCases.map(\.letter) == ["A", "E", "E", "M"])
  }

  @Test func `make a reading's net`() {
    let window = Window(start: Timestamp(seconds: 0), end: Timestamp(seconds: 900))!
    func reading(_ imported: Energy?, _ exported: Energy?, _ quality: Quality) -> Reading {
      Reading(
        meter: MeterID("m")!, window: window, imported: imported, exported: exported,
        quality: quality)
    }
    #expect(reading(Energy(joules: 5), Energy(joules: 8), .actual).net == Energy(joules: -3))
    #expect(reading(nil, nil, .missing).net == nil)
  }
}

@Suite struct `An amount of money` {
  @Test func `is written in its currency`() throws {
    let dollar = try #require(Currency(code: "USD", digits: 2))
    let yen = try #require(Currency(code: "JPY", digits: 0))
    #expect(Money(millionths: 2_700_000).text(in: dollar) == "2.70")
    #expect(Money(millionths: -4_500).text(in: dollar) == "-0.0045")
    #expect(Money(millionths: 3_000_000).text(in: yen) == "3")
    #expect([dollar, yen].map(\.millionthsPerMinorUnit) == [10_000, 1_000_000])
  }

  @Test func `has a currency of three capital letters`() {
    for code in ["usd", "US", "USDX", "U1D"] { #expect(Currency(code: code, digits: 2) == nil) }
    #expect(Currency(code: "USD", digits: 7) == nil)
    #expect(Currency(code: "USD", digits: -1) == nil)
  }
}

@Suite struct `A digest` {
  @Test func `is 32 bytes`() throws {
    let hex = String(repeating: "0f", count: 32)
    let digest = try #require(Digest(hex: hex.uppercased()))
    #expect(digest.description == hex)
    #expect(Digest(hex: "0f") == nil)
    #expect(Digest(hex: String(repeating: "0g", count: 32)) == nil)
    #expect(Digest(bytes: [1]) == nil)
    #expect(Hex.bytes("abc") == nil)
  }
}
