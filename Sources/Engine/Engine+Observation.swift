import Grid

/// What the fleet gives for one event at one moment, by battery.
struct Observation {
  /// What a battery is for a correction.
  enum Kind: UInt8 {
    /// Without a command that moves it; it may be asked.
    case idle
    /// It does as it was asked, and may be asked for something else.
    case follows
    /// Not heard: it counts for nothing and keeps its command.
    case silent
    /// It gives something else than it was asked for: it counts for that and keeps its command.
    case partial
    /// It cannot be asked: it left, it refused, it failed, or it is another event's.
    case out
  }

  var kinds: [Kind] = []
  /// What each gives, in watts.
  var givenW: [Int64] = []
  /// Sum of `givenW`.
  var measured: Int64 = 0
  /// Setpoints less what is given, of those that follow: what the devices lose on the way.
  var lag: Int64 = 0
}

/// A correction that is worked out and not carried out yet.
struct CorrectionDraft: Sendable {
  /// The whole fleet: new setpoints, and the old ones of those that keep theirs.
  let plan: EventRecord.PlanInForce
  /// Rows that the plan is about.
  let rows: [Int32]
  /// Rows that are not counted on, and what they count for.
  let lostRows: [Int32]
  let lostW: [Int64]
  let target: Power
  let measured: Power
  let planned: Power
  let silent: Int
  let partial: Int
  let heldBack: Int
}

extension Engine {
  /// One pass over the fleet.
  func observe(_ place: Int, _ terms: DispatchTerms) -> Observation {
    let cutoff = now.adding(seconds: -terms.notHeardSeconds).microseconds
    var seen = Observation()
    seen.kinds = Array(repeating: .out, count: fleet.count)
    seen.givenW = Array(repeating: 0, count: fleet.count)
    for row in 0..<fleet.count {
      let asked = askedW(place, row: row)
      let isHeard = fleet.heardAt[row] >= cutoff && fleet.dischargeW[row] != .min
      guard asked > 0 else {
        seen.kinds[row] = isHeard && isFree(place, row: row) ? .idle : .out
        continue
      }
      guard isHeard else {
        seen.kinds[row] = .silent
        continue
      }
      var given = max(0, fleet.dischargeW[row])
      switch fleet.state[row] {
      case .islanded, .fault, .offline: given = 0  // What it gives does not reach the grid.
      case .charging, .discharging, .holding:
        if isSettling(place, row: row, terms) {
          let accepted = states[place].record.batteries[row].command?.accepted?.watts
          given = max(given, min(asked, accepted ?? asked))
        }
      }
      seen.givenW[row] = given
      seen.measured += given
      if states[place].record.batteries[row].optedOutAt != nil {
        seen.kinds[row] = .out
      } else if abs(given - asked) * 10 > asked {
        seen.kinds[row] = .partial
      } else {
        seen.kinds[row] = .follows
        seen.lag += asked - given
      }
    }
    return seen
  }

  /// A new command takes its ramp and a report before it can be seen.
  private func isSettling(_ place: Int, row: Int, _ terms: DispatchTerms) -> Bool {
    guard let command = states[place].record.batteries[row].command else { return false }
    let begun = max(command.window.start, command.sentAt)
    return now < begun.adding(seconds: terms.rampSeconds + Timing.steadySeconds)
  }

  /// True for a battery that may be called in: nothing keeps it but that it had no share.
  private func isFree(_ place: Int, row: Int) -> Bool {
    guard states[place].record.batteries[row].optedOutAt == nil,
      states[place].record.batteries[row].unreachableAt == nil,
      states[place].record.batteries[row].reserveRaisedAt == nil
    else { return false }
    switch states[place].record.batteries[row].command?.final {
    case nil, .cancelled, .superseded: return true
    case .completed, .failed, .noParticipation, .optOut, .partialOptOut, .rejectedParameter,
      .rejectedInvalid, .rejectedLate, .received, .started, .optIn, .userAcknowledged:
      return false
    }
  }

