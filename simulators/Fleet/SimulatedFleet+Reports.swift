public import Grid
import Wire

extension SimulatedFleet {
  /// Lets time pass up to `moment` and returns what the gateways publish meanwhile, in order.
  ///
  /// However the way is divided into calls, the messages are the same.
  public mutating func advance(to moment: Timestamp) -> [OutgoingMessage] {
    while let due = nextDue, due <= moment {
      now = max(now, due)
      while let next = moments.take(upTo: due) {
        integrate(next.row, to: due)
        work(next.row, at: due)
      }
      if nextMeter == due { reportMeters(at: due) }
      if nextTelemetry == due { reportTelemetry(at: due) }
    }
    now = max(now, moment)
    return flush()
  }

  private mutating func reportTelemetry(at due: Timestamp) {
    telemetrySeq += 1
    nextTelemetry = due.adding(seconds: scenario.telemetrySeconds)
    for gateway in gatewayOrder {
      let own = gateways[gateway]!.filter { faults[$0] != .offline }
      guard !own.isEmpty else { continue }
      var items: [Telemetry] = []
      for row in own {
        integrate(row, to: due)
        items.append(telemetry(row, at: due))
      }
      send(
        .telemetry(gateway),
        TelemetryCodec.encode(
          TelemetryMessage(session: session, seq: telemetrySeq, items: items)), qos: 0)
    }
  }

  private func telemetry(_ row: Int, at due: Timestamp) -> Telemetry {
    let running = timelines[row].first { $0.standing == .running }
    var power = running == nil ? 0 : batteries.power[row]
    if faults[row] == .liar, let running { power = running.setpoint }
    let net = netMilliwatts(row, atSecond: due.seconds) - (faults[row] == .liar ? 0 : power)
    return Telemetry(
      battery: enrolment[row].battery, at: stamp(row, due),
      discharge: Power(watts: power / 1_000), charge: batteries.charge(row),
      state: power > 0 ? .discharging : .holding, netImport: Power(watts: net / 1_000))
  }

  private mutating func reportMeters(at due: Timestamp) {
    let seconds = scenario.meterMinutes * 60
    nextMeter = due.adding(seconds: seconds)
    let window = Window(start: due.adding(seconds: -seconds), end: due)!
    for gateway in gatewayOrder {
      let own = gateways[gateway]!.filter { faults[$0] != .offline }
      var records: [MeterRecord] = []
      for row in own {
        integrate(row, to: due)
        meters.seq[row] += 1
        let isLost = faults[row] == .lossyMeter && meters.seq[row] % 3 == 0
        let pair = self.records(row, window)
        if !isLost { records += pair }
      }
      guard !records.isEmpty else { continue }
      for payload in MeterCodec.encode(envelope: records) { send(.meter(gateway), payload) }
    }
  }

  /// The records of both meters of one home; energies are differences of whole registers.
  private mutating func records(_ row: Int, _ window: Window) -> [MeterRecord] {
    func register(_ millijoules: Int64, _ kind: Int) -> (now: Int64, since: Int64) {
      let wattHours = millijoules / 3_600_000
      defer { meters.lastWh[kind][row] = wattHours }
      return (wattHours, wattHours - meters.lastWh[kind][row])
    }
    func record(_ meter: MeterID, _ i: (now: Int64, since: Int64), _ e: (now: Int64, since: Int64))
      -> MeterRecord
    {
      MeterRecord(
        meter: meter, seq: meters.seq[row], window: window, quality: .actual,
        registers: .init(
          imported: Energy(wattHours: i.now), exported: Energy(wattHours: e.now)),
        energies: .init(
          imported: Energy(wattHours: i.since), exported: Energy(wattHours: e.since)))
    }
    let own = enrolment[row]
    return [
      record(
        own.siteMeter, register(meters.siteImport[row], 0), register(meters.siteExport[row], 1)),
      record(own.batteryMeter, register(meters.charge[row], 2), register(meters.discharge[row], 3)),
    ]
  }

  /// One home's past as a meter would have counted it, with an idle battery: joules of each slot.
  ///
  /// - Parameters:
  ///   - row: The battery's place in the enrolment.
  ///   - from: The first slot's start, on the grid of `slotMinutes`.
  public func history(
    row: Int, from: Timestamp, slots: Int, slotMinutes: Int
  ) -> (imported: [Int32], exported: [Int32]) {
    var imported = [Int32](repeating: 0, count: slots)
    var exported = [Int32](repeating: 0, count: slots)
    let step = min(slotSeconds, Int64(slotMinutes) * 60)
    for slot in 0..<slots {
      var second = from.seconds + Int64(slot * slotMinutes) * 60
      let end = second + Int64(slotMinutes) * 60
      var bought: Int64 = 0
      var sold: Int64 = 0
      while second < end {
        let energy = netMilliwatts(row, atSecond: second) * step
        if energy >= 0 { bought += energy } else { sold -= energy }
        second += step
      }
      imported[slot] = Int32(clamping: bought / 1_000)
      exported[slot] = Int32(clamping: sold / 1_000)
    }
    return (imported, exported)
  }
}
