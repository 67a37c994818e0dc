public import Grid
import Synchronization

/// Where the controller gets its time from; injected, so that a year of events can run in minutes.
public protocol ControllerClock: Sendable {
  /// The moment, in the controller's time.
  var now: Timestamp { get }
  /// Real seconds until the clock reads `moment`; 0 when it already does, nil when only another
  /// party moves it.
  func realSeconds(until moment: Timestamp) -> Double?
  /// How often it goes as fast as the machine's clock; nil when another party moves it.
  var rate: Int64? { get }
}

extension ControllerClock {
  /// The machine's milliseconds from one moment to another; nil when another party moves the clock.
  func realMilliseconds(from start: Timestamp, to end: Timestamp) -> Int64? {
    rate.map { (end.microseconds - start.microseconds) / 1_000 / $0 }
  }
}

/// The machine's own clock.
public struct WallClock: ControllerClock {
  /// The machine's clock.
  public init() {}

  /// As the protocol says.
  public var now: Timestamp { Self.read() }

  /// As the protocol says.
  public func realSeconds(until moment: Timestamp) -> Double? {
    max(0, Double(moment.microseconds - now.microseconds) / 1_000_000)
  }

  /// As the protocol says.
  public var rate: Int64? { 1 }

  static func read() -> Timestamp {
    let (seconds, attoseconds) = ContinuousWall.sinceEpoch()
    return Timestamp(microseconds: seconds * 1_000_000 + attoseconds / 1_000_000_000_000)
  }
}

/// A clock that runs `rate` times as fast as the machine's, from one moment that all share.
///
/// Processes that are given the same three numbers read the same time.
public struct ScaledClock: ControllerClock {
  private let epoch: Timestamp
  private let realEpoch: Timestamp
  private let times: Int64

  /// Reads `epoch` at the machine's time `realEpoch`, and runs `rate` (1 or more) times as fast.
  public init(epoch: Timestamp, at realEpoch: Timestamp, rate: Int64) {
    precondition(rate >= 1, "a clock runs forward")
    self.epoch = epoch
    self.realEpoch = realEpoch
    times = rate
  }

  /// As the protocol says.
  public var now: Timestamp {
    let real = WallClock.read().microseconds - realEpoch.microseconds
    return Timestamp(microseconds: epoch.microseconds + real * times)
  }

  /// As the protocol says.
  public func realSeconds(until moment: Timestamp) -> Double? {
    max(0, Double(moment.microseconds - now.microseconds) / 1_000_000 / Double(times))
  }

  /// As the protocol says.
  public var rate: Int64? { times }
}

/// A clock that stands until somebody moves it: a simulation in lock-step.
public final class ManualClock: ControllerClock {
  private let reading: Mutex<Timestamp>

  /// A clock that reads `start`.
  public init(_ start: Timestamp) { reading = Mutex(start) }

  /// As the protocol says.
  public var now: Timestamp { reading.withLock { $0 } }

  /// As the protocol says.
  public func realSeconds(until moment: Timestamp) -> Double? { moment <= now ? 0 : nil }

  /// As the protocol says.
  public var rate: Int64? { nil }

  /// Moves it to `moment`; it never goes back.
  public func advance(to moment: Timestamp) {
    reading.withLock { $0 = max($0, moment) }
  }
}
