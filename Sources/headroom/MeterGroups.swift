import ArgumentParser
import Grid
import Wire

/// Over what `meter export` sums.
enum GroupArgument: String, ExpressibleByArgument, CaseIterable {
  case halfHour = "30m"
  case hour = "1h"
  case day = "1d"
  case month = "1mo"
}

/// Sums of readings over stretches of local time.
enum MeterGroups {
  /// One stretch of one meter.
  struct Group {
    let meter: MeterID
    let start: Timestamp
    let end: Timestamp
    var imported: Int64 = 0
    var exported: Int64 = 0
    var knownSeconds: Int64 = 0
    var quality = Quality.actual
    /// Parts of the commonest length that are not there.
    var missing: Int64 = 0

    var isWhole: Bool { knownSeconds == end.seconds(since: start) }
  }

  /// The groups of every meter between two days of the zone.
  static func groups(
    _ readings: [Reading], group: GroupArgument, zone: ZoneOffsets, first: CivilDate,
    last: CivilDate
  ) -> [Group] {
    let borders = borders(group, zone, first, last)
    var groups: [Group] = []
    var place = 0
    while place < readings.count {
      let meter = readings[place].meter
      var next = place
      var length = readings[place].window.seconds
      while next < readings.count, readings[next].meter == meter {
        length = min(length, readings[next].window.seconds)
        next += 1
      }
      var row = place
      for (start, end) in zip(borders, borders.dropFirst()) {
        var sum = Group(meter: meter, start: start, end: end)
        while row < next, readings[row].window.start < end {
          let reading = readings[row]
          row += 1
          guard reading.window.end <= end, let imported = reading.imported,
            let exported = reading.exported
          else { continue }
          sum.imported += imported.joules
          sum.exported += exported.joules
          sum.knownSeconds += reading.window.seconds
          sum.quality = max(sum.quality, reading.quality)
        }
        sum.missing = (end.seconds(since: start) - sum.knownSeconds) / length
        if !sum.isWhole { sum.quality = .missing }
        groups.append(sum)
      }
      place = next
    }
    return groups
  }

  /// Where the groups begin, and where the last ends.
  static func borders(
    _ group: GroupArgument, _ zone: ZoneOffsets, _ first: CivilDate, _ last: CivilDate
  ) -> [Timestamp] {
    let end = zone.startOfDay(last.adding(days: 1))
    var borders: [Timestamp] = []
    switch group {
    case .halfHour, .hour:
      // Elapsed time from local midnight: a repeated hour is two groups, a skipped one none.
      var day = first
      while day <= last {
        var moment = zone.startOfDay(day)
        let next = zone.startOfDay(day.adding(days: 1))
        while moment < next {
          borders.append(moment)
          moment = min(next, moment.adding(seconds: group == .hour ? 3_600 : 1_800))
        }
        day = day.adding(days: 1)
      }
    case .day:
      var day = first
      while day <= last {
        borders.append(zone.startOfDay(day))
        day = day.adding(days: 1)
      }
    case .month:
      var day = first
      while day <= last {
        if day == first || day.components.day == 1 { borders.append(zone.startOfDay(day)) }
        day = day.adding(days: 1)
      }
    }
    return borders + [end]
  }

  /// Refuses to sum a part of a month as if it were one.
  static func requireWholeMonths(
    _ group: GroupArgument, _ first: CivilDate, _ last: CivilDate
  ) throws {
    guard group == .month else { return }
    guard first.components.day == 1, last.adding(days: 1).components.day == 1 else {
      throw Outcome.badInput.failure(
        "wholeMonthRequired: \(first) to \(last); allowed: from the first day of a month to the last"
          + " of one")
    }
  }

  /// Groups as CSV or JSON. Months must be whole.
  static func print(
    _ readings: [Reading], group: GroupArgument, zone: ZoneOffsets, first: CivilDate,
    last: CivilDate, json: Bool
  ) throws {
    try requireWholeMonths(group, first, last)
    let groups = groups(readings, group: group, zone: zone, first: first, last: last)
    if json {
      OrderedJSON.write(to: { Console.result($0) }) { json in
        json.array("groups") { json in
          for sum in groups {
            json.object(nil) { json in
              json.text("meterId", sum.meter.text)
              json.text("start", "\(sum.start)")
              json.text("end", "\(sum.end)")
              json.integer("importJ", sum.isWhole ? sum.imported : nil)
              json.integer("exportJ", sum.isWhole ? sum.exported : nil)
              json.text("quality", sum.quality.letter)
              json.integer("knownImportJ", sum.imported)
              json.integer("knownExportJ", sum.exported)
              json.integer("missingIntervals", sum.missing)
            }
          }
        }
      }
      return
    }
    var text =
      "meter_id,start,end,import_kwh,export_kwh,quality,known_import_kwh,known_export_kwh,"
      + "missing_intervals\n"
    for sum in groups {
      let imported = kilowattHours(sum.imported)
      let exported = kilowattHours(sum.exported)
      text += "\(sum.meter),\(sum.start),\(sum.end),\(sum.isWhole ? imported : ""),"
      text += "\(sum.isWhole ? exported : ""),\(sum.quality.letter),\(imported),\(exported),"
      text += "\(sum.missing)\n"
    }
    Console.result(Array(text.utf8))
  }

  /// Exact to five decimals, and to seven where a joule needs it.
  static func kilowattHours(_ joules: Int64) -> String {
    // Rounded by size: what is lost and what is gained in the same amount look alike.
    let size = (Int128(joules.magnitude) * 20_000_000 + 3_600_000) / 7_200_000
    return FixedDecimal.text(joules < 0 ? -size : size, places: 7, minimumPlaces: 0)
  }
}
