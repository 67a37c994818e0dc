import Engine
import Grid
import Storage
import Wire

// One home's part, from what it was sent and what it said.
extension StoryTeller {
  mutating func sayNotices(_ payload: [UInt8], at now: Timestamp) {
    guard let battery, let envelope = try? NoticeCodec.decode(payload) else { return }
    for notice in envelope.items where notice.event == event && notice.battery == battery {
      guard let schedule = notice.schedule else {
        say(now, "notice", "revision \(notice.revision): the event is off for this home")
        continue
      }
      say(
        now, "notice",
        "revision \(notice.revision): \(schedule.window), about \(schedule.planned?.watts ?? 0) W,"
          + " acknowledge by \(schedule.acknowledgeBy)")
    }
  }

  mutating func sayCommand(_ command: Command, at now: Timestamp) {
    switch command.action {
    case .discharge(let setpoint, let energyLimit, let floor):
      say(
        now, "asked",
        "\(setpoint.watts) W, \(command.window), at most \(energyLimit.wattHoursRoundedDown) Wh,"
          + " never below \(floor) %, bound by \(command.boundBy ?? "nothing"),"
          + " then \(command.handBack.rawValue), command \(command.seq)")
    case .hold:
      say(
        now, "asked",
        "neither to charge nor to discharge, \(command.window), command \(command.seq)")
    case .cancel:
      say(now, "released", "from \(command.window.start), command \(command.seq)")
    }
  }

  /// What was known of the battery when it was commanded.
  mutating func sayStanding(_ decider: Decider, at now: Timestamp) {
    guard let battery, let row = decider.engine.fleet.row(of: battery) else { return }
    let known = decider.engine.fleet.standing(row: row)
    var parts = [known.charge.map { "charge \($0) %" } ?? "charge unknown"]
    parts.append(known.discharge.map { "gave \($0.watts) W" } ?? "output unknown")
    if let taken = known.netImport { parts.append("its site took \(taken.watts) W") }
    parts.append(known.heardAt.map { "heard \($0)" } ?? "never heard")
    parts.append("owner's reserve \(known.reserve) %, device's \(known.deviceFloor) %")
    parts.append("rated \(known.rated.watts) W")
    parts.append(known.exportLimit.map { "export limit \($0.watts) W" } ?? "no export limit")
    if let away = known.optOut { parts.append("owner away \(away)") }
    say(now, "battery", parts.joined(separator: ", "))
  }

  /// Acknowledgements and preferences of this home among the turn's inputs.
  mutating func hear(_ turn: Turn, _ decider: Decider) {
    for frame in Frame.decode(turn.inputs) ?? [] where frame.kind == .message {
      guard let topic = try? Topic(parsing: frame.name) else { continue }
      switch topic {
      case .acknowledgement, .preference: break
      case .signal, .signalAcknowledgement, .notice, .command, .telemetry, .meter, .state,
        .battery, .error, .controllerState:
        continue
      }
      let outcome = decider.intake.read(
        topic: frame.name, payload: frame.body, retained: false, at: turn.at)
      guard case .inputs(let inputs) = outcome.result else { continue }
      for input in inputs { hear(input, at: turn.at) }
    }
  }

  private mutating func hear(_ input: Input, at now: Timestamp) {
    switch input {
    case .acknowledgement(let ack, _) where ack.battery == battery:
      let about: (kind: String, id: LongIdentifier) =
        switch ack.subject {
        case .command(let id): ("answered", id)
        case .notice(let id): ("notice", id)
        }
      guard about.id.text.hasPrefix(event.text + ".") else { return }
      var text = "\(ack.status.rawValue), \(about.id.text)"
      if let accepted = ack.accepted { text += ", accepted \(accepted.watts) W" }
      if let delivered = ack.delivered {
        text += ", gave \(delivered.wattHoursRoundedDown) Wh by its own count"
      }
      if let reason = ack.reason { text += ", \(reason)" }
      say(now, about.kind, text)
    case .preference(let preference, battery, _):
      guard let preference else {
        say(now, "owner", "withdrew his wishes; the enrolled reserve holds")
        return
      }
      var parts = ["revision \(preference.revision)"]
      if let reserve = preference.reserve { parts.append("reserve \(reserve) %") }
      if let from = preference.optOutFrom { parts.append("away from \(from)") }
      if let until = preference.optOutUntil { parts.append("away until \(until)") }
      say(now, "owner", parts.joined(separator: ", "))
    case .acknowledgement, .preference, .signal, .telemetry, .state, .description, .escrowHeld,
      .escrowRefused, .budgetSpent, .settled, .clockOff, .storms, .restarted:
      return
    }
  }
}
