import Engine
import Grid
import Signing
import Wire

/// Turns a message into what the engine or the reading store is told, or into a reason why not.
///
/// It is the same for a live message and for one from the logbook, so that a replay decides the
/// same. It holds what is enrolled: keys, meters and who may speak for them.
struct Intake: Sendable {
  /// What a message came to.
  enum Result: Sendable {
    /// Tell the engine, in order.
    case inputs([Input])
    /// Tell the engine; the bytes belong in the telemetry store.
    case telemetry([Telemetry], from: GatewayID)
    /// Keep in the reading store.
    case records([MeterRecord])
    /// Somebody else's business: what the controller itself published.
    case own(ControllerState)
    /// Nothing at all.
    case nothing
  }

  /// A result, and what of the message was turned away; its items stand each for itself.
  struct Outcome: Sendable {
    var result: Result
    var refused: [Rejection]
    /// Whose message it was, for counting.
    var sender: String
    /// What of his it was: the last part of the topic.
    var about: String
  }

  let keys: KeyDirectory
  private let meters: [MeterID: GatewayID]

  init(fleet: [EnrolledBattery], keys: KeyDirectory) {
    self.keys = keys
    var meters: [MeterID: GatewayID] = [:]
    for battery in fleet {
      meters[battery.siteMeter] = battery.gateway
      meters[battery.batteryMeter] = battery.gateway
    }
    self.meters = meters
  }

  func read(
    topic text: String, payload: [UInt8], retained: Bool, at now: Timestamp
  ) -> Outcome {
    do throws(Rejection) {
      return try read(try Topic(parsing: text), text, payload, retained: retained, at: now)
    } catch {
      return Outcome(result: .nothing, refused: [error], sender: text, about: "topic")
    }
  }

  private func read(
    _ topic: Topic, _ text: String, _ payload: [UInt8], retained: Bool, at now: Timestamp
  ) throws(Rejection) -> Outcome {
    var outcome = Outcome(result: .nothing, refused: [], sender: text, about: "")
    (outcome.sender, outcome.about) = Self.identity(of: topic)
    do throws(Rejection) {
      if retained, !Self.mayBeRetained(topic) {
        throw Rejection(.retained, field: outcome.about, allowed: "messages that are not retained")
      }
      try fill(&outcome, topic, text, payload, at: now)
    } catch {
      outcome.result = .nothing
      outcome.refused.append(error)
    }
    return outcome
  }

  private func fill(
    _ outcome: inout Outcome, _ topic: Topic, _ text: String, _ payload: [UInt8], at now: Timestamp
  ) throws(Rejection) {
    switch topic {
    case .signal(let utility):
      let (message, signed) = try open(payload, topic: text, owner: .utility(utility), at: now)
      let signal = try SignalCodec.decode(message, issuer: utility)
      outcome.result = .inputs([
        .signal(signal, from: utility, digest: SHA256.hash(payload), signed: signed)
      ])
    case .acknowledgement(let gateway):
      let (message, _) = try open(payload, topic: text, owner: .gateway(gateway), at: now)
      let envelope = try AcknowledgementCodec.decode(message)
      outcome.refused = envelope.refused.map(\.rejection)
      outcome.result = .inputs(envelope.items.map { .acknowledgement($0, from: gateway) })
    case .telemetry(let gateway):
      let message = try TelemetryCodec.decode(payload)
      outcome.refused = message.refused.map(\.rejection)
      outcome.result = .telemetry(message.items, from: gateway)
    case .meter(let gateway):
      let (message, _) = try open(payload, topic: text, owner: .gateway(gateway), at: now)
      let envelope = try MeterCodec.decode(message)
      outcome.refused = envelope.refused.map(\.rejection)
      outcome.result = .records(mine(envelope.items, of: gateway, refused: &outcome.refused))
    case .state(let gateway):
      outcome.result = .inputs([.state(try GatewayStateCodec.decode(payload), of: gateway)])
    case .battery(let gateway, let battery):
      let description = payload.isEmpty ? nil : try BatteryDescriptionCodec.decode(payload)
      outcome.result = .inputs([.description(description, battery, of: gateway)])
    case .preference(let gateway, let battery):
      let preference = payload.isEmpty ? nil : try PreferenceCodec.decode(payload)
      outcome.result = .inputs([.preference(preference, battery, of: gateway)])
    case .controllerState:
      outcome.result = .own(try ControllerStateCodec.decode(payload))
    case .signalAcknowledgement, .notice, .command, .error:
      throw Rejection(
        .wrongPrincipal, field: "topic", found: text, allowed: "topics the controller reads")
    }
  }

  /// Only the readings of meters that hang on this gateway.
  private func mine(
    _ records: [MeterRecord], of gateway: GatewayID, refused: inout [Rejection]
  ) -> [MeterRecord] {
    records.filter { record in
      if meters[record.meter] == gateway { return true }
      refused.append(
        Rejection(
          .unknownMeter, field: "meterId", found: record.meter.text,
          allowed: "meters enrolled with gateway \(gateway)"))
      return false
    }
  }

  /// The message inside a payload, and whether an enrolled key of `owner` signed it.
  private func open(
    _ payload: [UInt8], topic: String, owner: KeyDirectory.Owner, at now: Timestamp
  ) throws(Rejection) -> (message: [UInt8], signed: Bool) {
    let parsed = try SignedPayload(parsing: payload)
    guard let keyID = parsed.keyID, let signature = parsed.signature else {
      if keys.mustSign(owner, at: now) {
        throw Rejection(.unsigned, field: "signature", allowed: "a signature of an enrolled key")
      }
      return (parsed.message, false)
    }
    try keys.verify(
      SignedPayload.bytesToSign(topic: topic, message: parsed.message), signature: signature,
      keyID: keyID, owner: owner, at: now)
    return (parsed.message, true)
  }

  private static func mayBeRetained(_ topic: Topic) -> Bool {
    switch topic {
    case .state, .battery, .preference, .controllerState: true
    case .signal, .signalAcknowledgement, .notice, .command, .acknowledgement, .telemetry, .meter,
      .error:
      false
    }
  }

  private static func identity(of topic: Topic) -> (sender: String, about: String) {
    switch topic {
    case .signal(let utility): (utility.text, "native")
    case .signalAcknowledgement(let utility): (utility.text, "ack")
    case .acknowledgement(let gateway): (gateway.text, "ack")
    case .telemetry(let gateway): (gateway.text, "tele")
    case .meter(let gateway): (gateway.text, "meter")
    case .state(let gateway): (gateway.text, "state")
    case .battery(let gateway, _): (gateway.text, "battery")
    case .preference(let gateway, _): (gateway.text, "pref")
    case .notice(let gateway): (gateway.text, "notice")
    case .command(let gateway): (gateway.text, "cmd")
    case .error(let gateway): (gateway.text, "err")
    case .controllerState: ("controller", "state")
    }
  }
}
