import Grid

// Batteries that were not handed back: their own reports say that we still have them.
extension Engine {
  /// Notes a report's mode; `remote` long after the last command is an alarm, once a command.
  ///
  /// A gateway whose clock is late is not blamed: only the engine's own time counts.
  mutating func noteMode(_ report: Telemetry, row: Int) {
    guard report.mode == .remote, fleet.remoteUntil[row] > .min,
      report.at.microseconds > fleet.remoteUntil[row] + Timing.handBackSeconds * 1_000_000
    else { return }
    fleet.remoteUntil[row] = .min
    if notHandedBack.isEmpty {
      timers.add(.handBacks, at: now.adding(seconds: Timing.handBackAlarmSeconds))
    }
    notHandedBack.append(Int32(row))
  }

  /// Batteries were still ours when their last command was long over.
  mutating func alarmHandBacks() {
    let names = notHandedBack.prefix(3).map { fleet.enrolled[Int($0)].battery.text }
    let more = notHandedBack.count > names.count ? " and others" : ""
    effects.append(
      .alarm(
        "\(notHandedBack.count) batteries were not handed back \(Timing.handBackSeconds) s after "
          + "their last command: \(names.joined(separator: ", "))\(more)"))
    notHandedBack = []
  }

  /// A command or cancel was sent: until when it may keep the battery, with the ramp back.
  mutating func noteLease(_ command: Command, _ terms: DispatchTerms?, row: Int) {
    guard terms?.watchesHandBack == true else { return }
    func end(_ command: Command, _ moment: Timestamp) -> Int64 {
      moment.adding(seconds: command.rampSeconds).microseconds
    }
    switch command.action {
    case .cancel:
      // It takes effect at its start, and leaves other events' commands alone.
      var until = end(command, command.window.start)
      for sent in open[row]
      where !sent.isFinal && sent.command.event != command.event && sent.command.action != .cancel {
        until = max(until, end(sent.command, sent.command.window.end))
      }
      fleet.remoteUntil[row] = until
    case .discharge, .hold:
      fleet.remoteUntil[row] = max(fleet.remoteUntil[row], end(command, command.window.end))
    }
  }
}
