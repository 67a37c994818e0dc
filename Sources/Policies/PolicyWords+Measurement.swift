import Grid
import Verification

/// What counts as delivered, in sentences.
extension PolicyWords {
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
    if terms.lossFactorMillionths != 1_000_000 {
      let factor = FixedDecimal.text(terms.lossFactorMillionths, places: 6, minimumPlaces: 0)
      say("Its reduction is multiplied by \(factor).", "measurement.lossFactor")
    }
    say(
      terms.estimatedPayable
        ? "Estimated energy is paid like measured one."
        : "The money of estimated energy waits; only what registers prove is paid.",
      "measurement.estimatedPayable")
    if terms.mode == .premises {
      say(
        "Where the site meter and the battery's differ by more than \(terms.reconcilePercent) % and "
          + "\(kilowattHours(terms.reconcileEnergy)) together, payment waits.",
        "measurement.reconcile")
    }
    sayDoubts(terms.validation)
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

  private mutating func sayDoubts(_ limits: ValidationLimits) {
    let of = limits.connection.map { "its rating or a connection of \($0.watts) W" } ?? "its rating"
    say(
      "A reading is doubted above \(limits.spikePercent) % of \(of), and a live day where it is "
        + "\(limits.sumCheckPercent) % off the registers; more than \(limits.equalValues) equal "
        + "values, zeros for \(limits.zeroRunSeconds / 3_600) h and a clock \(limits.clockSeconds) s "
        + "ahead are findings.", "validation")
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
        "The baseline is the \(around.combine.rawValue) of \(around.beforeMinutes) minutes up to "
          + "\(around.beforeGapMinutes) before and \(around.afterMinutes) minutes from "
          + "\(around.afterGapMinutes) after the event.", "baseline.before, after, combine")
    case .dayMatching, .typicalOutput:
      for name in BaselineTerms.DayClass.allCases {
        guard let rule = baseline.selection[name] else { continue }
        let skipped =
          baseline.skipRecentDays > 0 ? " without the latest \(baseline.skipRecentDays)" : ""
        let weights = rule.weightsMillionths.map {
          FixedDecimal.text($0, places: 6, minimumPlaces: 0)
        }
        say(
          "\(text(name)): the mean of \(days(rule)), at least "
            + "\(rule.minimumDays), among the last \(baseline.lookbackDays) days\(skipped)"
            + (weights.isEmpty ? "." : ", weighed \(Self.list(weights, "and"))."),
          "baseline.selection.\(name.rawValue)")
      }
      sayCandidates(baseline)
      switch baseline.tooFewDays {
      case .notVerifiable:
        say("With too few days nothing is verified, and nothing is paid.", "baseline.tooFewDays")
      case .useAvailable: say("With too few days those are used.", "baseline.tooFewDays")
      case .fillEventDays:
        say("With too few days event days fill the gap.", "baseline.tooFewDays")
      }
      if let adjustment = baseline.adjustment { say(adjustment) }
      if baseline.kind == .typicalOutput {
        say(
          baseline.chargingNets
            ? "Charging counts as negative output." : "Charging counts as no output.",
          "baseline.charging")
      }
    }
    if baseline.floorAtZero { say("A baseline is never below 0.", "baseline.floorAtZero") }
  }

  /// Which days may be looked at.
  private mutating func sayCandidates(_ baseline: BaselineTerms) {
    if baseline.selection.values.contains(where: { $0.choose != .recent }) {
      say(
        baseline.rankBy == .eventWindow
          ? "Days are ranked by what they have in the hours of the event."
          : "Days are ranked by the whole day.", "baseline.rankBy")
    }
    let whose =
      switch baseline.eventDays {
      case .notifiedSite: "the home was told of an event"
      case .dispatchedSite: "the home was dispatched"
      case .anyOfProgramme: "the programme had an event"
      }
    say("Days on which \(whose) are left out.", "baseline.eventDays")
    if baseline.holidaysExcluded {
      say("So are holidays.", "baseline.holidayDays")
    }
    if !baseline.excludedDates.isEmpty {
      say("So are listed dates (\(baseline.excludedDates.count)).", "baseline.excludedDates")
    }
    if baseline.wallClockGapDisqualifies {
      say("So is a day whose hour the clock skipped.", "baseline.wallClockGap")
    }
    if let share = baseline.lowUsage {
      say("A day below \(text(share)) of the mean is replaced.", "baseline.lowUsage")
    }
    let missing =
      (baseline.excludedQualities.contains(.estimated) ? ["estimated"] : [])
      + (baseline.excludedQualities.contains(.edited) ? ["edited"] : []) + ["non-commercial"]
    say("Values that are \(Self.list(missing)) count as missing.", "baseline.excludedQualities")
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
    say(
      "  up \(cap(adjustment.capUp)), down \(cap(adjustment.capDown)), \(unit); where those hours are "
        + "lost, \(adjustment.refusesOnMissing ? "nothing is verified." : "it is not.")",
      "baseline.adjustment.onMissing")
  }

  private func text(_ ratio: Ratio) -> String {
    let millionths = Int128(ratio.numerator) * 1_000_000
    guard millionths % Int128(ratio.denominator) == 0 else {
      return "\(ratio.numerator)/\(ratio.denominator)"
    }
    return FixedDecimal.text(millionths / Int128(ratio.denominator), places: 6, minimumPlaces: 0)
  }
}
