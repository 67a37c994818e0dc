public import Grid
import Wire

extension SimulatedFleet {
  /// Lets time pass up to `moment` and returns what the gateways publish meanwhile, in order.
  ///
  /// However the way is divided into calls, the messages are the same.
  public mutating func advance(to moment: Timestamp) -> [OutgoingMessage] {
    run(to: moment)
    return flush()
  }

  mutating func run(to moment: Timestamp) {
    while let due = nextDue, due <= moment {
      now = max(now, due)
      while let row = moments.take(upTo: due) { integrate(row, to: due.microseconds) }
      if nextMeter == due { reportMeters(at: due) }
      if nextTelemetry == due { reportTelemetry(at: due) }
    }
    now = max(now, moment)
  }

  private mutating func reportTelemetry(at due: Timestamp) {
    nextTelemetry = due.adding(seconds: scenario.telemetrySeconds)
    var items: [Telemetry] = []
    var most: Int64 = 0
    for (place, gateway) in gateways.enumerated() {
      var rest = connected[place][...]
      var seq = telemetrySeq
      while !rest.isEmpty {
        items.removeAll(keepingCapacity: true)
        for row in rest.prefix(WireLimits.items) {
          integrate(row, to: due.microseconds)
          items.append(telemetry(row, at: due))
        }
        rest = rest.dropFirst(WireLimits.items)
        seq += 1
        send(
          .telemetry(gateway),
          TelemetryCodec.encode(TelemetryMessage(session: session, seq: seq, items: items)), qos: 0)
      }
      most = max(most, seq)
    }
    // One gateway may need more messages than another; numbers only have to rise.
    telemetrySeq = most
  }

  private func telemetry(_ row: Int, at due: Timestamp) -> Telemetry {
    let power = batteries.power[row]
    let home = homes.slot(row, atSecond: due.seconds).watts
    return Telemetry(
      battery: enrolment[row].battery, at: stamp(row, due), discharge: Power(watts: power),
      charge: batteries.charge(row, after: batteries.told[row]),
      state: power > 0 ? .discharging : power < 0 ? .charging : .holding,
      netImport: Power(watts: home - power),
      mode: mode(row))
  }

  /// Who decides what the battery does, as its device reads it back.
  private func mode(_ row: Int) -> Telemetry.Mode {
    if isStuck(row) || timelines[row].contains(where: { $0.standing == .running }) {
      return .remote
    }
    return switch scenario.battery.recharge {
    case .never: .backup
    case .snapBack: .timeOfUse
    case .solar: .selfConsumption
    }
  }

  private mutating func reportMeters(at due: Timestamp) {
    let seconds = scenario.meterMinutes * 60
    nextMeter = due.adding(seconds: seconds)
    meterSeq += 1
    let window = Window(start: due.adding(seconds: -seconds), end: due)!
    var records: [MeterRecord] = []
    for (place, gateway) in gateways.enumerated() {
      records.removeAll(keepingCapacity: true)
      for row in connected[place] {
        integrate(row, to: due.microseconds)
        let pair = self.records(row, window)
        // The first record stays, so that every loss lies between two registers.
        let isLost =
          faults[row] == .lossyMeter && meterSeq > 1 && (meterSeq + Int64(row)) % 3 == 0
        if !isLost { records += pair }
      }
      guard !records.isEmpty else { continue }
      for payload in MeterCodec.encode(envelope: records) { send(.meter(gateway), payload) }
    }
  }

  /// The records of both meters of one home; energies are differences of whole registers.
  private mutating func records(_ row: Int, _ window: Window) -> [MeterRecord] {
    let imported = meters.siteImport[row] / 3_600_000_000
    let exported = meters.siteExport[row] / 3_600_000_000
    let discharged = meters.discharge[row] / 3_600_000_000
    let charged = meters.charge[row] / 3_600_000_000
    let own = enrolment[row]
    defer {
      meters.lastImportWh[row] = imported
      meters.lastExportWh[row] = exported
      meters.lastDischargeWh[row] = discharged
      meters.lastChargeWh[row] = charged
    }
    return [
      record(
        own.siteMeter, window, imported, since: meters.lastImportWh[row], exported,
        since: meters.lastExportWh[row]),
      record(
        own.batteryMeter, window, charged, since: meters.lastChargeWh[row], discharged,
        since: meters.lastDischargeWh[row]),
    ]
  }

  private func record(
    _ meter: MeterID, _ window: Window, _ imported: Int64, since importedBefore: Int64,
    _ exported: Int64, since exportedBefore: Int64
  ) -> MeterRecord {
    MeterRecord(
      meter: meter, seq: meterSeq, window: window, quality: .actual,
      registers: .init(
        imported: Energy(wattHours: imported), exported: Energy(wattHours: exported)),
      energies: .init(
        imported: Energy(wattHours: imported - importedBefore),
        exported: Energy(wattHours: exported - exportedBefore)),
      epoch: epoch)
  }
}
