extension Enrolments {
  /// A meter whose energy two programmes would count on the same days.
  public struct DualEnrolment: Hashable, Sendable, CustomStringConvertible {
    /// The meter.
    public let meter: MeterID
    /// The site and programme that were enrolled first.
    public let first: Member
    /// The other one.
    public let second: Member
    /// The first day that both hold.
    public let from: CivilDate
    /// The last one; nil while no end is known.
    public let to: CivilDate?

    /// A sentence for the operator.
    public var description: String {
      let days = to.map { "\(from) to \($0)" } ?? "from \(from)"
      return "dualEnrolment: meter \(meter) of \(second.site) in \(second.programme) is in "
        + "\(first.programme) already, as \(first.site), \(days)"
    }
  }

  /// A site in a programme.
  public struct Member: Hashable, Sendable {
    /// The site.
    public let site: SiteID
    /// The programme.
    public let programme: ProgrammeID
  }

  /// Every meter that is in two programmes on the same day although they do not allow it.
  ///
  /// Two sites behind one meter are one home here: its energy would be claimed twice.
  /// - Parameters:
  ///   - fleet: Says which meters a site has; a site without a battery has none.
  ///   - areAllowed: Whether both programmes allow a meter to be in both.
  /// - Returns: In the order of meters, then of days.
  public func dualEnrolments(
    _ fleet: [EnrolledBattery], areAllowed: (ProgrammeID, ProgrammeID) -> Bool
  ) -> [DualEnrolment] {
    var sites: [MeterID: Set<SiteID>] = [:]
    for battery in fleet {
      sites[battery.siteMeter, default: []].insert(battery.site)
      sites[battery.batteryMeter, default: []].insert(battery.site)
    }
    var found: [DualEnrolment] = []
    var seen: Set<[Member]> = []
    for meter in sites.keys.sorted() {
      let members = (sites[meter] ?? []).sorted().flatMap { site in
        stays(of: site).map { (Member(site: site, programme: $0.programme), $0) }
      }.sorted { ($0.1.from, $0.0.programme, $0.0.site) < ($1.1.from, $1.0.programme, $1.0.site) }
      for (place, (first, stay)) in members.enumerated() {
        for (second, other) in members.dropFirst(place + 1) where first != second {
          guard let shared = stay.shared(with: other) else { continue }
          if first.programme != second.programme,
            areAllowed(first.programme, second.programme)
          {
            continue
          }
          guard seen.insert([first, second]).inserted else { continue }
          found.append(
            DualEnrolment(
              meter: meter, first: first, second: second, from: shared.from, to: shared.to))
        }
      }
    }
    return found
  }
}
