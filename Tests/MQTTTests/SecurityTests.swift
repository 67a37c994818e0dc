import Foundation
import MQTT
import Testing

@Suite(.needsBroker, .serialized, .timeLimit(.minutes(2))) struct `TLS` {
  /// An authority, a broker's and a client's certificate, made by openssl in a temporary folder.
  final class Certificates {
    let folder: URL

    init() throws {
      folder = FileManager.default.temporaryDirectory
        .appending(path: "headroom-tls-\(UUID().uuidString)")
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
      try authority("ca")
      try authority("stranger")
      try leaf("broker", extensions: "subjectAltName=IP:127.0.0.1")
      try leaf("gateway-7", extensions: "keyUsage=digitalSignature")
    }

    deinit { try? FileManager.default.removeItem(at: folder) }

    func path(_ name: String) -> String { folder.appending(path: name).path }

    private func authority(_ name: String) throws {
      try openssl([
        "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
        "-keyout", path("\(name).key"), "-out", path("\(name).crt"), "-days", "2", "-subj",
        "/CN=\(name)",
      ])
    }

    private func leaf(_ name: String, extensions: String) throws {
      try Data(extensions.utf8).write(to: folder.appending(path: "\(name).ext"))
      try openssl([
        "req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout",
        path("\(name).key"), "-out", path("\(name).csr"), "-subj", "/CN=\(name)",
      ])
      try openssl([
        "x509", "-req", "-in", path("\(name).csr"), "-CA", path("ca.crt"), "-CAkey",
        path("ca.key"), "-CAcreateserial", "-days", "2", "-extfile", path("\(name).ext"), "-out",
        path("\(name).crt"),
      ])
    }

    private func openssl(_ arguments: [String]) throws { try run("/usr/bin/openssl", arguments) }
  }

  static func broker(_ certificates: Certificates) throws -> TestBroker {
    try TestBroker(
      """
      cafile \(certificates.path("ca.crt"))
      certfile \(certificates.path("broker.crt"))
      keyfile \(certificates.path("broker.key"))
      require_certificate true
      use_identity_as_username true
      acl_file {folder}/acl
      """, files: ["acl": "pattern readwrite gw/%u/#\n"])
  }

  @Test func `with a client's certificate makes its name the user`() async throws {
    let certificates = try Certificates()
    let broker = try Self.broker(certificates)
    let station = try Station(
      .test("any", port: broker.port) {
        $0.tls = .init(
          caFile: certificates.path("ca.crt"), certificateFile: certificates.path("gateway-7.crt"),
          keyFile: certificates.path("gateway-7.key"))
      }, [.init(filter: "gw/gateway-7/#")])
    try await station.connected()
    let outcomes = try await station.client.publishAndWait(
      [Message("gw/gateway-8/ack", number: 0)]
        + (1...5000).map { Message("gw/gateway-7/ack", number: $0) })
    #expect(outcomes[0] == .refused(code: 0x87, reason: "Not authorized"))
    #expect(outcomes.dropFirst().allSatisfy { $0 == .acknowledged })
    #expect(try await station.messages(5000).map(\.number) == Array(1...5000))
    // The broker's death breaks a TLS connection that is being written to: no SIGPIPE, no loss.
    try await station.client.publish(
      (0..<5000).map { Message("gw/gateway-7/ack", number: $0) })
    broker.kill()
    try broker.start()
    #expect(await station.client.waitUntilIdle())
    await station.client.stop()
  }

  @Test(arguments: ["no certificate", "a strange authority"])
  func `without trust on both sides does not connect`(flaw: String) async throws {
    let certificates = try Certificates()
    let broker = try Self.broker(certificates)
    let station = try Station(
      .test("any", port: broker.port) {
        $0.tls =
          flaw == "no certificate"
          ? .init(caFile: certificates.path("ca.crt"))
          : .init(
            caFile: certificates.path("stranger.crt"),
            certificateFile: certificates.path("gateway-7.crt"),
            keyFile: certificates.path("gateway-7.key"))
      })
    let arrivals = try await station.arrivals { $0.count >= 2 }
    #expect(arrivals.allSatisfy { $0.isLoss }, "\(arrivals)")
    #expect(station.client.counters.connections == 0)
    await station.client.stop()
  }

  @Test func `checks the broker's name`() async throws {
    let certificates = try Certificates()
    let broker = try Self.broker(certificates)
    let station = try Station(
      .test("any", port: broker.port) {
        $0.host = "localhost"
        $0.tls = .init(
          caFile: certificates.path("ca.crt"), certificateFile: certificates.path("gateway-7.crt"),
          keyFile: certificates.path("gateway-7.key"))
      })
    let arrivals = try await station.arrivals { $0.count >= 2 }
    #expect(arrivals.allSatisfy { $0.isLoss }, "\(arrivals)")
    await station.client.stop()
  }
}
