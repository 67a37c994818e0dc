import Grid
import Settlement

/// What the Markdown and the page say in the same words.
extension EventReport {
  var title: String { "Event \(event.id)" }

  /// Run and standing, for example `initial settlement`.
  var standing: String {
    settlement.run.isPayable
      ? "\(settlement.run.name) settlement" : "\(settlement.run.name) figures, not payable"
  }

  /// What it cost and what was delivered, in one sentence.
  var summary: String {
    let totals = settlement.totals
    let homes = People.count(settlement.homes.count, "home", "homes")
    var text =
      "\(homes) earned \(People.money(totals.net, currency)) for "
      + "\(People.energy(totals.credited)) of verified reduction"
    // What silent homes were asked for was asked of others once more: together they were asked for
    // more than the event had promised. Less than a percent is rounding.
    if Int128(fleet.committed.joules) * 101 < Int128(totals.committed.joules) * 100,
      let part = People.percent(totals.credited, of: fleet.committed)
    {
      text +=
        ", \(part) of the \(People.energy(fleet.committed)) promised; with those who took over for "
        + "others, homes were asked for \(People.energy(totals.committed))"
    } else if let part = People.percent(totals.credited, of: totals.committed) {
      text += ", \(part) of the \(People.energy(totals.committed)) they were committed to"
    }
    return text + "."
  }

  /// All homes as one meter, beside their sum; empty where nobody asked.
  var oneMeterInWords: String {
    guard let asOneMeter else { return "" }
    return
      "As one meter against its own baseline the homes gave \(People.energy(asOneMeter)); one by"
      + " one they gave \(People.energy(settlement.totals.verified)): the baseline of a sum is not"
      + " the sum of the baselines."
  }

  /// The figures that stand first, with what they mean.
  var keyFigures: [(name: String, value: String, note: String)] {
    let totals = settlement.totals
    var figures = [
      ("Asked", People.energy(fleet.asked), "by the signal"),
      ("Committed", People.energy(fleet.committed), "promised before the start"),
      (
        "Verified", People.energy(totals.verified), "metered against the baseline"
      ),
      ("Credited", People.energy(totals.credited), "what counts, after netting and cap"),
      ("Rewards", People.money(totals.rewards, currency), "charged to the utility"),
      ("Penalties", People.money(totals.penalties, currency), "charged to homes"),
    ]
    let part = performance
    if let percent = People.percent(part.credited, of: part.committed),
      let uncapped = People.percent(part.uncapped, of: part.committed)
    {
      figures.insert(
        ("Performance", percent, "credited of what homes were asked for; \(uncapped) uncapped"),
        at: 4)
    }
    if let watts = part.meanWatts {
      figures.insert(
        ("Mean reduction", People.power(watts), "over the hours that have data"), at: 3)
    }
    if let delivered = fleet.delivered {
      figures.insert(("Reported", People.energy(delivered), "by the batteries themselves"), at: 2)
    }
    if totals.bonuses.millionths != 0 {
      figures.append(("Pool", People.money(totals.bonuses, currency), "of the penalties, to homes"))
    }
    if totals.payerFees.millionths != 0 {
      figures.append(("Fees", People.money(totals.payerFees, currency), "charged to the utility"))
    }
    if totals.held.millionths != 0 {
      figures.append(("Held", People.money(totals.held, currency), "waits for a decision"))
    }
    return figures.map { (name: $0.0, value: $0.1, note: $0.2) }
  }

  /// What a reader must know before the figures.
  var notices: [String] {
    var notices: [String] = []
    if !settlement.run.isPayable {
      notices.append("These figures are provisional: nothing has been posted or paid.")
    }
    if event.isTest {
      notices.append(
        terms.testsPaid
          ? "This was a test event. It is paid as any other."
          : "This was a test event. It is reported only; nothing is paid.")
    }
    if let cancelled = event.cancelledAt {
      notices.append(
        "The event was cancelled at \(People.clock(cancelled, zone)). What was delivered "
          + "until then is paid; nothing after it is punished.")
    }
    if let credit = falseCredit {
      notices.append(
        "No battery moved in this event. \(People.count(credit.homes, "home was", "homes were")) "
          + "credited \(People.energy(credit.credited)) all the same, worth "
          + "\(People.money(credit.paid, currency)): this is the error of the baseline.")
    }
    return notices + dataQuality
  }

  /// Where the inputs stand, name and value; unknown ones are left out.
  var evidence: [(name: String, value: String)] {
    let all: [(String, String?)] = [
      ("Run", runID), ("Policy", "\(policy.id) \(policy.version)"),
      ("Policy file (SHA-256)", policy.sha256.description),
      ("Event (SHA-256)", event.sha256?.description),
      ("Readings (Merkle root)", inputs.readingsRoot?.description),
      ("Enrolments (SHA-256)", inputs.enrolments?.description),
      ("Verification (SHA-256)", inputs.evidence?.description),
      ("Prices (SHA-256)", inputs.prices?.description),
      ("Earlier events (SHA-256)", inputs.history?.description),
      ("Ledger", ledger?.origin),
      ("Entries", ledger.map { "\($0.firstIndex) to \($0.lastIndex)" }),
    ]
    return all.compactMap { name, value in value.map { (name: name, value: $0) } }
  }

  /// Name of a line type for people.
  static func name(_ type: LineType) -> String {
    switch type {
    case .directReward: "Energy reward"
    case .additionalReward: "Additional reward"
    case .premium: "Surge premium"
    case .penalty: "Penalty"
    case .fee: "Fee"
    }
  }

  /// Lines by type with what they come to, computed and charged: they add up to what the parties
  /// have. Of fees it is what the payer pays on top; what parties pay each other is in `feeRows`.
  var typeRows: [(name: String, computed: MoneyTotal, charged: MoneyTotal)] {
    let totals = settlement.totals
    var rows = totals.byType.filter { $0.type != .fee }.map {
      (name: Self.name($0.type), computed: $0.amount, charged: $0.charged)
    }
    if totals.payerFees.millionths != 0 {
      rows.append(("Fees on top", totals.payerFees, totals.payerFees))
    }
    return rows
  }

  /// Each fee of the policy with what it comes to, in the order of the names.
  var feeRows: [(name: String, charged: MoneyTotal)] {
    var sums: [String: MoneyTotal] = [:]
    for home in settlement.homes {
      for line in home.lines where line.type == .fee {
        sums[line.field, default: MoneyTotal()] += line.charged
      }
    }
    return sums.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
  }
}
