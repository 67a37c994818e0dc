import Engine
import Grid

/// Why one battery is asked, why so much, or why not: for a person and for a program.
struct PlanExplanationOutput {
  private let rehearsal: Rehearsal
  private let row: Int
  private let fleet: [EnrolledBattery]
  private let feeder: FeederTree
  private let terms: DispatchTerms
  private let why: PlanExplanation

  init(
    _ rehearsal: Rehearsal, row: Int, fleet: [EnrolledBattery], feeder: FeederTree,
    terms: DispatchTerms
  ) {
    self.rehearsal = rehearsal
    self.row = row
    self.fleet = fleet
    self.feeder = feeder
    self.terms = terms
    why = PlanExplanation(
      rehearsal.plan, rehearsal.input, feeder: feeder, request: rehearsal.request,
      fairness: terms.fairness, row: row)
  }

  private var plan: Plan { rehearsal.plan }
  private var input: PlanningFleet { rehearsal.input }

  private var skip: SkipReason? { plan.skipped[row] }

  /// The policy's words for who goes first, and his figure; nil where there is no order.
  private var order: (by: String, figure: String)? {
    guard !input.merit.isEmpty else { return nil }
    let merit = input.merit[row]
    switch terms.fairness {
    case .proportional, .equalShare: return nil
    case .rotationDebt:
      return ("rotationDebt", FixedDecimal.text(merit, places: 0, minimumPlaces: 0) + " J owed")
    case .meritOrder:
      let figure =
        switch terms.meritBy {
        case .stateOfCharge, .reliability:
          FixedDecimal.text(merit, places: 2, minimumPlaces: 0) + " %"
        case .offeredPrice:
          merit == -.max
            ? "no price"
            : FixedDecimal.text(-merit, places: 6, minimumPlaces: 2) + " a kWh"
        }
      return (terms.meritBy.rawValue, figure)
    }
  }

  func writeJSON(to sink: @escaping ([UInt8]) -> Void) {
    OrderedJSON.write(to: sink) { json in
      json.text("eventId", rehearsal.event.text)
      json.text("batteryId", fleet[row].battery.text)
      json.integer("setpointW", plan.setpointW[row])
      json.integer("energyLimitWh", plan.energyLimitWh[row])
      if let skip {
        json.text("reason", skip.rawValue)
      } else {
        json.text("boundBy", plan.bound[row].text(feeder))
      }
      if input.chargeHundredths[row] >= 0 {
        json.text("chargePct", percent(input.chargeHundredths[row]))
      }
      json.text("floorPct", percent(input.floorHundredths[row]))
      json.text("efficiencyPct", percent(input.efficiencyHundredths[row]))
      json.integer("aboveFloorWh", why.aboveFloorJ / 3_600)
      json.array("limits") { json in
        for limit in why.limits {
          json.object(nil) { json in
            json.text("name", limit.bound.text(feeder))
            if let watts = limit.watts { json.integer("watts", watts) }
          }
        }
      }
      json.array("nodes") { json in
        for node in why.nodes {
          json.object(nil) { json in
            json.text("nodeId", feeder.ids[Int(node.place)].text)
            json.integer("loadW", node.loadW)
            if let limit = node.limitW { json.integer("limitW", limit) }
          }
        }
      }
      json.text("fairness", terms.fairness.rawValue)
      if let order {
        json.text("orderBy", order.by)
        json.text("figure", order.figure)
        json.integer("ahead", Int64(why.ahead ?? 0))
      }
      if let reliability { json.text("reliabilityPct", reliability) }
      guard let group = why.group else { return }
      json.object("sharedWith") { json in
        json.integer("batteries", Int64(group.batteries))
        json.integer("watts", group.watts)
        json.integer("weight", why.weight)
        json.text("weightOfAll", "\(group.weight)")
        json.array("others") { json in
          for other in group.others {
            json.object(nil) { json in
              json.text("batteryId", fleet[other].battery.text)
              json.integer("setpointW", plan.setpointW[other])
            }
          }
        }
      }
    }
  }

  private func percent(_ hundredths: Int32) -> String {
    FixedDecimal.text(Int64(hundredths), places: 2, minimumPlaces: 0)
  }

  private var reliability: String? {
    input.reliabilityHundredths.isEmpty ? nil : percent(input.reliabilityHundredths[row])
  }

