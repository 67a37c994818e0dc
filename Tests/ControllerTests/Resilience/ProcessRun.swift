import Controller
import Fleet
import Foundation
import Glibc
import Grid
import MQTT

/// One event with the controller as a process of its own, which is killed and started again.
///
/// The clock of controller and homes runs `rate` times as fast as the machine's. Everything that
/// leaves the controller is written down; what it leaves behind is read by the test.
struct ProcessRun {
  /// When the controller is killed.
  enum Kill: CustomStringConvertible {
    /// When the clock reads it.
    case at(Timestamp)
    /// When so many command messages have come.
    case afterCommands(Int)
    /// As soon as gateways have published so many meter messages.
    case afterReadings(Int)
    /// When the event is over and its settlement is due.
    case settling

    var description: String {
      switch self {
      case .at(let moment): "at \(moment)"
      case .afterCommands(let count): "after \(count) commands"
      case .afterReadings(let count): "after \(count) meter messages"
      case .settling: "when the settlement is due"
      }
    }
  }

  /// What came of it.
  struct Outcome {
    let installation: Installation
    let site: Site
    /// Why the run did not come to its end, or nil.
    let fault: String?
    /// Why the machine was too busy for a clock as fast as this one, or nil: batteries were not
    /// heard in time, or their commands came when they should have begun.
    var slowness: String? {
      let first = site.answers.first { $0.status == .committed }
      let committed = first?.commitment?.batteries ?? 0
      if committed < installation.batteries { return "only \(committed) batteries were heard" }
      return site.lateCommands > 0 ? "\(site.lateCommands) commands came late" : nil
    }

    /// What the controller's processes said.
    let log: String

    /// A file of the report, without the columns that hold ledger indexes.
    func report(_ name: String) -> [[Substring]]? { Report.rows(installation.folder, name) }
  }

  /// The event.
  static let window = Window(
    start: Timestamp(rfc3339: "2026-07-15T00:00:00Z")!,
    end: Timestamp(rfc3339: "2026-07-15T00:15:00Z")!)!
  /// When the world begins.
  static let begin = window.start.adding(seconds: -900)
  /// When the signal is sent: late enough that every battery was heard from, and early enough for
  /// a controller that is down for a while before its commands are due.
  static let signalAt = window.start.adding(seconds: -540)
  /// When the settlement is due.
  static let settlingAt = window.end.adding(seconds: 900)

  let installation: Installation
  let rate: Int64
  private(set) var kills: [Kill]
  private let broker: Broker
  private let clock: ScaledClock
  private var controller: Process

  /// Starts broker and controller on a copy of `installation`.
  init(_ installation: Installation, rate: Int64, kills: [Kill]) throws {
    self.installation = try installation.copy()
    self.rate = rate
    self.kills = kills
    broker = try Broker(in: self.installation.folder.path)
    let realEpoch = WallClock().now
    clock = ScaledClock(epoch: Self.begin, at: realEpoch, rate: rate)
    try self.installation.configure(
      port: broker.port, clock: .init(epoch: Self.begin, realEpoch: realEpoch, rate: rate))
    controller = try self.installation.serve()
  }

  /// Runs until the utility is told that the event is settled, or far too long.
  mutating func run() async throws -> Outcome {
    var site = try Site(installation.makeFleet(), port: broker.port)
    try await site.connect()
    var hasSignalled = false
    var fault: String?
    let limit = ContinuousClock.now + .seconds(Self.seconds(rate: rate) + 60)
    while site.answer(.settled) == nil {
      guard ContinuousClock.now < limit else {
        fault = "no settlement within \(limit): \(site.answers)"
        break
      }
      try await site.advance(to: clock.now)
      try killIfDue(site)
      _ = try await site.receive(at: clock.now, waitingAtMost: .milliseconds(10))
      if !hasSignalled, clock.now >= Self.signalAt {
        hasSignalled = true
        let signal = installation.signal(window: Self.window, issuedAt: clock.now)
        try await site.client.publish([installation.message(signal)])
      }
      if fault == nil, !controller.isRunning { fault = "the controller ended by itself" }
      if fault != nil { break }
    }
    kill(controller.processIdentifier, SIGTERM)
    controller.waitUntilExit()
    await site.client.stop()
    return Outcome(
      installation: installation, site: site, fault: fault,
      log: installation.folder.text("controller.log") ?? "")
  }

  private mutating func killIfDue(_ site: Site) throws {
    guard site.answer(.committed) != nil else { return }
    let now = clock.now
    let place = kills.firstIndex { kill in
      switch kill {
      case .at(let moment): now >= moment
      case .afterCommands(let count): site.commandMessages >= count
      case .afterReadings(let count): site.meterMessages >= count
      case .settling: now >= Self.settlingAt
      }
    }
    guard let place else { return }
    kills.remove(at: place)
    kill(controller.processIdentifier, SIGKILL)
    controller.waitUntilExit()
    controller = try installation.serve()
  }

  /// Real seconds that a run takes.
  static func seconds(rate: Int64) -> Int64 { settlingAt.seconds(since: begin) / rate }
}
