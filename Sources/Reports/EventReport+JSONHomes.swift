import Grid
import Settlement

extension EventReport {
  /// One home; one that only earlier runs know has no intervals.
  func appendHome(_ pair: HomePair, _ json: inout JSONBytes) {
    json.object { json in
      let facts = pair.row.map { homes[$0] }
      let part = pair.row.map { self.performance(row: $0) }
      json.key("baseline")
      appendBaseline(facts?.baseline, &json)
      json.key("batteries")
      json.array { json in for battery in facts?.batteries ?? [] { json.string(battery.text) } }
      json.key("consideredDays")
      json.array { json in for day in facts?.days ?? [] { appendDay(day, &json) } }
      json.key("flags")
      json.array(facts?.flags ?? [])
      json.member("inputSha256", facts?.inputSHA256?.description)
      json.key("intervals")
      json.array { json in
        guard let row = pair.row else { return }
        for place in homes[row].intervals.indices { appendInterval(row, place, &json) }
      }
      json.key("lines")
      json.array { json in appendLines(pair, &json) }
      json.member("meanReductionW", part?.meanWatts)
      json.key("parties")
      json.array { json in appendParties(pair, &json) }
      json.member("performance", part?.factor)
      json.member("performanceUncapped", part?.uncappedFactor)
      json.key("refusal")
      if let refusal = facts?.refusal {
        json.object { json in
          json.member("code", refusal.code)
          json.member("sentence", refusal.sentence)
        }
      } else {
        json.null()
      }
      json.member("siteId", pair.site.text)
    }
  }

  private func appendBaseline(_ baseline: HomeFacts.Baseline?, _ json: inout JSONBytes) {
    guard let baseline else { return json.null() }
    json.object { json in
      json.member("adjustment", baseline.adjustment)
      json.key("adjustmentCapped")
      if let capped = baseline.isAdjustmentCapped { json.bool(capped) } else { json.null() }
      json.member("adjustmentType", baseline.adjustmentType)
      json.key("days")
      json.array { json in for day in baseline.days { json.string(day.description) } }
      json.member("kind", baseline.kind)
    }
  }

  private func appendDay(_ day: HomeFacts.Day, _ json: inout JSONBytes) {
    json.object { json in
      json.member("class", day.dayClass)
      json.member("date", day.date.description)
      json.member("meanJ", day.mean)
      json.member("reason", day.reason)
      json.member("state", day.state)
      json.member("weight", day.weight)
    }
  }

  private func appendInterval(_ row: Int, _ place: Int, _ json: inout JSONBytes) {
    let interval = homes[row].intervals[place]
    let settled = settlement.homes[row].intervals[place]
    json.object { json in
      json.member("actualJ", interval.actual)
      json.member("baselineJ", interval.baseline)
      json.member("commitmentJ", interval.commitment.rewardBase)
      json.member("creditedJ", settled.credited)
      json.member("excusal", interval.excusal?.rawValue)
      json.member("overJ", settled.over)
      json.member("penaltyBaseJ", interval.commitment.penaltyBase)
      json.member("quality", interval.quality.letter)
      json.member("reductionJ", interval.reduction)
      json.member("shortfallJ", settled.shortfall)
      json.member("start", settlement.intervals[place].window.start.description)
      json.member("unadjustedJ", interval.unadjusted)
    }
  }

  private func appendLines(_ pair: HomePair, _ json: inout JSONBytes) {
    for lines in LinePair.all(pair.row.map { settlement.homes[$0] }, pair.posted) {
      let line = lines.line
      let prior = lines.posted?.charged ?? .zero
      let charged = line?.charged ?? .zero
      json.object { json in
        json.member("amount", line?.amount ?? .zero, currency)
        json.member("charged", charged, currency)
        json.member("difference", charged - prior, currency)
        json.member("exact", line?.exact ?? .zero)
        json.member("policyField", lines.field)
        json.member("prior", prior, currency)
        json.member("quantity", line?.quantity ?? .zero)
        if let rate = line?.rate {
          json.member("rate", rate, currency)
        } else {
          json.key("rate")
          json.null()
        }
        json.member("reason", line?.reason?.code)
        json.member("status", line?.status.rawValue)
        json.member("type", lines.type.rawValue)
        json.member("unit", line?.unit ?? "kWh")
      }
    }
  }

  /// What each party has in the end, and what this run adds.
  private func appendParties(_ pair: HomePair, _ json: inout JSONBytes) {
    let new = pair.row.map { settlement.homes[$0].partySplit } ?? []
    let old = pair.posted?.partySplit ?? []
    for party in SettlementTerms.Party.allCases.sorted() {
      let share = new.first { $0.party == party }?.amount
      let posted = old.first { $0.party == party }?.amount
      if share == nil, posted == nil { continue }
      let amount = share ?? .zero
      json.object { json in
        json.member("amount", amount, currency)
        json.member("difference", amount - (posted ?? .zero), currency)
        json.member("party", party.rawValue)
        json.member("prior", posted ?? .zero, currency)
      }
    }
  }
}
