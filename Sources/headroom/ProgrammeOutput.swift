import Controller
import Grid
import Policies
import Settlement
import Verification

/// One event settled with fees and splits: each line, and each party's part of each home.
struct ProgrammeOutput {
  private let event: EventCase
  private let policy: Policy
  private let run: SettlementTerms.Run
  private let result: ProgrammeResult

  init(
    _ event: EventCase, performances: [Performance], policy: Policy, terms: ProgrammeTerms,
    run: SettlementTerms.Run
  ) {
    self.event = event
    self.policy = policy
    self.run = run
    let input = EventAccount.input(
      event, performances: performances, run: run,
      payer: policy.settlement.escrowRequired ? .escrow : .funding)
    let calendar = policy.measurement.calendar
    let settled = ProgrammeEvent(input, date: calendar.zone.date(at: event.window.start))
    result = ProgrammeSettlement.settle(
      ProgrammeInput(
        run: input.run, isFinal: run.name == policy.settlement.runs.last?.name, events: [settled],
        homes: event.homes.map { ProgrammeHome(site: $0.site, owner: $0.owner) }),
      terms: terms)
  }

  private var currency: Currency { policy.settlement.currency }

  /// Energy, lines, parties by home, and their sums.
  var text: String {
    let zone = policy.measurement.calendar.zone
    var text =
      "\(event.id)  \(Amounts.window(event.window, in: zone))  run \(run.name)  "
      + "\(policy.id) \(policy.version)\npolicy SHA-256 \(policy.hash)\n\n"
    for energy in result.energy {
      text += Amounts.table([
        ["committed", Amounts.energy(energy.committed)],
        ["verified", Amounts.energy(energy.verified)],
        ["credited", Amounts.energy(energy.credited)],
      ])
    }
    let lines = result.lines.map { line in
      [
        line.site?.text ?? "fleet", line.field, line.amount.text(in: currency),
        line.charged.text(in: currency), line.status.rawValue, line.reason ?? "",
      ]
    }
    text += "\n"
    text += Amounts.table(
      [["home", "line", "computed", "charged", "status", ""]] + lines, left: [0, 1, 4, 5])
    let legs = result.accounts.flatMap { account in
      account.legs.map { leg in
        [account.site?.text ?? "fleet", leg.party, leg.amount.text(in: currency)]
      }
    }
    text += "\n" + Amounts.table([["home", "party", "amount"]] + legs, left: [0, 1]) + "\n"
    let owners = result.accounts.flatMap(\.owners)
      .map { [$0.site.text, $0.amount.text(in: currency)] }
    if !owners.isEmpty {
      text += Amounts.table([["home", "of the owners' part"]] + owners) + "\n"
    }
    text += Amounts.table(
      result.byKind.map { [$0.kind.rawValue, money($0.charged)] }
        + result.byParty.map { ["to \($0.party)", money($0.amount)] })
    return text
  }

  private func money(_ total: MoneyTotal) -> String {
    Amounts.grouped(total.text(in: currency)) + " " + currency.code
  }

  /// Exact amounts are fractions of the currency; money is decimal text.
  func writeJSON(to sink: @escaping ([UInt8]) -> Void) {
    OrderedJSON.write(to: sink) { json in
      json.text("eventId", event.id.text)
      json.text("policySha256", "\(policy.hash)")
      json.text("run", run.name)
      json.text("currency", currency.code)
      json.array("lines") { json in
        for line in result.lines { json.object(nil) { write(line, to: &$0) } }
      }
      json.array("accounts") { json in
        for account in result.accounts {
          json.object(nil) { json in
            json.text("siteId", account.site?.text)
            json.object("parties") { json in
              for leg in account.legs { json.text(leg.party, leg.amount.text(in: currency)) }
            }
            json.object("owners") { json in
              for part in account.owners {
                json.text(part.site.text, part.amount.text(in: currency))
              }
            }
          }
        }
      }
      json.object("parties") { json in
        for party in result.byParty { json.text(party.party, party.amount.text(in: currency)) }
      }
    }
  }

  private func write(_ line: ProgrammeLine, to json: inout OrderedJSON) {
    json.text("siteId", line.site?.text)
    json.text("kind", line.kind.rawValue)
    json.text("field", line.field)
    json.text("quantity", "\(line.quantity)")
    json.text("unit", line.unit)
    json.text("exact", "\(line.exact)")
    json.text("computed", line.amount.text(in: currency))
    json.text("charged", line.charged.text(in: currency))
    json.text("status", line.status.rawValue)
    json.text("reason", line.reason)
  }
}
