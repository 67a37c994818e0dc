import Grid

extension SimulatedFleet {
  /// Begins and ends what is due for one battery.
  mutating func work(_ row: Int, at moment: Timestamp) {
    for place in timelines[row].indices {
      let entry = timelines[row][place]
      switch entry.standing {
      case .waiting where entry.start <= moment.microseconds && entry.end > moment.microseconds:
        begin(row, place, at: moment)
      case .waiting where entry.end <= moment.microseconds:
        finish(row, place, .noParticipation, at: moment, reason: nil)
      case .running where entry.end <= moment.microseconds:
        finish(row, place, .completed, at: moment, reason: nil)
      case .waiting, .running, .over: break
      }
    }
  }

  private mutating func begin(_ row: Int, _ place: Int, at moment: Timestamp) {
    timelines[row][place].standing = .running
    let entry = timelines[row][place]
    totals.started += 1
    let status = Acknowledgement(
      subject: .command(entry.command.id), battery: entry.command.battery, status: .started,
      at: stamp(row, moment), accepted: Power(watts: accepted(row, entry) / 1_000))
    timelines[row][place].last = status
    answer(enrolment[row].gateway, status)
    batteries.power[row] = actual(row, entry, second: moment.seconds)
    scheduleEnd(row, place, from: moment)
  }

  /// Ends one command with its final status.
  mutating func finish(
    _ row: Int, _ place: Int, _ status: Acknowledgement.Status, at moment: Timestamp,
    reason: String?, lastSeq: Int64? = nil
  ) {
    let entry = timelines[row][place]
    timelines[row][place].standing = .over
    timelines[row][place].end = min(entry.end, moment.microseconds)
    if entry.standing == .running { batteries.power[row] = 0 }
    if status == .completed { totals.completed += 1 }
    let isLiar = faults[row] == .liar
    let claimed = isLiar ? claim(entry, until: moment) : entry.given
    let final = Acknowledgement(
      subject: .command(entry.command.id), battery: entry.command.battery, status: status,
      at: stamp(row, moment),
      delivered: entry.standing == .running ? Energy(wattHours: claimed / 3_600_000) : nil,
      charge: entry.standing == .running ? batteries.charge(row) : nil, lastSeq: lastSeq,
      reason: reason)
    timelines[row][place].last = final
    answer(enrolment[row].gateway, final)
  }

  /// What a liar says it gave.
  private func claim(_ entry: TimelineCommand, until moment: Timestamp) -> Int64 {
    let micros = max(0, min(entry.end, moment.microseconds) - entry.start)
    return min(entry.limit, Int64(Int128(entry.setpoint) * Int128(micros) / 1_000_000))
  }

  /// Milliwatts that the device accepts: what the export limit leaves.
  private func accepted(_ row: Int, _ entry: TimelineCommand) -> Int64 {
    guard case .discharge = entry.command.action else { return 0 }
    return min(entry.setpoint, room(row, entry, second: entry.start / 1_000_000))
  }

  /// Greatest discharge at which the site does not export more than it may.
  private func room(_ row: Int, _ entry: TimelineCommand, second: Int64) -> Int64 {
    let commanded = entry.command.exportLimit.map { $0.watts * 1_000 } ?? .max
    let limit = min(commanded, batteries.exportLimit[row])
    guard limit < .max else { return .max }
    return max(0, limit + netMilliwatts(row, atSecond: second))
  }

  /// Milliwatts that really flow: faults are felt here.
  private func actual(_ row: Int, _ entry: TimelineCommand, second: Int64) -> Int64 {
    guard case .discharge = entry.command.action else { return 0 }
    let wanted = min(entry.setpoint, room(row, entry, second: second))
    switch faults[row] {
    case .liar: return 0
    case .partial: return wanted * scenario.faults.partialPercent / 100
    case .none, .offline, .deaf, .late, .clockSkew, .optOut, .lossyMeter: return wanted
    }
  }

