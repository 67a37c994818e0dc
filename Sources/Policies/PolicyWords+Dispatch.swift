import Engine
import Grid
import Settlement
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
    if let most = dispatch.target.maximum {
      say(
        "A target above \(kilowatts(Int128(most.watts))) kW is refused.",
        "dispatch.target.maximumKW")
    }
    if dispatch.overCommit != nil || dispatch.fairness == .meritOrder {
      say(
        "How reliable a battery is follows from its last \(dispatch.historyEvents) events; without "
          + "one it counts as \(dispatch.newBattery) %.", "dispatch.overCommit.historyEvents")
    }
    say(
      dispatch.reserve == .zero
        ? "Nobody is taken below his own reserve; the programme asks for no greater one."
        : "Nobody is taken below \(dispatch.reserve) %, or below his own reserve where that is "
          + "greater.", "dispatch.reservePercent")
    say(
      "A reserve that its owner raises counts at once, one that he lowers "
        + (dispatch.reserveLoweredAtOnce ? "too." : "from the next event on."),
      "dispatch.reserveLowered")
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
    if correction.maximumRounds > 0, let most = correction.perGatewayPerHour {
      say(
        "A gateway that had commands at \(most) moments of an hour gets no correction.",
        "dispatch.commands.perGatewayPerHour")
    }
    say(
      "Who was silent for more than \(dispatch.notHeardSeconds) s in an event is not counted on.",
      "dispatch.correction.notHeardSeconds")
    say(
      dispatch.graceSeconds.map {
        "A battery goes back by itself after \($0) s without a word from the controller."
      } ?? "A battery runs to the end of the event when the controller falls silent.",
      "dispatch.commands.graceSeconds")
    sayPacing()
    say(
      dispatch.handBack == .priorMode
        ? "After the event a battery does again what it did before."
        : "After the event a battery covers its own home.", "dispatch.handBack")
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
    if dispatch.optOutUntil == .start {
      say("What he was promised after a later leave counts as missed.", "dispatch.optOut.until")
    }
    if policy.programmeTerms.optedOutIsZero {
      say(
        "In means of a month or season an event that he left counts as 0.",
        "dispatch.optOut.effect")
    }
  }

  /// What is released, with numbers; returns what a home is committed to.
  mutating func sayRelease(
    _ home: ExampleHome, minutes: Int64, homes: Int64, level: Int
  ) -> Energy {
    guard let release = policy.dispatch.release else {
      say("Only power targets are accepted; no percentage is released.", "dispatch.release")
      let whole = policy.whole(of: home, minutes: minutes)
      say(
        "  This battery, asked for all that it can hold: \(whole.power.watts) W for \(minutes) min, "
          + "\(kilowattHours(whole.released)).")
      say(
        "  Fleet of \(Self.grouped(String(homes))): "
          + "\(mega(whole.released.wattHoursRoundedDown, homes)) MWh, "
          + "\(mega(whole.power.watts, homes)) MW. The reserve (\(whole.floor) %) stays untouched.")
      return whole.released
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
}
