import Foundation
import Grid
import Policies
import Signing
import Testing

@testable import Controller

@Suite struct `A configuration` {
  static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent().path

  static let whole = """
    broker:
      host: broker.example
      port: 8883
      user: headroom-ctl
      passwordFile: secrets/password
      tls: {ca: ca.pem, certificate: /etc/ctl.pem, key: ctl.key}
    data: {folder: data}
    fleet: {batteries: fleet.csv, feeder: feeder.csv}
    policies: [a.yaml, b.yaml]
    ledger: {origin: example.org/ledger, key: ledger.key}
    keys:
      - utility: acme
        publicKey: 11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=
      - gateway: gw-1
        publicKey: 11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo
        revokedAt: 2027-01-01T00:00:00Z
    clock: {epoch: 2026-07-14T23:00:00Z, realEpoch: 2026-07-14T20:00:00Z, rate: 60}

    """

  static func read(_ text: String) throws(YAMLFaults) -> ControllerConfiguration {
    try ControllerConfiguration.read(bytes: Array(text.utf8), file: "etc/headroom.yaml")
  }

  @Test func `is shipped and loads`() throws {
    let file = Self.root + "/config/headroom.yaml"
    let bytes = Array(try Data(contentsOf: URL(fileURLWithPath: file)))
    let shipped = try ControllerConfiguration.read(bytes: bytes, file: file)
    #expect(shipped.broker.host == "127.0.0.1" && shipped.broker.port == 1_883)
    #expect(shipped.dataFolder == Self.root + "/config/../data")
    #expect(shipped.clock == nil && shipped.feederFile == nil)
    // Every key that exists is shown in the file, if only in a comment.
    let text = String(decoding: bytes, as: UTF8.self)
    for path in ControllerConfiguration.keyPaths {
      let key = path.split { $0 == "." || $0 == "[" || $0 == "]" }.last!
      #expect(text.contains("\(key):"), "\(path) is not shown")
    }
  }

  @Test func `finds its files beside itself`() throws {
    let found = try Self.read(Self.whole)
    #expect(found.broker.tls?.ca == "etc/ca.pem")
    #expect(found.broker.tls?.certificate == "/etc/ctl.pem")
    #expect(found.broker.passwordFile == "etc/secrets/password")
    #expect(found.fleetFile == "etc/fleet.csv" && found.feederFile == "etc/feeder.csv")
    #expect(found.policyFiles == ["etc/a.yaml", "etc/b.yaml"])
    #expect(found.ledgerKeyFile == "etc/ledger.key" && found.dataFolder == "etc/data")
    #expect(found.clock?.rate == 60)
    let bare = try ControllerConfiguration.read(bytes: Array(Self.whole.utf8), file: "h.yaml")
    #expect(bare.dataFolder == "./data")
  }

  @Test(arguments: [
    ("port: 8883", "port: 0", "3: broker.port is 0; allowed: a whole number 1…65535"),
    ("  host: broker.example\n", "", "1: broker.host is missing"),
    ("port: 8883", "port: 8883\n  pot: 1", "4: broker.pot is unknown; allowed: host, passwordFile"),
    ("{ca: ca.pem, ", "{", "6: broker.tls.ca is missing"),
    ("data: {folder: data}\n", "", "1: data is missing"),
    ("{batteries: fleet.csv, ", "{", "8: fleet.batteries is missing"),
    ("[a.yaml, b.yaml]", "[]", "9: policies is []; allowed: a list of 1…100"),
    ("origin: example.org/ledger", "origin: a+b", "10: ledger.origin is a+b; allowed: a name"),
    ("utility: acme", "utility: ac me", "12: keys[0].utility is ac me; allowed: 1 to 64 of"),
    ("gateway: gw-1", "gateway: g\n    utility: u", "15: keys[1].utility is u; allowed: exactly"),
    ("S/7TyWQHOg7", "S/7", "13: keys[0].publicKey is 11qYAYKxCrfVS/7hcvP"),
    ("2027-01-01T00:00:00Z", "2027", "16: keys[1].revokedAt is 2027; allowed: a time like"),
    ("rate: 60", "rate: 10001", "17: clock.rate is 10001; allowed: a whole number 1…10000"),
  ])
  func `names line, field, value and what is allowed`(
    _ old: String, _ new: String, _ fault: String
  ) {
    let text = Self.whole.replacing(old, with: new)
    #expect(text != Self.whole)
    let faults = #expect(throws: YAMLFaults.self) { try Self.read(text) }
    let lines = faults?.list.map { "\($0)" } ?? []
    #expect(lines.contains { $0.hasPrefix("etc/headroom.yaml:" + fault) }, "\(lines)")
  }

  @Test func `names every fault at once`() {
    let text = Self.whole.replacing("port: 8883", with: "port: x").replacing(
      "rate: 60", with: "rate: 0")
    let faults = #expect(throws: YAMLFaults.self) { try Self.read(text) }
    #expect(faults?.list.map(\.path) == ["broker.port", "clock.rate"])
  }
}
