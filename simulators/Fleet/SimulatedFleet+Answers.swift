import Grid
import Wire

// What gateways say, and what time they think it is.
extension SimulatedFleet {
  mutating func send(_ topic: Topic, _ payload: [UInt8], qos: Int = 1, retain: Bool = false) {
    outbox.append(
      OutgoingMessage(topic: topic.text, payload: payload, qos: qos, retain: retain))
  }

  mutating func flush() -> [OutgoingMessage] {
    defer { outbox = [] }
    return outbox
  }

  mutating func answer(_ gateway: GatewayID, _ acknowledgement: Acknowledgement) {
    send(.acknowledgement(gateway), AcknowledgementCodec.encode(acknowledgement))
  }

  /// A moment as this battery's gateway would write it.
  func stamp(_ row: Int, _ moment: Timestamp) -> Timestamp {
    moment.adding(seconds: clockError(row))
  }

  /// Seconds by which this battery's gateway is ahead of the true clock.
  func clockError(_ row: Int) -> Int64 {
    faults[row] == .clockSkew ? scenario.faults.clockSkewSeconds : 0
  }

  /// The battery's own present moment, as its gateway would write it.
  private func present(_ row: Int) -> Timestamp {
    stamp(row, Timestamp(microseconds: batteries.at[row]))
  }

  /// Says that a command began, or that what it will really do has changed.
  mutating func tellStarted(_ row: Int, _ place: Int, _ watts: Int64) {
    let entry = timelines[row][place]
    let status = Acknowledgement(
      subject: .command(entry.command.id), battery: entry.command.battery, status: .started,
      at: present(row), accepted: Power(watts: watts),
      reason: watts < entry.setpoint ? "loadLimited" : nil)
    timelines[row][place].accepted = watts
    timelines[row][place].last = status
    answer(enrolment[row].gateway, status)
  }

  /// Ends one command with its final status.
  mutating func finish(
    _ row: Int, _ place: Int, _ status: Acknowledgement.Status, reason: String? = nil
  ) {
    let entry = timelines[row][place]
    let hadStarted = entry.standing == .running
    timelines[row][place].standing = .over
    if status == .completed, !entry.isCancel { counted.completed += 1 }
    let told = batteries.told[row]
    let final = Acknowledgement(
      subject: .command(entry.command.id), battery: entry.command.battery, status: status,
      at: present(row),
      delivered: hadStarted ? Energy(wattHours: (told - entry.toldBefore) / 3_600_000_000) : nil,
      charge: hadStarted || entry.isCancel ? batteries.charge(row, after: told) : nil,
      lastSeq: status == .superseded ? timelines[row].map(\.command.seq).max() : nil,
      reason: reason)
    timelines[row][place].last = final
    answer(enrolment[row].gateway, final)
  }
}
