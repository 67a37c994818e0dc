import Grid

// Vendors' interfaces and gateways take only so many commands a second. A command carries its
// start and its duration, so it may leave early, and no second one is needed to end it.
extension Engine {
  /// The narrow door that a command to `row` goes through, with its limit; nil when nothing limits.
  ///
  /// Of a vendor's and a gateway's limit the lower one counts, for all batteries behind it.
  func door(_ row: Int, _ terms: DispatchTerms?) -> (door: CommandDoors.Door, limit: Int64)? {
    guard let limits = terms?.vendorPerSecond else { return nil }
    let vendor = fleet.enrolled[row].vendor.flatMap { vendor in
      limits[vendor].map { (CommandDoors.Door.vendor(vendor), $0) }
    }
    let place = Int(fleet.gateway[row])
    let gateway = fleet.commandsPerSecond[place].map {
      (CommandDoors.Door.gateway(Int32(place)), $0)
    }
    guard let vendor, let gateway else { return vendor ?? gateway }
    return gateway.1 < vendor.1 ? gateway : vendor
  }

  /// How long before the start the commands of an event leave: as long as its slowest door needs,
  /// and never less than usual.
  func commandLead(_ place: Int) -> Int64 {
    let seconds = wave(place).values.max() ?? 0
    return max(Timing.commandLeadSeconds, seconds)
  }

  /// Seconds that each door needs for the batteries with a share.
  private func wave(_ place: Int) -> [CommandDoors.Door: Int64] {
    let terms = states[place].record.terms
    guard let limits = terms?.vendorPerSecond, !limits.isEmpty || fleet.hasNarrowGateways else {
      return [:]
    }
    var counts: [CommandDoors.Door: (count: Int64, limit: Int64)] = [:]
    for row in states[place].record.batteries.indices
    where states[place].record.batteries[row].holding > .zero {
      guard let (door, limit) = door(row, terms) else { continue }
      counts[door] = ((counts[door]?.count ?? 0) + 1, limit)
    }
    return counts.mapValues { ($0.count + $0.limit - 1) / $0.limit }
  }

  /// A wave of commands for a start that is ahead begins as late as it can, so that the charge it
  /// was planned with is fresh and nobody is late.
  mutating func beginWave(_ place: Int) {
    guard let start = states[place].record.window?.start else { return }
    waveStarts = wave(place).mapValues { start.seconds - $0 }
  }

  /// Sends a command, at once or when its door has room.
  mutating func emit(_ command: Command, _ place: Int, row: Int) {
    guard let (door, limit) = door(row, states[place].record.terms) else {
      leave(command, event: Int32(place), row: row)
      return
    }
    if command.action == .cancel {
      for seq in doors.drop(event: Int32(place), row: Int32(row), at: door) {
        open[row].removeAll { $0.command.seq == seq && $0.event == Int32(place) }
      }
    }
    let notBefore = max(waveStarts[door] ?? .min, now.seconds)
    doors.add(
      .init(command: command, event: Int32(place), row: Int32(row), notBefore: notBefore),
      at: door, limit: limit)
    if let sent = open[row].lastIndex(where: { $0.command.seq == command.seq }) {
      open[row][sent].isWaiting = true
    }
    openDoors(at: Timestamp(seconds: notBefore))
  }

  /// A door may have room now.
  mutating func openDoors() {
    doorsOpenAt = nil
    for waiting in doors.leave(at: now.seconds) {
      let row = Int(waiting.row)
      if let sent = open[row].lastIndex(where: {
        $0.command.seq == waiting.command.seq && $0.event == waiting.event
      }) {
        open[row][sent].isWaiting = false
      }
      leave(waiting.command, event: waiting.event, row: row)
    }
    openDoorsLater()
  }

  private mutating func openDoorsLater() {
    guard let second = doors.nextSecond(after: now.seconds) else { return }
    openDoors(at: Timestamp(seconds: second))
  }

  private mutating func openDoors(at moment: Timestamp) {
    let due = max(moment, now)
    if let doorsOpenAt, doorsOpenAt <= due { return }
    doorsOpenAt = due
    timers.add(.doors, at: due)
  }

  /// From here on a command is on its way.
  private mutating func leave(_ command: Command, event: Int32, row: Int) {
    effects.append(.command(command, to: fleet.gateway(of: row)))
    addResend(command, event: event, row: row, attempt: 0)
  }
}
