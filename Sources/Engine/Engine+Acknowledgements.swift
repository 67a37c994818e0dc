import Grid

// What gateways answer to commands and notices; O(1) each.
extension Engine {
  mutating func take(_ ack: Acknowledgement, from gateway: GatewayID) {
    guard let row = row(of: ack.battery, behind: gateway, about: .ack) else { return }
    switch ack.subject {
    case .command(let id):
      guard let sent = open[row].firstIndex(where: { $0.command.id == id }) else {
        rejectUnknown(id, "commandId", gateway)
        return
      }
      take(ack, row: row, sent: sent)
    case .notice(let id):
      guard let (place, revision) = notice(id, row: row) else {
        rejectUnknown(id, "noticeId", gateway)
        return
      }
      takeNotice(ack, place, row: row, revision: revision)
    }
  }

  private mutating func rejectUnknown(
    _ id: LongIdentifier, _ field: String, _ gateway: GatewayID
  ) {
    reject(
      Rejection(.unknownId, field: field, found: id.text, allowed: "an id that was sent"),
      gateway.text, .ack)
  }

  /// The event and revision of a notice that was sent to the battery in `row`.
  private func notice(_ id: LongIdentifier, row: Int) -> (place: Int, revision: Int64)? {
    let parts = id.text.split(separator: ".", omittingEmptySubsequences: false)
    guard parts.count == 3, parts[1] == fleet.enrolled[row].battery.text, parts[2].first == "n",
      let event = EventID(String(parts[0])), let revision = Int64(parts[2].dropFirst()),
      let place = places[event], !states[place].record.batteries.isEmpty,
      states[place].record.batteries[row].notice != nil,
      states[place].record.revisions.contains(where: { $0.signal.revision == revision })
    else { return nil }
    return (place, revision)
  }

  private mutating func takeNotice(
    _ ack: Acknowledgement, _ place: Int, row: Int, revision: Int64
  ) {
    let isNewest = states[place].record.batteries[row].notice?.revision == revision
    switch ack.status {
    case .received, .userAcknowledged, .optOut, .optIn:
      if isNewest {
        let deadline = states[place].record.window?.start
        states[place].record.batteries[row].noteNotice(ack, at: now, by: deadline)
      }
    case .superseded, .cancelled, .completed, .started, .partialOptOut, .noParticipation, .failed,
      .rejectedParameter, .rejectedInvalid, .rejectedLate:
      // An answer, so nothing is sent again; but no proof that an owner could see it.
      if isNewest { states[place].record.batteries[row].notice?.isAnswered = true }
    }
    if ack.status == .optOut { leave(place, row: row, at: now) }
    if ack.status == .optIn, states[place].isLive {
      // Before the dispatch he is planned again; in the event from the next revision on.
      states[place].record.batteries[row].optedOutAt = nil
      states[place].record.batteries[row].optOutIsMissed = false
    }
  }

  private mutating func take(_ ack: Acknowledgement, row: Int, sent: Int) {
    let place = Int(open[row][sent].event)
    let command = open[row][sent].command
    open[row][sent].isAcknowledged = true
    let wasFinal = open[row][sent].isFinal
    if ack.status.isFinalForCommand { open[row][sent].isFinal = true }
    if let lastSeq = ack.lastSeq { fleet.lastSeq[row] = max(fleet.lastSeq[row], lastSeq) }
    guard command.action != .cancel else {
      if !wasFinal, ack.status.isRefusal {
        effects.append(
          .alarm(
            "\(command.battery) refused the cancel \(command.id): \(ack.reason ?? "no reason")"))
      }
      return
    }
    guard states[place].record.batteries[row].command?.seq == command.seq else {
      if !wasFinal, let delivered = ack.delivered, ack.status.isFinalForCommand {
        states[place].record.batteries[row].deliveredBefore += delivered
      }
      return
    }
    let power = states[place].record.batteries[row].command?.power ?? .zero
    states[place].record.batteries[row].note(ack, at: now)
    if states[place].record.batteries[row].unreachableAt != nil {
      states[place].record.batteries[row].unreachableAt = nil
      hold(place, row: row, power)
    }
    guard !wasFinal, states[place].isLive else { return }
    switch ack.status {
    case .started:
      // What it accepted counts, not what it was asked for: it may have to follow its load.
      if let accepted = ack.accepted, states[place].record.batteries[row].lostAt == nil {
        // Of a charger it is what it still draws, as a negative number.
        let given = command.action == .hold ? power + accepted : accepted
        hold(place, row: row, min(max(.zero, given), power))
      }
    case .received, .optIn, .userAcknowledged, .completed, .cancelled: break
    case .optOut, .partialOptOut:
      leave(place, row: row, at: min(now, max(ack.at, command.issuedAt)))
    case .noParticipation, .failed, .rejectedParameter, .rejectedInvalid, .rejectedLate:
      // A refused command changes nothing: what the battery was told before would go on.
      if ack.status.isRefusal, mayMove(place, row: row) { sendCancel(place, row: row, at: now) }
      hold(place, row: row, .zero)
    case .superseded:
      // What no later command of ours has cut, a former life of this engine has.
      let isOwn = open[row].contains {
        $0.command.seq > command.seq && $0.command.action != .cancel
          && $0.command.window.intersection(command.window) != nil
      }
      if !isOwn, let lastSeq = ack.lastSeq, lastSeq > command.seq {
        commandRest(place, row: row)
      }
    }
  }

  /// Writes what a battery still holds, and answers the utility when that changes.
  mutating func hold(_ place: Int, row: Int, _ power: Power) {
    guard states[place].record.batteries[row].holding != power, states[place].isLive else {
      return
    }
    states[place].record.hold(power, row: row)
    commitmentChanged(place)
  }
}

extension Command {
  /// The setpoint; 0 for what does not discharge.
  var power: Power {
    switch action {
    case .discharge(let setpoint, _, _): setpoint
    case .hold, .cancel: .zero
    }
  }
}
