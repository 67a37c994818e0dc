import Engine
public import Grid
import Policies
import Settlement
import Signing
import Verification

extension CaseMeasurement {
  /// The homes that were asked, with those that were drawn not to be as their baseline.
  ///
  /// - Parameter only: Treated sites to keep; empty is all.
  public func treated(
    of event: EventCase, only: [SiteID] = [], isControl: (SiteID) -> Bool
  ) throws -> EventCase {
    let prepared = PreparedEvent(
      MeasuredEvent(id: event.id, window: event.window, noticeAt: event.noticeAt),
      terms: policy.measurement)
    guard prepared.fault == nil else { return event }
    var tally = ControlTally(
      prepared, eventDays: event.homes.reduce(into: []) { $0.formUnion($1.eventDays) })
    try forEachSite(of: event) { tally.add($1, isControl: isControl(event.homes[$0].site)) }
    let group = tally.group
    var treated = event
    treated.homes = event.homes.filter { home in
      !isControl(home.site) && (only.isEmpty || only.contains(home.site))
    }
    for place in treated.homes.indices { treated.homes[place].control = group }
    return treated
  }

  /// The event with the homes that its policy leaves out as their baseline, where it says so.
  func withControl(_ event: EventCase, of fleet: [EnrolledBattery]) throws -> EventCase {
    guard policy.measurement.baseline.kind == .controlGroup else { return event }
    let sites = policy.dispatch.controlSites
    var all = event
    var known: Set<SiteID> = []
    for battery in fleet
    where sites.contains(battery.site) && known.insert(battery.site).inserted {
      // Only its site meter counts, and it is owed nothing.
      all.homes.append(
        EventCase.Home(
          site: battery.site, owner: battery.owner, batteries: [], siteMeter: battery.siteMeter,
          batteryMeters: [], ratedPower: .zero, capacity: .zero,
          commitment: Commitment(intervals: event.intervals.map { _ in .none })))
    }
    return try treated(of: all) { sites.contains($0) }
  }

  /// Is a home drawn by the first eight bytes of SHA-256(salt, 0x00, site): nobody can choose it.
  public static func isDrawn(_ site: SiteID, salt: String, shareBasisPoints: Int64) -> Bool {
    ControlGroup.isDrawn(
      hash: controlHash(of: site, salt: salt), shareBasisPoints: shareBasisPoints)
  }

  /// The first eight bytes of SHA-256(salt, 0x00, site) as a big-endian number.
  public static func controlHash(of site: SiteID, salt: String) -> UInt64 {
    let digest = SHA256.hash(Array(salt.utf8) + [0] + Array(site.text.utf8))
    return digest.bytes.prefix(8).reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
  }
}
