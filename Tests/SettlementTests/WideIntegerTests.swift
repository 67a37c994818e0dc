import Grid
import Settlement
import Testing

@Suite struct `A whole number of any length` {
  /// Steps of a fixed sequence, so that a failure can be seen again.
  private func sequence(_ count: Int) -> [Int128] {
    var state: UInt64 = 88_172_645_463_325_252
    return (0..<count).map { _ in
      state ^= state << 13
      state ^= state >> 7
      state ^= state << 17
      return Int128(Int64(bitPattern: state)) >> Int128(state % 61)
    }
  }

  @Test func `agrees with the machine's numbers`() {
    let all = sequence(400)
    for (a, b) in zip(all, all.dropFirst()) {
      let (x, y) = (WideInteger(a), WideInteger(b))
      #expect((x + y).description == "\(a + b)")
      #expect((x - y).description == "\(a - b)")
      #expect((x * y).description == "\(a * b)")
      #expect((x < y) == (a < b))
      if b != 0 {
        let (quotient, remainder) = x.dividing(by: y)
        #expect(quotient.description == "\(a / b)")
        #expect(remainder.description == "\(a % b)")
      }
    }
  }

  @Test func `divides what it multiplied, however long`() {
    var product = WideInteger(1)
    let factors = sequence(80).filter { $0 != 0 }
    for factor in factors { product = product * WideInteger(factor) }
    #expect(product.int64 == nil)
    let (whole, rest) = (product + WideInteger(1)).dividing(by: product)
    #expect(whole == WideInteger(1) || product.isNegative)
    #expect(rest.magnitude <= WideInteger(1) || product.isNegative)
    for factor in factors {
      let (quotient, remainder) = product.dividing(by: WideInteger(factor))
      #expect(remainder.isZero)
      product = quotient
    }
    #expect(product == WideInteger(1))
  }

  @Test func `carries a season of sixty different commitments exactly`() {
    // The mean of 1/n - 1/(n+1) telescopes: the sum over 1...60 is 60/61.
    let parts = (1...60).map { n in
      Fraction(1, over: Int128(n)) + -Fraction(1, over: Int128(n) + 1)
    }
    #expect(Fraction.mean(parts) == Fraction(1, over: 61))
    #expect(Fraction.mean(parts).description == "1/61")
    #expect(Fraction(-5, over: 1_000).rounded(unit: 10_000) == Money("-0.01"))
    #expect(Fraction(928_125, over: 1_000).rounded(unit: 10_000) == Money("928.13"))
  }
}
