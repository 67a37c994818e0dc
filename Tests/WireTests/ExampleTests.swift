import Grid
import Testing

@testable import Wire

extension String {
  var bytes: [UInt8] { Array(utf8) }
  /// The text with one occurrence replaced; a test that changes nothing is a mistake.
  func with(_ old: String, _ new: String) -> String {
    let places = self.ranges(of: old)
    precondition(places.count == 1, "\(old) must stand once, not \(places.count) times")
    return replacing(old, with: new)
  }
}

func string(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }

extension Timestamp {
  static func at(_ text: String) -> Timestamp { Timestamp(zulu: text)! }
}

@Suite struct `The contract's examples` {
  @Test func `a discharge is read to the last member and written to the same bytes`() throws {
    let envelope = try CommandCodec.decode(Examples.command.bytes)
    #expect(envelope.refused == [])
    let command = try #require(envelope.items.first)
    #expect(envelope.items.count == 1)
    #expect(
      command
        == Command(
          seq: 42, battery: BatteryID("bat-00017")!, event: EventID("peak-0915")!,
          issuedAt: .at("2026-09-15T16:59:30.12Z"),
          window: Window(
            start: .at("2026-09-15T17:00:00Z"), end: .at("2026-09-15T18:00:00Z"))!,
          notAfter: .at("2026-09-15T17:30:00Z"),
          action: .discharge(
            setpoint: Power(watts: 1_080), energyLimit: Energy(wattHours: 1_080),
            floor: Percent(whole: 20)!),
          exportLimit: Power(watts: 5_000), rampSeconds: 60, graceSeconds: 900,
          handBack: .priorMode, request: .release(Percent(whole: 10)!, of: .storedEnergy),
          boundBy: "request"))
    #expect(command.id.text == "peak-0915.bat-00017.42")
    #expect(string(CommandCodec.encode(command)) == Examples.command)
  }

  @Test func `an envelope of a hold and a cancel is read and written to the same bytes`() throws {
    let envelope = try CommandCodec.decode(Examples.commands.bytes)
    #expect(envelope.refused == [])
    #expect(envelope.items.map(\.action) == [.hold, .cancel])
    #expect(envelope.items.map(\.rampSeconds) == [0, 60])
    #expect(
      CommandCodec.encode(envelope: envelope.items).map(string) == [Examples.commands])
  }

  @Test func `a notice is read, and its display members are left out when written`() throws {
    let envelope = try NoticeCodec.decode(Examples.notice.bytes)
    let notice = try #require(envelope.items.first)
    #expect(notice.id.text == "peak-0915.bat-00017.n1")
    let schedule = try #require(notice.schedule)
    #expect(schedule.level == 2)
    #expect(schedule.acknowledgeBy == .at("2026-09-15T16:00:00Z"))
    #expect(schedule.planned == Power(watts: 1_080))
    #expect(schedule.plannedEnergy == Energy(wattHours: 1_080))
    #expect(schedule.floor == Percent(whole: 20))
    #expect(schedule.optOutBy == .at("2026-09-15T17:00:00Z"))
    let shown = Examples.notice
      .with(#""request":{"percent":10,"of":"storedEnergy"},"#, "")
      .with(#","preCharge":{"mode":"none"}"#, "")
      .with(#","premium":{"currency":"USD","perKwh":"2.00"}"#, "")
    #expect(string(NoticeCodec.encode(notice)) == shown)
  }

  @Test func `a cancelled notice in an envelope is written to the same bytes`() throws {
    let envelope = try NoticeCodec.decode(Examples.notices.bytes)
    #expect(envelope.items.map(\.schedule) == [nil])
    #expect(NoticeCodec.encode(envelope: envelope.items).map(string) == [Examples.notices])
  }

  @Test func `an acknowledgement is read and written to the same bytes`() throws {
    let envelope = try AcknowledgementCodec.decode(Examples.acknowledgement.bytes)
    let item = try #require(envelope.items.first)
    #expect(item.subject == .command(LongIdentifier("peak-0915.bat-00017.42")!))
    #expect(item.status == .started)
    #expect(item.at == .at("2026-09-15T17:00:03.4Z"))
    #expect(item.accepted == Power(watts: 1_080))
    #expect(string(AcknowledgementCodec.encode(item)) == Examples.acknowledgement)
  }

  @Test func `acknowledgements of commands and notices mix in an envelope`() throws {
    let envelope = try AcknowledgementCodec.decode(Examples.acknowledgements.bytes)
    #expect(envelope.refused == [])
    #expect(envelope.items.map(\.status) == [.cancelled, .optOut])
    #expect(envelope.items[0].delivered == Energy(wattHours: 531))
    #expect(envelope.items[0].charge == Percent(whole: 76))
    #expect(envelope.items[1].subject == .notice(LongIdentifier("peak-0915.bat-20003.n1")!))
    #expect(envelope.items[1].reason == "ownerOverride")
    #expect(
      AcknowledgementCodec.encode(envelope: envelope.items).map(string)
        == [Examples.acknowledgements.with(#","mode":"timeOfUse""#, "")])
  }

  @Test func `telemetry is read, and what is not modelled is left out when written`() throws {
    let message = try TelemetryCodec.decode(Examples.telemetry.bytes)
    #expect(message.session == 1_789)
    #expect(message.seq == 90_211)
    #expect(message.refused == [])
    #expect(
      message.items == [
        Telemetry(
          battery: BatteryID("bat-00017")!, at: .at("2026-09-15T17:01:10Z"),
          discharge: Power(watts: 1_080), charge: Percent(hundredths: 7_991)!,
          state: .discharging, available: Energy(wattHours: 8_087),
          netImport: Power(watts: 320), mode: .remote)
      ])
    #expect(
      string(TelemetryCodec.encode(message))
        == Examples.telemetry.with(#""availableDischargeW":5000,"#, "")
        .with(#","commandId":"peak-0915.bat-00017.42""#, ""))
  }

  @Test func `meter records are read and written to the same bytes`() throws {
    let single = try MeterCodec.decode(Examples.meter.bytes)
    let record = try #require(single.items.first)
    #expect(record.window.seconds == 60)
    #expect(record.registers?.imported == Energy(wattHours: 18_422_121))
    #expect(record.registers?.exported == Energy(wattHours: 2_210_998))
    #expect(record.energies == .init(imported: Energy(wattHours: 14), exported: .zero))
    #expect(record.epoch == 0 && record.revision == 1)
    #expect(string(MeterCodec.encode(record)) == Examples.meter)

    let many = try MeterCodec.decode(Examples.meters.bytes)
    #expect(many.items.map(\.quality) == [.actual, .missing])
    #expect(many.items[1].energies == nil && many.items[1].registers == nil)
    #expect(MeterCodec.encode(envelope: many.items).map(string) == [Examples.meters])
  }

  @Test func `signals are read, and those in the order of the contract come back`() throws {
    let utility = UtilityID("acme-utility")!
    let release = try SignalCodec.decode(Examples.releaseSignal.bytes, issuer: utility)
    let content = try #require(release.content)
    #expect(content.request == .release(Percent(whole: 10)!, of: .storedEnergy))
    #expect(content.programme == ProgrammeID("summer-peak"))
    #expect(
      content.premium
        == .init(currencyCode: "USD", perKilowattHour: Money(millionths: 2_000_000)))
    #expect(content.note == "evening peak")
    #expect(string(SignalCodec.encode(release, issuer: nil)) == Examples.releaseSignal)

    let power = try SignalCodec.decode(Examples.powerSignal.bytes, issuer: utility)
    #expect(power.content?.request == .power(Power(watts: 1_200_000)))
    #expect(power.content?.targets == [NodeID("feeder-7")!])
    #expect(power.content?.alert == "ALERT_GRID_EMERGENCY")
    #expect(power.content?.isTest == false)
    #expect(
      string(SignalCodec.encode(power, issuer: nil))
        == Examples.powerSignal.with(#","test":false"#, ""))

    let cancel = try SignalCodec.decode(Examples.cancelSignal.bytes, issuer: utility)
    #expect(cancel.content == nil && cancel.revision == 3)
    #expect(string(SignalCodec.encode(cancel, issuer: nil)) == Examples.cancelSignal)
  }

  @Test func `an answer to a signal is written to the same bytes`() throws {
    let answer = try SignalAcknowledgementCodec.decode(Examples.signalAcknowledgement.bytes)
    #expect(answer.status == .committed)
    #expect(
      answer.commitment
        == .init(
          requested: Power(watts: 54_000_000), committed: Power(watts: 54_000_000),
          batteries: 50_000, skipped: 0))
    #expect(
      string(SignalAcknowledgementCodec.encode(answer)) == Examples.signalAcknowledgement)
  }

  @Test func `births and deaths are read and written`() throws {
    let birth = try GatewayStateCodec.decode(Examples.birth.bytes)
    #expect(birth.session == 1_789)
    #expect(birth.birth?.clockSynced == true)
    #expect(birth.birth?.maxBatch == 100)
    #expect(birth.birth?.maxCommandsPerSecond == 200)
    #expect(birth.birth?.schemas.count == 5)
    #expect(
      string(GatewayStateCodec.encode(birth))
        == Examples.birth.with(#","firmware":"2.4.1""#, ""))
    let death = try GatewayStateCodec.decode(Examples.death.bytes)
    #expect(death == GatewayState(session: 1_789, birth: nil))
    #expect(string(GatewayStateCodec.encode(death)) == Examples.death)

    let controller = try ControllerStateCodec.decode(Examples.controllerState.bytes)
    #expect(controller.birth?.heartbeatSeconds == 60)
    #expect(string(ControllerStateCodec.encode(controller)) == Examples.controllerState)
    let gone = ControllerState(session: 311, birth: nil)
    #expect(
      string(ControllerStateCodec.encode(gone))
        == #"{"schema":"headroom.ctl/1","online":false,"session":311}"#)
    #expect(try ControllerStateCodec.decode(ControllerStateCodec.encode(gone)) == gone)
  }

  @Test func `a battery's description is written to the same bytes`() throws {
    let battery = try BatteryDescriptionCodec.decode(Examples.battery.bytes)
    #expect(battery.capacity == Energy(wattHours: 13_500))
    #expect(battery.batteryMeter == nil)
    #expect(string(BatteryDescriptionCodec.encode(battery)) == Examples.battery)
  }

  @Test func `null in a preference means that it was not said`() throws {
    let preference = try PreferenceCodec.decode(Examples.preference.bytes)
    #expect(
      preference
        == Preference(
          revision: 12, at: .at("2026-09-01T07:30:00Z"), reserve: Percent(whole: 20)!))
    #expect(
      string(PreferenceCodec.encode(preference))
        == Examples.preference.with(#","optOutFrom":null,"optOutUntil":null"#, "")
        .with(#","gridCharge":false,"maxEventsPerWeek":5"#, "")
    )
  }

  @Test func `an error reply is written to the same bytes`() throws {
    let reply = try ErrorReplyCodec.decode(Examples.errorReply.bytes)
    #expect(reply.rejection.code == .badField)
    #expect(reply.count == 17 && reply.id == "m-8841")
    #expect(string(ErrorReplyCodec.encode(reply)) == Examples.errorReply)
  }

  @Test func `a request for readings is of no schema that is read`() {
    #expect(code { _ = try CommandCodec.decode(Examples.ask.bytes) } == .unknownSchema)
  }
}

/// The code with which `body` is refused; nil when it is not.
func code(_ body: () throws -> Void) -> Rejection.Code? { rejection(body)?.code }

/// The rejection of `body`; nil when it is not refused.
func rejection(_ body: () throws -> Void) -> Rejection? {
  do {
    try body()
    return nil
  } catch let rejection as Rejection {
    return rejection
  } catch {
    return nil
  }
}
