import Grid
import Settlement
import Testing

@Suite struct `A split` {
  @Test(arguments: [
    ("100.00", [1, 1, 1], ["33.34", "33.33", "33.33"]),
    ("2000.00", [1, 1], ["1000.00", "1000.00"]),
    ("0.01", [70, 20, 7, 3], ["0.01", "0.00", "0.00", "0.00"]),
    ("18.95", [70, 20, 7, 3], ["13.26", "3.79", "1.33", "0.57"]),
    ("21.20", [70, 20, 7, 3], ["14.84", "4.24", "1.48", "0.64"]),
    ("-100.00", [1, 1, 1], ["-33.34", "-33.33", "-33.33"]),
    ("0.00", [5, 5], ["0.00", "0.00"]),
    ("0.05", [0, 1], ["0.00", "0.05"]),
  ])
  func `S12: gives what is left to the largest remainders`(
    amount: String, weights: [Int64], parts: [String]
  ) {
    #expect(
      Split.largestRemainder(Money(amount), weights: weights, unit: 10_000)
        == parts.map { Money($0) })
  }

  @Test func `keeps its sum and is its own mirror image`() {
    var random = Sequence64(seed: 4)
    for _ in 0..<2_000 {
      let weights = (0..<Int(random.next(below: 6) + 1)).map { _ in random.next(below: 10_000) }
      guard weights.contains(where: { $0 > 0 }) else { continue }
      let amount = Money(millionths: random.next(below: 1 << 40) * 10_000)
      let parts = Split.largestRemainder(amount, weights: weights, unit: 10_000)
      #expect(parts.reduce(.zero, +) == amount)
      #expect(
        Split.largestRemainder(-amount, weights: weights, unit: 10_000) == parts.map { -$0 })
    }
  }

  @Test func `orders equal remainders by the parties' names`() {
    let yen = Currency(code: "JPY", digits: 0)!
    let shares = Split.largestRemainder(
      Money("1"), shares: [.owner: Percent(whole: 50)!, .grid: Percent(whole: 50)!],
      currency: yen)
    #expect(shares.map(\.party) == [.grid, .owner])
    #expect(shares.map(\.amount) == [Money("1"), .zero])
  }
}

@Suite struct `A line` {
  @Test(arguments: [
    (928_125, 1_000, 2, "928.13"), (-5, 1_000, 2, "-0.01"), (4, 1_000, 2, "0.00"),
    (1, 3, 2, "0.33"), (2, 3, 0, "1.00"), (5, 10, 0, "1.00"), (-5, 10, 0, "-1.00"),
    (12_345, 10_000_000, 6, "0.001235"), (0, 7, 2, "0.00"),
  ])
  func `is rounded once, half away from zero`(
    numerator: Int, denominator: Int, digits: Int, text: String
  ) {
    let currency = Currency(code: "XTS", digits: digits)!
    let exact = ExactAmount(Int128(numerator), over: Int128(denominator))
    #expect(exact.rounded(to: currency) == Money(text))
  }

  @Test func `is rounded after its intervals are summed`() {
    // Three intervals of 2 Wh at 2.00 are 0.004 each: 0.01 together, not 0.00.
    let home = World.settled(World.home(committed: [2, 2, 2], delivered: [2, 2, 2]))
    #expect(home.line(.premium)?.exact.description == "3/250")
    #expect(home.net == Money("0.01"))
  }

  @Test func `is shown in the shortest exact form`() {
    #expect(ExactAmount(-6, over: 4).description == "-3/2")
    #expect(ExactAmount(0, over: 9).description == "0/1")
    #expect(ExactAmount(7, over: 1).reduced == ExactAmount(7, over: 1))
  }
}

/// Numbers that look random and are the same each time (SplitMix64).
struct Sequence64 {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next(below limit: Int64) -> Int64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return Int64((z ^ (z >> 31)) % UInt64(limit))
  }
}
