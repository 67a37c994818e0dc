import ArgumentParser
import Controller
import Engine
import Grid
import Policies
import Verification
import Wire

/// What is known of sites beside their meters, from files.
struct EvidenceOptions: ParsableArguments {
  @Option(help: "Declared schedules, as CSV; for baseline.kind declared.") var schedule: String?
  @Option(help: "Digests of schedules that were frozen at gate closure, as --freeze writes them.")
  var frozen: String?
  @Option(help: "Outages and maintenance, as CSV: days that are no candidates.")
  var excluded: String?
  @Option(help: "Energy that was claimed before, as CSV: it is not verified again.")
  var claims: String?
  @Option(help: "With --claims, the tree of consumers, as CSV: a claim counts above and below too.")
  var tree: String?
  @ArgumentParser.Flag(help: "Take days that look as if Wh had been taken for kWh.")
  var acceptUnits = false
}

/// The same, read.
struct SiteEvidence {
  private let schedules: ScheduleBook?
  private let excluded: [ExcludedDaysFile.Row]
  private let claims: [EnergyClaim]
  private let tree: ConsumerTree?

  /// Reads the files; what is wrong is left in `files`.
  init(_ options: EvidenceOptions, zone: ZoneOffsets, _ files: inout InputFiles) {
    let rows = options.schedule.map { path in
      files.parse(path) { try SchedulesFile.parse($0, file: $1, localIn: zone) } ?? []
    }
    let frozen = options.frozen.map { path in
      files.parse(path) { try FrozenFile.parse($0, file: $1) } ?? []
    }
    if let path = options.frozen, rows == nil {
      files.fault("--frozen is \(path); allowed: only beside --schedule")
    }
    schedules = rows.map { ScheduleBook($0, frozen: frozen) }
    excluded =
      options.excluded.flatMap { path in
        files.parse(path) { try ExcludedDaysFile.parse($0, file: $1) }
      } ?? []
    tree = options.tree.flatMap { path in
      files.parse(path) { try ConsumerTreeFile.parse($0, file: $1) }
    }
    if let path = options.tree, options.claims == nil {
      files.fault("--tree is \(path); allowed: only beside --claims")
    }
    claims =
      options.claims.flatMap { path in
        files.parse(path) { try ClaimsFile.parse($0, file: $1) }
      } ?? []
  }

  /// The schedules in force at gate closure; a site whose versions all came later is named.
  func frozen(
    event: EventID, window: Window, gateClosureMinutes: Int64
  ) -> [DeclaredSchedule] {
    guard let schedules else { return [] }
    return schedules.sites.compactMap { site in
      noteLate(site, window: window, gateClosureMinutes: gateClosureMinutes)
      return schedules.inForce(
        site, event: event, window: window, gateClosureMinutes: gateClosureMinutes)
    }
  }

  private func noteLate(_ site: SiteID, window: Window, gateClosureMinutes: Int64) {
    let late = schedules?.tooLate(
      site, window: window, gateClosureMinutes: gateClosureMinutes)
    for version in late ?? [] {
      Console.note(
        "\(site): gateClosed: what it declared at \(version.declaredAt) came after gate closure "
          + "and does not count")
    }
  }

  /// The home with what is known of it.
  func complete(
    _ home: EventCase.Home, event: EventID, window: Window, policy: Policy
  ) -> EventCase.Home {
    var home = home
    if let schedules {
      let gate = policy.measurement.baseline.gateClosureMinutes
      home.declared = schedules.inForce(
        home.site, event: event, window: window, gateClosureMinutes: gate)
      home.declaredHistory = schedules.history(of: home.site)
      noteLate(home.site, window: window, gateClosureMinutes: gate)
    }
    for row in excluded where row.site == nil || row.site == home.site {
      var date = row.dates.lowerBound
      while date <= row.dates.upperBound {
        home.excludedDates.insert(date)
        date = date.adding(days: 1)
      }
    }
    let own = Self.claims(of: home, event: event, window: window, policy: policy)
    let day = policy.measurement.calendar.zone.date(at: window.start)
    // What the policy allows beside itself may claim the same.
    let allowed = policy.dispatch.enrolment.allowedWith
    let first = claims.first { claim in
      (claim.programme != policy.id || claim.event != event)
        && !allowed.contains(claim.programme)
        && own.contains {
          (tree?.areNested($0.meter, claim.meter, on: day) ?? ($0.meter == claim.meter))
            && $0.direction == claim.direction && $0.window.intersection(claim.window) != nil
        }
    }
    home.claimedBy = first.map { "\($0.programme), event \($0.event)," }
    return home
  }

  /// What a home claims by an event: its service point or its batteries, import and, where exports
  /// count, export.
  static func claims(
    of home: EventCase.Home, event: EventID, window: Window, policy: Policy
  ) -> [EnergyClaim] {
    let terms = policy.measurement
    let meters =
      terms.mode == .premises ? [home.siteMeter] : [home.siteMeter] + home.batteryMeters
    let directions: [EnergyClaim.Direction] =
      terms.exportsCounted ? [.imported, .exported] : [.imported]
    return meters.flatMap { meter in
      directions.map {
        EnergyClaim(
          programme: policy.id, event: event, meter: meter, window: window, direction: $0)
      }
    }
  }
}
