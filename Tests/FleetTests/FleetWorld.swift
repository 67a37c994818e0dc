import Fleet
import Grid
import Wire

/// A fleet with a clock beside it, driven by hand; it keeps what the gateways said.
///
/// Batteries `bat-00001`… have 13.5 kWh, 5 kW, 80 %, reserve 20 % and no losses, as in the
/// contract's §16; homes draw a constant power; the day is 2026-09-15, in UTC.
struct FleetWorld {
  /// A world without faults that reports every five minutes.
  static var scenario: Scenario {
    var scenario = Scenario(name: "test")
    scenario.telemetrySeconds = 300
    return scenario
  }

  var fleet: SimulatedFleet
  private(set) var messages: [OutgoingMessage] = []

  init(
    count: Int = 1, load: Int64 = 400, from start: String = "16:00",
    _ change: (inout Scenario) -> Void = { _ in }
  ) {
    var scenario = FleetWorld.scenario
    change(&scenario)
    let home = Self.home(loads: [load])
    fleet = SimulatedFleet(
      scenario: scenario, batteries: count, homes: Array(repeating: home, count: count),
      startingAt: Self.at(start))
  }

  init(_ scenario: Scenario, count: Int, homes: [RealHome] = [], from start: String = "16:00") {
    fleet = SimulatedFleet(
      scenario: scenario, batteries: count, homes: homes, startingAt: Self.at(start))
  }

  static func at(_ clock: String) -> Timestamp {
    let text = clock.utf8.count == 5 ? clock + ":00" : clock
    return Timestamp(rfc3339: "2026-09-15T\(text)Z")!
  }

  /// A home that draws each of `loads` for a quarter of an hour from midnight, again and again.
  static func home(loads: [Int64], sun: [Int64]? = nil) -> RealHome {
    RealHome(
      start: at("00:00"), slotSeconds: 900, loadJ: loads.map { $0 * 900 },
      pvJ: (sun ?? loads.map { _ in 0 }).map { $0 * 900 })
  }

  static func battery(_ number: Int) -> BatteryID {
    BatteryID("bat-" + String(repeating: "0", count: 5 - "\(number)".count) + "\(number)")!
  }

  static func gateway(_ number: Int) -> GatewayID {
    GatewayID("gw-" + String(repeating: "0", count: 5 - "\(number)".count) + "\(number)")!
  }

  /// 1,080 W from 17:00 to 18:00 without a limit that binds, unless told otherwise.
  static func discharge(
    seq: Int64 = 1, battery: Int = 1, event: String? = "peak", watts: Int64 = 1_080,
    limitWh: Int64 = 100_000, floor: Int32 = 0, from: String = "17:00", to: String = "18:00",
    notAfter: String? = nil, exportLimit: Int64? = nil, ramp: Int64 = 0
  ) -> Command {
    command(
      seq: seq, battery: battery, event: event, from: from, to: to, notAfter: notAfter,
      .discharge(
        setpoint: Power(watts: watts), energyLimit: Energy(wattHours: limitWh),
        floor: Percent(whole: floor)!), exportLimit: exportLimit, ramp: ramp)
  }

  static func hold(seq: Int64, from: String, to: String) -> Command {
    command(seq: seq, battery: 1, event: "peak", from: from, to: to, notAfter: nil, .hold)
  }

  static func cancel(
    seq: Int64, event: String? = "peak", from: String, to: String = "18:00"
  ) -> Command {
    command(seq: seq, battery: 1, event: event, from: from, to: to, notAfter: to, .cancel)
  }

  private static func command(
    seq: Int64, battery: Int, event: String?, from: String, to: String, notAfter: String?,
    _ action: Command.Action, exportLimit: Int64? = nil, ramp: Int64 = 0
  ) -> Command {
    Command(
      seq: seq, battery: Self.battery(battery), event: event.map { EventID($0)! },
      issuedAt: at("16:00"), window: Window(start: at(from), end: at(to))!,
      notAfter: at(notAfter ?? to), action: action,
      exportLimit: exportLimit.map { Power(watts: $0) }, rampSeconds: ramp)
  }

  /// Lets a command arrive; returns what is acknowledged at once.
  @discardableResult
  mutating func send(
    _ command: Command, at clock: String, gateway: Int? = nil, retained: Bool = false
  ) -> [Acknowledgement] {
    let number = Int(command.battery.text.suffix(5))!
    return send(
      CommandCodec.encode(command), .command(Self.gateway(gateway ?? number)), at: clock,
      retained: retained)
  }

  @discardableResult
  mutating func send(_ notice: Notice, at clock: String) -> [Acknowledgement] {
    let number = Int(notice.battery.text.suffix(5))!
    return send(NoticeCodec.encode(notice), .notice(Self.gateway(number)), at: clock)
  }

  @discardableResult
  mutating func send(
    _ payload: [UInt8], _ topic: Topic, at clock: String, retained: Bool = false
  ) -> [Acknowledgement] {
    keep(
      fleet.receive(
        topic: topic.text, payload: payload, retained: retained, at: Self.at(clock)))
  }

  /// Lets time pass; returns what is acknowledged on the way.
  @discardableResult
  mutating func run(to clock: String) -> [Acknowledgement] {
    keep(fleet.advance(to: Self.at(clock)))
  }

  private mutating func keep(_ new: [OutgoingMessage]) -> [Acknowledgement] {
    messages += new
    return Self.acknowledgements(new)
  }

  static func acknowledgements(_ messages: [OutgoingMessage]) -> [Acknowledgement] {
    messages.filter { $0.topic.hasSuffix("/ack") }
      .flatMap { (try? AcknowledgementCodec.decode($0.payload).items) ?? [] }
  }

  /// Everything that was acknowledged so far, in order.
  var answers: [Acknowledgement] { Self.acknowledgements(messages) }

  /// Statuses of one command, in order.
  func statuses(_ seq: Int64, battery: Int = 1) -> [Acknowledgement.Status] {
    answers(to: seq, battery: battery).map(\.status)
  }

  func answers(to seq: Int64, battery: Int = 1) -> [Acknowledgement] {
    answers.filter {
      guard case .command(let id) = $0.subject else { return false }
      return $0.battery == Self.battery(battery) && id.text.hasSuffix(".\(seq)")
    }
  }

  /// Telemetry of one battery, in order.
  func telemetry(_ battery: Int = 1) -> [Telemetry] {
    messages.filter { $0.topic.hasSuffix("/tele") }
      .flatMap { (try? TelemetryCodec.decode($0.payload).items) ?? [] }
      .filter { $0.battery == Self.battery(battery) }
  }

  /// Records of one meter, such as `m-00001`, in order.
  func records(_ meter: String) -> [MeterRecord] {
    messages.filter { $0.topic.hasSuffix("/meter") }
      .flatMap { (try? MeterCodec.decode($0.payload).items) ?? [] }
      .filter { $0.meter.text == meter }
  }

  /// What one battery really gave, in joules.
  func delivered(_ battery: Int = 1) -> Int64 {
    fleet.truth(of: Self.battery(battery))!.delivered.joules
  }
}

extension Acknowledgement {
  /// Status and moment, for tables.
  var step: String { "\(status) \(String(at.description.dropFirst(11).dropLast()))" }
}
