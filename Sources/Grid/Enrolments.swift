/// Which sites take part in which programmes on which days, from the steps that were recorded.
///
/// Whoever takes part on a day is decided by the steps alone, so a later step never changes an
/// earlier day.
public struct Enrolments: Hashable, Sendable {
  /// Days on which a site takes part in a programme, without a gap.
  public struct Stay: Hashable, Sendable {
    /// The programme.
    public let programme: ProgrammeID
    /// The day of the enrolment that it goes back to.
    public let enrolled: CivilDate
    /// The first day.
    public let from: CivilDate
    /// The last day; nil while no end is known.
    public let to: CivilDate?

    /// Days without a gap; nil when there is none.
    init?(programme: ProgrammeID, enrolled: CivilDate, from: CivilDate, to: CivilDate?) {
      if let to, to < from { return nil }
      self.programme = programme
      self.enrolled = enrolled
      self.from = from
      self.to = to
    }

    /// True when the day is one of them.
    public func contains(_ day: CivilDate) -> Bool { from <= day && to.map { day <= $0 } != false }

    /// The days that two stays share; nil when there is none.
    func shared(with other: Stay) -> (from: CivilDate, to: CivilDate?)? {
      let first = max(from, other.from)
      let last = [to, other.to].compactMap { $0 }.min()
      if let last, last < first { return nil }
      return (first, last)
    }
  }

  /// Why a step cannot follow the ones before it.
  public struct Fault: Error, Hashable, Sendable {
    /// Which step, from 0.
    public let step: Int
    /// What was found.
    public let found: String
    /// What could stand there.
    public let allowed: String
  }

  /// Every fault of a list of steps.
  public struct Faults: Error, Hashable, Sendable {
    /// In the order of the steps.
    public let list: [Fault]
  }

  /// The steps, in the order in which they were recorded.
  public let steps: [EnrolmentStep]
  private let stays: [SiteID: [Stay]]

  /// Enrolments from steps; those of one site and programme are in the order of their days.
  /// - Throws: every step that cannot follow the ones before it.
  public init(_ steps: [EnrolmentStep]) throws(Faults) {
    var courses: [Membership: Course] = [:]
    var faults: [Fault] = []
    for (place, step) in steps.enumerated() {
      let membership = Membership(site: step.site, programme: step.programme)
      do throws(Course.Refusal) {
        try courses[membership, default: Course()].take(step)
      } catch {
        faults.append(Fault(step: place, found: error.found, allowed: error.allowed))
      }
    }
    guard faults.isEmpty else { throw Faults(list: faults) }
    var stays: [SiteID: [Stay]] = [:]
    for (membership, course) in courses {
      stays[membership.site, default: []] += course.stays(of: membership.programme)
    }
    self.steps = steps
    self.stays = stays.mapValues { $0.sorted { ($0.programme, $0.from) < ($1.programme, $1.from) } }
  }

  /// Every stay of a site, by programme and day.
  public func stays(of site: SiteID) -> [Stay] { stays[site] ?? [] }

  /// Sites with any step, in the order of their names.
  public var sites: [SiteID] { stays.keys.sorted() }

  /// True when the site takes part in the programme on the day.
  ///
  /// - Parameter wholeMonths: A new home begins to count on the first day of a month: on its first
  ///   day when that is one, else with the next month. A suspension ends on its own day.
  public func takesPart(
    _ site: SiteID, in programme: ProgrammeID, on day: CivilDate, wholeMonths: Bool = false
  ) -> Bool {
    guard let stay = stays(of: site).first(where: { $0.programme == programme && $0.contains(day) })
    else { return false }
    return !wholeMonths || stay.enrolled.components.day == 1
      || stay.enrolled.firstOfNextMonth <= day
  }

  private struct Membership: Hashable {
    let site: SiteID
    let programme: ProgrammeID
  }
}

/// One site in one programme, step by step.
private struct Course {
  struct Refusal: Error {
    let found: String
    let allowed: String
  }

  private var spans: [(enrolled: CivilDate, from: CivilDate, to: CivilDate?)] = []
  /// The day of the enrolment in force; nil while the site is not enrolled.
  private var enrolled: CivilDate?
  private var lastDay: CivilDate?
  /// The first day of the suspension in force.
  private var suspendedSince: CivilDate?
  private var suspendedTo: CivilDate?

  mutating func take(_ step: EnrolmentStep) throws(Refusal) {
    if let lastDay, step.from < lastDay {
      throw Refusal(found: "\(step.from)", allowed: "\(lastDay) or later, as the step before it")
    }
    endSuspension(before: step.from)
    switch step.kind {
    case .enrol:
      guard enrolled == nil else {
        throw Refusal(found: "enrol", allowed: "suspend or withdraw: the site is enrolled")
      }
      enrolled = step.from
      spans.append((step.from, step.from, nil))
    case .suspend:
      _ = try requireEnrolled(step)
      guard suspendedSince == nil else {
        throw Refusal(found: "suspend", allowed: "resume or withdraw: the site is suspended")
      }
      if let to = step.to, to < step.from {
        throw Refusal(found: "to \(to)", allowed: "\(step.from) or later, or empty")
      }
      close(step.from)
      suspendedSince = step.from
      suspendedTo = step.to
    case .resume:
      let since = try requireEnrolled(step)
      guard suspendedSince != nil else {
        throw Refusal(found: "resume", allowed: "suspend or withdraw: the site is not suspended")
      }
      suspendedSince = nil
      suspendedTo = nil
      spans.append((since, step.from, nil))
    case .withdraw:
      _ = try requireEnrolled(step)
      if suspendedSince == nil { close(step.from) }
      suspendedSince = nil
      suspendedTo = nil
      enrolled = nil
    }
    lastDay = step.from
  }

  private func requireEnrolled(_ step: EnrolmentStep) throws(Refusal) -> CivilDate {
    guard let enrolled else {
      throw Refusal(found: step.kind.rawValue, allowed: "enrol: the site is not enrolled")
    }
    return enrolled
  }

  /// A suspension that has ended by its own last day before `day`.
  private mutating func endSuspension(before day: CivilDate) {
    guard let enrolled, let to = suspendedTo, to < day else { return }
    suspendedSince = nil
    suspendedTo = nil
    spans.append((enrolled, to.adding(days: 1), nil))
  }

  private mutating func close(_ day: CivilDate) {
    spans[spans.count - 1].to = day.adding(days: -1)
  }

  func stays(of programme: ProgrammeID) -> [Enrolments.Stay] {
    var spans = spans
    if let enrolled, let to = suspendedTo { spans.append((enrolled, to.adding(days: 1), nil)) }
    return spans.compactMap {
      Enrolments.Stay(programme: programme, enrolled: $0.enrolled, from: $0.from, to: $0.to)
    }
  }
}

extension CivilDate {
  /// The first day of the month after this one.
  var firstOfNextMonth: CivilDate {
    let (year, month, _) = components
    let next = month == 12 ? (year + 1, Int64(1)) : (year, month + 1)
    guard let day = CivilDate(year: next.0, month: next.1, day: 1) else {
      preconditionFailure("every month has a first day")
    }
    return day
  }
}