  /// A plan for those that can be asked, for what the others leave, nil when it changes nobody;
  /// and how many gateways have no budget left.
  func draftCorrection(
    _ place: Int, _ seen: Observation, target: Power, window: Window
  ) -> (CorrectionDraft?, heldBack: Int) {
    guard let terms = states[place].record.terms, let content = states[place].record.content,
      let last = states[place].record.plans.last
    else { return (nil, 0) }
    var planning = FleetTable.Planning(window: window, terms: terms, targets: content.targets)
    planning.heardSeconds = terms.notHeardSeconds
    let others = others(in: window, except: place, isWhole: true, takes: false)
    planning.busy = others.isBusy
    planning.absent = states[place].roll?.isAbsent ?? []
    planning.leastFloors = terms.reserveLoweredAtOnce ? [] : last.floorHundredths
    var input = fleet.planning(for: planning, at: now, feeder: feeder)
    var fixed = 0 as Int64
    var usedW = others.usedW
    var rows: [Int32] = []
    var (lostRows, lostW): ([Int32], [Int64]) = ([], [])
    var (silent, partial) = (0, 0)
    var spent: Set<Int32> = []
    var lag = seen.lag
    for row in 0..<fleet.count {
      var isFixed = false
      switch seen.kinds[row] {
      case .out: input.standing[row] = .skipped(.noShare)
      case .silent, .partial:
        if seen.kinds[row] == .silent { silent += 1 } else { partial += 1 }
        isFixed = true
        lostRows.append(Int32(row))
        lostW.append(min(seen.givenW[row], askedW(place, row: row)))
      case .idle, .follows:
        let gateway = Int(fleet.gateway[row])
        if !budget.allows(gateway: gateway, most: terms.correction.perGatewayPerHour, at: now) {
          spent.insert(fleet.gateway[row])
          isFixed = seen.kinds[row] == .follows
          if !isFixed { input.standing[row] = .skipped(.noShare) }
        } else if input.standing[row] == .available {
          rows.append(Int32(row))
        } else {
          isFixed = seen.kinds[row] == .follows
        }
        if isFixed { lag -= askedW(place, row: row) - seen.givenW[row] }
      }
      guard isFixed else { continue }
      // It counts for what it gives; on the wire it may give what it was asked for any moment.
      input.standing[row] = .skipped(.noShare)
      fixed += seen.givenW[row]
      usedW[Int(fleet.node[row])] += max(seen.givenW[row], askedW(place, row: row))
    }
    let wanted = target.watts - fixed + lag
    let plan = Planner.plan(
      input, feeder: feeder.less(usedW), request: .target(Power(watts: max(0, wanted))),
      seconds: window.seconds, fairness: terms.fairness, minimumSetpoint: terms.minimumSetpoint)
    let isChange = rows.contains { row in
      let asked = askedW(place, row: Int(row))
      return abs(plan.setpointW[Int(row)] - asked) > terms.correction.tolerance(of: asked)
    }
    guard isChange else { return (nil, spent.count) }
    var setpointW = plan.setpointW
    // Who cannot be asked goes on, and may be owed for it.
    for row in setpointW.indices where input.standing[row] != .available {
      setpointW[row] = askedW(place, row: row)
    }
    let whole = Plan(
      requested: target, committed: plan.committed, seconds: plan.seconds, setpointW: setpointW,
      energyLimitWh: plan.energyLimitWh, bound: plan.bound, skipped: plan.skipped,
      bindingNodes: plan.bindingNodes)
    let draft = CorrectionDraft(
      plan: .init(
        revision: last.revision, from: now, window: window, plan: whole,
        floorHundredths: input.floorHundredths),
      rows: rows, lostRows: lostRows, lostW: lostW, target: target,
      measured: Power(watts: seen.measured), planned: Power(watts: plan.committed.watts + fixed),
      silent: silent, partial: partial, heldBack: spent.count)
    return (draft, spent.count)
  }
}
