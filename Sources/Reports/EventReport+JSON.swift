import Grid
import Settlement

extension EventReport {
  /// `headroom.settlement/1`: keys sorted, money as decimal strings, energies as integers.
  func writeJSON(to sink: ([UInt8]) throws -> Void) rethrows {
    var json = JSONBytes()
    try json.object { json in
      if !curve.points.isEmpty { appendCurve(&json) }
      json.key("dataQuality")
      json.array(dataQuality)
      json.key("event")
      appendEvent(&json)
      json.key("exceptions")
      json.array { json in
        for exception in allExceptions() {
          json.object { json in
            json.member("count", exception.count)
            json.member("kind", exception.kind)
            json.member("reason", exception.reason)
          }
        }
      }
      json.key("falseCredit")
      appendFalseCredit(&json)
      json.key("fleet")
      appendFleet(&json)
      json.member("format", "headroom.settlement/1")
      json.key("homes")
      let pairs = pairs()
      try json.array { json in
        for pair in pairs {
          appendHome(pair, &json)
          if json.out.bytes.count >= pieceSize {
            try sink(json.out.bytes)
            json.out.removeAll()
          }
        }
      }
      json.key("inputs")
      appendInputs(&json)
      json.key("intervals")
      appendIntervals(&json)
      json.key("ledger")
      appendLedger(&json)
      json.key("policy")
      json.object { json in
        json.member("id", policy.id)
        json.member("sha256", policy.sha256.description)
        json.member("title", policy.title)
        json.member("version", policy.version)
      }
      appendRebound(&json)
      json.key("run")
      json.object { json in
        json.member("id", runID)
        json.key("payable")
        json.bool(settlement.run.isPayable)
        json.member("type", settlement.run.name)
      }
      json.key("totals")
      appendTotals(&json)
    }
    json.out.append("\n")
    try sink(json.out.bytes)
  }

  private func appendCurve(_ json: inout JSONBytes) {
    json.key("curve")
    json.array { json in
      for point in curve.points {
        json.object { json in
          json.member("at", point.at.description)
          json.member("commands", point.commands)
          json.member("committedW", point.committed.watts)
          json.member("deliveredW", point.delivered.watts)
          json.member("targetW", point.target.watts)
        }
      }
    }
  }

  private func appendEvent(_ json: inout JSONBytes) {
    json.object { json in
      json.member("cancelledAt", event.cancelledAt?.description)
      json.member("end", event.window.end.description)
      json.member("id", event.id.text)
      json.key("revisions")
      json.array { json in
        for revision in event.revisions {
          json.object { json in
            json.member("end", revision.window.end.description)
            json.member("level", revision.level.map { Int64($0) })
            json.member("number", revision.number)
            json.member("start", revision.window.start.description)
          }
        }
      }
      json.member("sha256", event.sha256?.description)
      json.member("start", event.window.start.description)
      json.key("test")
      json.bool(event.isTest)
      json.member("utility", event.utility?.text)
    }
  }

  private func appendFalseCredit(_ json: inout JSONBytes) {
    guard let falseCredit else { return json.null() }
    json.object { json in
      json.member("creditedJ", falseCredit.credited)
      json.member("homes", falseCredit.homes)
      json.member("paid", falseCredit.paid, currency)
    }
  }

  private func appendFleet(_ json: inout JSONBytes) {
    json.object { json in
      json.member("acknowledged", fleet.acknowledged)
      json.member("batteries", fleet.batteries)
      json.member("commanded", fleet.commanded)
      json.member("deliveredWh", wattHours: fleet.delivered)
      json.member("eligible", fleet.eligible)
      json.key("outcomes")
      json.array { json in
        for outcome in fleet.outcomes {
          json.object { json in
            json.member("count", outcome.count)
            json.member("name", outcome.name)
          }
        }
      }
    }
  }

  private func appendInputs(_ json: inout JSONBytes) {
    json.object { json in
      json.member("enrolmentsSha256", inputs.enrolments?.description)
      json.member("evidenceSha256", inputs.evidence?.description)
      json.member("historySha256", inputs.history?.description)
      json.member("pricesSha256", inputs.prices?.description)
      json.member("readingsRoot", inputs.readingsRoot?.description)
    }
  }

  private func appendIntervals(_ json: inout JSONBytes) {
    json.array { json in
      for sum in intervalSums() {
        json.object { json in
          json.member("baselineJ", sum.measured == 0 ? nil : sum.baseline)
          json.member("committedJ", sum.committed)
          json.member("creditedJ", sum.credited)
          json.member("end", sum.window.end.description)
          json.member("homes", sum.homes)
          json.member("level", sum.level)
          json.member("measured", sum.measured)
          json.member("meteredJ", sum.measured == 0 ? nil : sum.metered)
          json.member("start", sum.window.start.description)
          json.member("targetJ", sum.measured == 0 ? nil : sum.target)
          json.member("verifiedJ", sum.verified)
        }
      }
    }
  }

  private func appendLedger(_ json: inout JSONBytes) {
    guard let ledger else { return json.null() }
    json.object { json in
      json.member("checkpoint", ledger.checkpoint)
      json.member("firstIndex", ledger.firstIndex)
      json.member("lastIndex", ledger.lastIndex)
      json.member("origin", ledger.origin)
    }
  }

  private func appendTotals(_ json: inout JSONBytes) {
    let totals = settlement.totals
    let part = performance
    json.object { json in
      json.member("askedWh", wattHours: fleet.asked)
      if totals.bonuses.millionths != 0 {
        json.member("bonuses", totals.bonuses.text(in: currency))
      }
      json.key("byLineType")
      json.object { json in
        for type in totals.byType.sorted(by: { $0.type.rawValue < $1.type.rawValue }) {
          json.key(type.type.rawValue)
          json.object { json in
            json.member("amount", type.amount.text(in: currency))
            json.member("charged", type.charged.text(in: currency))
          }
        }
      }
      json.key("byParty")
      json.object { json in
        for party in totals.byParty {
          json.member(party.party.rawValue, party.net.text(in: currency))
        }
      }
      json.member("committedWh", wattHours: fleet.committed)
      json.member("creditedWh", wattHours: totals.credited)
      json.member("currency", currency.code)
      json.member("held", totals.held.text(in: currency))
      json.member("meanReductionW", part.meanWatts)
      json.member("oneMeterJ", asOneMeter)
      if totals.payerFees.millionths != 0 {
        json.member("payerFees", totals.payerFees.text(in: currency))
      }
      json.member("penalties", totals.penalties.text(in: currency))
      json.member("performance", part.factor)
      json.member("performanceUncapped", part.uncappedFactor)
      json.member("rewards", totals.rewards.text(in: currency))
      json.member("rounding", totals.rounding.text(in: currency))
      json.member("shortfallWh", wattHours: notDelivered)
      json.member("verifiedWh", wattHours: totals.verified)
    }
  }
}
