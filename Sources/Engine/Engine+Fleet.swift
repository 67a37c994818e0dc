import Grid

// What gateways and owners say of batteries, and what it does to events under way.
extension Engine {
  mutating func take(_ report: Telemetry, from gateway: GatewayID) {
    guard let row = row(of: report.battery, behind: gateway, about: .tele) else { return }
    if report.at > now.adding(seconds: Timing.clockToleranceSeconds) {
      reject(
        Rejection(.clock, field: "at", found: "\(report.at)", allowed: "up to \(now)"),
        gateway.text, .tele)
      return
    }
    let oldest = now.adding(seconds: -Timing.staleTelemetrySeconds)
    guard report.at >= oldest else {
      reject(
        Rejection(.late, field: "at", found: "\(report.at)", allowed: "\(oldest) or later"),
        gateway.text, .tele)
      return
    }
    let before = fleet.heardAt[row]
    fleet.note(report, row: row)
    noteHearing()
    noteMode(report, row: row)
    heard(row: row, before: before)
  }

  mutating func take(_ state: GatewayState, of gateway: GatewayID) {
    guard let place = fleet.place(of: gateway) else {
      reject(
        Rejection(
          .wrongPrincipal, field: "gatewayId", found: gateway.text,
          allowed: "a gateway with enrolled batteries"), gateway.text, .state)
      return
    }
    switch fleet.note(state, gateway: place) {
    case .born:
      timers.add(
        .birth(gateway: Int32(place), session: state.session),
        at: now.adding(seconds: Timing.birthSeconds))
    case .nothing: break
    }
  }

  mutating func take(_ preference: Preference?, _ battery: BatteryID, of gateway: GatewayID) {
    guard let row = row(of: battery, behind: gateway, about: .pref) else { return }
    let reserve = fleet.reserve[row]
    guard fleet.note(preference, row: row) else { return }
    let isRaised = fleet.reserve[row] > reserve
    if isRaised || fleet.optOut[row]?.contains(now) == true { releaseFromRecovery(row: row) }
    for place in live where !states[place].record.batteries.isEmpty {
      guard let window = states[place].record.window,
        states[place].record.batteries[row].holding > .zero
          || states[place].record.batteries[row].lostAt != nil
          || !states[place].record.batteries[row].conceded.isEmpty
      else { continue }
      if let away = fleet.optOut[row]?.intersection(window), away.end > now {
        // Who has no command yet gets none; who has one may go on until he is away.
        leave(place, row: row, at: mayMove(place, row: row) ? max(now, away.start) : now)
      } else if isRaised, !fleet.enrolled[row].isCharger {
        shrink(place, row: row)
      }
    }
  }

  /// An owner leaves an event: the battery is released at `moment`, and nothing is owed after it.
  ///
  /// With terms that let owners leave only until the start, who leaves later is released as well,
  /// but goes on owing; settlement counts the rest as missed.
  mutating func leave(_ place: Int, row: Int, at moment: Timestamp) {
    guard states[place].isLive, states[place].record.batteries[row].optedOutAt == nil else {
      return
    }
    states[place].record.batteries[row].optedOutAt = moment
    let isInTime: Bool =
      switch states[place].record.terms?.optOutUntil {
      case .end, nil: true
      case .start, .minutesBeforeStart:
        states[place].record.window.map {
          moment < states[place].record.terms!.optOutBy(in: $0)
        } ?? true
      }
    let isTooOften = hasLeftTooOften(place, row: row)
    let isFree = isInTime && !isTooOften
    states[place].record.batteries[row].optOutIsMissed =
      isTooOften || !isInTime && states[place].record.terms?.optOutUntil == .minutesBeforeStart
    if isFree {
      states[place].record.batteries[row].promise.end(at: moment)
      states[place].record.batteries[row].asked.end(at: moment)
    }
    if mayMove(place, row: row) { sendCancel(place, row: row, at: moment) }
    hold(place, row: row, .zero)
  }

  /// Whether the home of this battery has left as many events of the season as it may.
  private func hasLeftTooOften(_ place: Int, row: Int) -> Bool {
    guard let terms = states[place].record.terms, let most = terms.optOutMaximumPerSeason,
      let window = states[place].record.window
    else { return false }
    func season(_ moment: Timestamp) -> CivilDate? {
      let date = terms.calendar.zone.date(at: moment)
      return terms.calendar.season(of: date).flatMap { SignalRules.firstDay(of: $0, holding: date) }
    }
    let own = season(window.start)
    let rows = fleet.rows(ofSite: fleet.enrolled[row].site)
    let before = states.indices.count { other in
      guard other != place, states[other].record.terms?.programme == terms.programme,
        let start = states[other].record.window?.start, season(start) == own,
        !states[other].record.batteries.isEmpty
      else { return false }
      return rows.contains { states[other].record.batteries[$0].optedOutAt != nil }
    }
    return before >= most
  }

  /// A raised reserve, of the owner or for a storm: the battery stops, or goes on with what is left above the new floor.
  ///
  /// Before commands were sent nothing is to be done: the plan made before the start sees it.
  mutating func shrink(_ place: Int, row: Int) {
    guard let terms = states[place].record.terms, let window = states[place].record.window,
      mayMove(place, row: row)
    else { return }
    let storm = Window(start: max(now, window.start), end: window.end).flatMap {
      fleet.stormFloor(row: row, terms, $0)
    }
    let floor = max(fleet.floor(row: row, terms: terms), storm ?? 0)
    let energy = aboveFloor(row: row, terms, in: window) ?? 0
    let start = startOf(
      window, event: states[place].record.id, row: row, terms: terms)
    let seconds = endOf(place, row: row, window).seconds(since: start)
    let held = states[place].record.batteries[row].holding
    let power = seconds > 0 ? Energy(joules: energy).power(overSeconds: seconds) : .zero
    guard power < held else { return }
    states[place].record.batteries[row].reserveRaisedAt = now
    states[place].record.batteries[row].boundBy = .energyForDuration
    let isEnough = power > .zero && power >= terms.minimumSetpoint
    states[place].record.batteries[row].promise.lower(from: now, to: isEnough ? power : .zero)
    states[place].record.batteries[row].asked.lower(from: now, to: isEnough ? power : .zero)
    if isEnough {
      send(
        place, row: row, power: power,
        energyLimit: Energy(wattHours: power.held(forSeconds: seconds).wattHoursRoundedDown),
        floor: floor)
      hold(place, row: row, power)
    } else {
      states[place].record.batteries[row].skip = storm == nil ? .belowReserve : .stormHold
      sendCancel(place, row: row, at: now)
      hold(place, row: row, .zero)
    }
  }

  /// One command for the rest of a window under way, for a gateway that may have forgotten.
  mutating func commandRest(_ place: Int, row: Int) {
    guard states[place].isLive, let window = states[place].record.window,
      let last = states[place].record.plans.last
    else { return }
    // A silent battery may have been written off; when it comes back it goes on.
    let isLost = states[place].record.batteries[row].lostAt != nil
    let power =
      isLost
      ? states[place].record.batteries[row].command?.power ?? .zero
      : states[place].record.batteries[row].holding
    let start = startOf(
      window, event: states[place].record.id, row: row, terms: states[place].record.terms)
    let seconds = endOf(place, row: row, window).seconds(since: start)
    guard power > .zero, seconds >= Timing.shortestRestSeconds else { return }
    send(
      place, row: row, power: power,
      energyLimit: Energy(wattHours: power.held(forSeconds: seconds).wattHoursRoundedDown),
      floor: last.floorHundredths[row])
  }
}
