import Grid
import Testing
import Verification

@Suite struct `Two values of one energy` {
  /// In Wh; a grid company's 1.20 kWh against 1.17 is 2.5 %.
  /// Scenario V12.
  @Test(
    arguments: [
      (1_200, 1_170, 100, -30, 250, .differs), (1_200, 1_170, 250, -30, 250, .agrees),
      (1_200, 1_170, 249, -30, 250, .differs), (1_200, 1_212, 100, 12, 100, .agrees),
      (1_200, 1_200, 0, 0, 0, .agrees), (-1_200, -1_170, 100, 30, 250, .differs),
      (0, 0, 0, 0, nil, .agrees), (0, 1, 10_000, 1, nil, .differs),
      (1_200, nil, 100, nil, nil, .missing), (nil, 0, 100, nil, nil, .missing),
    ] as [(Int64?, Int64?, Int32, Int64?, Int64?, EnergyComparison.Verdict)])
  func `V12: agree within a share of the reference`(
    _ reference: Int64?, _ own: Int64?, _ tolerance: Int32, _ difference: Int64?,
    _ hundredths: Int64?, _ verdict: EnergyComparison.Verdict
  ) {
    let comparison = EnergyComparison(
      reference: reference.map { Energy(wattHours: $0) }, own: own.map { Energy(wattHours: $0) })
    #expect(comparison.difference == difference.map { Energy(wattHours: $0) })
    #expect(comparison.hundredths == hundredths)
    #expect(comparison.verdict(within: Percent(hundredths: tolerance)!) == verdict)
  }

  @Test func `are judged by the joule, not by the rounded share`() {
    let near = EnergyComparison(
      reference: Energy(joules: 1_000_000_000), own: Energy(joules: 1_010_000_001))
    #expect(near.hundredths == 100)
    #expect(near.verdict(within: Percent(whole: 1)!) == .differs)
  }
}
