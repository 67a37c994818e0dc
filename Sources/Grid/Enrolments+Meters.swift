extension Enrolments {
  /// A meter whose energy two programmes would count on the same days.
  public struct DualEnrolment: Hashable, Sendable, CustomStringConvertible {
    /// The meter.
    public let meter: MeterID
    /// The meter above it that counts its energy too; nil when it is the same meter.
    public let upper: MeterID?
    /// The site and programme that were enrolled first.
    public let first: Member
    /// The other one.
    public let second: Member
    /// The first day that both hold.
    public let from: CivilDate
    /// The last one; nil while no end is known.
    public let to: CivilDate?

    /// Two members who claim one energy.
    public init(
      meter: MeterID, upper: MeterID? = nil, first: Member, second: Member, from: CivilDate,
      to: CivilDate?
    ) {
      self.meter = meter
      self.upper = upper
      self.first = first
      self.second = second
      self.from = from
      self.to = to
    }

    /// A sentence for the operator.
    public var description: String {
      let days = to.map { "\(from) to \($0)" } ?? "from \(from)"
      let place = upper.map { "below \($0), which is in" } ?? "in"
      return "dualEnrolment: meter \(meter) of \(second.site) in \(second.programme) is \(place) "
        + "\(first.programme) already, as \(first.site), \(days)"
    }
  }

  /// A site in a programme.
  public struct Member: Hashable, Sendable {
    /// The site.
    public let site: SiteID
    /// The programme.
    public let programme: ProgrammeID

    /// A member.
    public init(site: SiteID, programme: ProgrammeID) {
      self.site = site
      self.programme = programme
    }
  }

  /// Meters of two sites, of which one measures a part of what the other does.
  public struct Nesting: Hashable, Sendable {
    /// The meter below.
    public let meter: MeterID
    /// Its site.
    public let site: SiteID
    /// The meter above.
    public let upper: MeterID
    /// Its site.
    public let upperSite: SiteID

    /// Every such pair of a fleet, in the order of the meters below.
    public static func all(of fleet: [EnrolledBattery], in tree: ConsumerTree) -> [Nesting] {
      let sites = Enrolments.sites(of: fleet)
      return sites.keys.sorted().flatMap { meter in
        tree.metersAbove(meter).sorted().flatMap { upper in
          (sites[upper] ?? []).sorted().flatMap { upperSite in
            (sites[meter] ?? []).subtracting([upperSite]).sorted().map {
              Nesting(meter: meter, site: $0, upper: upper, upperSite: upperSite)
            }
          }
        }
      }
    }
  }

  private static func sites(of fleet: [EnrolledBattery]) -> [MeterID: Set<SiteID>] {
    var sites: [MeterID: Set<SiteID>] = [:]
    for battery in fleet {
      sites[battery.siteMeter, default: []].insert(battery.site)
      sites[battery.batteryMeter, default: []].insert(battery.site)
    }
    return sites
  }

  /// Every meter that is in two programmes on the same day although they do not allow it.
  ///
  /// Two sites behind one meter are one home here: its energy would be claimed twice. So it would be
  /// where a meter of one measures a part of what a meter of the other does.
  /// - Parameters:
  ///   - fleet: Says which meters a site has; a site without a battery has none.
  ///   - tree: Says which meters hang below others; nil when none does.
  ///   - areAllowed: Whether both programmes allow a meter to be in both.
  /// - Returns: In the order of meters, then of days.
  public func dualEnrolments(
    _ fleet: [EnrolledBattery], tree: ConsumerTree? = nil,
    areAllowed: (ProgrammeID, ProgrammeID) -> Bool
  ) -> [DualEnrolment] {
    let sites = Self.sites(of: fleet)
    var found: [DualEnrolment] = []
    var seen: Set<[Member]> = []
    for meter in sites.keys.sorted() {
      let members = (sites[meter] ?? []).sorted().flatMap(members).sorted {
        ($0.1.from, $0.0.programme, $0.0.site) < ($1.1.from, $1.0.programme, $1.0.site)
      }
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
    return found + (tree.map { nested(fleet, $0, areAllowed: areAllowed) } ?? [])
  }

  private func members(of site: SiteID) -> [(Member, Stay)] {
    stays(of: site).map { (Member(site: site, programme: $0.programme), $0) }
  }

  private func nested(
    _ fleet: [EnrolledBattery], _ tree: ConsumerTree,
    areAllowed: (ProgrammeID, ProgrammeID) -> Bool
  ) -> [DualEnrolment] {
    var found: [DualEnrolment] = []
    for pair in Nesting.all(of: fleet, in: tree) {
      for (first, stay) in members(of: pair.upperSite) {
        for (second, other) in members(of: pair.site) {
          guard
            first.programme == second.programme || !areAllowed(first.programme, second.programme),
            let shared = stay.shared(with: other),
            let days = tree.days(
              of: pair.meter, below: pair.upper, from: shared.from, to: shared.to)
          else { continue }
          found.append(
            DualEnrolment(
              meter: pair.meter, upper: pair.upper, first: first, second: second, from: days.from,
              to: days.to))
        }
      }
    }
    return found
  }
}
