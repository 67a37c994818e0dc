import Engine
import Foundation
import Grid
import Policies
import Signing
import Storage
import Testing
import Wire

@testable import Controller

@Suite struct `A replay` {
  static let start = Timestamp(rfc3339: "2026-07-14T23:00:00Z")!
  static let utility = UtilityID("example-utility")!
  static let key = Ed25519.PrivateKey(seed: [UInt8](repeating: 3, count: 32))!

  /// The files of an installation with two batteries; returns its configuration.
  static func installation(_ folder: String) throws -> ControllerConfiguration {
    let policy = `A configuration`.root + "/policies/surge-ten-percent.yaml"
    try write(
      """
      battery_id,gateway_id,site_id,owner_id,node_id,capacity_wh,max_discharge_w,max_charge_w,\
      discharge_efficiency_pct,reserve_pct,export_limit_w
      B1,G1,S1,O1,N1,13500,5000,5000,95,20,
      B2,G2,S2,O2,N1,13500,5000,5000,95,20,

      """, to: folder + "/fleet.csv")
    try write(
      """
      broker: {host: 127.0.0.1, port: 1883}
      data: {folder: data}
      fleet: {batteries: fleet.csv}
      policies: [\(policy)]
      ledger: {origin: example.org/ledger, key: ledger.key}
      keys:
        - utility: example-utility
          publicKey: \(Base64.text(key.publicKey.bytes))

      """, to: folder + "/headroom.yaml")
    try FileManager.default.createDirectory(
      atPath: folder + "/data", withIntermediateDirectories: true)
    let bytes = Array(try Data(contentsOf: URL(fileURLWithPath: folder + "/headroom.yaml")))
    return try ControllerConfiguration.read(bytes: bytes, file: folder + "/headroom.yaml")
  }

  static func decider(_ configuration: ControllerConfiguration) throws -> Decider {
    let parts = try Assembly.decisionParts(configuration)
    return Decider(
      engine: .init(
        fleet: parts.fleet, feeder: parts.feeder, programmes: parts.policies.map(\.dispatch)),
      intake: Intake(fleet: parts.fleet, keys: configuration.keys))
  }

  static func signal(_ event: String, revision: Int64 = 1) -> Frame {
    let window = Window(start: start.adding(seconds: 3_600), end: start.adding(seconds: 7_200))!
    let signal = GridSignal(
      event: EventID(event)!, revision: revision, issuedAt: start,
      content: .init(window: window, level: 2, request: .byLevel))
    let topic = Topic.signal(utility).text
    let message = SignalCodec.encode(signal, issuer: utility)
    let signature = key.sign(SignedPayload.bytesToSign(topic: topic, message: message))
    return Frame(
      .message, topic,
      SignedPayload.wrap(message: message, keyID: key.publicKey.kid, signature: signature))
  }

  static func telemetry() -> Frame {
    let item = Telemetry(
      battery: BatteryID("B1")!, at: start, discharge: .zero, charge: Percent(hundredths: 8_000)!,
      state: .holding)
    let message = TelemetryMessage(session: 1, seq: 1, items: [item])
    return Frame(
      .message, Topic.telemetry(GatewayID("G1")!).text, TelemetryCodec.encode(message))
  }

  /// Writes three turns as a controller would: a start, telemetry, a signal.
  /// - Returns: How many effects they had.
  static func record(
    _ configuration: ControllerConfiguration, keepsTelemetry: Bool = true,
    spoil: (inout Turn) -> Void = { _ in }
  ) throws -> Int {
    let store = try SQLiteMainStore(path: configuration.dataFolder + "/headroom.db")
    let readings = try SQLiteReadingStore(path: configuration.dataFolder + "/readings.db")
    var decider = try decider(configuration)
    var count = 0
    let turns: [([Frame], [Frame])] = [
      ([Frame(.restarted)], []), ([Frame(.telemetry)], [telemetry()]), ([signal("E-1")], []),
    ]
    for (place, (frames, reports)) in turns.enumerated() {
      let at = start.adding(seconds: Int64(place))
      let effects = decider.replay(frames, telemetry: reports, at: at)
      count += effects.count
      if !reports.isEmpty, keepsTelemetry {
        try readings.keep(telemetry: Frame.encode(reports), turn: Int64(place + 1))
      }
      var turn = Turn(
        seq: Int64(place + 1), at: at, inputs: Frame.encode(frames),
        effects: Frame.encode(effects))
      spoil(&turn)
      try store.append(turn)
    }
    return count
  }

