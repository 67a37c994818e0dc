public import Grid
import Wire

// The gateway's door: what arrives, and whether it is taken. Source: the MQTT contract, §5 and §6.
extension SimulatedFleet {
  /// What gateways publish when a message arrives at `moment`, after what was due up to then.
  public mutating func receive(
    topic: String, payload: [UInt8], retained: Bool = false, at moment: Timestamp
  ) -> [OutgoingMessage] {
    run(to: moment)
    // Nothing but the controller's own state is retained on the way to a gateway.
    guard !retained, let topic = try? Topic(parsing: topic) else { return flush() }
    switch topic {
    case .command(let gateway):
      if let envelope = try? CommandCodec.decode(payload) {
        for command in envelope.items { take(command, of: gateway) }
        for item in envelope.refused { refuse(item, of: gateway) }
      } else {
        counted.refused += 1
      }
    case .notice(let gateway):
      if let envelope = try? NoticeCodec.decode(payload) {
        for notice in envelope.items { take(notice, of: gateway) }
        counted.refused += envelope.refused.count
      } else {
        counted.refused += 1
      }
    case .signal, .signalAcknowledgement, .acknowledgement, .telemetry, .meter, .state, .battery,
      .preference, .error, .controllerState:
      break
    }
    return flush()
  }

  /// The row of a battery that is this gateway's own.
  private func row(of battery: BatteryID, behind gateway: GatewayID) -> Int? {
    guard let row = rows[battery], enrolment[row].gateway == gateway else { return nil }
    return row
  }

  private func hears(_ row: Int) -> Bool { faults[row] != .offline && faults[row] != .deaf }

  // MARK: Notices

  private mutating func take(_ notice: Notice, of gateway: GatewayID) {
    guard let row = row(of: notice.battery, behind: gateway), hears(row) else { return }
    counted.notices += 1
    func tell(_ status: Acknowledgement.Status, reason: String? = nil) {
      answer(
        gateway,
        Acknowledgement(
          subject: .notice(notice.id), battery: notice.battery, status: status,
          at: stamp(row, now), reason: reason))
    }
    let place = notices[row].firstIndex { $0.event == notice.event }
    if let place, notices[row][place].revision >= notice.revision {
      let isLatest = notices[row][place].revision == notice.revision
      tell(isLatest ? notices[row][place].status : .superseded)
      return
    }
    tell(.received)
    let isDeclined = faults[row] == .optOut && notice.schedule != nil
    if isDeclined { tell(.optOut, reason: "ownerOverride") }
    let remembered = RememberedNotice(
      event: notice.event, revision: notice.revision, status: isDeclined ? .optOut : .received)
    if let place {
      notices[row][place] = remembered
    } else {
      if notices[row].count == Self.noticeLimit { notices[row].removeFirst() }
      notices[row].append(remembered)
    }
  }

  // MARK: Commands

  private mutating func take(_ command: Command, of gateway: GatewayID) {
    counted.commands += 1
    guard let row = row(of: command.battery, behind: gateway) else {
      refuse(command, of: gateway, .rejectedParameter, "unknownBattery", at: now)
      return
    }
    guard hears(row) else { return }
    integrate(row, to: now.microseconds)
    if faults[row] == .late {
      let there = now.adding(seconds: scenario.faults.lateSeconds).microseconds
      held[row, default: []].append(HeldCommand(command: command, at: there))
      batteries.wake[row] = min(batteries.wake[row], there)
      moments.add(Timestamp(seconds: floorDivide(there + 999_999, 1_000_000)), row: row)
      return
    }
    judge(command, row)
    integrate(row, to: now.microseconds)
  }

  /// Takes what has come to the end of its slow way.
  mutating func takeHeld(_ row: Int) {
    while let first = held[row]?.first, first.at <= batteries.at[row] {
      held[row]?.removeFirst()
      judge(first.command, row)
    }
    if held[row]?.isEmpty == true { held[row] = nil }
  }

  /// Answers a repetition, refuses what comes too late, and accepts the rest.
  private mutating func judge(_ command: Command, _ row: Int) {
    let gateway = enrolment[row].gateway
    let present = stamp(row, Timestamp(microseconds: batteries.at[row]))
    if let known = timelines[row].first(where: { $0.command.id == command.id }) {
      if known.command == command {
        counted.duplicates += 1
        answer(gateway, known.last)
      } else {
        refuse(command, of: gateway, .rejectedInvalid, "revisionConflict", at: present)
      }
      return
    }
    guard present <= command.notAfter else {
      refuse(command, of: gateway, .rejectedLate, "late", at: present)
      return
    }
    if timelines[row].count >= Self.timelineLimit { forget(row, at: present) }
    guard timelines[row].count < Self.timelineLimit else {
      refuse(command, of: gateway, .rejectedParameter, "queueFull", at: present)
      return
    }
    accept(command, row, at: present)
  }

  private mutating func refuse(
    _ command: Command, of gateway: GatewayID, _ status: Acknowledgement.Status,
    _ reason: String, at moment: Timestamp
  ) {
    counted.refused += 1
    answer(
      gateway,
      Acknowledgement(
        subject: .command(command.id), battery: command.battery, status: status, at: moment,
        reason: reason))
  }

  /// Answers an item that could not be understood, if its name says whose it is.
  private mutating func refuse(_ item: RefusedItem, of gateway: GatewayID) {
    counted.commands += 1
    counted.refused += 1
    guard let id = item.id.flatMap({ LongIdentifier($0) }) else { return }
    let parts = id.text.split(separator: ".", omittingEmptySubsequences: false)
    guard parts.count == 3, let battery = BatteryID(String(parts[1])),
      let row = row(of: battery, behind: gateway), hears(row)
    else { return }
    let isParameter = item.rejection.code.status == .rejectedParameter
    answer(
      gateway,
      Acknowledgement(
        subject: .command(id), battery: battery,
        status: isParameter ? .rejectedParameter : .rejectedInvalid, at: stamp(row, now),
        reason: item.rejection.code.rawValue))
  }
}
