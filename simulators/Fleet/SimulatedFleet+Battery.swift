import Grid

extension SimulatedFleet {
  /// Lets time pass for one battery and its meters up to `goal`, in microseconds, with all that
  /// begins and ends on the way at its own moment.
  mutating func integrate(_ row: Int, to goal: Int64) {
    while true {
      while batteries.wake[row] <= batteries.at[row] { decide(row) }
      guard batteries.at[row] < goal else { return }
      pass(row, until: min(goal, batteries.wake[row]))
    }
  }

  /// A stretch of constant battery power: the meters run.
  private mutating func pass(_ row: Int, until: Int64) {
    let power = batteries.power[row]
    let isTrue = faults[row] != .liar
    var at = batteries.at[row]
    while at < until {
      let home = homes.slot(row, atSecond: floorDivide(at, 1_000_000))
      let end = min(until, home.end)
      var site = home.microjoules(from: at, to: end)
      if power > 0 {
        // Waking is rounded up to a microsecond, the energy is not.
        let given = min(power * (end - at), batteries.bound[row] - batteries.told[row])
        batteries.told[row] += given
        if isTrue {
          site -= given
          meters.discharge[row] += given
          delivered += given
        }
      } else if power < 0 {
        let missing = batteries.missing(row)
        let taken = min(-power * (end - at), batteries.needed(row, for: missing))
        let stored = Int128(taken) * Int128(batteries.efficiency[row]) / 10_000
        batteries.restored[row] += min(missing, Int64(stored))
        if isTrue {
          site += taken
          meters.charge[row] += taken
          recharged += taken
        }
      }
      if site >= 0 { meters.siteImport[row] += site } else { meters.siteExport[row] -= site }
      at = end
    }
    batteries.at[row] = until
  }

  /// Ends and begins what is due for one battery now, and sets its power up to the next wake.
  private mutating func decide(_ row: Int) {
    let before = batteries.power[row]
    takeHeld(row)
    endDue(row)
    cancelDue(row)
    beginDue(row, from: before)
    setPower(row)
    let wake = nextWake(row)
    batteries.wake[row] = wake
    guard wake < .max else { return }
    // Messages go out within a second of what they tell; a fleet then wakes once a second at most.
    moments.add(Timestamp(seconds: floorDivide(wake + 999_999, 1_000_000)), row: row)
  }

  private mutating func endDue(_ row: Int) {
    let at = batteries.at[row]
    for place in timelines[row].indices {
      let entry = timelines[row][place]
      switch entry.standing {
      case .running where entry.end <= at:
        finish(row, place, entry.isCut ? .superseded : .completed)
      case .running where entry.isDischarge && batteries.told[row] >= batteries.bound[row]:
        let isLimit = batteries.told[row] - entry.toldBefore >= entry.limit
        finish(
          row, place, .completed,
          reason: isLimit ? "energyLimit" : entry.isReserveHigher ? "reserve" : "socFloor")
      case .waiting where entry.end <= at && !entry.isCancel:
        finish(row, place, entry.isCut ? .superseded : .noParticipation)
      case .waiting, .running, .over: break
      }
    }
  }

  private mutating func cancelDue(_ row: Int) {
    let at = batteries.at[row]
    for place in timelines[row].indices {
      let cancel = timelines[row][place]
      guard cancel.isCancel, cancel.standing == .waiting, cancel.start <= at else { continue }
      for other in timelines[row].indices {
        let entry = timelines[row][other]
        if !entry.isCancel, entry.standing != .over, entry.command.event == cancel.command.event,
          entry.command.seq < cancel.command.seq
        {
          finish(row, other, .cancelled)
        }
      }
      finish(row, place, .completed)
    }
  }

  private mutating func beginDue(_ row: Int, from power: Int64) {
    let at = batteries.at[row]
    guard
      let place = timelines[row].firstIndex(where: {
        $0.standing == .waiting && !$0.isCancel && $0.start <= at && at < $0.end
      })
    else { return }
    let told = batteries.told[row]
    let entry = timelines[row][place]
    timelines[row][place].standing = .running
    timelines[row][place].began = at
    timelines[row][place].rampFrom = power
    timelines[row][place].toldBefore = told
    let bound = min(told + entry.limit, batteries.most(row, above: entry.floor))
    batteries.bound[row] = entry.isDischarge ? bound : told
    counted.started += 1
    let room = room(row, entry)
    let isEmpty = entry.isDischarge && bound <= told
    tellStarted(
      row, place, isEmpty ? 0 : min(entry.setpoint, room),
      isLoadLimited: !isEmpty && room < entry.setpoint)
  }