  @Test func `decides the same, effect by effect`() throws {
    try withFolder { folder in
      let configuration = try Self.installation(folder)
      let count = try Self.record(configuration)
      #expect(count > 0)
      var told: [Int64] = []
      let report = try Replay.run(configuration) { told += [$0, $1] }
      #expect(report.difference == nil)
      #expect(report.turns == 3 && report.effects == Int64(count) && told == [3, 3])
      #expect(
        report.json.line
          == #"{"identical":true,"turns":3,"effects":\#(count),"difference":null}"#)
    }
  }

  @Test func `names the first effect that is not the same any more`() throws {
    try withFolder { folder in
      let configuration = try Self.installation(folder)
      _ = try Self.record(configuration) { turn in
        guard turn.seq == 3 else { return }
        var frames = Frame.decode(turn.effects)!
        frames[0].body = Array("somebody else's words".utf8)
        turn.effects = Frame.encode(frames)
      }
      let found = try #require(try Replay.run(configuration).difference)
      #expect(found.turn == 3 && found.effect == 1 && found.at == Self.start.adding(seconds: 2))
      #expect(found.recorded?.hasSuffix("somebody else's words") == true)
      #expect(found.decided?.contains("\"E-1\"") == true)
      #expect(try Replay.run(configuration).turns == 2)
    }
  }

  @Test func `names an effect that was recorded and is decided no more`() throws {
    try withFolder { folder in
      let configuration = try Self.installation(folder)
      _ = try Self.record(configuration) { turn in
        if turn.seq == 1 { turn.effects += Frame.encode([Frame(.alarm, "", "fire")]) }
      }
      let found = try #require(try Replay.run(configuration).difference)
      #expect(found.recorded == "alarm  fire" && found.decided == nil)
      #expect(
        "\(found)"
          == "turn 1 at 2026-07-14T23:00:00Z, effect \(found.effect): recorded alarm  fire,"
          + " decided now nothing")
    }
  }

  @Test func `names the turn that is damaged or has lost its telemetry`() throws {
    try withFolder { folder in
      let configuration = try Self.installation(folder)
      _ = try Self.record(configuration, keepsTelemetry: false)
      #expect(throws: Recovery.Fault.telemetryMissing(turn: 2)) { try Replay.run(configuration) }
    }
    for part in [\Turn.inputs, \Turn.effects] {
      try withFolder { folder in
        let configuration = try Self.installation(folder)
        _ = try Self.record(configuration) { turn in
          if turn.seq == 3 { turn[keyPath: part].removeLast() }
        }
        #expect(throws: Recovery.Fault.damaged(turn: 3)) { try Replay.run(configuration) }
      }
    }
  }

  @Test func `says which of its files are missing`() throws {
    try withFolder { folder in
      let configuration = try Self.installation(folder)
      let faults = #expect(throws: Assembly.Faults.self) { try Replay.run(configuration) }
      #expect(faults?.lines.count == 2)
      #expect(
        faults?.lines.first?.hasSuffix(
          "data/headroom.db: file is missing; allowed: that of a controller") == true)
      try FileManager.default.removeItem(atPath: folder + "/fleet.csv")
      let missing = #expect(throws: Assembly.Faults.self) { try Replay.run(configuration) }
      #expect(missing?.lines.count == 1)
    }
  }
}
