import Controller
import Fleet
import Foundation
import Grid
import Logging
import MQTT
import Policies
import Signing
import Storage

/// A controller of this process on a real broker, with a clock that stands until it is moved.
///
/// Everything of one moment is handled before the next one comes: the world is quiet when nobody
/// has said anything for a while and the controller has done what was due.
struct Plant {
  let installation: Installation
  let broker: Broker
  let clock: ManualClock
  private(set) var controller: Controller
  private var running: Task<Void, any Error>
  var site: Site

  /// A plant on a copy of `installation`, at its beginning, with everybody connected.
  ///
  /// - Parameters:
  ///   - disturb: What happens to the messages of gateways on their way.
  ///   - kept: A message that the broker keeps before the controller comes.
  ///   - moment: When it begins, if not at the beginning of its world.
  ///   - data: Another folder for the controller's data; what is there is moved into it.
  init(
    _ installation: Installation, disturb: (([OutgoingMessage]) -> [OutgoingMessage])? = nil,
    kept: Message? = nil, at moment: Timestamp? = nil, data: String? = nil
  ) async throws {
    self.installation = try installation.copy(data: data)
    broker = try Broker(in: self.installation.folder.path)
    if let kept {
      let client = Client(
        options: ConnectionOptions(clientID: "before", host: "127.0.0.1", port: broker.port),
        subscriptions: [], inbox: Mailbox(capacity: 100))
      try client.start()
      _ = try await client.publishAndWait([kept])
      await client.stop()
    }
    clock = ManualClock(moment ?? installation.begin)
    (controller, running) = try Self.start(self.installation, clock, broker.port)
    site = try Site(installation.makeFleet(at: moment), port: broker.port)
    if let disturb { site.disturb = disturb }
    try await connected()
    try await site.connect()
    try await settle()
  }

  private static func start(
    _ installation: Installation, _ clock: ManualClock, _ port: Int
  ) throws -> (Controller, Task<Void, any Error>) {
    let fleet = installation.makeFleet().enrolment
    var logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
    logger.logLevel = .critical
    var connection = ConnectionOptions(clientID: "headroom", host: "127.0.0.1", port: port)
    connection.backoff = .init(firstMilliseconds: 20, maximumMilliseconds: 200)
    var setup = Controller.Setup(
      clock: clock, store: try SQLiteMainStore(path: installation.database),
      readings: try SQLiteReadingStore(path: installation.data + "/readings.db"), fleet: fleet,
      feeder: Assembly.anyFeeder(of: fleet), policies: [installation.policy],
      keys: KeyDirectory([
        .init(owner: .utility(Installation.utility), publicKey: installation.key.verifier.key)
      ]), book: try installation.openBook(), reportsFolder: installation.data + "/reports",
      connection: connection, logger: logger)
    if installation.folder.text("schedules.csv") != nil {
      setup.schedulesFile = installation.folder.path + "/schedules.csv"
    }
    let controller = Controller(setup)
    return (controller, Task { try await controller.run() })
  }

  /// Waits until the controller is connected, at most 10 s.
  func connected() async throws {
    for _ in 0..<1_000 where !controller.activity.isConnected {
      try await Task.sleep(for: .milliseconds(10))
    }
  }

  /// Handles messages until nobody has said anything for a while.
  mutating func settle() async throws {
    let limit = ContinuousClock.now + .seconds(20)
    var quietSince = ContinuousClock.now
    while ContinuousClock.now < limit {
      let count = try await site.receive(at: clock.now, waitingAtMost: .milliseconds(5))
      let activity = controller.activity
      let isQuiet =
        count == 0 && site.client.counters.waiting == 0 && activity.waitingToSend == 0
        && activity.runs == 0 && activity.doneUpTo >= clock.now
      if !isQuiet { quietSince = .now }
      if ContinuousClock.now - quietSince > .milliseconds(60) { return }
    }
    throw Broker.Unusable(reason: "the world did not come to rest within 20 s")
  }

