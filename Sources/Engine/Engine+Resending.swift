import Grid

// What is sent again: the same bytes under the same id, until somebody answers or it is too late.
extension Engine {
  mutating func addResend(_ command: Command, event: Int32, row: Int, attempt: Int32) {
    let next = Spread.after(
      now, seconds: Timing.commandResend(attempt: attempt), by: command.id)
    timers.add(
      .command(event: event, row: Int32(row), seq: command.seq, attempt: attempt + 1),
      at: min(next, max(command.notAfter, now.adding(seconds: 1))))
  }

  mutating func resendCommand(event: Int32, row: Int, seq: Int64, attempt: Int32) {
    guard
      let sent = open[row].first(where: { $0.command.seq == seq && $0.event == event }),
      !sent.isAcknowledged, !sent.isFinal, !isOvertaken(sent, row: row)
    else { return }
    if now < sent.command.notAfter {
      effects.append(.resend(sent.command, to: fleet.gateway(of: row)))
      addResend(sent.command, event: event, row: row, attempt: attempt)
    } else {
      giveUp(sent.command, Int(event), row: row)
    }
  }

  /// True when a later command or cancel of the same event stands in its place.
  private func isOvertaken(_ sent: OpenCommand, row: Int) -> Bool {
    sent.command.action != .cancel
      && open[row].contains {
        $0.event == sent.event && $0.command.seq > sent.command.seq
          && $0.command.window.start <= max(now, sent.command.window.start)
      }
  }

  private mutating func giveUp(_ command: Command, _ place: Int, row: Int) {
    guard command.action != .cancel else {
      effects.append(.alarm("\(command.battery) never answered the cancel \(command.id)"))
      return
    }
    guard states[place].record.batteries[row].command?.seq == command.seq else { return }
    states[place].record.batteries[row].unreachableAt = now
    hold(place, row: row, .zero)
  }

  /// After a gateway's birth: open notices and commands once more, and new commands where the last
  /// moment has passed and the window is under way, because the gateway may have forgotten.
  mutating func sendOpen(gateway: Int, session: Int64) {
    guard fleet.isBorn[gateway], fleet.session[gateway] == session else { return }
    for row in fleet.rowsOfGateway[gateway].map(Int.init) {
      for place in live where !states[place].record.batteries.isEmpty {
        repeatNotice(place, row: row)
      }
      for sent in open[row]
      where !sent.isFinal && !sent.isWaiting && !isOvertaken(sent, row: row) {
        let place = Int(sent.event)
        if now < sent.command.notAfter {
          effects.append(.resend(sent.command, to: fleet.gateway(of: row)))
        } else if sent.command.action != .cancel, now < sent.command.window.end,
          states[place].record.batteries[row].command?.seq == sent.command.seq
        {
          commandRest(place, row: row)
        }
      }
    }
  }

  /// After a replay of the logbook: what may have been decided and not done is decided again.
  mutating func restart() {
    hearingSince = nil
    for place in states.indices {
      let id = states[place].record.id
      if let pending = states[place].record.pendingPlan {
        effects.append(.holdEscrow(id, revision: pending.revision))
      }
      if states[place].record.closedAt != nil, states[place].record.settled == nil {
        effects.append(.settle(id))
      } else if live.contains(place) {
        effects.append(.answer(states[place].answer, to: states[place].record.utility))
      }
      for row in states[place].record.batteries.indices { repeatNotice(place, row: row) }
    }
    for row in open.indices {
      for sent in open[row]
      where !sent.isAcknowledged && !sent.isFinal && !sent.isWaiting
        && now < sent.command.notAfter
        && !isOvertaken(sent, row: row)
      {
        effects.append(.resend(sent.command, to: fleet.gateway(of: row)))
      }
    }
  }

  mutating func forgetCommands(of event: Int32) {
    for row in open.indices where !open[row].isEmpty {
      open[row].removeAll { $0.event == event }
    }
  }
}
