import Engine
import Grid
import Wire

extension Bench {
  /// Telemetry from its bytes to the fleet table on one core, beside a scan of the same bytes.
  func ingestFigures() throws -> [BenchFigure] {
    let fleet = Self.enrolled(batteries)
    let start = Timestamp(seconds: 1_784_073_600)
    let feeder = FeederTree.unlimited(NodeID("feeder")!)
    var engine = Engine(fleet: fleet, feeder: feeder, programmes: [])
    let batch = 1_000
    var round: Int64 = 0
    var times: [Double] = []
    var limits: [Double] = []
    for run in 0...runs {
      round += 1
      let now = start.adding(seconds: 10 * round)
      let messages = Self.telemetry(fleet, seq: round, at: now)
      var taken = 0
      let seconds = try Stopwatch.processorSeconds {
        var inputs: [Input] = []
        for first in stride(from: 0, to: messages.count, by: batch) {
          inputs.removeAll(keepingCapacity: true)
          for row in first..<min(first + batch, messages.count) {
            let message = try TelemetryCodec.decode(messages[row])
            taken += message.items.count
            inputs.append(.telemetry(message.items, from: fleet[row].gateway))
          }
          taken -= engine.handle(inputs, at: now).count
        }
      }
      // A figure for messages that were turned away would be worth nothing.
      guard taken == messages.count, engine.fleet.heardAt(row: messages.count - 1) == now else {
        throw Outcome.broken.failure("\(taken) of \(messages.count) messages were taken")
      }
      let limit = Stopwatch.processorSeconds {
        var sum: UInt64 = 0
        for message in messages { sum = sum &+ Stopwatch.scan(message.span) }
        Stopwatch.keep(sum)
      }
      if run > 0 {
        times.append(seconds)
        limits.append(limit)
      }
    }
    let count = Double(batteries)
    return [
      BenchFigure(
        name: "ingest", unit: "messages/s", value: count / Stopwatch.median(times),
        limit: count / Stopwatch.median(limits), limitName: "a byte scan of the same messages")
    ]
  }

  /// One home and gateway a battery.
  static func enrolled(_ count: Int) -> [EnrolledBattery] {
    (1...count).map { number in
      EnrolledBattery(
        battery: BatteryID(name("bat-", number))!, gateway: GatewayID(name("gw-", number))!,
        site: SiteID(name("site-", number))!, owner: OwnerID(name("owner-", number))!,
        node: NodeID("feeder")!, capacity: Energy(wattHours: 13_500),
        maxDischarge: Power(watts: 5_000), maxCharge: Power(watts: 5_000),
        dischargeEfficiency: Percent(whole: 95)!, reserve: Percent(whole: 20)!, exportLimit: nil,
        charge: nil)
    }
  }

  /// One message a battery.
  private static func telemetry(
    _ fleet: [EnrolledBattery], seq: Int64, at now: Timestamp
  ) -> [[UInt8]] {
    var numbers = BenchNumbers(seed: UInt64(seq))
    return fleet.map { battery in
      TelemetryCodec.encode(
        TelemetryMessage(
          session: 1_784_073_600, seq: seq,
          items: [
            Telemetry(
              battery: battery.battery, at: now, discharge: Power(watts: numbers.next(5_000)),
              charge: Percent(hundredths: Int32(numbers.next(10_000)))!, state: .discharging,
              netImport: Power(watts: numbers.next(4_000) - 2_000))
          ]))
    }
  }
}

extension Stopwatch {
  /// Looks at every byte of a message, as the shortest parser must: one after the other.
  static func scan(_ bytes: Span<UInt8>) -> UInt64 {
    var quotes: UInt64 = 0
    var commas: UInt64 = 0
    for place in bytes.indices {
      let byte = bytes[place]
      if byte == UInt8(ascii: "\"") { quotes &+= 1 }
      if byte == UInt8(ascii: ",") { commas &+= 1 }
    }
    return quotes << 8 &+ commas
  }
}