  /// Watts until the next wake: setpoint, rating, export limit, ramp, and what is wrong.
  private mutating func setPower(_ row: Int) {
    guard let place = timelines[row].firstIndex(where: { $0.standing == .running }) else {
      batteries.power[row] = isStuck(row) ? 0 : -ownCharge(row)
      return
    }
    guard timelines[row][place].isDischarge, batteries.told[row] < batteries.bound[row] else {
      batteries.power[row] = 0
      return
    }
    let entry = timelines[row][place]
    let room = room(row, entry)
    let accepted = min(entry.setpoint, room)
    if abs(accepted - entry.accepted) * 10 > entry.accepted {
      tellStarted(row, place, accepted, isLoadLimited: room < entry.setpoint)
    }
    var power = entry.setpoint
    if faults[row] == .partial { power = power * scenario.faults.partialPercent / 100 }
    // Half the way over the whole ramp is the energy of a straight slope.
    if batteries.at[row] < entry.rampEnd { power = (entry.rampFrom + min(power, room)) / 2 }
    batteries.power[row] = min(power, room)
  }

  /// True for a battery that was commanded and should have been handed back, but was not.
  func isStuck(_ row: Int) -> Bool {
    faults[row] == .stuck && timelines[row].contains { $0.began > 0 && !$0.isCancel }
  }

  /// Watts that an uncommanded battery charges with, by the world's habit.
  private func ownCharge(_ row: Int) -> Int64 {
    guard scenario.battery.recharge != .never, batteries.missing(row) > 0 else { return 0 }
    switch scenario.battery.recharge {
    case .never: return 0
    case .snapBack: return batteries.chargeRating[row]
    case .solar:
      let surplus = -homes.slot(row, atSecond: second(row)).watts
      return min(batteries.chargeRating[row], max(0, surplus))
    }
  }

  /// Greatest discharge at which the site does not export more than it may, in watts.
  private func room(_ row: Int, _ entry: TimelineCommand) -> Int64 {
    let limit = exportLimit(row, entry)
    guard limit < .max else { return .max }
    return max(0, limit + homes.slot(row, atSecond: second(row)).watts)
  }

  private func exportLimit(_ row: Int, _ entry: TimelineCommand) -> Int64 {
    min(entry.command.exportLimit?.watts ?? .max, batteries.exportLimit[row])
  }

  private func second(_ row: Int) -> Int64 { floorDivide(batteries.at[row], 1_000_000) }

  /// The next moment after now at which something begins, ends or changes by itself.
  private func nextWake(_ row: Int) -> Int64 {
    let at = batteries.at[row]
    var wake = held[row]?.first?.at ?? .max
    if batteries.power[row] < 0 {
      let needed = batteries.needed(row, for: batteries.missing(row))
      wake = min(wake, at + (needed - batteries.power[row] - 1) / -batteries.power[row])
    }
    if scenario.battery.recharge == .solar, batteries.missing(row) > 0 {
      wake = min(wake, homes.slot(row, atSecond: second(row)).end)
    }
    for entry in timelines[row] {
      switch entry.standing {
      case .over: break
      case .waiting:
        let moment = entry.isCancel || entry.start > at ? entry.start : entry.end
        wake = min(wake, entry.isCancel ? moment : min(moment, entry.end))
      case .running:
        wake = min(wake, entry.end)
        guard entry.isDischarge else { break }
        if at < entry.rampEnd { wake = min(wake, entry.rampEnd) }
        if exportLimit(row, entry) < .max {
          wake = min(wake, homes.slot(row, atSecond: second(row)).end)
        }
        let power = batteries.power[row]
        let left = batteries.bound[row] - batteries.told[row]
        // What is exhausted already is ended at once.
        if left <= 0 { return at }
        if power > 0 { wake = min(wake, at + (left + power - 1) / power) }
      }
    }
    return wake
  }
}
