/// One dated step of a site's membership of a programme; it is followed by others, never edited.
public struct EnrolmentStep: Hashable, Sendable {
  /// What happens on its day.
  public enum Kind: String, Hashable, Sendable, CaseIterable {
    /// The site takes part from this day on.
    case enrol
    /// It does not for a while.
    case suspend
    /// It does again, before or without an announced last day of the suspension.
    case resume
    /// It does not any more; it may be enrolled again later.
    case withdraw
  }

  /// The site.
  public let site: SiteID
  /// The programme.
  public let programme: ProgrammeID
  /// What happens.
  public let kind: Kind
  /// The first local day, in the programme's zone, on which it holds.
  public let from: CivilDate
  /// The last day of a suspension; nil until it is resumed, and for every other kind.
  public let to: CivilDate?
  /// Who decided it.
  public let by: String
  /// The owner's consent, such as a document's number or hash; every `enrol` has one.
  public let consent: String?

  /// A step.
  public init(
    site: SiteID, programme: ProgrammeID, kind: Kind, from: CivilDate, to: CivilDate? = nil,
    by: String, consent: String?
  ) {
    self.site = site
    self.programme = programme
    self.kind = kind
    self.from = from
    self.to = to
    self.by = by
    self.consent = consent
  }
}
