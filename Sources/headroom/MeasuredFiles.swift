import ArgumentParser
import Controller
import Grid
import Policies
import Settlement
import Storage
import Verification
import Wire

/// Meters, events, policy and, if there is one, a fleet from files, as measurement takes them.
struct MeasuredFiles {
  /// The policy.
  let policy: Policy
  /// The event that is measured.
  let row: EventRow
  /// The fleet, or nil when every meter is a site meter.
  let fleet: [EnrolledBattery]?
  /// Everything of the meters files.
  let readings: ReadingSet
  /// Its window, widened to the programme's intervals.
  let window: Window
  /// The programme's intervals.
  let intervals: [EventInterval]
  /// Sites with readings of their own or in the fleet, in order, with their batteries' rows.
  private let sites: [(site: SiteID, rows: [Int])]
  private let eventDays: Set<CivilDate>
  let evidence: SiteEvidence
  /// Sites that share a service point, by meter.
  private let shared: SharedMeters

  /// Reads and joins the files; what is wrong is said, and ends the command with 65.
  init(
    meters: [String], policy policyPath: String, events eventsPath: String, measure: String?,
    fleet fleetPath: String?, evidence options: EvidenceOptions, allowsProgramme: Bool = false
  ) throws {
    try InputFiles.oneStandardInput(
      meters + [
        policyPath, eventsPath, fleetPath, options.schedule, options.frozen, options.excluded,
        options.claims, options.tree,
      ])
    var files = InputFiles()
    let parts = meters.map { ($0, files.meters($0)) }
    let policy = files.policy(policyPath, allowsProgramme: allowsProgramme)
    // Without a policy nobody knows the zone; UTC only lets the other files be read.
    let zone = policy?.measurement.calendar.zone ?? .utc
    let events = files.parse(eventsPath) { try EventsFile.parse($0, file: $1, localIn: zone) }
    let fleet = fleetPath.map { files.fleet($0) }
    let row = events.flatMap { Self.choose(measure, among: $0, file: eventsPath, &files) }
    let evidence = SiteEvidence(options, zone: zone, &files)
    var readings: ReadingSet?
    do {
      readings = try ReadingSet(parts.flatMap { $0.1?.readings ?? [] })
    } catch {
      let names = meters.joined(separator: ", ")
      files.fault("\(names): \(error); allowed: readings that do not contradict each other")
    }
    if let readings, let policy, !options.acceptUnits {
      for (meter, suspect) in readings.unitSuspects(limits: policy.measurement.validation) {
        files.fault(
          "\(meters.joined(separator: ", ")): unit of \(meter) on \(suspect.window.start) is"
            + " doubtful; allowed: kilowatt-hours. \(suspect.sentence) --accept-units takes them")
      }
    }
    try files.finish()
    guard let policy, let events, let row, let readings else {
      preconditionFailure("files without faults have values")
    }
    self.policy = policy
    self.row = row
    self.fleet = fleet ?? nil
    self.readings = readings
    self.evidence = evidence
    (window, intervals) = EventCase.intervals(over: row.window, level: row.level, policy: policy)
    eventDays = Set(events.filter { $0.event != row.event }.map { zone.date(at: $0.window.start) })
    let known = readings.meters
    let enrolled = fleet ?? nil
    shared = SharedMeters(enrolled ?? [])
    sites = Self.sites(fleet ?? nil, meters: known)
    if window != row.window {
      Console.note(
        "\(row.event): \(row.window) is widened to \(window), whole intervals of the programme")
    }
    Self.note(parts, known: known, fleet: fleet ?? nil)
  }

