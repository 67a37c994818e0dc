import Controller
import Engine
import Grid
import Ledger
import Policies
import Settlement
import Signing
import Storage

/// What a demo came to, on one screen or as JSON.
struct DemoSummary {
  let batteries: Int
  let eligible: Int
  let commanded: Int
  let acknowledged: Int
  let requested: Energy
  let committed: Energy
  let delivered: Energy
  let verified: Energy
  let premium: Money
  let penalty: Money
  let currency: Currency
  let firstCommand: Duration?
  let lastCommand: Duration?
  let outcomes: [(name: String, count: Int)]
  let exceptions: [(name: String, count: Int)]
  let entries: Int64
  let root: Digest
  let isVerified: Bool
  let checkpoint: String
  let recharge: DemoRecharge?
  private let rechargeLimit: Power?
  private let end: Timestamp
  /// What was said before the start: target, promise, and what is missing of it.
  private let said: SignalAcknowledgement.Commitment?
  private let refusal: Rejection?

  init(
    world: DemoWorld, record: EventRecord?, answers: [Result<SignalAcknowledgement, Rejection>],
    delivered: Energy, recharge: DemoRecharge?, firstCommand: Duration?, lastCommand: Duration?
  ) throws {
    guard let record else {
      throw Outcome.broken.failure("the controller knows of no event; answers: \(answers)")
    }
    currency = world.policy.settlement.currency
    let facts = record.summary
    self.recharge = recharge
    rechargeLimit = record.recovery?.limit
    end = record.endedAt ?? record.window?.end ?? world.clock.now
    refusal = record.refusal
    said =
      answers.lazy.compactMap { answer -> SignalAcknowledgement.Commitment? in
        guard case .success(let answer) = answer, answer.status == .committed else { return nil }
        return answer.commitment
      }.first
    batteries = record.batteries.count
    eligible = facts.eligible
    commanded = facts.commanded
    acknowledged = facts.acknowledged
    requested = facts.asked
    committed = facts.committed
    self.delivered = delivered
    outcomes = facts.outcomes
    exceptions = facts.exceptions
    self.firstCommand = firstCommand
    self.lastCommand = lastCommand
    premium = world.book.rewards(ofEvent: record.id)
    penalty = record.window.map { world.book.penalties(ofEventsFrom: $0.start) } ?? .zero
    verified = Energy(wattHours: record.settled?.verifiedWh ?? 0)
    // The book is read from disk again: what was written, not what is remembered.
    let book = try LedgerKeeper.replay(world.store)
    entries = Int64(book.size)
    root = book.tree.root
    let last = try world.store.checkpoints().last
    let note = try last.map { try Checkpoint.verified(Note($0.note), log: world.book.key.verifier) }
    // A refused event posts nothing, so there is nothing to sign; the replay above found no fault.
    isVerified = note.map { book.tree.root(at: Int($0.size)) == $0.root } ?? (record.refusal != nil)
    checkpoint = last?.note ?? ""
  }

  func text(report: String) -> String {
    func megawattHours(_ energy: Energy) -> String {
      FixedDecimal.text(energy.wattHoursRoundedDown / 1_000, places: 3, minimumPlaces: 3) + " MWh"
    }
    func milliseconds(_ duration: Duration?) -> String {
      duration.map { "\($0.milliseconds) ms" } ?? "never"
    }
    func row(_ name: String, _ value: String) -> String {
      "  " + name + String(repeating: " ", count: max(1, 22 - name.count)) + value
    }
    func megawatts(_ power: Power) -> String {
      FixedDecimal.text(power.watts / 1_000, places: 3, minimumPlaces: 3) + " MW"
    }
    var lines = ["", "headroom demo: \(batteries) batteries, one signal", ""]
    if let refusal { lines += [row("refused", "\(refusal)"), ""] }
    if let said {
      let short = max(.zero, said.requested - said.committed)
      lines.append(
        row(
          "said before",
          "\(megawatts(said.requested)) asked, \(megawatts(said.committed)) "
            + "committed, \(megawatts(short)) short"))
    }
    lines += [
      row("requested", megawattHours(requested)), row("committed", megawattHours(committed)),
      row("delivered", megawattHours(delivered) + "  (the simulated truth)"),
      row("verified", megawattHours(verified)), "",
      row("eligible", "\(eligible)"), row("commanded", "\(commanded)"),
      row("acknowledged", "\(acknowledged)"),
    ]
    lines += outcomes.map { row("  " + $0.name, "\($0.count)") }
    lines += exceptions.map { row("  " + $0.name, "\($0.count)") }
    lines += recharge?.lines(limit: rechargeLimit, end: end, row: row) ?? []
    lines += [
      "", row("first command after", milliseconds(firstCommand)),
      row("last command after", milliseconds(lastCommand)), "",
      row("premiums", "\(premium.text(in: currency)) \(currency.code)"),
      row("penalties", "\(penalty.text(in: currency)) \(currency.code)"), "",
      row("ledger", "\(entries) entries, " + (isVerified ? "verified" : "NOT VERIFIED")),
      row("root", "\(root)"),
    ]
    lines += checkpoint.split(separator: "\n").map { "    \($0)" }
    lines += ["", row("report", report), ""]
    return lines.joined(separator: "\n")
  }

  func json(report: String) -> String {
    func text(_ value: String) -> String {
      "\"" + value.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"") + "\""
    }
    let figures: [(String, String)] =
      [
        ("batteries", "\(batteries)"), ("eligible", "\(eligible)"), ("commanded", "\(commanded)"),
        ("acknowledged", "\(acknowledged)"), ("requestedWh", "\(requested.wattHoursRoundedDown)"),
        ("committedWh", "\(committed.wattHoursRoundedDown)"),
        ("deliveredWh", "\(delivered.wattHoursRoundedDown)"),
        ("verifiedWh", "\(verified.wattHoursRoundedDown)"),
        ("premium", text(premium.text(in: currency))),
        ("penalty", text(penalty.text(in: currency))),
        ("currency", text(currency.code)),
        ("signalToFirstCommandMs", firstCommand.map { "\($0.milliseconds)" } ?? "null"),
        ("signalToLastCommandMs", lastCommand.map { "\($0.milliseconds)" } ?? "null"),
        (
          "ledger",
          "{\"entries\":\(entries),\"treeSize\":\(entries),\"rootHash\":\"\(root)\","
            + "\"verified\":\(isVerified)}"
        ), ("report", text(report)),
      ] + (recharge.map { [("recovery", $0.json(limit: rechargeLimit))] } ?? [])
    return "{" + figures.map { "\"\($0.0)\":\($0.1)" }.joined(separator: ",") + "}"
  }
}

extension Duration {
  /// Whole milliseconds.
  var milliseconds: Int64 {
    components.seconds * 1_000 + components.attoseconds / 1_000_000_000_000_000
  }
}
