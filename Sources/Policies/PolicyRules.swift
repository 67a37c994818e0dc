import Engine
import Grid
import Settlement
import Verification

/// The rules between fields, checked after every field has been read for itself.
struct PolicyRules {
  let parts: PolicyParts
  let reader: YAMLReader
  /// Fields refused for themselves: of these a rule would see a default that nobody wrote.
  let refused: Set<String>

  init(parts: PolicyParts, reader: YAMLReader) {
    self.parts = parts
    self.reader = reader
    refused = Set(reader.faults.map(\.path))
  }

  /// The codes of these rules.
  enum Code {
    static let formWithoutTerms = "formWithoutTerms"
    static let levelWithoutValue = "levelWithoutValue"
    static let windowTooShort = "windowTooShort"
    static let intervalMismatch = "intervalMismatch"
    static let seasonOverlap = "seasonOverlap"
    static let splitNot100 = "splitNot100"
    static let ownerMissing = "ownerMissing"
    static let measurementMismatch = "measurementMismatch"
    static let classWithoutRule = "classWithoutRule"
    static let windowOffGrid = "windowOffGrid"
    static let windowOverlap = "windowOverlap"
    static let runTooEarly = "runTooEarly"
    static let exposureUnbounded = "exposureUnbounded"
    static let penaltyUncapped = "penaltyUncapped"
    static let overflow = "overflow"
    static let seasonUnnamed = "seasonUnnamed"
    static let periodWithoutPrice = "periodWithoutPrice"
    static let tiersNotMonotone = "tiersNotMonotone"
  }

  /// What the greatest line is computed for: this energy in one home, in so many homes.
  static let greatestHomeKilowattHours: Int64 = 1_000
  static let greatestHomes: Int64 = 1_000_000

  /// Leaves a fault for every rule that is broken.
  func check() {
    checkSeasons()
    checkLengths()
    checkForms()
    checkLevels()
    checkMeasurement()
    checkKinds()
    checkSlope()
    checkClasses()
    checkWindows()
    checkMoney()
    checkRelease()
    checkRuns()
  }

  func fault(_ path: String, _ found: String, _ allowed: String, _ code: String) {
    guard !refused.contains(path) else { return }
    reader.fault(at: path, found: found, allowed: allowed, code: code)
  }

  private func checkSeasons() {
    guard let seasons = parts.calendar?.seasons else { return }
    for (index, season) in seasons.enumerated() {
      let path = "calendar.seasons[\(index)]"
      if seasons[..<index].contains(where: { $0.name == season.name }) {
        fault(
          "\(path).name", "\(season.name), there twice", "each name once", YAMLFault.Code.badValue)
      }
      if let other = seasons[..<index].first(where: { overlap($0, season) }) {
        fault(
          "\(path).from", "inside \(other.name)", "seasons that do not overlap",
          Code.seasonOverlap)
      }
      if let minimum = parts.events?.minimumMinutes,
        !season.windows.contains(where: { $0.toMinute - $0.fromMinute >= minimum })
      {
        fault(
          "\(path).windows", "too short for an event of \(minimum) minutes",
          "a window of at least events.minimumMinutes", Code.windowTooShort)
      }
    }
  }

  private func overlap(_ a: ProgrammeCalendar.Season, _ b: ProgrammeCalendar.Season) -> Bool {
    // 2001 is no leap year, and no season begins or ends on February 29.
    let first = CivilDate(year: 2_001, month: 1, day: 1)!
    return (0..<365).contains { day in
      let date = first.adding(days: Int64(day))
      return a.contains(date) && b.contains(date)
    }
  }

  private func checkLengths() {
    guard let events = parts.events, let interval = parts.measurement?.intervalMinutes else {
      return
    }
    func check(_ path: String, _ minutes: Int64) {
      guard minutes % interval != 0 else { return }
      fault(
        path, "\(minutes)", "whole settlement intervals of \(interval) minutes",
        Code.intervalMismatch)
    }
    for (index, minutes) in events.allowedMinutes.enumerated() {
      check("events.allowedMinutes[\(index)]", minutes)
    }
    if events.allowedMinutes.isEmpty {
      check("events.minimumMinutes", events.minimumMinutes)
      check("events.maximumMinutes", events.maximumMinutes)
    }
    check("events.stepMinutes", events.stepMinutes)
    if let shortest = events.testsMinimumMinutes {
      check("events.tests.minimumMinutes", shortest)
    }
  }