  func text() -> String {
    var text = "\(fleet[row].battery)  \(rehearsal.event)  \(headline)\n"
    if !why.limits.isEmpty {
      text += "\nits own limits\n"
      text += Amounts.table(
        why.limits.map { limit in
          [
            "  \(limit.bound.text(feeder))",
            limit.watts.map { "\(Amounts.count(Int($0))) W" } ?? "none",
            note(limit.bound),
          ]
        }, left: [0, 2])
    }
    text += "\nnodes above it\n"
    text += Amounts.table(
      why.nodes.map { node in
        [
          "  \(feeder.ids[Int(node.place)])", "\(Amounts.count(Int(node.loadW))) W",
          node.limitW.map { "of \(Amounts.count(Int($0))) W" } ?? "no limit",
        ]
      })
    text += "\nits share\n" + share.map { "  \($0)\n" }.joined()
    return text
  }

  private var headline: String {
    let watts = Amounts.count(Int(plan.setpointW[row]))
    guard let skip else {
      return "\(watts) W, up to \(Amounts.count(Int(plan.energyLimitWh[row]))) Wh, bound by "
        + plan.bound[row].text(feeder)
    }
    return "not asked: \(skip.rawValue), \(reason(skip))"
  }

  private func reason(_ skip: SkipReason) -> String {
    let charge = input.chargeHundredths[row]
    let battery = fleet[row]
    return switch skip {
    case .notHeard: "its charge is not known"
    case .belowReserve:
      "its charge is \(percent(charge)) % and its floor \(percent(input.floorHundredths[row])) %"
    case .stormHold:
      "a storm is expected at \(battery.node): its charge is \(percent(charge)) %, and "
        + "\(percent(terms.storm.reserve.hundredths)) % stay in it"
    case .minimumSetpoint:
      "its share would be below the programme's \(terms.minimumSetpoint.watts) W"
    case .noShare: "nothing is left for it by \(plan.bound[row].text(feeder))"
    case .durationNotContracted:
      "the event has \(rehearsal.content.window.seconds / 60) min, its contract "
        + "\(battery.offer.contractedMinutes ?? 0) min"
    case .notTargeted: "the signal names other nodes than \(battery.node)"
    case .notEnrolled:
      "its site or its kind does not take part that day, or its "
        + "\(battery.greatestReduction.watts) W are less than the programme's "
        + "\(terms.enrolment.minimumBattery.watts) W"
    case .controlGroup: "its home was drawn not to be asked: others are measured against it"
    case .notDispatchable: "a \(battery.offer.kind.rawValue) that cannot be commanded"
    case .offline, .optedOut, .islanded, .fault, .clockUnsynced, .busy:
      "it cannot take part now"
    }
  }

  private func note(_ bound: Bound) -> String {
    switch bound {
    case .energyForDuration:
      "\(Amounts.count(Int(why.aboveFloorJ / 3_600))) Wh between \(percent(input.chargeHundredths[row])) % "
        + "and its floor of \(percent(input.floorHundredths[row])) %, efficiency "
        + "\(percent(input.efficiencyHundredths[row])) %, for \(plan.seconds / 60) min"
    case .request: "what the percentage asks of it"
    case .ratedPower, .exportLimit, .node, .minimumSetpoint: ""
    }
  }

  private var share: [String] {
    var lines: [String] = []
    if let order {
      lines.append(
        "order by \(order.by): \(order.figure); \(why.ahead ?? 0) batteries come before it")
    }
    if let reliability { lines.append("counted on for \(reliability) % of what it is asked") }
    guard let group = why.group else {
      if skip == nil { lines.append("all that its own limits allow") }
      return lines.isEmpty ? ["none"] : lines
    }
    let budget =
      switch plan.bound[row] {
      case .node(let place): "what \(feeder.ids[Int(place)]) still carries"
      case .request, .ratedPower, .energyForDuration, .exportLimit, .minimumSetpoint:
        "what the target still asks"
      }
    lines.append(
      "\(Amounts.count(group.batteries)) batteries share \(Amounts.count(Int(group.watts))) W, \(budget)"
    )
    if terms.fairness == .proportional {
      lines.append(
        "by deliverable energy: its \(Amounts.count(Int(why.weight / 3_600))) Wh of "
          + "\(Amounts.count(Int(group.weight / 3_600))) Wh")
    } else {
      lines.append("in equal parts, a spare watt to the first names")
    }
    for other in group.others {
      lines.append("with \(fleet[other].battery): \(plan.setpointW[other]) W")
    }
    let more = group.batteries - 1 - group.others.count
    if more > 0 { lines.append("and \(Amounts.count(more)) more") }
    return lines
  }
}
