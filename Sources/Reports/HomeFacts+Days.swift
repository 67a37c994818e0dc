public import Grid

extension HomeFacts {
  /// One day of the look-back, as it was looked at.
  public struct Day: Hashable, Sendable {
    /// The local date.
    public var date: CivilDate
    /// The class of the day.
    public var dayClass: String
    /// `selected`, `qualified`, `notNeeded` or `excluded`.
    public var state: String
    /// Why it is out, such as `missingData: 17:00`; nil for a day that is not.
    public var reason: String?
    /// Mean energy of an interval in the event's hours, in whole joules; nil where it was not
    /// asked for.
    public var mean: Energy?
    /// Its part of the baseline, such as `1/5`; nil for a day that was not taken.
    public var weight: String?

    /// A day.
    public init(
      date: CivilDate, dayClass: String, state: String, reason: String? = nil,
      mean: Energy? = nil, weight: String? = nil
    ) {
      self.date = date
      self.dayClass = dayClass
      self.state = state
      self.reason = reason
      self.mean = mean
      self.weight = weight
    }
  }

  /// Why verification refused the home.
  public struct Refusal: Hashable, Sendable {
    /// The code, such as `tooFewDays`.
    public var code: String
    /// One sentence with the numbers.
    public var sentence: String

    /// A refusal.
    public init(code: String, sentence: String) {
      self.code = code
      self.sentence = sentence
    }
  }

  /// How the days of the look-back were dealt with, in a sentence or two; empty without them.
  var daysInWords: String {
    func dates(_ days: [Day]) -> String { days.map { "\($0.date)" }.joined(separator: ", ") }
    var sentences: [String] = []
    let taken = days.filter { $0.state == "selected" }
    if !taken.isEmpty { sentences.append("Taken: \(dates(taken)).") }
    let spare = days.filter { $0.state == "qualified" }
    if !spare.isEmpty { sentences.append("Alike and not chosen: \(dates(spare)).") }
    var reasons: [String] = []
    var left: [String: [Day]] = [:]
    for day in days {
      guard let reason = day.reason else { continue }
      if left[reason] == nil { reasons.append(reason) }
      left[reason, default: []].append(day)
    }
    let groups = reasons.map { reason in
      let days = left[reason]!
      return days.count > Self.datesInWords
        ? "\(reason) (\(days.count) days)" : "\(reason) (\(dates(days)))"
    }
    if !groups.isEmpty { sentences.append("Left out: \(groups.joined(separator: "; ")).") }
    return sentences.joined(separator: " ")
  }

  /// More days of one reason are counted, not listed.
  private static let datesInWords = 5
}

extension EventReport {
  /// Rows of the homes that have a picture on the page, in the order of the page: these are worth
  /// an explanation.
  public var shownRows: [Int] { Array(worstFirst().prefix(Self.chartsOnPage)) }

  /// A line for each home that was explained.
  func explainedLines() -> [(site: SiteID, words: String)] {
    shownRows.compactMap { row in
      let home = homes[row]
      let words = [
        home.refusal.map { "Refused, \($0.code): \($0.sentence)" } ?? "", home.daysInWords,
      ].filter { !$0.isEmpty }
      return words.isEmpty ? nil : (home.site, words.joined(separator: " "))
    }
  }
}
