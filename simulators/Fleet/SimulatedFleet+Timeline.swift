import Grid

// One timeline for each battery: the order of arrival has no effect. Source: the MQTT contract, §6.
extension SimulatedFleet {
  /// Puts a command on its battery's timeline and answers it; what it changes is decided next.
  mutating func accept(_ command: Command, _ row: Int, at present: Timestamp) {
    let at = batteries.at[row]
    let ahead = clockError(row) * 1_000_000
    var entry = TimelineCommand(
      command: command, start: max(command.window.start.microseconds - ahead, at),
      end: command.window.end.microseconds - ahead,
      last: Acknowledgement(
        subject: .command(command.id), battery: command.battery, status: .received, at: present))
    switch command.action {
    case .cancel, .hold: break
    case .discharge(let setpoint, let limit, let floor):
      let kept = floor.share(of: enrolment[row].capacity).joules * 1_000_000
      entry.setpoint = min(setpoint.watts, batteries.rating[row])
      entry.limit = limit.joules * 1_000_000
      entry.floor = max(batteries.reserve[row], kept)
      entry.isReserveHigher = batteries.reserve[row] > kept
    }
    if faults[row] == .late, !entry.isCancel {
      let start = command.window.start.adding(seconds: scenario.faults.lateSeconds)
      entry.start = max(start.microseconds, at)
    }
    entry.isDeclined = !entry.isCancel && hasOptedOut(row, of: command.event)
    cut(&entry, row)
    let gateway = enrolment[row].gateway
    let place = timelines[row].count
    timelines[row].append(entry)
    if entry.isDeclined {
      decline(row, place, at: present)
    } else if !entry.isCancel, isCancelled(command, row) {
      finish(row, place, .cancelled)
    } else if entry.isCut, entry.end <= entry.start {
      finish(row, place, .superseded)
    } else {
      answer(gateway, entry.last)
    }
    batteries.wake[row] = at
    endEmpty(row)
  }

  /// Ends `newer` where accepted ones of higher `seq` begin, and older ones where it begins.
  private mutating func cut(_ newer: inout TimelineCommand, _ row: Int) {
    for place in timelines[row].indices {
      let other = timelines[row][place]
      guard newer.contends(with: other) else { continue }
      if other.command.seq > newer.command.seq {
        newer.isCut = newer.isCut || other.start < newer.end
        newer.end = min(newer.end, other.start)
      } else if other.standing != .over, newer.start < other.end {
        timelines[row][place].end = newer.start
        timelines[row][place].isCut = true
      }
    }
  }

  /// Supersedes what was cut before it could begin.
  private mutating func endEmpty(_ row: Int) {
    for place in timelines[row].indices {
      let entry = timelines[row][place]
      if entry.standing == .waiting, entry.isCut, entry.end <= entry.start {
        finish(row, place, .superseded)
      }
    }
  }

  /// True when a cancel of higher `seq` that has taken effect reaches this command.
  private func isCancelled(_ command: Command, _ row: Int) -> Bool {
    timelines[row].contains {
      $0.isCancel && $0.standing == .over && $0.command.event == command.event
        && $0.command.seq > command.seq
    }
  }

  /// Makes room: what is over is kept only while a late copy of an older command could need it.
  mutating func forget(_ row: Int, at present: Timestamp) {
    timelines[row].removeAll { $0.standing == .over && $0.command.window.end <= present }
    let (kept, at) = (timelines[row], batteries.at[row])
    timelines[row].removeAll { entry in
      entry.standing == .over && kept.contains { $0.stands(for: entry, at: at) }
    }
  }

  private func hasOptedOut(_ row: Int, of event: EventID?) -> Bool {
    faults[row] == .optOut
      && notices[row].contains { $0.event == event && $0.status == .optOut }
  }

  private mutating func decline(_ row: Int, _ place: Int, at present: Timestamp) {
    let command = timelines[row][place].command
    let status = Acknowledgement(
      subject: .command(command.id), battery: command.battery, status: .optOut, at: present,
      reason: "ownerOverride")
    timelines[row][place].standing = .over
    timelines[row][place].last = status
    answer(enrolment[row].gateway, status)
  }
}
