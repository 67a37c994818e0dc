public import Grid
import Policies
import Signing
import Verification

extension CaseMeasurement {
  /// The homes that were asked, with those that were drawn not to be as their baseline.
  ///
  /// A home is drawn by the first eight bytes of SHA-256(salt, 0x00, site): nobody can choose it.
  ///
  /// - Parameter only: Treated sites to keep; empty is all.
  public func treated(
    of event: EventCase, salt: String, shareBasisPoints: Int64, only: [SiteID]
  ) throws -> EventCase {
    let isControl = event.homes.map {
      ControlGroup.isDrawn(
        hash: Self.controlHash(of: $0.site, salt: salt), shareBasisPoints: shareBasisPoints)
    }
    let prepared = PreparedEvent(
      MeasuredEvent(id: event.id, window: event.window, noticeAt: event.noticeAt),
      terms: policy.measurement)
    guard prepared.fault == nil else { return event }
    let sites = try self.sites(of: event)
    let group = ControlGroup(
      control: sites.indices.filter { isControl[$0] }.map { sites[$0] },
      treated: sites.indices.filter { !isControl[$0] }.map { sites[$0] }, using: prepared)
    var treated = event
    treated.homes = event.homes.indices.filter { place in
      !isControl[place] && (only.isEmpty || only.contains(event.homes[place].site))
    }.map { place in
      var home = event.homes[place]
      home.control = group
      return home
    }
    return treated
  }

  /// The first eight bytes of SHA-256(salt, 0x00, site) as a big-endian number.
  public static func controlHash(of site: SiteID, salt: String) -> UInt64 {
    let digest = SHA256.hash(Array(salt.utf8) + [0] + Array(site.text.utf8))
    return digest.bytes.prefix(8).reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
  }
}
