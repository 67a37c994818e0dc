import Grid
import Testing
import Verification

@Suite struct `A hand-worked baseline` {
  static let names = [
    "device-above-typical", "five-of-ten-window-after", "four-of-five-additive-capped",
    "holiday-and-missing", "low-usage-replaced", "meter-before-after", "middle-eight-full-day",
    "over-midnight", "quarter-hour-kw-cap-floor", "repeated-hour", "shortfall-filled",
    "ten-of-ten-ratio",
  ]

  @Test(arguments: names) func `comes out to the last joule`(_ name: String) throws {
    let example = try BaselineCase.load(name)
    let result = Verifier.verify(
      try example.site(name), event: example.event, terms: try example.terms())
    let expected = example.expected
    #expect(result.verdict == .verified)
    func whole(_ energy: Energy?) -> Fraction? { energy.map { Fraction(Int128($0.joules)) } }
    if let baseline = expected.baseline {
      #expect(
        result.intervals.map { whole($0.baseline) } == (try baseline.map(BaselineCase.joules)))
    }
    if let reduction = expected.reduction {
      #expect(
        result.intervals.map { whole($0.reduction) } == (try reduction.map(BaselineCase.joules)))
    }
    if let total = expected.total {
      #expect(whole(result.reduction) == (try BaselineCase.joules(total)))
    }
    if let days = expected.days { #expect(result.days == days.map(Samples.date)) }
    if let factor = expected.factor {
      let ratio = try BaselineCase.ratio(factor)
      let wanted = Fraction(Int128(ratio.numerator), Int128(ratio.denominator))
      #expect((result.adjustment?.used ?? .factor(Fraction(1))) == .factor(wanted))
    }
    if let additive = expected.additive {
      #expect(result.adjustment?.used == .offset(try BaselineCase.joules(additive)))
    }
    let camel = [
      "degenerate_ratio": "degenerateRatio", "adjustment_capped": "adjustmentCapped",
      "adjustment_skipped": "adjustmentSkipped",
      "filled_with_event_days": "filledWithEventDays", "below_min_days": "belowMinimumDays",
      "event_intervals_missing": "eventIntervalsMissing",
    ]
    if let flags = expected.flags { #expect(result.flagCodes == flags.map { camel[$0] }) }
  }

  @Test func `there are twelve of them`() { #expect(Self.names.count == 12) }
}
