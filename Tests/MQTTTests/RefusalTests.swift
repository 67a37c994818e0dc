import Foundation
import MQTT
import Testing

@Suite(.needsBroker, .serialized, .timeLimit(.minutes(2))) struct `A broker that says no` {
  /// A broker with one user, whose password file is made by mosquitto's own tool.
  static func guarded(acl: String) throws -> TestBroker {
    let folder = FileManager.default.temporaryDirectory
      .appending(path: "headroom-mqtt-\(UUID().uuidString).passwords")
    defer { try? FileManager.default.removeItem(at: folder) }
    try run("/usr/bin/mosquitto_passwd", ["-b", "-c", folder.path, "ctl", "right"])
    return try TestBroker(
      """
      allow_anonymous false
      password_file {folder}/passwords
      acl_file {folder}/acl
      """,
      files: [
        "passwords": try String(contentsOf: folder, encoding: .utf8), "acl": acl,
      ])
  }

  @Test(arguments: [
    (ConnectionOptions.ProtocolVersion.v5, "Not authorized"),
    (.v311, "Connection Refused: not authorised."),
  ])
  func `to a password is heard with its reason, again and again`(
    version: ConnectionOptions.ProtocolVersion, reason: String
  ) async throws {
    let broker = try Self.guarded(acl: "")
    let options = ConnectionOptions.test("ctl", port: broker.port) {
      $0.protocolVersion = version
      $0.user = .init(name: "ctl", password: "wrong")
    }
    let station = try Station(options)
    let arrivals = try await station.arrivals { $0.count >= 2 }
    #expect(arrivals.allSatisfy { $0 == .refusedConnection(reason: reason) }, "\(arrivals)")
    await station.client.stop()
  }

  @Test func `to a publish is an outcome with the broker's code, and is not repeated`() async throws
  {
    let broker = try Self.guarded(acl: "user ctl\ntopic readwrite mine/#\n")
    let station = try Station(
      .test("ctl", port: broker.port) { $0.user = .init(name: "ctl", password: "right") })
    let outcomes = try await station.client.publishAndWait([
      Message("mine/a", number: 1), Message("yours/a", number: 2), Message("mine/a", number: 3),
    ])
    #expect(
      outcomes == [.acknowledged, .refused(code: 0x87, reason: "Not authorized"), .acknowledged])
    #expect(outcomes.map(\.isSuccess) == [true, false, true])
    #expect(station.client.counters.refused == 1)
    #expect(await station.client.waitUntilIdle())
    await station.client.stop()
  }

  @Test func `to the size of a message is an outcome, and the next one passes`() async throws {
    let broker = try TestBroker("allow_anonymous true\nmax_packet_size 1000")
    let station = try Station(.test("big", port: broker.port))
    try await station.connected()
    let outcomes = try await station.client.publishAndWait([
      Message(topic: "a", payload: Array(repeating: 0, count: 2000)), Message("a", number: 1),
    ])
    #expect(outcomes == [.notSent(reason: "larger than the broker allows"), .acknowledged])
    await station.client.stop()
  }

  @Test func `to everything is survived by a stop`() async throws {
    let station = try Station(.test("lonely", port: TestBroker.freePort()))
    async let outcomes = station.client.publishAndWait([Message("a", number: 1)])
    async let isIdle = station.client.waitUntilIdle()
    while station.client.counters.waiting == 0 { try await Task.sleep(for: .milliseconds(5)) }
    _ = try await station.arrivals { $0.contains(where: \.isLoss) }
    await station.client.stop()
    #expect(try await outcomes == [.notSent(reason: "stopped")])
    _ = await isIdle
    await #expect(throws: PublishError.stopped) {
      try await station.client.publish([Message("a", number: 2)])
    }
  }
}

/// Runs a command to its end.
func run(_ path: String, _ arguments: [String]) throws {
  let process = Process()
  process.executableURL = URL(filePath: path)
  process.arguments = arguments
  process.standardOutput = FileHandle.nullDevice
  process.standardError = FileHandle.nullDevice
  try process.run()
  process.waitUntilExit()
  try #require(process.terminationStatus == 0, "\(path) failed")
}
