import Grid
import Settlement

extension EventReport {
  /// One step on the way from verified energy to the parties' money.
  struct Step: Equatable {
    /// What it is.
    let name: String
    /// The amount, negative where it is taken away.
    let money: MoneyTotal
    /// Is it what is left so far, and not what is taken away.
    let isSum: Bool
  }

  /// Rewards as computed, what holds and caps take off, penalties, pool and fees, and what the
  /// parties get.
  var steps: [Step] {
    var (computed, held) = (MoneyTotal(), MoneyTotal())
    for home in settlement.homes {
      for line in home.lines where EntryKind(of: line.type, field: line.field) == .reward {
        computed += line.amount
        if line.status == .held { held += line.amount }
      }
    }
    let totals = settlement.totals
    func less(_ money: Int128...) -> MoneyTotal { MoneyTotal(millionths: -money.reduce(0, +)) }
    let cut = computed.millionths - held.millionths - totals.rewards.millionths
    var steps = [
      Step(
        name: "\(People.energy(totals.credited)) that count, at their prices", money: computed,
        isSum: true)
    ]
    if held.millionths != 0 {
      steps.append(Step(name: "waits for a decision", money: less(held.millionths), isSum: false))
    }
    if cut != 0 {
      steps.append(Step(name: "above caps, or not paid", money: less(cut), isSum: false))
    }
    if steps.count > 1 {
      let name = "rewards, charged to the utility"
      steps.append(Step(name: name, money: totals.rewards, isSum: true))
    }
    if totals.penalties.millionths != 0 {
      steps.append(
        Step(name: "penalties of homes", money: less(totals.penalties.millionths), isSum: false))
    }
    if totals.bonuses.millionths != 0 {
      steps.append(Step(name: "back to homes by the pool", money: totals.bonuses, isSum: false))
    }
    if totals.payerFees.millionths != 0 {
      steps.append(
        Step(name: "fees, charged to the utility", money: totals.payerFees, isSum: false))
    }
    return steps + [Step(name: "to the parties", money: totals.net, isSum: true)]
  }

  /// The steps as bars below each other, each beginning where the one above ends.
  func stepSection() -> String {
    let steps = steps
    let most = steps.map { abs($0.money.millionths) }.max() ?? 0
    guard most > 0 else { return "" }
    let totals = settlement.totals
    var caption = "From \(People.energy(totals.verified)) verified to money."
    if totals.credited < totals.verified {
      let more = People.energy(totals.verified - totals.credited)
      caption += " \(more) of them are above what is paid for."
    } else if totals.verified < totals.credited {
      let less = People.energy(totals.credited - totals.verified)
      caption += " Without the intervals below the baseline \(less) more count."
    }
    let width: Int128 = 360
    let rowHeight = 42
    var bars = ""
    var left: Int128 = 0
    for (place, step) in steps.enumerated() {
      let size = abs(step.money.millionths)
      let above = left
      if step.isSum { left = step.money.millionths } else { left += step.money.millionths }
      // A sum begins at zero; what is taken away ends where the sum above it did, and what is
      // added begins there.
      let start = step.isSum ? 0 : max(0, min(above, left))
      let (x, bar) = (start * width / most, max(1, size * width / most))
      let y = place * rowHeight
      let kind = step.isSum ? "sum" : "less"
      bars +=
        "<text x=\"0\" y=\"\(y + 13)\">\(HTML.escaped(step.name))</text>"
        + "<text x=\"\(width)\" y=\"\(y + 13)\" text-anchor=\"end\" class=\"amount\">"
        + "\(HTML.escaped(People.money(step.money, currency)))</text>"
        + "<rect x=\"\(min(x, width - 1))\" y=\"\(y + 19)\" width=\"\(min(bar, width))\""
        + " height=\"10\" class=\"\(kind)\"/>\n"
    }
    let label = steps.map { "\($0.name): \(People.money($0.money, currency))" }
      .joined(separator: "; ")
    return "<figure class=\"steps\"><figcaption>\(HTML.escaped(caption))</figcaption>"
      + "<svg viewBox=\"0 0 \(width) \(steps.count * rowHeight)\" role=\"img\""
      + " aria-label=\"\(HTML.escaped(label))\">\n\(bars)</svg></figure>\n"
  }
}
