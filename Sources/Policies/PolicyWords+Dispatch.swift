import Engine
import Grid
import Verification

extension PolicyWords {
  mutating func sayDispatch() {
    let dispatch = policy.dispatch
    switch dispatch.fairness {
    case .proportional:
      say(
        "Where a limit or a target is shared, each battery takes part by the energy it could give.",
        "dispatch.fairness")
    case .equalShare:
      say(
        "Where a limit or a target is shared, all give the same watts until something binds them.",
        "dispatch.fairness")
    case .meritOrder:
      let order =
        switch dispatch.meritBy {
        case .stateOfCharge: "the fullest first"
        case .reliability: "those first who gave most of what they were asked for"
        case .offeredPrice: "the lowest asking price first"
        }
      say(
        "Where a limit or a target is shared, batteries are asked one after the other, \(order).",
        "dispatch.meritBy")
    case .rotationDebt:
      say(
        "Where a limit or a target is shared, who gave least of his part in the last "
          + "\(dispatch.fairnessWindowDays) days is asked first.", "dispatch.fairnessWindowDays")
    }
    if let over = dispatch.overCommit {
      say(
        "More than a target is asked for, up to \(over.maximumPercent) % of it, so that what "
          + (over.probability.map { "arrives with a probability of \($0) %" }
            ?? "arrives on average") + " is the target; only that is promised.",
        "dispatch.overCommit")
    }
    if dispatch.chargeUncertainty > .zero {
      say(
        "Batteries are counted on as if they held \(dispatch.chargeUncertainty) % of their capacity "
          + "less than they say.", "dispatch.chargeUncertaintyPercent")
    }
    say(
      dispatch.target.refusesShortfall
        ? "A power target that cannot be held to the end is refused."
        : "Of a power target as much is promised as can be held to the end.",
      "dispatch.target.shortfall")
    if dispatch.minimumSetpoint > .zero {
      say(
        "Nobody is asked for less than \(dispatch.minimumSetpoint.watts) W.",
        "dispatch.minimumSetpointW")
    }
    say(
      "Batteries ramp over \(dispatch.rampSeconds) s; their starts are spread over "
        + "\(dispatch.spreadSeconds) s.", "dispatch.ramp")
    if let slope = dispatch.slopePerMinute {
      let kilowatts = FixedDecimal.text(slope.watts, places: 3, minimumPlaces: 0)
      say(
        "The fleet rises and falls by \(kilowatts) kW a minute at most; who begins last ends first.",
        "dispatch.ramp.fleetKWPerMinute")
    }
    let correction = dispatch.correction
    say(
      correction.maximumRounds == 0
        ? "What the fleet gives is not corrected during an event."
        : "Every \(correction.everySeconds) s of a power event what the fleet gives is compared with "
          + "what was promised; more than \(correction.deadband) % is corrected, at most "
          + "\(correction.maximumRounds) times.", "dispatch.correction")
    if let grace = dispatch.graceSeconds {
      say(
        "A battery goes back by itself after \(grace) s without a word from the controller.",
        "dispatch.commands.graceSeconds")
    }
    sayPacing()
    sayRecovery()
    sayOptOut()
    let storm = dispatch.storm
    say(
      !storm.holds
        ? "Storm warnings mean nothing."
        : (storm.refusesEvents
          ? "An event that would ask homes under a storm warning is refused; of one accepted before, "
          : "Of homes under a storm warning, ")
          + "\(storm.reserve) % stays in each battery from \(storm.hoursBefore) h before to "
          + "\(storm.hoursAfter) h after it.", "dispatch.storm")
  }

  private mutating func sayOptOut() {
    let dispatch = policy.dispatch
    let until =
      switch dispatch.optOutUntil {
      case .start, .end: "the \(dispatch.optOutUntil.rawValue) of the event"
      case .minutesBeforeStart: "\(dispatch.optOutMinutesBeforeStart) minutes before its start"
      }
    say(
      "An owner may leave at any time; until \(until) without consequence.",
      "dispatch.optOut.until")
    if let most = dispatch.optOutMaximumPerSeason {
      say(
        "Who leaves more than \(most) events of a season has missed the further ones.",
        "dispatch.optOut.maximumPerSeason")
    }
  }

