import Controller
import Fleet
import Grid

/// Moves one clock for a controller and a fleet, so that every message of one moment is handled
/// before the next one comes. Only messages take time, and the result does not depend on it.
struct LockStep {
  let clock: ManualClock
  let controller: Controller
  var fleet: FleetClient
  /// Messages that others than the fleet sent to the controller.
  var fromOthers = 0

  /// The clock moves in steps of this many seconds: batteries start and end at moments of their own
  /// within a step, and what they say of it carries its own time.
  private static let quantumSeconds: Int64 = 10

  /// What went wrong with the world around.
  enum Fault: Error, CustomStringConvertible {
    case brokerLost
    case controllerEnded

    var description: String {
      switch self {
      case .brokerLost: "the broker did not answer for 60 s"
      case .controllerEnded: "the controller ended before its work was done"
      }
    }
  }

  /// Handles messages until nobody has anything left to say at this moment.
  mutating func settle() async throws {
    var lastProgress = ContinuousClock.now
    var last = (0, 0)
    while true {
      try Task.checkCancellation()
      let count = try await fleet.receive(at: clock.now, waitingAtMost: .milliseconds(1))
      let activity = controller.activity
      let expected = fleet.published + fromOthers
      let isQuiet =
        count == 0 && fleet.waiting == 0 && activity.waitingToSend == 0 && activity.runs == 0
        && activity.handled >= expected && fleet.received >= activity.publishedToGateways
        && activity.doneUpTo >= clock.now
      if isQuiet { return }
      if (activity.handled, fleet.received) != last || activity.runs > 0 {
        last = (activity.handled, fleet.received)
        lastProgress = .now
      }
      let silence = ContinuousClock.now - lastProgress
      if silence > .seconds(60) { throw Fault.brokerLost }
      // Telemetry is QoS 0: what the broker dropped will never come, and is not waited for.
      if silence > .seconds(5), activity.isConnected, activity.doneUpTo >= clock.now,
        fleet.waiting == 0, activity.waitingToSend == 0
      {
        return
      }
    }
  }

  /// Goes on to `moment`, stopping wherever the fleet or the controller has something to do.
  ///
  /// - Parameter withController: False between events: where only the fleet is waited for, hours
  ///   take a moment, and what the controller does by itself comes up to a report late.
  mutating func run(
    to moment: Timestamp, withController: Bool = true, _ progress: (Timestamp) -> Void = { _ in }
  ) async throws {
    try await settle()
    while clock.now < moment {
      let own = withController ? controller.activity.nextDue : nil
      let due = [fleet.fleet.nextDue, own].compactMap { $0 }.min() ?? moment
      let next = min(moment, max(due, clock.now).roundedUp(toSeconds: Self.quantumSeconds))
      clock.advance(to: next)
      try await fleet.advance(to: next)
      try await settle()
      progress(next)
    }
  }

  /// Jumps to `moment` with the fleet standing still: only the controller works.
  mutating func jump(to moment: Timestamp) async throws {
    clock.advance(to: moment)
    try await settle()
  }
}

extension Timestamp {
  /// The next later moment that is a multiple of `seconds`.
  func roundedUp(toSeconds step: Int64) -> Timestamp {
    Timestamp(seconds: (self.seconds / step + 1) * step)
  }
}
