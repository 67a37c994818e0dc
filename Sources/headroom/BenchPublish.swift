import Grid
import MQTT
import Wire

extension Bench {
  /// Commands through a broker until it has acknowledged them all, beside a bare loop.
  ///
  /// The two take turns, so that both meet the machine in the same mood.
  func publishFigures() async throws -> [BenchFigure] {
    let messages = commands()
    return try await EmbeddedBroker.during(folder) { broker in
      let inbox = Mailbox<Arrival>(capacity: 1_024)
      let options = ConnectionOptions(clientID: "bench", host: "127.0.0.1", port: broker.port)
      let client = Client(options: options, subscriptions: [], inbox: inbox)
      try client.start()
      try await Self.waitForConnection(inbox)
      var times: [Double] = []
      var limits: [Double] = []
      for run in 0...runs {
        try Task.checkCancellation()
        let start = ContinuousClock.now
        let outcomes = try await client.publishAndWait(messages)
        let seconds = (ContinuousClock.now - start) / .seconds(1)
        guard outcomes.allSatisfy(\.isSuccess) else {
          throw Outcome.broken.failure("the broker did not take every command")
        }
        let limit = try BareLoop.publishAll(
          host: "127.0.0.1", port: broker.port, messages: messages,
          inFlight: options.maximumInFlight)
        if run > 0 {
          times.append(seconds)
          limits.append(limit)
        }
      }
      await client.stop()
      return [
        BenchFigure(
          name: "publish-\(batteries)-qos1", unit: "messages/s",
          value: Double(batteries) / Stopwatch.median(times),
          limit: Double(batteries) / Stopwatch.median(limits),
          limitName: "a bare libmosquitto loop with the same payloads")
      ]
    }
  }

  static func waitForConnection(_ inbox: Mailbox<Arrival>) async throws {
    let end = ContinuousClock.now + .seconds(10)
    while ContinuousClock.now < end {
      for arrival in await inbox.drain(waitingAtMost: .milliseconds(100)) {
        if case .connected = arrival { return }
      }
    }
    throw Outcome.unreachable.failure("the embedded broker did not answer in 10 seconds")
  }

  /// The commands of one event, as the controller would send them.
  private func commands() -> [Message] {
    let window = Window(
      start: Timestamp(seconds: 1_784_073_600), end: Timestamp(seconds: 1_784_077_200))!
    return Self.enrolled(batteries).map { battery in
      let command = Command(
        seq: 1, battery: battery.battery, event: EventID("bench")!,
        issuedAt: window.start.adding(seconds: -60), window: window, notAfter: window.end,
        action: .discharge(
          setpoint: Power(watts: 1_350), energyLimit: Energy(wattHours: 1_350),
          floor: battery.reserve),
        rampSeconds: 10, graceSeconds: 900,
        request: .release(Percent(whole: 10)!, of: .storedEnergy), boundBy: "request")
      return Message(
        topic: Topic.command(battery.gateway).text, payload: CommandCodec.encode(command),
        expirySeconds: 3_660)
    }
  }
}
