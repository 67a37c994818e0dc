import Engine
import Grid

extension PolicyParts {
  static func header(_ root: YAMLSection) -> Header? {
    _ = root.required(
      "headroomPolicy", YAMLForm<Int64>.scalar("1", shape: .integer(1...1)) { $0 == "1" ? 1 : nil })
    let id = root.required("id", YAMLForm.id)
    let title = root.required("title", .text(120))
    let version = root.required("version", .text(20))
    let supersedes = root.optional(
      "supersedes",
      .scalar(
        "the SHA-256 of a policy, 64 hexadecimal digits", shape: .pattern("^[0-9a-f]{64}$")
      ) { Digest(hex: $0) })
    let dates = root.required("effective", .section(effective))
    let zone = zone(root)
    let code = root.required(
      "currency",
      YAMLForm<String>.scalar(
        "an ISO 4217 code of three capital letters", shape: .pattern("^[A-Z]{3}$")
      ) {
        Currency(code: $0, digits: 2)?.code
      })
    let digits = root.optional("currencyDigits", .int(0...6), default: 2)
    _ = root.optional(
      "sources", YAMLForm<[String: String]>.mapping(of: .text(1_000), by: .text(63), 0...100))
    guard let id, let title, let version, let dates, let zone, let code,
      let programme = ProgrammeID(id), let currency = Currency(code: code, digits: Int(digits))
    else { return nil }
    return Header(
      id: programme, title: title, version: version, supersedes: supersedes, from: dates.from,
      to: dates.to, zone: zone, currency: currency)
  }

  private static func effective(_ section: YAMLSection) -> (from: CivilDate, to: CivilDate?)? {
    let from = section.required("from", .date)
    let to = section.optional("to", .date)
    if let from, let to, to < from { section.fault("to", allowed: "\(from) or later") }
    return from.map { ($0, to) }
  }

  private static func zone(_ root: YAMLSection) -> ZoneOffsets? {
    guard let name = root.required("timeZone", .text(64)) else { return nil }
    do {
      return try TimeZoneFile.load(name)
    } catch {
      root.fault(
        "timeZone", found: "\(name): \(error)", allowed: "an IANA name such as America/Los_Angeles")
      return nil
    }
  }

  static func calendar(_ section: YAMLSection, zone: ZoneOffsets) -> ProgrammeCalendar? {
    let seasons = section.required(
      "seasons", YAMLForm<[ProgrammeCalendar.Season]>.list(of: .section(season), 1...20))
    let holidays = section.required("holidays", YAMLForm<Set<CivilDate>>.set(of: .date, 0...1_000))
    let working = section.optional("workingDays", .set(of: .date, 0...1_000), default: [])
    let free = section.optional(
      "nonWorkingDays", .set(of: weekday, 0...6), default: [.saturday, .sunday])
    guard let seasons, let holidays else { return nil }
    return ProgrammeCalendar(
      zone: zone, seasons: seasons, holidays: holidays, workingDays: working, nonWorkingDays: free)
  }

  private static var weekday: YAMLForm<Weekday> {
    .words([
      "mon": .monday, "tue": .tuesday, "wed": .wednesday, "thu": .thursday, "fri": .friday,
      "sat": .saturday, "sun": .sunday,
    ])
  }

  private static func season(_ section: YAMLSection) -> ProgrammeCalendar.Season? {
    let name = section.required("name", YAMLForm.id)
    let from = section.required("from", .monthDay)
    let to = section.required("to", .monthDay)
    let days = section.required("days", YAMLForm<Set<Weekday>>.set(of: weekday, 1...7))
    let holidays = section.required(
      "holidays", YAMLForm<Bool>.words(["included": true, "excluded": false]))
    let windows = section.required(
      "windows", YAMLForm<[ProgrammeCalendar.ClockWindow]>.list(of: .section(window), 1...24))
    let maximum = section.optional("maximumEvents", .int(0...1_000))
    guard let name, let from, let to, let days, let holidays, let windows else { return nil }
    return ProgrammeCalendar.Season(
      name: name, from: from, to: to, days: days, holidaysIncluded: holidays, windows: windows,
      maximumEvents: maximum.map { Int($0) })
  }

  private static func window(_ section: YAMLSection) -> ProgrammeCalendar.ClockWindow? {
    let from = section.required("from", .clock())
    let to = section.required("to", .clock(endOfDay: true))
    guard let from, let to else { return nil }
    guard from < to else {
      section.fault("to", allowed: "a clock later than from")
      return nil
    }
    return ProgrammeCalendar.ClockWindow(fromMinute: from, toMinute: to)
  }
}
