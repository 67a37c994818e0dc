import Controller
import Grid
import Policies
import Verification
import Wire

/// Measured sites for a person and for a program.
struct BaselineOutput {
  let event: EventCase
  let performances: [Performance]
  let policy: Policy

  /// All sites as one meter, where there is more than one and their meters can be added.
  let fleet: Performance?

  /// The sum over the sites that were not refused.
  var sum: Energy {
    performances.filter { !$0.isRefused }.compactMap(\.reduction).reduce(.zero, +)
  }

  /// What the event claims: of every site that was not refused.
  var claims: [EnergyClaim] {
    zip(event.homes, performances).flatMap { home, performance in
      performance.isRefused
        ? [] : SiteEvidence.claims(of: home, event: event.id, window: event.window, policy: policy)
    }
  }

  /// One row a site, and their sum.
  var text: String {
    let zone = policy.measurement.calendar.zone
    let head =
      "\(event.id)  \(Amounts.window(event.window, in: zone))  "
      + "\(policy.id) \(policy.version)\n"
    var rows = [
      ["meter", "verdict", "days", "adjustment", "baseline", "actual", "reduction kWh", "flags"]
    ]
    for (home, performance) in zip(event.homes, performances) {
      rows.append([
        home.siteMeter.text, performance.verdictColumn,
        "\(performance.days.count)", performance.adjustmentWord,
        Amounts.fourDecimals(performance.sum(\.baseline)),
        Amounts.fourDecimals(performance.sum(\.actual)),
        Amounts.fourDecimals(performance.reduction),
        performance.flags.map(\.code).joined(separator: " "),
      ])
    }
    let counted = performances.filter { !$0.isRefused }
    return head + "policy SHA-256 \(policy.hash)\n\n" + Amounts.table(rows, left: [0, 1, 7])
      + "\n\(counted.count) of \(performances.count) verified or estimated, together "
      + "\(Amounts.fourDecimals(sum)) kWh\n" + fleetLine
  }

  /// The sum of the homes beside the fleet as one meter; the policy says which of them counts.
  private var fleetLine: String {
    guard let fleet else { return "" }
    let counts = policy.measurement.aggregate == .fleet ? "; by the policy this counts" : ""
    return fleet.isRefused
      ? "as one meter: refused, \(fleet.reason ?? "")\(counts)\n"
      : "as one meter \(Amounts.fourDecimals(fleet.reduction)) kWh\(counts)\n"
  }
}

extension Performance {
  var isRefused: Bool {
    if case .refused = verdict { true } else { false }
  }

  /// `verified`, `estimated` or `refused`.
  var verdictWord: String {
    switch verdict {
    case .verified: "verified"
    case .estimated: "estimated"
    case .refused: "refused"
    }
  }

  /// The code of a refusal, the sentences of an estimate, else nil.
  var reason: String? {
    switch verdict {
    case .verified: nil
    case .estimated(let sentences): sentences.joined(separator: " ")
    case .refused(let refusal): refusal.code
    }
  }

  /// The verdict as a cell of a table: a refusal says why.
  fileprivate var verdictColumn: String {
    if case .refused(let refusal) = verdict { refusal.code } else { verdictWord }
  }

  /// The adjustment as a cell of a table.
  fileprivate var adjustmentWord: String {
    switch adjustment?.used {
    case .factor(let factor): "x \(factor)"
    case .offset(let offset): "\(Amounts.fourDecimals(Energy(joules: offset.nearest)))"
    case nil: "-"
    }
  }

  /// The sum over the event; nil when an interval has no value.
  fileprivate func sum(_ field: (IntervalPerformance) -> Energy?) -> Energy? {
    var sum = Energy.zero
    for interval in intervals {
      guard let value = field(interval) else { return nil }
      sum += value
    }
    return intervals.isEmpty ? nil : sum
  }
}

extension Fraction {
  /// The nearest whole number, halves up: an offset is exact only as a fraction.
  var nearest: Int64 {
    Fraction(numerator * 2 + denominator, denominator * 2).roundedDown
  }
}
