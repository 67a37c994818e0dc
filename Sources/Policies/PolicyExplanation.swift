import Engine
import Grid
import Settlement
import Verification

/// A policy in sentences, each with the field that it came from, and worked numbers.
public struct PolicyExplanation: Hashable, Sendable {
  /// One sentence or one line of numbers.
  public struct Line: Hashable, Sendable {
    /// For people.
    public let sentence: String
    /// The field that says so; empty for worked numbers.
    public let field: String
  }

  /// In the order of the file.
  public let lines: [Line]

  /// The width of the column of sentences.
  static let width = 88

  /// The sentences with their fields in a column of their own, ending with a line feed.
  public var text: String {
    var text = ""
    for line in lines {
      var rows = Self.wrapped(line.sentence)
      if !line.field.isEmpty {
        let gap = max(2, Self.width + 2 - rows[0].count)
        rows[0] += String(repeating: " ", count: gap) + line.field
      }
      text += rows.joined(separator: "\n") + "\n"
    }
    return text
  }

  /// The sentence in rows of at most `width`, where words allow it; later rows are indented.
  private static func wrapped(_ sentence: String) -> [String] {
    var rows: [String] = []
    var row = ""
    for word in sentence.split(separator: " ", omittingEmptySubsequences: false) {
      if !row.isEmpty, row.contains(where: { $0 != " " }), row.count + 1 + word.count > width {
        rows.append(row)
        row = "    " + word
      } else {
        row += (row.isEmpty && rows.isEmpty ? "" : " ") + word
      }
    }
    return rows + [row]
  }
}

extension Policy {
  /// What the policy says, for an event of `minutes` at `level` with `homes` homes like `home`.
  ///
  /// Values that the file leaves to their defaults are said too.
  public func explain(
    home: ExampleHome = ExampleHome(), minutes: Int64 = 120, homes: Int64 = 50_000, level: Int = 2
  ) -> PolicyExplanation {
    precondition((0...3).contains(level), "a stress level is 0, 1, 2 or 3")
    var words = PolicyWords(policy: self)
    words.sayHeader()
    words.sayWhen()
    words.sayDispatch()
    let committed = words.sayRelease(home, minutes: minutes, homes: homes, level: level)
    words.sayMeasurement()
    words.sayRewards(committed: committed, level: level, home: home)
    words.sayShares(committed: committed, homes: homes, level: level)
    words.sayProgramme()
    words.sayDefaults()
    for warning in warnings { words.say("Warning: \(warning.sentence).", warning.path) }
    return PolicyExplanation(lines: words.lines)
  }
}

/// Writes the sentences.
struct PolicyWords {
  let policy: Policy
  var lines: [PolicyExplanation.Line] = []

  init(policy: Policy) { self.policy = policy }

  mutating func say(_ sentence: String, _ field: String = "") {
    lines.append(PolicyExplanation.Line(sentence: sentence, field: field))
  }

  /// `108,000.00 USD`.
  func money(_ money: Money) -> String {
    let text = money.text(in: policy.settlement.currency)
    return "\(Self.grouped(text)) \(policy.settlement.currency.code)"
  }

  /// `1.08 kWh`, to the watt-hour.
  func kilowattHours(_ energy: Energy) -> String {
    FixedDecimal.text(energy.wattHoursRoundedDown, places: 3, minimumPlaces: 2) + " kWh"
  }

  /// `a, b or c`.
  static func list(_ words: [String], _ last: String = "or") -> String {
    guard words.count > 1 else { return words.first ?? "" }
    return words.dropLast().joined(separator: ", ") + " \(last) " + words[words.count - 1]
  }

  /// Thousands with commas.
  static func grouped(_ text: String) -> String {
    let parts = text.split(separator: ".", omittingEmptySubsequences: false)
    var whole = ""
    for (index, digit) in parts[0].reversed().enumerated() {
      if index > 0, index.isMultiple(of: 3), digit != "-" { whole.append(",") }
      whole.append(digit)
    }
    return String(whole.reversed()) + (parts.count > 1 ? ".\(parts[1])" : "")
  }

  mutating func sayHeader() {
    let dispatch = policy.dispatch
    say("\(policy.id) \(policy.version): \(policy.title).", "id, version, title")
    say("SHA-256 \(policy.hash).")
    if let old = policy.supersedes { say("It replaces the policy \(old).", "supersedes") }
    let end = dispatch.effectiveTo.map { " to \($0)" } ?? ""
    say(
      "For events from \(dispatch.effectiveFrom)\(end), by the clocks of "
        + "\(dispatch.calendar.zone.name), in \(policy.settlement.currency.code).",
      "effective, timeZone, currency")
    if policy.settlement.currency.digits != 2 {
      say(
        "A line is rounded to \(policy.settlement.currency.digits) decimals.", "currencyDigits")
    }
    if policy.isDraft {
      say("This is a draft: it can be tried, but not served. To be confirmed:", "toBeConfirmed")
      for item in policy.unconfirmed { say("  \(item)") }
    }
  }