  private func checkForms() {
    guard let forms = parts.signals?.forms else { return }
    // A release without any amount is a fault of its own.
    let isOnlyPrice =
      reader.has("dispatch.release.byPrice") && !reader.has("dispatch.release.percent")
      && !reader.has("dispatch.release.byLevel")
    let hasAmounts = reader.has("dispatch.release") && !isOnlyPrice
    let terms: [(form: DispatchTerms.SignalTerms.Form, isThere: Bool, name: String)] = [
      (.level, hasAmounts, "dispatch.release"),
      (.percent, reader.has("dispatch.release"), "dispatch.release"),
      (.price, reader.has("dispatch.release.byPrice"), "dispatch.release.byPrice"),
    ]
    for (form, isThere, name) in terms where forms.contains(form) && !isThere {
      fault(
        "signals.forms", "\(form.rawValue) without \(name)",
        "forms whose terms are there", Code.formWithoutTerms)
    }
  }

  /// Every table by level has every level that may come, and all have the same.
  private func checkLevels() {
    var tables: [(path: String, levels: Set<Int>)] = []
    if reader.has("dispatch.release.byLevel"), let release = parts.dispatch.release {
      tables.append(("dispatch.release.byLevel", Set(release.byLevel.keys)))
    }
    func add(_ path: String, _ rate: PriceTable?) {
      if case .byLevel(let table)? = rate?.form { tables.append((path, Set(table.keys))) }
    }
    add("reward.energy.rate.byLevel", parts.reward?.energy?.rate)
    add("reward.premium.rate.byLevel", parts.reward?.premium?.rate)
    if case .rate(let rate)? = parts.reward?.penalty?.price {
      add("reward.penalty.rate.byLevel", rate)
    }
    var needed = tables.reduce(into: Set<Int>()) { $0.formUnion($1.levels) }
    let onlyLevels = parts.signals?.forms == [.level] && reader.has("dispatch.release.byLevel")
    // A signal of power or percent carries any level, as does one percentage for all levels.
    if !onlyLevels { needed = [0, 1, 2, 3] }
    for (path, levels) in tables {
      if path.hasPrefix("dispatch"), parts.signals?.forms.contains(.level) != true { continue }
      let missing = needed.subtracting(levels).sorted()
      guard !missing.isEmpty else { continue }
      fault(
        path, "without level \(missing.map(String.init).joined(separator: ", "))",
        "a value for every level that may come", Code.levelWithoutValue)
    }
  }

  private func checkMoney() {
    if let table = parts.splits?.penaltyShares { checkSum("splits.penaltyShares", table) }
    checkFees()
    if let shares = parts.splits?.shares {
      checkSum("splits.shares", shares)
      // Without a reward the unit is wrong, and only with unit home an owner must be there.
      if shares[.owner] == nil, parts.reward?.isFleet == false {
        fault("splits.shares", "without owner", "a share of the owner", Code.ownerMissing)
      }
    }
    checkComponents()
    checkReward()
  }

  private func checkSum(_ path: String, _ shares: [SettlementTerms.Party: Percent]) {
    let sum = shares.values.reduce(Int32(0)) { $0 + $1.hundredths }
    guard sum != 10_000 else { return }
    let text = FixedDecimal.text(Int64(sum), places: 2, minimumPlaces: 0)
    fault(path, "\(text) in sum", "exactly 100", Code.splitNot100)
  }

  /// A payable run begins after the last interval that the baseline waits for.
  private func checkRuns() {
    guard let runs = parts.settlement?.runs, let baseline = parts.baseline,
      let seasons = parts.calendar?.seasons
    else { return }
    var wait: Int64 = 0
    if baseline.kind == .dayMatching || baseline.kind == .typicalOutput {
      for window in baseline.adjustment?.windows ?? [] where window.anchor == .end {
        wait = max(wait, window.toMinutes)
      }
    }
    if baseline.kind == .meterBeforeAfter, baseline.beforeAfter.afterMinutes > 0 {
      wait = baseline.beforeAfter.afterGapMinutes + baseline.beforeAfter.afterMinutes
    }
    guard wait > 0 else { return }
    let latestEnd = seasons.flatMap(\.windows).map(\.toMinute).max() ?? 1_440
    for (index, run) in runs.enumerated()
    where run.isPayable && run.afterDays * 1_440 < latestEnd + wait {
      fault(
        "settlement.runs[\(index)].afterDays", "\(run.afterDays)",
        "\((latestEnd + wait + 1_439) / 1_440) or more: the baseline reads \(wait) minutes after "
          + "the event", Code.runTooEarly)
    }
  }
}
