import Grid

/// What is measured, as one number an interval, read from the columns of a site.
struct MeterValues {
  enum Quantity {
    /// u: net import of the site.
    case netImport
    /// g: output of the battery, charging negative.
    case output
    /// c: output that is credited.
    case credited
    /// Charging of the battery as a positive number.
    case charging
  }

  let quantity: Quantity
  let intervalSeconds: Int64
  private let site: IntervalSeries?
  private let battery: IntervalSeries?
  private let chargingNets: Bool
  private let excludesExports: Bool
  /// Beyond these an energy is a spike, which counts as estimated.
  private let siteLimit: Int64
  private let batteryLimit: Int64
  /// Bit `quality.rawValue` is set where a quality counts as missing.
  private let excluded: UInt8

  init(_ quantity: Quantity, of data: SiteData, terms: MeasurementTerms) {
    self.quantity = quantity
    intervalSeconds = 60 * terms.intervalMinutes
    site = data.siteMeter
    battery = data.batteryMeter
    chargingNets = terms.baseline.chargingNets
    excludesExports = !terms.exportsCounted
    siteLimit = Self.limit(
      data.connectionLimit ?? terms.validation.connection, terms.validation,
      seconds: intervalSeconds)
    batteryLimit = Self.limit(data.ratedPower, terms.validation, seconds: intervalSeconds)
    var mask: UInt8 = 1 << Quality.missing.rawValue
    for quality in terms.baseline.excludedQualities { mask |= 1 << quality.rawValue }
    excluded = mask
  }

  /// What the power gives in an interval, and as much more as the policy lets pass.
  private static func limit(
    _ power: Power?, _ validation: ValidationLimits, seconds: Int64
  ) -> Int64 {
    guard let power else { return .max }
    return power.watts * seconds * validation.spikePercent / 100
  }

  /// Energy and quality of the interval at `second`; missing where a part is.
  func value(at second: Int64) -> (joules: Int64, quality: Quality) {
    switch quantity {
    case .netImport: return siteValue(at: second)
    case .output: return batteryValue(at: second)
    case .charging:
      let output = batteryValue(at: second)
      guard output.quality != .missing else { return output }
      return (max(0, -output.joules), output.quality)
    case .credited: return credited(at: second)
    }
  }

  /// Energy of the interval at `second`, or `IntervalSeries.missing` where its quality counts so.
  @inline(__always)
  func usable(at second: Int64) -> Int64 {
    let (joules, quality) = value(at: second)
    return excluded & (1 << quality.rawValue) == 0 ? joules : IntervalSeries.missing
  }

  private func siteValue(at second: Int64) -> (joules: Int64, quality: Quality) {
    guard let site else { return (IntervalSeries.missing, .missing) }
    return Self.checked(site.value(from: second, seconds: intervalSeconds), limit: siteLimit)
  }

  private func batteryValue(at second: Int64) -> (joules: Int64, quality: Quality) {
    guard let battery else { return (IntervalSeries.missing, .missing) }
    return Self.checked(battery.value(from: second, seconds: intervalSeconds), limit: batteryLimit)
  }

  private static func checked(
    _ value: (joules: Int64, quality: Quality), limit: Int64
  ) -> (joules: Int64, quality: Quality) {
    // A spike that a person has approved is not doubted again.
    guard value.quality == .actual, value.joules.magnitude > limit.magnitude else { return value }
    return (value.joules, .estimated)
  }

  /// Output, charging as nothing unless it nets, less what left the premises where that is not
  /// counted: export is attributed to the battery first.
  private func credited(at second: Int64) -> (joules: Int64, quality: Quality) {
    let output = batteryValue(at: second)
    guard output.quality != .missing else { return output }
    if output.joules <= 0 { return (chargingNets ? output.joules : 0, output.quality) }
    guard excludesExports else { return output }
    let net = siteValue(at: second)
    guard net.quality != .missing else { return net }
    return (max(0, output.joules - max(0, -net.joules)), max(output.quality, net.quality))
  }
}
