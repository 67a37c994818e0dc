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
  /// here allows none.
  public static func findings(
    _ enrolments: Enrolments?, fleet: [EnrolledBattery], terms: [DispatchTerms]
  ) -> [Finding] {
    guard let enrolments else {
      return terms.filter(\.enrolment.agreementRequired).map { .agreementsMissing($0.programme) }
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
      + enrolments.dualEnrolments(fleet) { first, second in
        allowed[first]?.contains(second) == true && allowed[second]?.contains(first) == true
      }.map { .dualEnrolment($0) }
  }
}
