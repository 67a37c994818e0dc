import Controller
import Engine
import Grid
import Policies
import Reports
import Settlement
import Signing
import Verification

/// A settlement from files for a person, a program and the report.
struct SettleOutput {
  let account: EventAccount
  let rehearsal: Rehearsal
  let fleet: [EnrolledBattery]

  private var result: SettlementResult { account.result }
  private var totals: SettlementResult.Totals { account.result.totals }

  /// The report, with the digest of its intervals as evidence.
  var report: EventReport {
    let content = rehearsal.content
    let asked = rehearsal.plan.setpointW.count { $0 > 0 }
    var around = EventAccount.Surroundings(
      event: EventFacts(
        id: rehearsal.event, window: content.window,
        revisions: [
          .init(
            number: 1, window: content.window,
            level: content.request == .byLevel ? content.level : nil)
        ]),
      fleet: FleetFacts(
        asked: rehearsal.plan.requested.held(forSeconds: rehearsal.plan.seconds),
        committed: totals.committed, batteries: fleet.count, eligible: asked, commanded: asked,
        acknowledged: asked),
      exceptions: skips.map { ExceptionCount(kind: "skipped", reason: $0.key, count: $0.value) })
    around.inputs.evidence = SHA256.hash(account.report(around).bytes(of: .intervals))
    return account.report(around)
  }

  /// Batteries that were not asked, by reason in the order of the names.
  private var skips: [(key: String, value: Int)] {
    var counts: [String: Int] = [:]
    for case let reason? in rehearsal.plan.skipped { counts[reason.rawValue, default: 0] += 1 }
    return counts.sorted { $0.key < $1.key }
  }

  /// Homes by what verification said, a refusal with its code; most frequent first.
  private var verdicts: [(key: String, value: Int)] {
    var counts: [String: Int] = [:]
    for performance in account.performances {
      let word =
        performance.isRefused
        ? "refused \(performance.reason ?? "")" : performance.verdictWord
      counts[word, default: 0] += 1
    }
    return counts.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
  }

  private var flags: [(key: String, value: Int)] {
    var counts: [String: Int] = [:]
    for performance in account.performances {
      for code in Set(performance.flags.map(\.code)) { counts[code, default: 0] += 1 }
    }
    return counts.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
  }

  /// Energy, money, homes and flags.
  var text: String {
    let policy = account.policy
    let zone = policy.measurement.calendar.zone
    var text =
      "\(result.event)  \(Amounts.window(result.window, in: zone))  run \(result.run.name)  "
      + "\(policy.id) \(policy.version)\npolicy SHA-256 \(policy.hash)\n\n"
    let asked = rehearsal.plan.requested.held(forSeconds: rehearsal.plan.seconds)
    text += Amounts.table([
      ["asked", Amounts.energy(asked)], ["committed", Amounts.energy(totals.committed)],
      ["verified", Amounts.energy(totals.verified)],
      ["credited", Amounts.energy(totals.credited)], ["short", Amounts.energy(totals.shortfall)],
    ])
    text += "\n"
    var money = totals.byType.map { [$0.type.rawValue, self.money($0.charged)] }
    if totals.held.millionths != 0 { money.append(["held", self.money(totals.held)]) }
    money += totals.byParty.map { ["to \($0.party.rawValue)", self.money($0.net)] }
    text += Amounts.table(money)
    let homes = result.homes.count
    text += "\n\(Amounts.count(homes)) \(homes == 1 ? "home" : "homes")\n"
    text += Amounts.table(verdicts.map { ["  \($0.key)", Amounts.count($0.value)] })
    if !flags.isEmpty {
      text += "flags\n" + Amounts.table(flags.map { ["  \($0.key)", Amounts.count($0.value)] })
    }
    if !skips.isEmpty {
      text += "batteries skipped\n"
      text += Amounts.table(skips.map { ["  \($0.key)", Amounts.count($0.value)] })
    }
    return text
  }

  private func money(_ total: MoneyTotal) -> String {
    Amounts.grouped(total.text(in: result.currency)) + " " + result.currency.code
  }

  /// Energies in whole watt-hours, rounded down; money as decimal text.
  func writeJSON(to sink: @escaping ([UInt8]) -> Void) {
    OrderedJSON.write(to: sink) { json in
      json.text("eventId", result.event.text)
      json.text("policySha256", "\(account.policy.hash)")
      json.text("run", result.run.name)
      json.text("currency", result.currency.code)
      json.integer(
        "requestedWh",
        rehearsal.plan.requested.held(forSeconds: rehearsal.plan.seconds).wattHoursRoundedDown)
      json.integer("committedWh", totals.committed.wattHoursRoundedDown)
      json.integer("verifiedWh", totals.verified.wattHoursRoundedDown)
      json.integer("creditedWh", totals.credited.wattHoursRoundedDown)
      json.integer("shortfallWh", totals.shortfall.wattHoursRoundedDown)
      let always: Set<LineType> = [.directReward, .premium, .penalty]
      for type in always.union(totals.byType.map(\.type)).sorted() {
        let charged = totals.byType.first { $0.type == type }?.charged ?? MoneyTotal()
        json.text(type.rawValue, charged.text(in: result.currency))
      }
      json.text("held", totals.held.text(in: result.currency))
      json.object("parties") { json in
        for party in totals.byParty {
          json.text(party.party.rawValue, party.net.text(in: result.currency))
        }
      }
      json.object("verdicts") { json in
        for verdict in verdicts { json.count(verdict.key, verdict.value) }
      }
      json.object("flags") { json in for flag in flags { json.count(flag.key, flag.value) } }
      json.object("skipped") { json in for skip in skips { json.count(skip.key, skip.value) } }
      json.array("homes") { json in
        for home in result.homes { json.object(nil) { write(home, to: &$0) } }
      }
    }
  }

  private func write(_ home: HomeSettlement, to json: inout OrderedJSON) {
    json.text("siteId", home.site.text)
    json.text("ownerId", home.owner.text)
    json.integer("committedJ", home.committed.joules)
    json.integer("verifiedJ", home.verified.joules)
    json.integer("creditedJ", home.credited.joules)
    json.text("rewards", home.rewards.text(in: result.currency))
    json.text("penalties", home.penalties.text(in: result.currency))
    json.text("held", home.held.text(in: result.currency))
    json.text("net", home.net.text(in: result.currency))
  }
}
