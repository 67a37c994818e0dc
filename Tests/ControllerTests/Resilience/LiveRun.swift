import Controller
import Fleet
import Foundation
import Glibc
import Grid
import MQTT

/// The program as a process beside a real broker and a simulated fleet, steered by what comes of
/// it: a test waits for conditions and never for times.
final class LiveRun {
  /// What did not come within a minute of the machine's time.
  struct Missing: Error, CustomStringConvertible {
    let what: String
    let log: String

    var description: String { "\(what) did not come; the controller said:\n\(log)" }
  }

  let installation: Installation
  let clock: ScaledClock
  private(set) var site: Site
  /// Seconds by which the homes' clocks read more than the controller's; they never go back.
  var homesAhead: Int64 = 0
  /// What the controller said so far.
  var log: String { installation.folder.text("controller.log") ?? "" }
  private let broker: Broker
  private var controller: Process

  /// Starts broker, controller and homes on a copy of `installation`, and waits for the controller.
  init(_ installation: Installation, rate: Int64) async throws {
    self.installation = try installation.copy()
    broker = try Broker(in: self.installation.folder.path)
    let realEpoch = WallClock().now
    clock = ScaledClock(epoch: installation.begin, at: realEpoch, rate: rate)
    try self.installation.configure(
      port: broker.port, clock: .init(epoch: installation.begin, realEpoch: realEpoch, rate: rate))
    controller = try self.installation.serve()
    site = try Site(self.installation.makeFleet(), port: broker.port)
    try await site.connect()
    try await wait(for: "the controller") { !$0.sessions.isEmpty }
  }

  /// Lets the world go on until `holds`; looks after each batch of messages.
  func wait(for what: String, until holds: (Site) -> Bool) async throws {
    let limit = ContinuousClock.now + .seconds(60)
    while !holds(site) {
      guard ContinuousClock.now < limit, controller.isRunning else {
        throw Missing(what: what, log: log)
      }
      try await site.advance(to: clock.now.adding(seconds: homesAhead))
      let now = clock.now.adding(seconds: homesAhead)
      _ = try await site.receive(at: now, waitingAtMost: .milliseconds(10))
    }
  }

  /// Lets the world go on until the clock reads `moment`.
  func wait(until moment: Timestamp) async throws {
    try await wait(for: "\(moment)") { [clock] _ in clock.now >= moment }
  }

  /// Sends a signed signal, without `window` the cancel, and waits for its last answer.
  func signal(
    revision: Int64, window: Window?, watts: Int64? = nil, until holds: (Site) -> Bool
  ) async throws {
    let signal = installation.signal(
      revision: revision, window: window, issuedAt: clock.now,
      request: watts.map { .power(Power(watts: $0)) } ?? .byLevel)
    try await site.client.publish([installation.message(signal)])
    try await wait(for: "the answer to revision \(revision)", until: holds)
  }

  /// Kills the controller as a power cut would and starts it again.
  func killAndRestart() async throws {
    kill(controller.processIdentifier, SIGKILL)
    controller.waitUntilExit()
    controller = try installation.serve()
    let before = site.sessions.count
    try await wait(for: "the controller after its restart") { $0.sessions.count > before }
  }

  /// Ends the controller in order.
  func end() async throws {
    kill(controller.processIdentifier, SIGTERM)
    controller.waitUntilExit()
    await site.client.stop()
  }
}
