import Grid

extension ChannelBook {
  /// The readings with what is known of them, once every value was sound.
  ///
  /// - Parameters:
  ///   - source: Whose versions they are; nil for a format without versions.
  ///   - halves: What a reading with one channel of two has.
  /// - Throws: every fault, those of the join included.
  mutating func delivery(
    _ format: MeterFormat, _ faults: inout FaultCollector, source: String?, rounded: Int,
    ignored: [String: Int] = [:], halves: String, isOneWay: (MeterID) -> Bool
  ) throws(FileFaults) -> MeterDelivery {
    let (readings, runs) = join(&faults, isOneWay: isOneWay)
    guard faults.isEmpty else { throw faults.faults }
    var delivery = MeterDelivery(format: format, readings: readings)
    if source != nil { delivery.runs = runs }
    delivery.source = source
    delivery.duplicates = duplicates
    delivery.halfMissing = halfMissing
    delivery.rounded = rounded
    delivery.ignored = ignored
    if halfMissing > 0 {
      delivery.findings.append("halfMissing: \(halfMissing) readings have \(halves)")
    }
    return delivery
  }
}
