import Grid
import Verification

extension SiteData {
  /// Two sites as one meter; nil when one lacks a meter that counts, or they cannot be added.
  func joined(with other: SiteData, terms: MeasurementTerms) -> SiteData? {
    var sum = self
    if terms.mode == .premises || !terms.exportsCounted || terms.baseline.kind == .controlGroup {
      guard let first = siteMeter, let second = other.siteMeter,
        let added = first.summed(with: second)
      else { return nil }
      sum.siteMeter = added
    } else {
      sum.siteMeter = nil
    }
    if terms.mode != .premises || terms.capAtDeviceOutput {
      guard let first = batteryMeter, let second = other.batteryMeter,
        let added = first.summed(with: second)
      else { return nil }
      sum.batteryMeter = added
    } else {
      sum.batteryMeter = nil
    }
    sum.eventDays.formUnion(other.eventDays)
    sum.excludedDates.formUnion(other.excludedDates)
    sum.connectionLimit = nil
    sum.ratedPower = nil
    sum.capacity = nil
    return sum
  }
}

extension IntervalSeries {
  /// The sum over the time that both cover, missing where either is; nil for other grids.
  func summed(with other: IntervalSeries) -> IntervalSeries? {
    let length = intervalSeconds
    guard length == other.intervalSeconds, (startSecond - other.startSecond) % length == 0 else {
      return nil
    }
    let start = max(startSecond, other.startSecond)
    let end = min(endSecond, other.endSecond)
    guard start < end else { return nil }
    func part(_ series: IntervalSeries) -> IntervalSeries {
      let from = Int((start - series.startSecond) / length)
      let range = from..<from + Int((end - start) / length)
      return IntervalSeries(
        meter: series.meter, startSecond: start, intervalSeconds: length,
        joules: Array(series.joules[range]), qualities: Array(series.qualities[range]))
    }
    return part(self).adding(part(other))
  }
}
