public import Engine
public import Grid

/// Whether enrolments, fleet and programmes fit together.
public enum EnrolmentCheck {
  /// Something that keeps them from being used.
  public enum Finding: Hashable, Sendable, CustomStringConvertible {
    /// A meter would be counted by two programmes.
    case dualEnrolment(Enrolments.DualEnrolment)
    /// Steps of sites at which no battery of the fleet stands.
    case unknownSite(SiteID)
    /// Steps of programmes of which no policy is known.
    case unknownProgramme(ProgrammeID)
    /// A programme that wants agreements, without a file that holds them.
    case agreementsMissing(ProgrammeID)

    /// The word that a program switches on.
    public var code: String {
      switch self {
      case .dualEnrolment: "dualEnrolment"
      case .unknownSite: "unknownSite"
      case .unknownProgramme: "unknownProgramme"
      case .agreementsMissing: "agreementsMissing"
      }
    }

    /// A sentence for the operator.
    public var description: String {
      switch self {
      case .dualEnrolment(let found): "\(found)"
      case .unknownSite(let site): "unknownSite: no battery of the fleet stands at \(site)"
      case .unknownProgramme(let programme):
        "unknownProgramme: no policy has the id \(programme)"
      case .agreementsMissing(let programme):
        "agreementsMissing: \(programme) wants the owners' agreements, and there is no file of"
          + " enrolments; allowed: fleet.enrolments in the configuration"
      }
    }
  }

  /// Everything that does not fit, in a stable order.
  ///
  /// Two programmes allow a meter in both only when each lists the other. A programme without terms
  /// here allows none. Without enrolments every site takes part on every day.
  public static func findings(
    _ enrolments: Enrolments?, fleet: [EnrolledBattery], terms: [DispatchTerms],
    tree: ConsumerTree? = nil
  ) -> [Finding] {
    guard let enrolments else {
      return terms.filter(\.enrolment.agreementRequired).map { .agreementsMissing($0.programme) }
        + (tree.map { nested(fleet, terms, $0) } ?? [])
    }
    let sites = Set(fleet.map(\.site))
    let allowed = Dictionary(grouping: terms, by: \.programme).mapValues { versions in
      versions.dropFirst().reduce(versions[0].enrolment.allowedWith) {
        $0.intersection($1.enrolment.allowedWith)
      }
    }
    let programmes = Set(enrolments.steps.map(\.programme)).sorted()
    return enrolments.sites.filter { !sites.contains($0) }.map { .unknownSite($0) }
      + programmes.filter { allowed[$0] == nil }.map { .unknownProgramme($0) }
      + enrolments.dualEnrolments(fleet, tree: tree) { first, second in
        allowed[first]?.contains(second) == true && allowed[second]?.contains(first) == true
      }.map { .dualEnrolment($0) }
  }

  private static func nested(
    _ fleet: [EnrolledBattery], _ terms: [DispatchTerms], _ tree: ConsumerTree
  ) -> [Finding] {
    guard let programme = terms.first?.programme,
      let start = CivilDate(year: 1_990, month: 1, day: 1)
    else { return [] }
    return Enrolments.Nesting.all(of: fleet, in: tree).compactMap { pair in
      tree.days(of: pair.meter, below: pair.upper, from: start, to: nil).map { days in
        .dualEnrolment(
          .init(
            meter: pair.meter, upper: pair.upper,
            first: .init(site: pair.upperSite, programme: programme),
            second: .init(site: pair.site, programme: programme), from: days.from, to: days.to))
      }
    }
  }
}
