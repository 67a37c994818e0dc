import Controller
import Grid
import Policies
import Settlement
import Verification

/// Events, months and seasons settled together: each line, and each party's part of each home.
struct PeriodOutput {
  private let event: EventID?
  private let title: String
  private let policy: Policy
  private let run: SettlementTerms.Run
  private let result: ProgrammeResult
  /// Homes whose volumes differ from another party's; nil when there was none to compare with.
  private let disputes: [VolumeCheck.Difference]?
  /// What stood posted before this run; nil where nobody said.
  private var before: [ProgrammeAccount]?

  /// One event by itself, with fees and splits.
  init(
    _ event: EventCase, performances: [Performance], policy: Policy, terms: ProgrammeTerms,
    run: SettlementTerms.Run
  ) {
    self.event = event.id
    disputes = nil
    self.policy = policy
    self.run = run
    let calendar = policy.measurement.calendar
    title = "\(event.id)  \(Amounts.window(event.window, in: calendar.zone))"
    let input = EventAccount.input(
      event, performances: performances, run: run,
      payer: policy.settlement.escrowRequired ? .escrow : .funding)
    let settled = ProgrammeEvent(input, date: calendar.zone.date(at: event.window.start))
    result = ProgrammeSettlement.settle(
      ProgrammeInput(
        run: input.run, isFinal: run.name == policy.settlement.runs.last?.name, events: [settled],
        homes: event.homes.map { ProgrammeHome(site: $0.site, owner: $0.owner) }),
      terms: terms)
  }

  /// Several events with their months and seasons.
  ///
  /// - Parameters:
  ///   - disputes: Homes whose volumes differ; nil when there was nobody to compare with.
  ///   - posted: What earlier runs posted: this one posts the difference.
  init(
    _ account: PeriodAccount, disputes: [VolumeCheck.Difference]? = nil,
    posted: [ProgrammeAccount]? = nil
  ) {
    event = nil
    self.disputes = disputes
    before = posted
    policy = account.policy
    run = SettlementTerms.Run(
      name: account.input.run.name, afterDays: 0, isPayable: account.input.run.isPayable)
    let periods = (account.input.months + account.input.seasons).map(\.key)
    title =
      "\(account.input.events.count) events"
      + (periods.isEmpty ? "" : ", \(periods.joined(separator: ", "))")
    result = account.result
  }

  private var currency: Currency { policy.settlement.currency }

  /// What this run posts over the earlier ones.
  private var posts: [ProgrammeAccount]? {
    before.map {
      result.difference(to: $0, minimum: policy.settlement.minimumPosting)
    }
  }

  /// This run differs from what was posted.
  var changesPosted: Bool { before.map { !result.difference(to: $0).isEmpty } ?? false }

  /// Energy, lines, parties by home, and their sums.
  var text: String {
    var text =
      "\(title)  run \(run.name)  \(policy.id) \(policy.version)\n"
      + "policy SHA-256 \(policy.hash)\n\n"
    text += Amounts.table(
      [["event", "committed", "verified", "credited"]]
        + result.energy.map { energy in
          [
            energy.event.text, Amounts.energy(energy.committed), Amounts.energy(energy.verified),
            Amounts.energy(energy.credited),
          ]
        })
    for refusal in result.refused {
      text +=
        "\(refusal.event): refused, its greatest cost \(money(refusal.greatestCost)) is "
        + "\(money(refusal.missing)) more than the budget has\n"
    }
    let lines = result.lines.map { line in
      [
        line.period, line.site?.text ?? "fleet", line.field, line.amount.text(in: currency),
        line.charged.text(in: currency), line.status.rawValue, line.reason ?? "",
      ]
    }
    text += "\n"
    text += Amounts.table(
      [["for", "home", "line", "computed", "charged", "status", ""]] + lines,
      left: [0, 1, 2, 5, 6])
    let legs = result.accounts.flatMap { account in
      account.legs.map { leg in
        [
          account.period, account.site?.text ?? "fleet", leg.party, leg.amount.text(in: currency),
        ]
      }
    }
    text += "\n" + Amounts.table([["for", "home", "party", "amount"]] + legs, left: [0, 1, 2])
    text += "\n" + postsText
    let owners = result.accounts.flatMap { account in
      account.owners.map { [account.period, $0.site.text, $0.amount.text(in: currency)] }
    }
    if !owners.isEmpty {
      text +=
        Amounts.table([["for", "home", "of the owners' part"]] + owners, left: [0, 1]) + "\n"
    }
    text += Amounts.table(
      result.byKind.map { [$0.kind.rawValue, money($0.charged)] }
        + result.byParty.map { ["to \($0.party)", money($0.amount)] })
    return text
  }

