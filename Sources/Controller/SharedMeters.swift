public import Grid

/// Meters that stand for more than one site of a fleet: two enrolments behind one service point, or
/// one device in two of them.
public struct SharedMeters: Sendable {
  private let sites: [MeterID: [SiteID]]

  /// The meters of a fleet that several sites name.
  public init(_ fleet: [EnrolledBattery]) {
    var first: [MeterID: SiteID] = [:]
    first.reserveCapacity(2 * fleet.count)
    var sites: [MeterID: [SiteID]] = [:]
    for battery in fleet {
      for meter in [battery.siteMeter, battery.batteryMeter] {
        guard let known = first[meter] else {
          first[meter] = battery.site
          continue
        }
        if known != battery.site { sites[meter, default: [known]].append(battery.site) }
      }
    }
    self.sites = sites
  }

  /// The other sites that share a meter with one, in order.
  public func others(of site: SiteID, siteMeter: MeterID, batteryMeters: [MeterID]) -> [SiteID] {
    guard !sites.isEmpty else { return [] }
    var found: Set<SiteID> = []
    for meter in [siteMeter] + batteryMeters { found.formUnion(sites[meter] ?? []) }
    found.remove(site)
    return found.sorted()
  }
}
