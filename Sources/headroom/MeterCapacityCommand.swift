import ArgumentParser
import Controller
import Grid
import Wire

/// What a consumer took in the peak hours of whole months, and what is reserved for him beside it.
struct MeterCapacityCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "capacity",
    abstract: "Actual and reserved capacity of meters, for whole months.",
    discussion: """
      The actual capacity of a month is the mean, over its working days, of the greatest hour of \
      import within the peak hours; the reserved one is --maximum less it. A day counts with all \
      its peak hours: where one is missing the month has neither, and the number of such days \
      stands beside. Only whole months have a capacity (wholeMonthRequired). Ends with 1 when a \
      month has none.

      EXAMPLE
        headroom meter capacity --readings data/readings.db --zone Europe/Moscow \\
          --from 2025-05-01 --to 2025-05-31 --hours 08:00-12:00 --hours 16:00-20:00 \\
          --maximum 250 --holiday 2025-05-01 --holiday 2025-05-09
      """)

  @Option(help: "Readings, CSV; or --readings.") var meters: String?
  @Option(help: "The readings database; or --meters.") var readings: String?
  @Option(help: "A meter; all of them without it.") var meter: [String] = []
  @Option(help: "First day of a month, YYYY-MM-DD.") var from: String
  @Option(help: "Last day of a month, YYYY-MM-DD.") var to: String
  @Option(help: "Peak hours of working days, such as 08:00-12:00; several times.")
  var hours: [String]
  @Option(help: "Contracted maximum in kW, up to three decimals; without it nothing is reserved.")
  var maximum: String?
  @Option(help: "A day that is no working day; several times.") var holiday: [String] = []
  @Option(help: "A weekend day or holiday that is one; several times.") var workingDay: [String] =
    []
  @Option(help: "IANA zone of the days.") var zone = "UTC"
  @ArgumentParser.Flag(help: "Print the result as JSON.") var json = false

  /// One month of one meter.
  private struct Row {
    let meter: MeterID
    let month: String
    var workingDays = 0
    var missingDays = 0
    /// Joules of the greatest hour of each day, added up.
    var sum: Int128 = 0

    /// Watts, rounded half up; nil when a day is missing or there is none.
    var actual: Int64? {
      guard missingDays == 0, workingDays > 0 else { return nil }
      let days = Int128(workingDays) * 3_600
      return Int64((2 * sum + days) / (2 * days))
    }
  }

  func validate() throws {
    try MeterDays.requireOneSource(meters: meters, readings: readings)
  }

  mutating func run() throws {
    let zone = try ZoneArgument.load(zone)
    let (first, last) = try MeterDays.parse(from: from, to: to)
    try MeterGroups.requireWholeMonths(.month, first, last)
    var files = InputFiles()
    let peak = hours.flatMap { text -> [Int64] in
      let ends = text.split(separator: "-", omittingEmptySubsequences: false).map(Self.hour)
      guard ends.count == 2, let from = ends[0], let to = ends[1], from < to else {
        files.fault("--hours is \(text); allowed: whole hours of a day, such as 08:00-12:00")
        return []
      }
      return Array(from..<to)
    }
    let contracted = maximum.flatMap { try? FixedDecimal.parse($0, places: 3) }
    if let maximum, contracted.map({ $0 < 0 }) ?? true {
      files.fault("--maximum is \(maximum); allowed: kilowatts with up to three decimals")
    }
    let calendar = ProgrammeCalendar(
      zone: zone, seasons: [], holidays: Self.dates(holiday, "--holiday", &files),
      workingDays: Self.dates(workingDay, "--working-day", &files))
    let sent = meters.flatMap { files.meters($0) }
    let wanted = try MeterDays.meters(meter)
    try files.finish()
    let days = Window(start: zone.startOfDay(first), end: zone.startOfDay(last.adding(days: 1)))!
    var all = sent?.readings ?? []
    if let readings { all += try MeterDays.archived(readings, startingIn: days, of: wanted) }
    let own = all.filter {
      days.start <= $0.window.start && $0.window.start < days.end
        && wanted?.contains($0.meter) != false
    }.sorted { ($0.meter, $0.window.start) < ($1.meter, $1.window.start) }
    let groups = MeterGroups.groups(own, group: .hour, zone: zone, first: first, last: last)
    if groups.isEmpty {
      throw Outcome.badInput.failure("no meter has a reading in these days; allowed: one at least")
    }
    let rows = Self.rows(groups, calendar: calendar, peak: Set(peak))
    show(rows, contracted: contracted)
    let without = rows.count { $0.actual == nil }
    if without > 0 {
      throw Outcome.no.failure("\(without) of \(rows.count) months have no capacity")
    }
  }

  /// Groups are by meter and time.
  private static func rows(
    _ groups: [MeterGroups.Group], calendar: ProgrammeCalendar, peak: Set<Int64>
  ) -> [Row] {
    var rows: [Row] = []
    var place = 0
    while place < groups.count {
      let meter = groups[place].meter
      let date = calendar.zone.date(at: groups[place].start)
      var greatest: Int64 = 0
      var isWhole = true
      while place < groups.count, groups[place].meter == meter,
        calendar.zone.date(at: groups[place].start) == date
      {
        let hour = groups[place]
        if peak.contains(calendar.zone.secondOfDay(at: hour.start) / 3_600) {
          greatest = max(greatest, hour.imported)
          isWhole = isWhole && hour.isWhole
        }
        place += 1
      }
      let month = String("\(date)".prefix(7))
      if rows.last?.meter != meter || rows.last?.month != month {
        rows.append(Row(meter: meter, month: month))
      }
      guard calendar.isBusinessDay(date) else { continue }
      rows[rows.count - 1].workingDays += 1
      rows[rows.count - 1].sum += Int128(greatest)
      if !isWhole { rows[rows.count - 1].missingDays += 1 }
    }
    return rows
  }

  private static func hour(_ text: Substring) -> Int64? {
    guard text.utf8.count == 5, text.hasSuffix(":00"), let hour = Int64(text.prefix(2)) else {
      return nil
    }
    return (0...24).contains(hour) ? hour : nil
  }

  private static func dates(
    _ texts: [String], _ option: String, _ files: inout InputFiles
  ) -> Set<CivilDate> {
    Set(
      texts.compactMap { text in
        let date = CivilDate(text: text)
        if date == nil { files.fault("\(option) is \(text); allowed: a date like 2025-05-09") }
        return date
      })
  }

  private func show(_ rows: [Row], contracted: Int64?) {
    func kilowatts(_ watts: Int64?) -> String? {
      watts.map { FixedDecimal.text($0, places: 3, minimumPlaces: 0) }
    }
    func reserved(_ row: Row) -> Int64? {
      guard let contracted, let actual = row.actual else { return nil }
      return max(0, contracted - actual)
    }
    guard json else {
      var text = "meter_id,month,working_days,missing_days,actual_kw,reserved_kw\n"
      for row in rows {
        text += "\(row.meter),\(row.month),\(row.workingDays),\(row.missingDays),"
        text += "\(kilowatts(row.actual) ?? ""),\(kilowatts(reserved(row)) ?? "")\n"
      }
      return Console.result(Array(text.utf8))
    }
    OrderedJSON.write(to: { Console.result($0) }) { json in
      json.array("months") { json in
        for row in rows {
          json.object(nil) { json in
            json.text("meterId", row.meter.text)
            json.text("month", row.month)
            json.count("workingDays", row.workingDays)
            json.count("missingDays", row.missingDays)
            json.integer("actualW", row.actual)
            json.integer("reservedW", reserved(row))
          }
        }
      }
    }
  }
}
