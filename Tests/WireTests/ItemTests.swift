import Grid
import Testing

@testable import Wire

/// A change of an example, and how the message is then refused.
struct Change: Sendable, CustomTestStringConvertible {
  let old: String
  let new: String
  let code: Rejection.Code
  let field: String

  init(_ old: String, _ new: String, _ code: Rejection.Code, _ field: String) {
    self.old = old
    self.new = new
    self.code = code
    self.field = field
  }

  var testDescription: String { "\(old) -> \(new)" }
}

@Suite struct `A command` {
  @Test(arguments: [
    Change(#""commandId":"peak-0915.bat-00017.42","#, "", .missingField, "commandId"),
    Change("peak-0915.bat-00017.42", "peak-0915.bat-00017.43", .badField, "commandId"),
    Change(#""peak-0915.bat-00017.42""#, "42", .badField, "commandId"),
    Change(#""seq":42"#, #""seq":0"#, .badField, "seq"),
    Change(#""seq":42"#, #""seq":null"#, .missingField, "seq"),
    Change(#""type":"discharge""#, #""type":"charge""#, .unsupported, "type"),
    Change(#""type":"discharge""#, #""type":"boost""#, .badField, "type"),
    Change(#""type":"discharge""#, #""type":"hold""#, .contradictory, "setpointW"),
    Change(#""type":"discharge""#, #""type":"cancel""#, .badField, "notAfter"),
    Change(#""batteryId":"bat-00017""#, #""batteryId":"bat 17""#, .badField, "batteryId"),
    Change(#""batteryId":"bat-00017""#, #""batteryId":"""#, .badField, "batteryId"),
    Change(#""eventId":"peak-0915""#, #""eventId":"peak.0915""#, .badField, "eventId"),
    Change(#""issuedAt":"2026-09-15T16:59:30.120Z","#, "", .missingField, "issuedAt"),
    Change(#""startsAt":"2026-09-15T17:00:00Z","#, "", .missingField, "startsAt"),
    Change("T18:00:00Z", "T17:00:00Z", .badField, "endsAt"),
    Change("T17:30:00Z", "T18:00:01Z", .badField, "notAfter"),
    Change("T17:30:00Z", "T16:59:59Z", .badField, "notAfter"),
    Change(#""notAfter":"2026-09-15T17:30:00Z","#, "", .missingField, "notAfter"),
    Change(#""setpointW":1080"#, #""setpointW":0"#, .contradictory, "setpointW"),
    Change(#""setpointW":1080"#, #""setpointW":-1080"#, .contradictory, "setpointW"),
    Change(#""setpointW":1080"#, #""setpointW":100000001"#, .badField, "setpointW"),
    Change(#""setpointW":1080,"#, "", .missingField, "setpointW"),
    Change(#""energyLimitWh":1080,"#, "", .missingField, "energyLimitWh"),
    Change(#""energyLimitWh":1080"#, #""energyLimitWh":-1"#, .badField, "energyLimitWh"),
    Change(#""minSocPct":20,"#, "", .missingField, "minSocPct"),
    Change(#""minSocPct":20"#, #""minSocPct":100.5"#, .badField, "minSocPct"),
    Change(#""exportLimitW":5000"#, #""exportLimitW":-1"#, .badField, "exportLimitW"),
    Change(#""rampS":60"#, #""rampS":3601"#, .badField, "rampS"),
    Change(#""graceS":900"#, #""graceS":59"#, .badField, "graceS"),
    Change(#""priorMode""#, #""off""#, .badField, "handBack"),
    Change(#"{"percent":10,"of":"storedEnergy"}"#, "10", .badField, "request"),
    Change(#""percent":10"#, #""percent":0"#, .badField, "request.percent"),
    Change(#""percent":10,"#, "", .missingField, "request.percent"),
    Change(#""storedEnergy""#, #""everything""#, .badField, "request.of"),
    Change(#""boundBy":"request""#, #""boundBy":7"#, .badField, "boundBy"),
  ])
  func `with a fault is refused with its field, and named if it can be`(_ change: Change) throws {
    let envelope = try CommandCodec.decode(Examples.command.with(change.old, change.new).bytes)
    #expect(envelope.items == [])
    let refused = try #require(envelope.refused.first)
    #expect(refused.index == 0)
    #expect(refused.rejection.code == change.code)
    #expect(refused.rejection.field == change.field)
    let isNamed = !change.old.contains("peak-0915.bat-00017.42")
    #expect(refused.id == (isNamed ? "peak-0915.bat-00017.42" : refused.id))
  }

  @Test func `of an operator has no event, and its name says op`() throws {
    let text = Examples.command.with(#""eventId":"peak-0915","#, "")
      .with("peak-0915.bat-00017.42", "op.bat-00017.42")
    let command = try #require(try CommandCodec.decode(text.bytes).items.first)
    #expect(command.event == nil && command.id.text == "op.bat-00017.42")
    #expect(string(CommandCodec.encode(command)) == text)
  }

  @Test func `with a fault does not stop the others of its envelope`() throws {
    let text = Examples.commands.with(#""setpointW":0"#, #""setpointW":5"#)
    let envelope = try CommandCodec.decode(text.bytes)
    #expect(envelope.items.map(\.id.text) == ["peak-0915.bat-20002.9"])
    #expect(envelope.refused.map(\.id) == ["peak-0915.bat-20001.7"])
    #expect(envelope.refused.map(\.index) == [0])
    #expect(envelope.refused.map(\.rejection.code) == [.contradictory])
  }

  @Test(arguments: [
    Change(#""commands":["#, #""commands":[7,"#, .badField, "commands"),
    Change(#""commands":["#, #""commands":[null,"#, .badField, "commands"),
  ])
  func `that is no object is refused alone`(_ change: Change) throws {
    let envelope = try CommandCodec.decode(Examples.commands.with(change.old, change.new).bytes)
    #expect(envelope.items.count == 2)
    #expect(envelope.refused.map(\.id) == [nil])
    #expect(envelope.refused.first?.rejection.code == change.code)
  }

  @Test func `envelope without commands, or too many, is refused whole`() throws {
    let head = #"{"schema":"headroom.cmds/1","commands":"#
    #expect(
      code { _ = try CommandCodec.decode(#"{"schema":"headroom.cmds/1"}"#.bytes) } == .missingField)
    #expect(code { _ = try CommandCodec.decode((head + "{}}").bytes) } == .badField)
    let many = head + "[" + Array(repeating: "{}", count: 101).joined(separator: ",") + "]}"
    let fault = rejection { _ = try CommandCodec.decode(many.bytes) }
    #expect(
      fault
        == Rejection(.oversized, field: "commands", found: "101 items", allowed: "100 items"))
    #expect(try CommandCodec.decode((head + "[]}").bytes) == Envelope(items: []))
  }

  @Test func `wave is split at 100 items and at 65,536 bytes, in order`() throws {
    let one = try #require(try CommandCodec.decode(Examples.command.bytes).items.first)
    func command(_ seq: Int64, _ text: String?) -> Command {
      Command(
        seq: seq, battery: one.battery, event: one.event, issuedAt: one.issuedAt,
        window: one.window, notAfter: one.notAfter, action: one.action, boundBy: text)
    }
    let short = (1...250).map { command($0, nil) }
    let envelopes = CommandCodec.encode(envelope: short)
    let read = try envelopes.map { try CommandCodec.decode($0) }
    #expect(read.map(\.items.count) == [100, 100, 50])
    #expect(read.flatMap(\.items) == short)

    let long = (1...100).map { command($0, String(repeating: "n", count: 500)) }
    let split = CommandCodec.encode(envelope: long)
    #expect(split.count == 2)
    #expect(split.allSatisfy { $0.count <= 65_536 } && split[0].count > 64_000)
    #expect(try split.flatMap { try CommandCodec.decode($0).items } == long)
    #expect(CommandCodec.encode(envelope: []) == [])
  }
}

@Suite struct `A notice` {
  @Test(arguments: [
    Change("peak-0915.bat-00017.n1", "peak-0915.bat-00017.n2", .badField, "noticeId"),
    Change(#""status":"scheduled""#, #""status":"maybe""#, .badField, "status"),
    Change(#""level":2,"#, "", .missingField, "level"),
    Change(#""level":2"#, #""level":4"#, .badField, "level"),
    Change(#""ackBy":"2026-09-15T16:00:00Z","#, "", .missingField, "ackBy"),
    Change("T18:00:00Z", "T16:00:00Z", .badField, "endsAt"),
    Change(
      #""optOutBy":"2026-09-15T17:00:00Z""#, #""policySha256":"12""#, .badField, "policySha256"),
  ])
  func `with a fault is refused with its field`(_ change: Change) throws {
    let envelope = try NoticeCodec.decode(Examples.notice.with(change.old, change.new).bytes)
    #expect(envelope.items == [])
    #expect(envelope.refused.first?.rejection.code == change.code)
    #expect(envelope.refused.first?.rejection.field == change.field)
  }

  @Test func `names the policy by its hash`() throws {
    let hash = String(repeating: "0a", count: 32)
    let text = Examples.notice.with(
      #""optOutBy":"2026-09-15T17:00:00Z""#,
      #""optOutBy":"2026-09-15T17:00:00Z","policySha256":"\#(hash)""#)
    let notice = try #require(try NoticeCodec.decode(text.bytes).items.first)
    #expect(notice.schedule?.policy == Digest(hex: hash))
    #expect(try NoticeCodec.decode(NoticeCodec.encode(notice)).items == [notice])
  }
}

@Suite struct `An acknowledgement` {
  @Test(arguments: [
    Change(#""commandId":"peak-0915.bat-00017.42","#, "", .missingField, "commandId"),
    Change(#""batteryId""#, #""noticeId":"n","batteryId""#, .contradictory, "noticeId"),
    Change("bat-00017.42", "bat/00017", .badField, "commandId"),
    Change(#""started""#, #""begun""#, .badField, "status"),
    Change(#","acceptedW":1080"#, "", .missingField, "acceptedW"),
    Change(#""acceptedW":1080"#, #""acceptedW":1080,"deliveredWh":-1"#, .badField, "deliveredWh"),
    Change(#""acceptedW":1080"#, #""acceptedW":1080,"lastSeq":-1"#, .badField, "lastSeq"),
  ])
  func `with a fault is refused with its field`(_ change: Change) throws {
    let envelope = try AcknowledgementCodec.decode(
      Examples.acknowledgement.with(change.old, change.new).bytes)
    #expect(envelope.items == [])
    #expect(envelope.refused.first?.rejection.code == change.code)
    #expect(envelope.refused.first?.rejection.field == change.field)
  }

  @Test(arguments: Acknowledgement.Status.allCases)
  func `of every status comes back`(_ status: Acknowledgement.Status) throws {
    let item = Acknowledgement(
      subject: .notice(LongIdentifier("e.b.n1")!), battery: BatteryID("b")!, status: status,
      at: .at("2026-09-15T17:00:00.000001Z"), accepted: Power(watts: -3),
      delivered: Energy(wattHours: 0), charge: Percent(hundredths: 5)!, lastSeq: 7,
      reason: "\"\\\n\t\r\u{1}é")
    #expect(
      try AcknowledgementCodec.decode(AcknowledgementCodec.encode(item)) == Envelope(items: [item]))
  }
}

@Suite struct `Telemetry on the wire` {
  @Test(arguments: [
    Change(#""session":1789,"#, "", .missingField, "session"),
    Change(#""seq":90211"#, #""seq":0"#, .badField, "seq"),
    Change(#""batteries":"#, #""others":"#, .missingField, "batteries"),
    Change(#""batteries":"#, #""batteries":[],"others":"#, .badField, "batteries"),
    Change(#""batteries":"#, #""batteries":7,"others":"#, .badField, "batteries"),
  ])
  func `with a fault of the message is refused whole`(_ change: Change) {
    let fault = rejection {
      _ = try TelemetryCodec.decode(Examples.telemetry.with(change.old, change.new).bytes)
    }
    #expect(fault?.code == change.code && fault?.field == change.field)
  }

  @Test(arguments: [
    Change(#""batteryId":"bat-00017","#, "", .missingField, "batteryId"),
    Change(#""at":"2026-09-15T17:01:10Z","#, "", .missingField, "at"),
    Change(#""state":"discharging","#, "", .missingField, "state"),
    Change(#""discharging""#, #""flying""#, .badField, "state"),
    Change(#""dischargeW":1080"#, #""dischargeW":"1080""#, .badField, "dischargeW"),
    Change(#""dischargeW":1080"#, #""dischargeW":1080.5"#, .badField, "dischargeW"),
    Change(#""socPct":79.91"#, #""socPct":79.915"#, .badField, "socPct"),
    Change(#""availableWh":8087"#, #""availableWh":-1"#, .badField, "availableWh"),
  ])
  func `with a fault of a battery refuses that battery`(_ change: Change) throws {
    let message = try TelemetryCodec.decode(
      Examples.telemetry.with(change.old, change.new).bytes)
    #expect(message.items == [] && message.seq == 90_211)
    #expect(message.refused.first?.rejection.code == change.code)
    #expect(message.refused.first?.rejection.field == change.field)
  }

  @Test func `without power and charge says that they are not known`() throws {
    let text = Examples.telemetry.with(#""dischargeW":1080,"#, "").with("79.91", "null")
    let item = try #require(try TelemetryCodec.decode(text.bytes).items.first)
    #expect(item.discharge == nil && item.charge == nil)
  }
}

@Suite struct `A meter record` {
  @Test(arguments: [
    Change(#""meterId":"m-8841","#, "", .missingField, "meterId"),
    Change(#""seq":3312"#, #""seq":0"#, .badField, "seq"),
    Change(#""durationS":60"#, #""durationS":45"#, .badField, "durationS"),
    Change(#""durationS":60"#, #""durationS":0"#, .badField, "durationS"),
    Change(#""durationS":60,"#, "", .missingField, "durationS"),
    Change("17:00:00Z", "17:00:30Z", .badField, "start"),
    Change("17:00:00Z", "17:00:00.5Z", .badField, "start"),
    Change(#""quality":"A""#, #""quality":"B""#, .badField, "quality"),
    Change(#""quality":"A""#, #""quality":"M""#, .contradictory, "importRegisterWh"),
    Change(#""importWh":14,"#, "", .missingField, "importWh"),
    Change(#""importRegisterWh":18422121,"#, "", .missingField, "importRegisterWh"),
    Change(#""importWh":14"#, #""importWh":-14"#, .badField, "importWh"),
    Change(#""exportWh":0"#, #""exportWh":0,"epoch":-1"#, .badField, "epoch"),
    Change(#""exportWh":0"#, #""exportWh":0,"revision":0"#, .badField, "revision"),
  ])
  func `with a fault is refused with its field`(_ change: Change) throws {
    let envelope = try MeterCodec.decode(Examples.meter.with(change.old, change.new).bytes)
    #expect(envelope.items == [])
    #expect(envelope.refused.first?.rejection.code == change.code)
    #expect(envelope.refused.first?.rejection.field == change.field)
  }

  @Test func `without any energy is not zero but refused`() throws {
    let text = Examples.meters.with(#","importWh":4,"exportWh":0"#, "")
    let envelope = try MeterCodec.decode(text.bytes)
    #expect(envelope.items.map(\.quality) == [.missing])
    #expect(envelope.refused.map(\.id) == ["m-20001"])
    #expect(envelope.refused.first?.rejection.code == .missingField)
  }

  @Test func `of an import-only meter has no export, and epochs and revisions come back`() throws {
    let record = MeterRecord(
      meter: MeterID("m")!, seq: 1,
      window: Window(start: .at("2026-09-15T17:00:00Z"), end: .at("2026-09-15T18:00:00Z"))!,
      quality: .estimated, registers: .init(imported: Energy(wattHours: 9), exported: nil),
      energies: nil, epoch: 2, revision: 3)
    #expect(try MeterCodec.decode(MeterCodec.encode(record)) == Envelope(items: [record]))
  }
}