  /// The difference that is posted, party by party; nothing without an earlier run.
  private var postsText: String {
    guard let posts else { return "" }
    if posts.isEmpty { return "this run posts nothing\n\n" }
    let legs = posts.flatMap { account in
      account.legs.map { leg in
        [
          account.period, account.site?.text ?? "fleet", leg.party, leg.amount.text(in: currency),
        ]
      }
    }
    return Amounts.table([["posted for", "home", "party", "amount"]] + legs, left: [0, 1, 2]) + "\n"
  }

  private func money(_ amount: Money) -> String {
    Amounts.grouped(amount.text(in: currency)) + " " + currency.code
  }

  private func money(_ total: MoneyTotal) -> String {
    Amounts.grouped(total.text(in: currency)) + " " + currency.code
  }

  /// Exact amounts are fractions of the currency; money is decimal text.
  func writeJSON(to sink: @escaping ([UInt8]) -> Void) {
    OrderedJSON.write(to: sink) { json in
      json.text("eventId", event?.text)
      json.text("policySha256", "\(policy.hash)")
      json.text("run", run.name)
      json.text("currency", currency.code)
      json.array("events") { json in
        for energy in result.energy { json.object(nil) { write(energy, to: &$0) } }
      }
      json.array("refused") { json in
        for refusal in result.refused {
          json.object(nil) { json in
            json.text("eventId", refusal.event.text)
            json.text("greatestCost", refusal.greatestCost.text(in: currency))
            json.text("missing", refusal.missing.text(in: currency))
          }
        }
      }
      if let disputes {
        json.array("disputes") { json in
          for one in disputes {
            json.object(nil) { json in
              json.text("eventId", one.event.text)
              json.text("siteId", one.site.text)
              json.text("reason", VolumeCheck.code)
              json.integer("oursJ", one.ours.joules)
              json.integer("theirsJ", one.theirs?.joules)
              json.integer("hundredthsOfPercent", one.hundredths)
            }
          }
        }
      }
      json.array("lines") { json in
        for line in result.lines {
          json.object(nil) { Self.write(line, in: currency, to: &$0) }
        }
      }
      Self.write(result.accounts, "accounts", in: currency, to: &json)
      if let before, let posts {
        Self.write(posts, "posts", in: currency, to: &json)
        Self.write(
          ProgrammeResult.standing(before, with: posts), "posted", in: currency, to: &json)
      }
      json.object("parties") { json in
        for party in result.byParty { json.text(party.party, party.amount.text(in: currency)) }
      }
    }
  }

  /// Each party's part of each home and period.
  static func write(
    _ accounts: [ProgrammeAccount], _ name: String, in currency: Currency,
    to json: inout OrderedJSON
  ) {
    json.array(name) { json in
      for account in accounts {
        json.object(nil) { json in
          json.text("period", account.period)
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
  }

  private func write(_ energy: ProgrammeResult.EventEnergy, to json: inout OrderedJSON) {
    json.text("eventId", energy.event.text)
    json.integer("committedJ", energy.committed.joules)
    json.integer("verifiedJ", energy.verified.joules)
    json.integer("creditedJ", energy.credited.joules)
  }

  /// A line with exact quantity and amount.
  static func write(_ line: ProgrammeLine, in currency: Currency, to json: inout OrderedJSON) {
    json.text("period", line.period)
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