  /// Goes on to `moment`, stopping wherever somebody has something to do.
  ///
  /// - Parameter stride: Milliseconds that each stop is apart from the last one at least; what is
  ///   due in between is done together.
  mutating func run(to moment: Timestamp, stride: Int64 = 100) async throws {
    while clock.now < moment {
      let due = [site.fleet.nextDue, controller.activity.nextDue, moment].compactMap { $0 }.min()!
      let soonest = Timestamp(microseconds: clock.now.microseconds + stride * 1_000)
      clock.advance(to: min(moment, max(due, soonest)))
      try await site.advance(to: clock.now)
      try await settle()
    }
  }

  /// Kills the broker, lets `seconds` pass without one, and starts it with nothing remembered.
  mutating func loseBroker(seconds: Int64) async throws {
    let connections = site.client.counters.connections
    broker.kill()
    for _ in 0..<500 where controller.activity.isConnected {
      try await Task.sleep(for: .milliseconds(10))
    }
    clock.advance(to: clock.now.adding(seconds: seconds))
    try await site.advance(to: clock.now)
    try broker.start()
    for _ in 0..<1_000
    where !controller.activity.isConnected || site.client.counters.connections == connections {
      try await Task.sleep(for: .milliseconds(10))
    }
    try await site.reconnectGateways()
    try await settle()
  }

  /// Sends a message as the utility.
  mutating func send(_ message: Message) async throws {
    try await site.client.publish([message])
    try await settle()
  }

  /// Sends a signed signal for `window`.
  mutating func signal(
    _ event: String = "peak", revision: Int64 = 1, window: Window?,
    request: ReductionRequest = .byLevel
  ) async throws {
    let signal = installation.signal(
      event, revision: revision, window: window, issuedAt: clock.now, request: request)
    try await send(installation.message(signal))
  }

  /// Stops the controller in order and waits for its end; throws what ended it.
  func stop() async throws {
    controller.stop()
    try await running.value
  }

  /// What ended the controller by itself, within 10 s; nil when it runs on.
  func failure() async -> (any Error)? {
    let waiting = Task { [running] () -> (any Error)? in
      do { try await running.value } catch { return error }
      return nil
    }
    let alarm = Task { [controller] in
      try await Task.sleep(for: .seconds(10))
      controller.stop()
    }
    defer { alarm.cancel() }
    return await waiting.value
  }

  /// A new controller on the same folder, as after a restart of the machine.
  mutating func restart() async throws {
    (controller, running) = try Self.start(installation, clock, broker.port)
    try await connected()
    try await settle()
  }

  /// Ends everything; the plant is of no use after it.
  func end() async throws {
    try await stop()
    await site.client.stop()
  }

  /// A file of the report without the columns that hold ledger indexes, or nil.
  func report(_ name: String, of event: String = "peak") -> [[Substring]]? {
    Report.rows(installation.folder, name, of: event)
  }
}

/// Files of a report.
enum Report {
  /// Rows and columns without those that hold ledger indexes, or nil when there is no such file.
  static func rows(_ folder: Folder, _ name: String, of event: String = "peak") -> [[Substring]]? {
    guard let text = folder.text("data/reports/\(event)/initial/\(name)") else { return nil }
    let rows = text.split(separator: "\n").map {
      $0.split(separator: ",", omittingEmptySubsequences: false)
    }
    let kept = (rows.first ?? []).indices.filter { !rows[0][$0].contains("entry_index") }
    return rows.map { row in kept.compactMap { row.indices.contains($0) ? row[$0] : nil } }
  }

  /// The first cell in which two files differ, with its row, or nil.
  static func difference(_ found: [[Substring]], _ expected: [[Substring]]) -> String? {
    for (row, other) in zip(found, expected) {
      for (place, cell) in row.enumerated() where place >= other.count || cell != other[place] {
        let name = found[0].indices.contains(place) ? found[0][place] : "?"
        return "\(name) is \(cell), was \(other.indices.contains(place) ? other[place] : ""):"
          + " \(row.joined(separator: ","))"
      }
    }
    return found.count == expected.count ? nil : "\(found.count) rows, not \(expected.count)"
  }
}