  /// The event with its homes.
  ///
  /// - Parameters:
  ///   - only: Sites to keep; empty is all.
  ///   - commitment: What a site with these rows of the fleet was committed to; nil leaves it out.
  func event(
    only: [SiteID] = [], commitment: ([Int]) -> Commitment?
  ) -> EventCase {
    let homes = sites.compactMap { site, rows -> EventCase.Home? in
      guard only.isEmpty || only.contains(site), let commitment = commitment(rows) else {
        return nil
      }
      return home(site, rows, commitment)
    }
    return EventCase(
      id: row.event, window: window, intervals: intervals, isTest: false, noticeAt: row.issued,
      homes: homes)
  }

  /// The event with every site committed to nothing, as a baseline is shown before joining.
  func uncommitted(only: [SiteID]) throws -> EventCase {
    let event = event(only: only) { _ in
      Commitment(intervals: intervals.map { _ in .none })
    }
    let missing = only.filter { id in !event.homes.contains { $0.site == id } }
    guard missing.isEmpty else {
      throw Outcome.badInput.failure(
        "--site is \(missing.map(\.text).joined(separator: ", ")); allowed: a site of the fleet,"
          + " or without a fleet a meter of the file")
    }
    return event
  }

  private func home(_ site: SiteID, _ rows: [Int], _ commitment: Commitment) -> EventCase.Home {
    let batteries = rows.map { (fleet ?? [])[$0] }
    let first = batteries.first
    let meter = first?.siteMeter ?? MeterID(site.text)!
    var home = EventCase.Home(
      site: site, owner: first?.owner ?? OwnerID(site.text)!,
      batteries: batteries.map(\.battery), siteMeter: meter,
      batteryMeters: batteries.map(\.batteryMeter),
      ratedPower: batteries.reduce(.zero) { $0 + $1.greatestReduction },
      capacity: batteries.reduce(.zero) { $0 + $1.capacity }, commitment: commitment,
      eventDays: eventDays)
    home.sharedWith = shared.others(
      of: site, siteMeter: home.siteMeter, batteryMeters: home.batteryMeters)
    return evidence.complete(home, event: row.event, window: window, policy: policy)
  }

  private static func choose(
    _ wanted: String?, among events: [EventRow], file: String, _ files: inout InputFiles
  ) -> EventRow? {
    guard let wanted else {
      if events.isEmpty { files.fault("\(file):1: rows is 0; allowed: one event or more") }
      return events.last
    }
    guard let row = events.first(where: { $0.event.text == wanted }) else {
      files.fault("--measure is \(wanted); allowed: an event_id of \(file)")
      return nil
    }
    return row
  }

  private static func sites(
    _ fleet: [EnrolledBattery]?, meters: Set<MeterID>
  ) -> [(site: SiteID, rows: [Int])] {
    guard let fleet else { return meters.sorted().map { (SiteID($0.text)!, []) } }
    return Dictionary(grouping: fleet.indices) { fleet[$0].site }
      .sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
  }

  /// What a person should know of the meters files before he trusts a figure.
  private static func note(
    _ parts: [(String, MeterReadings?)], known: Set<MeterID>, fleet: [EnrolledBattery]?
  ) {
    for case (let path, let part?) in parts {
      if !part.hasQuality {
        Console.note("\(path): no quality column; every value counts as actual")
      }
      if part.halfMissing > 0 {
        Console.note("\(path): \(part.halfMissing) readings with one energy of two are missing")
      }
      if part.rounded > 0 {
        Console.note("\(path): \(part.rounded) energies were rounded to the joule")
      }
    }
    guard let fleet else { return }
    let used = Set(fleet.flatMap { [$0.siteMeter, $0.batteryMeter] })
    let strangers = known.subtracting(used).count
    if strangers > 0 {
      Console.note("\(strangers) meters belong to no site or battery of the fleet")
    }
  }
}

/// Arguments that are sites.
enum SiteArgument {
  /// A name of 1…64 of `A-Z a-z 0-9 _ -`.
  static func parse(_ text: String) throws -> SiteID {
    guard let site = SiteID(text) else {
      throw ValidationError("\(text) is no site; allowed: 1 to 64 of A-Z a-z 0-9 _ -")
    }
    return site
  }
}