  /// What is released, with numbers; returns what a home is committed to.
  mutating func sayRelease(
    _ home: ExampleHome, minutes: Int64, homes: Int64, level: Int
  ) -> Energy {
    guard let release = policy.dispatch.release else {
      say("Only power targets are accepted; no percentage is released.", "dispatch.release")
      return .zero
    }
    let basis =
      switch release.basis {
      case .storedEnergy: "the energy stored in each battery"
      case .nameplateEnergy: "the usable capacity of each battery"
      case .energyAboveReserve: "the energy above the reserve of each battery"
      case .ratedPower: "the rated power of each battery"
      }
    for step in release.byPrice {
      say(
        "A price of \(FixedDecimal.text(step.atOrAbove.millionths, places: 6, minimumPlaces: 2)) a "
          + "kWh or more releases \(step.percent) % of \(basis).", "dispatch.release.byPrice")
    }
    if release.byLevel.isEmpty { return .zero }
    let percents = release.byLevel.sorted { $0.key < $1.key }
    if Set(percents.map(\.value)).count == 1, percents.count == 4 {
      say(
        "A level or percent signal releases \(percents[0].value) % of \(basis).",
        "dispatch.release")
    } else {
      let table = percents.map { "\($0.value) %" }
      let levels = percents.map { String($0.key) }
      say(
        "A signal of level \(Self.list(levels)) releases \(Self.list(table)) of \(basis).",
        "dispatch.release")
    }
    guard let example = policy.release(of: home, minutes: minutes, level: level) else {
      say("  Level \(level) releases nothing.")
      return .zero
    }
    say(
      "  This battery at level \(level): \(kilowattHours(example.stored)) stored, "
        + "\(kilowattHours(example.released)) released, \(example.power.watts) W for \(minutes) min."
    )
    say(
      "  Fleet of \(Self.grouped(String(homes))): "
        + "\(mega(example.released.wattHoursRoundedDown, homes)) MWh, "
        + "\(mega(example.power.watts, homes)) MW. The reserve (\(example.floor) %) and "
        + "\(kilowattHours(example.untouched)) above it stay untouched.")
    return example.released
  }

  /// So many millions, with one decimal or as many as are needed.
  private func mega(_ each: Int64, _ homes: Int64) -> String {
    Self.grouped(FixedDecimal.text(Int128(each) * Int128(homes), places: 6, minimumPlaces: 1))
  }

  mutating func sayMeasurement() {
    let terms = policy.measurement
    let what =
      switch terms.mode {
      case .premises: "The site meter is compared with a baseline"
      case .deviceOutput: "The battery's output is compared with its usual output"
      case .deviceGross: "The battery's output counts as it is"
      }
    say(
      "\(what), in intervals of \(terms.intervalMinutes) minutes; exports "
        + (terms.exportsCounted ? "count." : "do not count."), "measurement")
    if terms.capAtDeviceOutput {
      say(
        "It is never more than what the battery gave above its usual output.",
        "measurement.capAtDeviceOutput")
    }
    if terms.aggregate == .fleet {
      say("All homes are measured as one meter.", "measurement.aggregate")
    }
    sayBaseline(terms.baseline)
    if let limits = terms.baseline.eligibility {
      let parts = [
        limits.rrmse.map { "its error is at most \($0) %" },
        limits.bias.map { "its bias is at most \($0) %" },
      ]
      say(
        "A home is verified only if, on its last 10 like days, \(Self.list(parts.compactMap { $0 }, "and")).",
        "baseline.eligibility")
    }
  }

