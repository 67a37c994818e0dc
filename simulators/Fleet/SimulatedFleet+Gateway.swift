public import Grid
import Wire

extension SimulatedFleet {
  /// What gateways publish when a message arrives at `moment`; the fleet is simulated up to it.
  public mutating func receive(
    topic: String, payload: [UInt8], retained: Bool = false, at moment: Timestamp
  ) -> [OutgoingMessage] {
    guard let topic = try? Topic(parsing: topic) else { return [] }
    switch topic {
    case .command(let gateway):
      guard !retained, let own = gateways[gateway] else { return [] }
      guard let envelope = try? CommandCodec.decode(payload) else {
        totals.refused += 1
        return []
      }
      totals.refused += envelope.refused.count
      for command in envelope.items { take(command, of: gateway, own, at: moment) }
    case .notice(let gateway):
      guard !retained, let own = gateways[gateway] else { return [] }
      guard let envelope = try? NoticeCodec.decode(payload) else {
        totals.refused += 1
        return []
      }
      totals.refused += envelope.refused.count
      for notice in envelope.items { take(notice, of: gateway, own, at: moment) }
    case .signal, .signalAcknowledgement, .acknowledgement, .telemetry, .meter, .state, .battery,
      .preference, .error, .controllerState:
      return []
    }
    return flush()
  }

  private mutating func take(
    _ notice: Notice, of gateway: GatewayID, _ own: [Int], at moment: Timestamp
  ) {
    guard let row = rows[notice.battery], own.contains(row) else { return }
    if faults[row] == .offline || faults[row] == .deaf { return }
    totals.notices += 1
    let subject = Acknowledgement.Subject.notice(notice.id)
    answer(
      gateway,
      Acknowledgement(
        subject: subject, battery: notice.battery, status: .received, at: stamp(row, moment)))
    if faults[row] == .optOut, notice.schedule != nil {
      answer(
        gateway,
        Acknowledgement(
          subject: subject, battery: notice.battery, status: .optOut, at: stamp(row, moment),
          reason: "ownerOverride"))
    }
  }

  private mutating func take(
    _ command: Command, of gateway: GatewayID, _ own: [Int], at moment: Timestamp
  ) {
    totals.commands += 1
    guard let row = rows[command.battery], own.contains(row) else {
      refuse(command, gateway, .rejectedParameter, "unknownBattery", moment)
      return
    }
    if faults[row] == .offline || faults[row] == .deaf { return }
    if let known = timelines[row].first(where: { $0.command.id == command.id }) {
      if known.received == command {
        totals.duplicates += 1
        answer(gateway, known.last)
      } else {
        refuse(command, gateway, .rejectedInvalid, "revisionConflict", moment)
      }
      return
    }
    // A gateway whose clock is ahead finds the last moment to have passed sooner.
    guard stamp(row, moment) <= command.notAfter else {
      refuse(command, gateway, .rejectedLate, "late", moment)
      return
    }
    integrate(row, to: moment)
    accept(command, row: row, gateway, at: moment)
  }

  private mutating func accept(
    _ command: Command, row: Int, _ gateway: GatewayID, at moment: Timestamp
  ) {
    var entry = TimelineCommand(
      command: command, received: command,
      start: max(command.window.start, moment).microseconds,
      end: command.window.end.microseconds,
      last: Acknowledgement(
        subject: .command(command.id), battery: command.battery, status: .received,
        at: stamp(row, moment)))
    switch command.action {
    case .cancel:
      entry.standing = .over
      answer(gateway, entry.last)
      let ended = endCommands(of: command.event, row: row, below: command.seq, at: moment, gateway)
      entry.last = Acknowledgement(
        subject: .command(command.id), battery: command.battery, status: .completed,
        at: stamp(row, moment), delivered: ended, charge: batteries.charge(row))
      answer(gateway, entry.last)
      timelines[row].append(entry)
      return
    case .hold: break
    case .discharge(let setpoint, let limit, let floor):
      if faults[row] == .late {
        entry.start += scenario.faults.lateSeconds * 1_000_000
      }
      entry.setpoint = min(setpoint.watts * 1_000, batteries.rating[row])
      entry.limit = limit.joules * 1_000
      entry.floor = max(
        batteries.reserve[row], floor.share(of: enrolment[row].capacity).joules * 1_000)
    }
    cut(row, by: entry, gateway, at: moment)
    if let later = timelines[row].first(where: {
      $0.command.seq > command.seq && $0.standing != .over && $0.start <= entry.start
    }) {
      entry.last = Acknowledgement(
        subject: .command(command.id), battery: command.battery, status: .superseded,
        at: stamp(row, moment), lastSeq: later.command.seq)
      entry.standing = .over
    }
    answer(gateway, entry.last)
    timelines[row].append(entry)
    if entry.standing == .waiting {
      moments.add(Timestamp(microseconds: entry.start), row: row)
      moments.add(Timestamp(microseconds: entry.end), row: row)
      work(row, at: moment)
    }
  }

  /// Cuts older commands where a newer one begins; what is left of nothing is superseded.
  private mutating func cut(
    _ row: Int, by newer: TimelineCommand, _ gateway: GatewayID, at moment: Timestamp
  ) {
    for place in timelines[row].indices {
      let older = timelines[row][place]
      guard older.standing != .over, older.command.seq < newer.command.seq,
        older.end > newer.start
      else { continue }
      timelines[row][place].end = newer.start
      if older.start >= newer.start || older.standing == .running {
        finish(row, place, .superseded, at: moment, reason: nil, lastSeq: newer.command.seq)
      }
    }
  }

  /// Ends an event's commands that a cancel reaches; returns what they gave.
  private mutating func endCommands(
    of event: EventID?, row: Int, below seq: Int64, at moment: Timestamp, _ gateway: GatewayID
  ) -> Energy {
    var given: Int64 = 0
    for place in timelines[row].indices {
      let entry = timelines[row][place]
      guard entry.command.event == event, entry.command.seq < seq, entry.standing != .over
      else { continue }
      given += entry.given
      finish(row, place, .cancelled, at: moment, reason: nil)
    }
    return Energy(joules: given / 1_000)
  }

  private mutating func refuse(
    _ command: Command, _ gateway: GatewayID, _ status: Acknowledgement.Status, _ reason: String,
    _ moment: Timestamp
  ) {
    totals.refused += 1
    answer(
      gateway,
      Acknowledgement(
        subject: .command(command.id), battery: command.battery, status: status, at: moment,
        reason: reason))
  }

  mutating func answer(_ gateway: GatewayID, _ acknowledgement: Acknowledgement) {
    send(.acknowledgement(gateway), AcknowledgementCodec.encode(acknowledgement))
  }
}
