import Controller
import Grid
import Policies
import Settlement

/// Recorded events under policies: a table for a person, tables and JSON for programs.
struct BacktestOutput {
  let results: [BacktestResult]
  /// The policy that the others are compared with.
  let against: BacktestResult?
  let movement: Backtest.Movement
  /// The intervals that were settled in, where they are not the policies' own.
  let interval: Int64?

  static let columns = [
    "policy", "event", "asked", "committed", "verified", "paid", "penalty", "held", "per kWh",
    "home least", "median", "most", "for nothing", "",
  ]

  /// One row a policy and event and one a policy, then what each home gets for nothing.
  var text: String {
    var text = head + "\n"
    var rows = [Self.columns]
    for result in results {
      if let why = Self.commonReason(result) {
        rows.append(notTaken(result, "all", why))
        continue
      }
      for event in result.events { rows.append(row(event, result)) }
      if result.events.count > 1, !result.settled.isEmpty {
        let asked = result.settled.reduce(Energy.zero) { $0 + $1.asked }
        rows.append(
          [result.policy.id.text, "all", Amounts.fourDecimals(asked)]
            + cells(result.sums, result) + [""])
      }
      for (period, paid) in result.periods {
        rows.append(
          [result.policy.id.text, period, "", "", "", paid.text(in: result.currency)]
            + [String](repeating: "", count: 8))
      }
    }
    text += Amounts.table(rows, left: [0, 1, 13])
    if let against {
      text += "\nagainst \(against.policy.id) \(against.policy.version)\n"
      for result in results { text += "  \(comparison(result, against))\n" }
    }
    for result in results { text += forNothing(result) }
    return text
  }

  private var head: String {
    var head =
      switch movement {
      case .recorded: "The readings as they were recorded.\n"
      case .idle: "No battery moved: all that is paid is paid for nothing.\n"
      case .asAsked:
        "As if every battery had given what it was asked; \"for nothing\" is what the same event\n"
          + "pays with no battery moving.\n"
      }
    head += "Energy in kWh. Nothing is posted; effective dates are ignored"
    if let interval { head += "; settled in intervals of \(interval) minutes" }
    return head + ".\n"
  }

  private func row(_ event: BacktestResult.Event, _ result: BacktestResult) -> [String] {
    switch event.outcome {
    case .notSettled(let why):
      return notTaken(result, event.id.text, why)
    case .settled(let settled):
      return [result.policy.id.text, event.id.text, Amounts.fourDecimals(settled.asked)]
        + cells(BacktestSums(settled.homes, fleet: settled.fleet.map { [$0] } ?? []), result)
        + [Self.remarks(settled)]
    }
  }

  private func notTaken(_ result: BacktestResult, _ event: String, _ why: String) -> [String] {
    [result.policy.id.text, event] + [String](repeating: "-", count: 11) + ["not taken: \(why)"]
  }

  /// The reason for which none of several events is settled, where it is one for all.
  private static func commonReason(_ result: BacktestResult) -> String? {
    let reasons = result.events.map { event -> String? in
      if case .notSettled(let why) = event.outcome { why } else { nil }
    }
    return Set(reasons).count == 1 && reasons.count > 1 ? reasons[0] : nil
  }

  /// From `committed` to `for nothing`.
  private func cells(_ sums: BacktestSums, _ result: BacktestResult) -> [String] {
    let currency = result.currency
    func money(_ amount: Money?) -> String { amount?.text(in: currency) ?? "-" }
    return [
      Amounts.fourDecimals(sums.committed), Amounts.fourDecimals(sums.verified),
      sums.paid.text(in: currency), sums.penalties.text(in: currency), sums.held.text(in: currency),
      sums.perKilowattHour.map { Self.fourPlaces($0) } ?? "-", money(sums.spread?.least),
      money(sums.spread?.median), money(sums.spread?.most),
      sums.forNothing?.text(in: currency) ?? "-",
    ]
  }

  /// Millionths to four places, a half away from zero.
  static func fourPlaces(_ millionths: Int128) -> String {
    let magnitude = (Int128(millionths.magnitude) + 50) / 100
    return FixedDecimal.text(
      millionths < 0 ? -magnitude : magnitude, places: 4, minimumPlaces: 4)
  }

  /// Homes that are refused or held and batteries that were skipped, with reasons and counts.
  static func remarks(_ settled: BacktestResult.Settled) -> String {
    var counts: [String: Int] = [:]
    for case let doubt? in settled.homes.map(\.doubt) { counts[doubt, default: 0] += 1 }
    let doubts = counts.sorted { $0.key < $1.key }.map { "\($0.value) \($0.key)" }
    return (doubts + settled.skipped.map { "\($0.count) skipped \($0.reason)" })
      .joined(separator: "; ")
  }

  /// Homes that win or lose, and the difference of the money, where the currency is one.
  private func comparison(_ result: BacktestResult, _ old: BacktestResult) -> String {
    let name = result.policy.id.text
    guard result.currency.code == old.currency.code else {
      return "\(name): another currency, \(result.currency.code)"
    }
    let before = Dictionary(uniqueKeysWithValues: old.homes.map { ($0.site, $0.owner) })
    let after = Dictionary(uniqueKeysWithValues: result.homes.map { ($0.site, $0.owner) })
    var (more, less) = (0, 0)
    for site in Set(before.keys).union(after.keys) {
      let (old, new) = (before[site] ?? .zero, after[site] ?? .zero)
      if new > old { more += 1 } else if new < old { less += 1 }
    }
    let (old, new) = (old.sums, result.sums)
    let cost = MoneyTotal(
      millionths: new.paid.millionths - new.penalties.millionths - old.paid.millionths
        + old.penalties.millionths)
    return "\(name): \(Amounts.fourDecimals(new.verified - old.verified)) kWh verified, "
      + "\(cost.text(in: result.currency)) \(result.currency.code) to pay; owners of \(more) homes"
      + " get more, of \(less) less"
  }

  /// A table of homes and events; nothing where nobody is paid for nothing, or nobody knows.
  private func forNothing(_ result: BacktestResult) -> String {
    let paid = result.homes.filter { ($0.forNothing ?? .zero) != .zero }
    guard !paid.isEmpty else { return "" }
    let events = result.events.compactMap { event -> (EventID, [SiteID: Money])? in
      guard case .settled(let settled) = event.outcome else { return nil }
      let parts = settled.homes.map { ($0.site, $0.forNothing ?? .zero) }
      return (event.id, Dictionary(uniqueKeysWithValues: parts))
    }
    var rows = [["home"] + events.map(\.0.text) + ["all"]]
    let shown = paid.sorted { $0.forNothing! > $1.forNothing! }.prefix(Self.mostHomes)
    for home in shown {
      rows.append(
        [home.site.text]
          + events.map { $0.1[home.site].map { $0.text(in: result.currency) } ?? "-" }
          + [home.forNothing!.text(in: result.currency)])
    }
    let rest = paid.count - shown.count
    return "\n\(result.policy.id) \(result.policy.version): paid for nothing, "
      + "\(result.currency.code)\n" + Amounts.table(rows)
      + (rest > 0 ? "and \(Amounts.count(rest)) homes with less: --format homes has them\n" : "")
  }

  /// Rows of the table of homes; a file has them all.
  private static let mostHomes = 50
}

extension BacktestResult {
  /// What it is paid in.
  var currency: Currency { policy.settlement.currency }
}