  private mutating func sayBaseline(_ baseline: BaselineTerms) {
    switch baseline.kind {
    case .none: return
    case .declared:
      say(
        "The baseline is a schedule declared \(baseline.gateClosureMinutes) minutes before.",
        "baseline.kind")
    case .controlGroup:
      say(
        "The baseline is the mean of at least \(baseline.minimumControlHomes) homes that were "
          + "drawn not to be asked.", "baseline.kind, baseline.control")
      if let draw = baseline.controlDraw {
        let share = FixedDecimal.text(draw.shareBasisPoints, places: 2, minimumPlaces: 0)
        say(
          "\(share) % of the homes are drawn for it with a salt whose hash stands here.",
          "baseline.control.sharePercent, baseline.control.saltSha256")
      }
    case .meterBeforeAfter:
      let around = baseline.beforeAfter
      say(
        "The baseline is the \(around.combine.rawValue) of \(around.beforeMinutes) minutes before "
          + "and \(around.afterMinutes) minutes after the event.", "baseline.before, baseline.after"
      )
    case .dayMatching, .typicalOutput:
      for name in BaselineTerms.DayClass.allCases {
        guard let rule = baseline.selection[name] else { continue }
        say(
          "\(text(name)): the mean of \(days(rule)), at least "
            + "\(rule.minimumDays), among the last \(baseline.lookbackDays) days.",
          "baseline.selection.\(name.rawValue)")
      }
      say("Days on which the home had an event are left out.", "baseline.eventDays")
      switch baseline.tooFewDays {
      case .notVerifiable:
        say("With too few days nothing is verified, and nothing is paid.", "baseline.tooFewDays")
      case .useAvailable: say("With too few days those are used.", "baseline.tooFewDays")
      case .fillEventDays:
        say("With too few days event days fill the gap.", "baseline.tooFewDays")
      }
      if let adjustment = baseline.adjustment { say(adjustment) }
    }
  }

  private func text(_ name: BaselineTerms.DayClass) -> String {
    switch name {
    case .all: "For any day"
    case .business: "For a working day"
    case .nonBusiness: "For a weekend or holiday"
    case .weekday: "For a weekday"
    case .saturday: "For a Saturday"
    case .sundayHoliday: "For a Sunday or holiday"
    }
  }

  private func days(_ rule: BaselineTerms.Selection) -> String {
    switch rule.choose {
    case .recent: "the \(rule.y) latest like it"
    case .high: "the \(rule.x) highest of the \(rule.y) latest like it"
    case .low: "the \(rule.x) lowest of the \(rule.y) latest like it"
    case .middle:
      "the \(rule.y) latest like it without the \(rule.dropHigh) highest and \(rule.dropLow) lowest"
    }
  }

  private mutating func say(_ adjustment: BaselineTerms.Adjustment) {
    let windows = adjustment.windows.map { window in
      let (from, to) = (abs(window.fromMinutes), abs(window.toMinutes))
      return switch window.anchor {
      case .start: "from \(from) to \(to) minutes before the start"
      case .end: "from \(from) to \(to) minutes after the end"
      }
    }
    let unit =
      switch adjustment.capOf {
      case .windowBaseline: "of what is usual then"
      case .eventBaseline: "of what is usual in the event"
      case .absoluteKW: "kW"
      }
    func cap(_ ratio: Ratio?) -> String {
      ratio.map { "at most \(text($0))" } ?? "without limit"
    }
    say(
      "It is \(adjustment.kind == .additive ? "moved" : "multiplied") by how the day differs "
        + "\(windows.joined(separator: ", ")):", "baseline.adjustment")
    say("  up \(cap(adjustment.capUp)), down \(cap(adjustment.capDown)), \(unit).")
  }

  private func text(_ ratio: Ratio) -> String {
    let millionths = Int128(ratio.numerator) * 1_000_000
    guard millionths % Int128(ratio.denominator) == 0 else {
      return "\(ratio.numerator)/\(ratio.denominator)"
    }
    return FixedDecimal.text(millionths / Int128(ratio.denominator), places: 6, minimumPlaces: 0)
  }
}
