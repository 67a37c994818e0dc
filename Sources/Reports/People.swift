import Grid
import Settlement

/// Numbers as people read them; never read back into arithmetic.
enum People {
  /// Whole numbers in groups of three: `50,000`.
  static func count(_ number: Int) -> String { grouped(String(number)) }

  /// Energy in kilowatt-hours or more, two decimals, half away from zero: `1.35 kWh`.
  static func energy(_ energy: Energy) -> String {
    scaled(energy.joules, perUnit: 3_600_000, decimals: 2, ["kWh", "MWh", "GWh"])
  }

  /// Power in the unit that suits its size, without decimals that are 0: `33.75 MW`, `800 kW`.
  static func power(_ watts: Int64) -> String {
    scaled(watts, perUnit: 1, decimals: 0, ["W", "kW", "MW", "GW"])
  }

  /// Money in groups of three with its code: `135,000.00 USD`.
  static func money(_ total: MoneyTotal, _ currency: Currency) -> String {
    grouped(total.text(in: currency)) + " " + currency.code
  }

  /// The same for one amount.
  static func money(_ money: Money, _ currency: Currency) -> String {
    grouped(money.text(in: currency)) + " " + currency.code
  }

  /// A part of a whole in percent, one decimal, or nil of nothing.
  static func percent(_ part: Energy, of whole: Energy) -> String? {
    guard whole > .zero else { return nil }
    let tenths =
      (Int128(part.joules) * 2_000 / Int128(whole.joules) + (part.joules < 0 ? -1 : 1)) / 2
    return FixedDecimal.text(Int64(tenths), places: 1, minimumPlaces: 1) + " %"
  }

  /// One thing or several: `1 home`, `2 homes`.
  static func count(_ number: Int, _ one: String, _ several: String) -> String {
    "\(count(number)) \(number == 1 ? one : several)"
  }

  /// `17:00` on the wall clock.
  static func clock(_ moment: Timestamp, _ zone: ZoneOffsets) -> String {
    let minute = zone.secondOfDay(at: moment) / 60
    return "\(two(minute / 60)):\(two(minute % 60))"
  }

  /// `15 July 2026`.
  static func date(_ date: CivilDate) -> String {
    let months = [
      "January", "February", "March", "April", "May", "June", "July", "August", "September",
      "October", "November", "December",
    ]
    let (year, month, day) = date.components
    return "\(day) \(months[Int(month) - 1]) \(year)"
  }

  /// `15 July 2026, 17:00–19:00`, with the second date where it is another.
  static func window(_ window: Window, _ zone: ZoneOffsets) -> String {
    let from = zone.date(at: window.start)
    let to = zone.date(at: window.end)
    let end = clock(window.end, zone)
    let last = from == to ? end : "\(date(to)), \(end)"
    return "\(date(from)), \(clock(window.start, zone))–\(last)"
  }

  private static func two(_ number: Int64) -> String { number < 10 ? "0\(number)" : "\(number)" }

  private static func scaled(
    _ amount: Int64, perUnit: Int128, decimals: Int, _ units: [String]
  ) -> String {
    var place = 0
    var unit = perUnit
    // Rounds up to the next unit where two decimals would print 1,000.00.
    while place + 1 < units.count, Int128(amount.magnitude) * 200 >= unit * 199_999 {
      unit *= 1_000
      place += 1
    }
    let twice = Int128(amount) * 200 / unit
    let hundredths = (twice + (amount < 0 ? -1 : 1)) / 2
    return FixedDecimal.text(Int64(hundredths), places: 2, minimumPlaces: decimals)
      + " " + units[place]
  }

  private static func grouped(_ text: String) -> String {
    let isNegative = text.utf8.first == UInt8(ascii: "-")
    let body = isNegative ? text.dropFirst() : text[...]
    let whole = body.prefix { $0 != "." }
    var groups = ""
    for (place, digit) in whole.enumerated() {
      if place > 0, (whole.count - place).isMultiple(of: 3) { groups.append(",") }
      groups.append(digit)
    }
    return (isNegative ? "−" : "") + groups + body.dropFirst(whole.count)
  }
}
