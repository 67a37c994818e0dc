import Grid
import Verification

extension PolicyParts {
  static func measurement(_ section: YAMLSection) -> Measurement? {
    let mode = section.required("mode", YAMLForm<MeasurementTerms.Mode>.word())
    let exports = section.required(
      "exports", YAMLForm<Bool>.words(["counted": true, "excluded": false]))
    let lengths: [Int64] = [1, 5, 10, 15, 30, 60]
    let interval = section.required(
      "intervalMinutes",
      YAMLForm.int(1...60).map(allowed: "1, 5, 10, 15, 30 or 60") {
        lengths.contains($0) ? $0 : nil
      })
    let aggregate = section.optional(
      "aggregate", YAMLForm<MeasurementTerms.Aggregate>.word(), default: .sumOfHomes)
    let loss = section.optional(
      "lossFactor", .decimal(places: 6, 800_000...1_200_000), default: 1_000_000)
    let estimated = section.optional("estimatedPayable", .bool, default: false)
    let capped = section.optional("capAtDeviceOutput", .bool, default: false)
    let reconcile = section.optional(
      "reconcile", .section(reconcile), default: (Percent(whole: 5)!, Energy(joules: 720_000)))
    guard let mode, let exports, let interval else { return nil }
    return Measurement(
      mode: mode, exportsCounted: exports, intervalMinutes: interval, aggregate: aggregate,
      lossFactorMillionths: loss, estimatedPayable: estimated, capAtDeviceOutput: capped,
      reconcilePercent: reconcile.percent, reconcileEnergy: reconcile.energy)
  }

  /// Every limit has the project's default; a site's connection is not known without being named.
  static func validation(_ section: YAMLSection) -> ValidationLimits? {
    var limits = ValidationLimits()
    let watts = section.optional("connectionW", .int(1...1_000_000_000))
    limits.connection = watts.map { Power(watts: $0) }
    limits.spikePercent = section.optional("spikePercent", .int(100...1_000), default: 110)
    limits.sumCheckPercent = section.optional(
      "sumCheckPercent", .percent(), default: limits.sumCheckPercent)
    limits.zeroRunSeconds =
      3_600 * section.optional("zeroRunHours", .int(1...8_784), default: 24)
    limits.equalValues = Int(section.optional("equalValues", .int(2...10_000), default: 8))
    limits.clockSeconds = section.optional("clockSeconds", .int(1...3_600), default: 120)
    return limits
  }

  private static func reconcile(_ section: YAMLSection) -> (percent: Percent, energy: Energy)? {
    let percent = section.optional("percent", .percent(), default: Percent(whole: 5)!)
    // Five places of a kilowatt-hour are whole joules: 0.00001 kWh is 36 J.
    let hundredthsOfWattHours = section.optional(
      "kWh", .decimal(places: 5, 0...100_000_000), default: 20_000)
    return (percent, Energy(joules: hundredthsOfWattHours * 36))
  }
}