  /// Notes when energy limit or floor will end a running command, if its window does not before.
  private mutating func scheduleEnd(_ row: Int, _ place: Int, from moment: Timestamp) {
    let entry = timelines[row][place]
    let power = batteries.power[row]
    guard power > 0 else { return }
    let left = min(
      entry.limit - entry.given, batteries.available(row, above: entry.floor))
    let micros = Int64(Int128(max(0, left)) * 1_000_000 / Int128(power))
    let end = moment.microseconds + micros
    if end < entry.end {
      moments.add(Timestamp(microseconds: end + 1_000_000), row: row)
    }
  }

  /// Home load minus generation, in milliwatts.
  func netMilliwatts(_ row: Int, atSecond second: Int64) -> Int64 {
    guard !homes.isEmpty else { return model.netMilliwatts(row: row, atSecond: second) }
    let home = homes[row]
    let slot = Int(floorDivide(second - home.start.seconds, home.slotSeconds))
    guard home.loadJ.indices.contains(slot) else { return 0 }
    return (home.loadJ[slot] - home.pvJ[slot]) * 1_000 / home.slotSeconds
  }

  /// Length of the slots in which the home's own power is constant.
  var slotSeconds: Int64 { homes.first?.slotSeconds ?? HomeModel.slotSeconds }

  /// Lets time pass for one battery and its meters, up to `moment`.
  mutating func integrate(_ row: Int, to moment: Timestamp) {
    let goal = moment.microseconds
    let slotMicros = slotSeconds * 1_000_000
    while batteries.at[row] < goal {
      let at = batteries.at[row]
      let net = netMilliwatts(row, atSecond: floorDivide(at, 1_000_000))
      var until = min(goal, (floorDivide(at, slotMicros) + 1) * slotMicros)
      var power: Int64 = 0
      let place = timelines[row].firstIndex { $0.standing == .running }
      if let place {
        let entry = timelines[row][place]
        power = actual(row, entry, second: floorDivide(at, 1_000_000))
        // Half the setpoint over the ramp is the energy of a straight slope.
        let rampEnd = entry.start + entry.command.rampSeconds * 1_000_000
        if at < rampEnd {
          power /= 2
          until = min(until, rampEnd)
        }
        until = min(until, max(at, entry.end))
        if until == at { until = min(goal, at + 1) }
      }
      let micros = until - at
      var given = Int64(Int128(power) * Int128(micros) / 1_000_000)
      if let place, power > 0 {
        let entry = timelines[row][place]
        let most = min(
          entry.limit - entry.given, batteries.available(row, above: entry.floor))
        if given >= most {
          given = max(0, most)
          give(row, place, given)
          meter(row, net: net, micros: micros, discharge: given)
          batteries.at[row] = until
          finish(
            row, place, .completed, at: Timestamp(microseconds: until),
            reason: entry.limit - entry.given <= given ? "energyLimit" : "socFloor")
          continue
        }
        give(row, place, given)
      }
      meter(row, net: net, micros: micros, discharge: given)
      batteries.at[row] = until
    }
  }

  private mutating func give(_ row: Int, _ place: Int, _ energy: Int64) {
    timelines[row][place].given += energy
    batteries.delivered[row] += energy
    totals.delivered += Energy(joules: energy / 1_000)
    let efficiency = batteries.efficiency[row]
    let fromCells = (Int128(energy) * 10_000 + Int128(efficiency) - 1) / Int128(efficiency)
    batteries.cells[row] = max(0, batteries.cells[row] - Int64(fromCells))
  }

  /// Adds a stretch of time to both meters.
  private mutating func meter(_ row: Int, net: Int64, micros: Int64, discharge: Int64) {
    let site = Int64(Int128(net) * Int128(micros) / 1_000_000) - discharge
    if site >= 0 { meters.siteImport[row] += site } else { meters.siteExport[row] -= site }
    meters.discharge[row] += discharge
  }
}
