import Grid
import Testing

@testable import Wire

@Suite struct `A signal` {
  private static let utility = UtilityID("acme-utility")!

  @Test(arguments: [
    Change(#""signalId":"peak-0915","#, "", .missingField, "signalId"),
    Change(#""signalId":"#, #""issuer":"other","signalId":"#, .wrongPrincipal, "issuer"),
    Change(#""revision":1,"#, #""revision":0,"#, .badField, "revision"),
    Change(#""status":"active""#, #""status":"paused""#, .badField, "status"),
    Change(#""issuedAt":"2026-09-14T18:00:00Z","#, "", .missingField, "issuedAt"),
    Change(#""startsAt":"2026-09-15T17:00:00Z","#, "", .missingField, "startsAt"),
    Change("T17:00:00Z", "T17:00:00.5Z", .badField, "startsAt"),
    Change("15T18:00:00Z", "15T18:00:00.5Z", .badField, "endsAt"),
    Change("15T18:00:00Z", "15T17:00:59Z", .badField, "endsAt"),
    Change("15T18:00:00Z", "16T17:00:01Z", .badField, "endsAt"),
    Change(#""level":2,"#, "", .missingField, "level"),
    Change(#""level":2"#, #""level":4"#, .badField, "level"),
    Change(#""level":2"#, #""level":0"#, .contradictory, "level"),
    Change(
      #""programmeId":"summer-peak""#, #""programmeId":"summer peak""#, .badField, "programmeId"),
    Change(#""priority":1,"#, #""priority":256,"#, .badField, "priority"),
    Change(#""releasePercent":10"#, #""releasePercent":0"#, .badField, "releasePercent"),
    Change(#""releasePercent":10,"#, "", .missingField, "releasePercent"),
    Change(#","of":"storedEnergy""#, "", .missingField, "of"),
    Change(#""of":"#, #""requestedReductionW":5,"of":"#, .contradictory, "requestedReductionW"),
    Change(#""USD""#, #""usd""#, .badField, "premium.currency"),
    Change(#""2.00""#, "2.00", .badField, "premium.perKwh"),
    Change(#""2.00""#, #""2.0000001""#, .badField, "premium.perKwh"),
    Change(#""2.00""#, #""1e3""#, .badField, "premium.perKwh"),
    Change(#""evening peak""#, "7", .badField, "note"),
    Change(#""note":"#, #""test":"yes","note":"#, .badField, "test"),
    Change(#""note":"#, #""targets":"feeder-7","note":"#, .badField, "targets"),
    Change(#""note":"#, #""targets":["feeder 7"],"note":"#, .badField, "targets"),
  ])
  func `with a fault is refused with its field`(_ change: Change) {
    let text = Examples.releaseSignal.with(change.old, change.new)
    let fault = rejection { _ = try SignalCodec.decode(text.bytes, issuer: Self.utility) }
    #expect(fault?.code == change.code)
    #expect(fault?.field == change.field)
  }

  @Test(arguments: [#""requestedReductionW":0"#, #""requestedReductionW":1000000000001"#])
  func `asks for more than 0 W and at most a terawatt`(_ member: String) {
    let text = Examples.powerSignal.with(#""requestedReductionW":1200000"#, member)
    #expect(code { _ = try SignalCodec.decode(text.bytes, issuer: Self.utility) } == .badField)
  }

  @Test func `may last 60 s and 24 h, and name its own utility`() throws {
    for end in ["15T17:01:00Z", "16T17:00:00Z"] {
      let text = Examples.releaseSignal.with("15T18:00:00Z", end)
        .with(#""signalId":"#, #""issuer":"acme-utility","signalId":"#)
      #expect(code { _ = try SignalCodec.decode(text.bytes, issuer: Self.utility) } == nil)
    }
  }

  @Test func `without a request lets the policy decide, also at level 0`() throws {
    let text = Examples.releaseSignal.with(#""releasePercent":10,"of":"storedEnergy","#, "")
      .with(#""level":2"#, #""level":0"#)
    let signal = try SignalCodec.decode(text.bytes, issuer: Self.utility)
    #expect(signal.content?.request == .byLevel)
    #expect(signal.content?.level == 0)
  }

  @Test func `has up to 64 targets and a note of up to 500 bytes`() throws {
    func decode(targets: Int, note: Int) throws -> GridSignal {
      let list = (0..<targets).map { "\"n\($0)\"" }.joined(separator: ",")
      let text = Examples.releaseSignal.with(
        #""note":"evening peak""#,
        #""targets":[\#(list)],"note":"\#(String(repeating: "n", count: note))""#)
      return try SignalCodec.decode(text.bytes, issuer: Self.utility)
    }
    #expect(try decode(targets: 64, note: 500).content?.targets.count == 64)
    #expect(try decode(targets: 0, note: 0).content?.targets == [])
    #expect(code { _ = try decode(targets: 65, note: 0) } == .badField)
    #expect(code { _ = try decode(targets: 0, note: 501) } == .badField)
  }

  @Test func `that is cancelled needs four members and drops the rest`() throws {
    let text = Examples.releaseSignal.with(#""status":"active""#, #""status":"cancelled""#)
    #expect(try SignalCodec.decode(text.bytes, issuer: Self.utility).content == nil)
    let bare = Examples.cancelSignal.with(#","issuedAt":"2026-09-15T17:30:00Z""#, "")
    #expect(code { _ = try SignalCodec.decode(bare.bytes, issuer: Self.utility) } == .missingField)
  }

  @Test func `in a file names its utility`() throws {
    #expect(code { _ = try SignalCodec.decodeFile(Examples.powerSignal.bytes) } == .missingField)
    let signal = try SignalCodec.decode(Examples.powerSignal.bytes, issuer: Self.utility)
    let file = SignalCodec.encode(signal, issuer: Self.utility)
    let (issuer, read) = try SignalCodec.decodeFile(file)
    #expect(issuer == Self.utility && read == signal)
  }

  @Test func `with every member comes back`() throws {
    let price = GridSignal.Price(currencyCode: "EUR", perKilowattHour: Money(millionths: 123))
    let signal = GridSignal(
      event: EventID("e")!, revision: 2, issuedAt: .at("2026-09-14T18:00:00Z"),
      content: .init(
        window: Window(start: .at("2026-09-15T17:00:00Z"), end: .at("2026-09-15T18:00:00Z"))!,
        level: 3, programme: ProgrammeID("p"), targets: [NodeID("a")!, NodeID("b")!], priority: 0,
        request: .release(Percent(hundredths: 1)!, of: .ratedPower), premium: price,
        penalty: price, alert: "A", note: "\u{1F50B} \"n\"", isTest: true))
    let bytes = SignalCodec.encode(signal, issuer: nil)
    #expect(try SignalCodec.decode(bytes, issuer: Self.utility) == signal)
  }
}

@Suite struct `An answer to a signal` {
  @Test(arguments: SignalAcknowledgement.Status.allCases)
  func `of every status comes back`(_ status: SignalAcknowledgement.Status) throws {
    let answer = SignalAcknowledgement(
      event: EventID("e")!, revision: 3, status: status, at: .at("2026-09-15T17:00:00Z"),
      commitment: .init(
        requested: Power(watts: 10), committed: Power(watts: 4), batteries: 2, skipped: 1),
      settled: .init(
        verifiedWh: 53_547_858, treeSize: 9,
        root: Digest(hex: String(repeating: "ab", count: 32))!),
      rejection: Rejection(.contradictory, field: "f", found: "x", allowed: "y"))
    #expect(
      try SignalAcknowledgementCodec.decode(SignalAcknowledgementCodec.encode(answer)) == answer)
  }

  @Test(arguments: [
    Change(#""requestedW":54000000,"#, "", .missingField, "requestedW"),
    Change(#""committed""#, #""promised""#, .badField, "status"),
    Change(#","skipped":0"#, #","skipped":0,"verifiedWh":1"#, .missingField, "treeSize"),
    Change(#","skipped":0"#, #","skipped":0,"reason":"because""#, .badField, "reason"),
  ])
  func `with a fault is refused with its field`(_ change: Change) {
    let text = Examples.signalAcknowledgement.with(change.old, change.new)
    let fault = rejection { _ = try SignalAcknowledgementCodec.decode(text.bytes) }
    #expect(fault?.code == change.code && fault?.field == change.field)
  }
}

@Suite struct `States, batteries and preferences` {
  @Test(arguments: [
    Change(#""online":true,"#, "", .missingField, "online"),
    Change(#""clock":"synced","#, "", .missingField, "clock"),
    Change(#""synced""#, #""late""#, .badField, "clock"),
    Change(#""maxBatch":100"#, #""maxBatch":101"#, .badField, "maxBatch"),
    Change(#""maxCommandsPerS":200"#, #""maxCommandsPerS":0"#, .badField, "maxCommandsPerS"),
    Change(#""schemas":["#, #""schemas":[7,"#, .badField, "schemas"),
  ])
  func `refuse a birth with a fault`(_ change: Change) {
    let text = Examples.birth.with(change.old, change.new)
    let fault = rejection { _ = try GatewayStateCodec.decode(text.bytes) }
    #expect(fault?.code == change.code && fault?.field == change.field)
  }

  @Test func `say that a gateway takes no envelope unless it says so`() throws {
    let birth = try GatewayStateCodec.decode(
      Examples.birth.with(#""maxBatch":100,"#, "").with(#""synced""#, #""unsynced""#).bytes)
    #expect(birth.birth?.maxBatch == 1 && birth.birth?.clockSynced == false)
  }

  @Test(arguments: [
    Change(#""capacityWh":13500,"#, "", .missingField, "capacityWh"),
    Change(#""maxChargeW":5000"#, #""maxChargeW":-5000"#, .badField, "maxChargeW"),
    Change(#""canExport":true,"#, "", .missingField, "canExport"),
    Change(#""siteMeterId":"m-8841""#, #""siteMeterId":"m.8841""#, .badField, "siteMeterId"),
  ])
  func `refuse a description with a fault`(_ change: Change) {
    let text = Examples.battery.with(change.old, change.new)
    let fault = rejection { _ = try BatteryDescriptionCodec.decode(text.bytes) }
    #expect(fault?.code == change.code && fault?.field == change.field)
  }

  @Test func `refuse an opt-out that ends before it begins`() throws {
    let from = Examples.preference.with(
      #""optOutFrom":null"#, #""optOutFrom":"2026-09-02T00:00:00Z""#)
    #expect(try PreferenceCodec.decode(from.bytes).optOutFrom == .at("2026-09-02T00:00:00Z"))
    let back = from.with(#""optOutUntil":null"#, #""optOutUntil":"2026-09-01T00:00:00Z""#)
    #expect(
      rejection { _ = try PreferenceCodec.decode(back.bytes) }?.field == "optOutUntil")
  }

  @Test func `have error replies whose texts are cut to 500 bytes`() throws {
    let reply = ErrorReply(
      about: "signal",
      rejection: Rejection(.malformed, found: String(repeating: "x", count: 600)),
      at: .at("2026-09-15T17:05:00Z"), count: 1, id: nil)
    let read = try ErrorReplyCodec.decode(ErrorReplyCodec.encode(reply))
    #expect(read.rejection.found.utf8.count == 500)
    let bad = Examples.errorReply.with(#""badField""#, #""odd""#)
    #expect(code { _ = try ErrorReplyCodec.decode(bad.bytes) } == .badField)
  }
}
