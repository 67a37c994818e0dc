import Controller
import Grid
import Policies
import Settlement

/// The same figures for programs: exact joules, money as decimal text, an empty cell is unknown.
extension BacktestOutput {
  /// One row a policy and event.
  var eventsCSV: String {
    var text =
      "policy_id,policy_version,policy_sha256,currency,event_id,start,end,homes,asked_j,"
      + "committed_j,verified_j,paid,penalty,held,per_kwh,owner_least,owner_median,owner_most,"
      + "verified_least_j,verified_median_j,verified_most_j,for_nothing,not_settled,remarks\n"
    for result in results {
      let currency = result.currency
      for event in result.events {
        var row = Self.head(result, event)
        switch event.outcome {
        case .notSettled(let why): row += [String](repeating: "", count: 15) + [why, ""]
        case .settled(let settled):
          let sums = BacktestSums(settled.homes, fleet: settled.fleet.map { [$0] } ?? [])
          row += [
            "\(settled.homes.count)", "\(settled.asked.joules)", "\(sums.committed.joules)",
            "\(sums.verified.joules)", sums.paid.text(in: currency),
            sums.penalties.text(in: currency), sums.held.text(in: currency),
            sums.perKilowattHour.map(Self.fourPlaces) ?? "",
            sums.spread?.least.text(in: currency) ?? "",
            sums.spread?.median.text(in: currency) ?? "",
            sums.spread?.most.text(in: currency) ?? "",
            sums.energySpread.map { "\($0.least.joules)" } ?? "",
            sums.energySpread.map { "\($0.median.joules)" } ?? "",
            sums.energySpread.map { "\($0.most.joules)" } ?? "",
            sums.forNothing?.text(in: currency) ?? "", "", Self.remarks(settled),
          ]
        }
        text += Self.line(row)
      }
    }
    return text
  }

  /// One row a policy, event and home; events that a policy does not settle have none.
  var homesCSV: String {
    var text =
      "policy_id,policy_version,policy_sha256,currency,event_id,start,end,site_id,committed_j,"
      + "verified_j,paid,penalty,held,owner,for_nothing,remarks\n"
    for result in results {
      let currency = result.currency
      for event in result.events {
        guard case .settled(let settled) = event.outcome else { continue }
        for home in settled.homes {
          text += Self.line(
            Self.head(result, event) + [
              home.site.text, "\(home.committed.joules)", "\(home.verified.joules)",
              home.paid.text(in: currency), home.penalty.text(in: currency),
              home.held.text(in: currency), home.owner.text(in: currency),
              home.forNothing?.text(in: currency) ?? "", home.doubt ?? "",
            ])
        }
      }
    }
    return text
  }

  private static func head(
    _ result: BacktestResult, _ event: BacktestResult.Event
  ) -> [String] {
    [
      result.policy.id.text, result.policy.version, "\(result.policy.hash)", result.currency.code,
      event.id.text, "\(event.window.start)", "\(event.window.end)",
    ]
  }

  private static func line(_ cells: [String]) -> String {
    cells.map { cell in
      guard cell.utf8.contains(where: { [0x22, 0x2C, 0x0A].contains($0) }) else { return cell }
      return "\""
        + cell.split(separator: "\"", omittingEmptySubsequences: false)
        .joined(separator: "\"\"") + "\""
    }.joined(separator: ",") + "\n"
  }

  /// Integer joules; money as decimal text.
  func writeJSON(to sink: @escaping ([UInt8]) -> Void) {
    OrderedJSON.write(to: sink) { json in
      let batteries =
        switch movement {
        case .recorded: "recorded"
        case .idle: "idle"
        case .asAsked: "asAsked"
        }
      json.text("batteries", batteries)
      json.integer("intervalMinutes", interval)
      json.array("policies") { json in
        for result in results { json.object(nil) { write(result, to: &$0) } }
      }
    }
  }

  private func write(_ result: BacktestResult, to json: inout OrderedJSON) {
    let currency = result.currency
    json.text("policyId", result.policy.id.text)
    json.text("version", result.policy.version)
    json.text("policySha256", "\(result.policy.hash)")
    json.flag("draft", result.policy.isDraft)
    json.text("currency", currency.code)
    json.object("all") { Self.write(result.sums, currency, to: &$0) }
    json.array("events") { json in
      for event in result.events {
        json.object(nil) { json in
          json.text("eventId", event.id.text)
          json.text("start", "\(event.window.start)")
          json.text("end", "\(event.window.end)")
          switch event.outcome {
          case .notSettled(let why): json.text("notSettled", why)
          case .settled(let settled): Self.write(settled, currency, to: &json)
          }
        }
      }
    }
    json.object("periods") { json in
      for (period, paid) in result.periods { json.text(period, paid.text(in: currency)) }
    }
  }

  private static func write(
    _ settled: BacktestResult.Settled, _ currency: Currency, to json: inout OrderedJSON
  ) {
    json.integer("askedJ", settled.asked.joules)
    write(
      BacktestSums(settled.homes, fleet: settled.fleet.map { [$0] } ?? []), currency, to: &json)
    json.object("skipped") { json in
      for skip in settled.skipped { json.count(skip.reason, skip.count) }
    }
    json.array("homes") { json in
      for home in settled.homes {
        json.object(nil) { json in
          json.text("siteId", home.site.text)
          json.integer("committedJ", home.committed.joules)
          json.integer("verifiedJ", home.verified.joules)
          json.text("paid", home.paid.text(in: currency))
          json.text("penalty", home.penalty.text(in: currency))
          json.text("held", home.held.text(in: currency))
          json.text("owner", home.owner.text(in: currency))
          json.text("forNothing", home.forNothing?.text(in: currency))
          json.text("doubt", home.doubt)
        }
      }
    }
  }

  private static func write(
    _ sums: BacktestSums, _ currency: Currency, to json: inout OrderedJSON
  ) {
    json.integer("committedJ", sums.committed.joules)
    json.integer("verifiedJ", sums.verified.joules)
    json.text("paid", sums.paid.text(in: currency))
    json.text("penalty", sums.penalties.text(in: currency))
    json.text("held", sums.held.text(in: currency))
    json.text("perKilowattHour", sums.perKilowattHour.map(fourPlaces))
    json.text("ownerLeast", sums.spread?.least.text(in: currency))
    json.text("ownerMedian", sums.spread?.median.text(in: currency))
    json.text("ownerMost", sums.spread?.most.text(in: currency))
    json.text("forNothing", sums.forNothing?.text(in: currency))
  }
}