  mutating func sayWhen() {
    let dispatch = policy.dispatch
    for season in dispatch.calendar.seasons {
      let days = Weekday.allCases.filter(season.days.contains).map(\.abbreviation)
      let windows = season.windows.map { "\(clock($0.fromMinute))-\(clock($0.toMinute))" }
      let limit = season.maximumEvents.map { ", at most \($0) events" } ?? ""
      let named = days.count == 7 ? "every day" : Self.list(days, "and")
      say(
        "Season \(season.name), \(day(season.from)) to \(day(season.to)): \(named), holidays "
          + "\(season.holidaysIncluded ? "included" : "excluded"), "
          + "\(windows.joined(separator: ", "))\(limit).", "calendar.seasons")
    }
    let events = dispatch.events
    let length =
      events.allowedMinutes.isEmpty
      ? "\(events.minimumMinutes) to \(events.maximumMinutes) minutes in steps of "
        + "\(events.stepMinutes)"
      : Self.list(events.allowedMinutes.map(String.init)) + " minutes"
    let limits = [
      (events.maximumPerDay, "a day"), (events.maximumPerMonth, "a month"),
      (events.maximumPerSeason, "a season"),
    ].compactMap { count, of in count.map { "\($0) \(of)" } }
    say(
      "An event lasts \(length)"
        + (limits.isEmpty ? "." : "; at most \(limits.joined(separator: ", "))."), "events")
    sayLimits()
    if let hours = policy.plannedHundredthHours {
      let text = FixedDecimal.text(hours, places: 2, minimumPlaces: 0)
      say(
        "Owners are told to expect \(text) hours a season; nothing holds it.",
        "events.plannedHoursPerSeason")
    }
    switch events.overlap {
    case .refuse:
      say(
        "A signal that shares time with another event of the programme is refused.",
        "events.overlap")
    case .priority:
      say(
        "Of events at the same time the one with the lower priority number has the batteries of "
          + "both; the other one has them before and after it.", "events.overlap")
    case nil: break
    }
    if events.mergesAdjacent {
      say(
        "Events that touch share the energy of each battery, so that the later one is not left empty.",
        "events.adjacent")
    }
    let signals = dispatch.signals
    let forms = DispatchTerms.SignalTerms.Form.allCases.filter(signals.forms.contains)
    say(
      "\(Self.list(signals.from.map(\.text).sorted())) may ask, by "
        + "\(Self.list(forms.map(\.rawValue)))"
        + (signals.signatureRequired ? "; every signal is signed." : "; the channel is trusted."),
      "signals")
    sayChanges()
    let notice = dispatch.notice
    let before = notice.dayBeforeBySecond.map { ", on the day before by \(clock($0 / 60))" } ?? ""
    say(
      "Notice of at least \(notice.minimumMinutes) minutes\(before); a later signal is "
        + (notice.lateIsDispatched ? "carried out without penalties." : "refused."), "notice")
    say(
      notice.acknowledgementRequired
        ? "A home that did not acknowledge in time is rewarded, never penalised."
        : "No acknowledgement is asked for.", "notice.acknowledgement")
    if dispatch.enrolment.kinds.contains(.evCharger) {
      say(
        "A level, percent or price signal pauses chargers of electric cars as a whole; a power target "
          + "leaves them alone.", "enrolment.kinds")
    }
    if !dispatch.enrolment.kinds.contains(.battery) {
      say("Batteries do not take part.", "enrolment.kinds")
    }
    if !notice.reminderMinutes.isEmpty {
      say(
        "Who has not answered his notice gets it again "
          + "\(Self.list(notice.reminderMinutes.map(String.init))) minutes before the start.",
        "notice.reminderMinutes")
    }
    sayEnrolment()
  }

  private func clock(_ minutes: Int64) -> String {
    let text = String(10_000 + minutes / 60 * 100 + minutes % 60)
    return "\(text.dropFirst().prefix(2)):\(text.suffix(2))"
  }

  private func day(_ day: ProgrammeCalendar.MonthDay) -> String {
    let text = String(10_000 + day.month * 100 + day.day)
    return "\(text.dropFirst().prefix(2))-\(text.suffix(2))"
  }
}
