public import Engine
public import Grid
public import Logging
public import MQTT
public import Policies
import Signing
public import Storage
import Synchronization
import Wire

/// The spine: drains messages, has them decided, records, acts; and measures and settles in time.
///
/// One task owns the loop and everything that it changes. What others may see is copied out
/// (`activity`, `snapshot`), and what they may ask for is a message on the broker.
public final class Controller: Sendable {
  /// What a controller is made of.
  public struct Setup: Sendable {
    /// Where its time comes from.
    public var clock: any ControllerClock
    /// Logbook and ledger.
    public var store: SQLiteMainStore
    /// Readings and telemetry.
    public var readings: SQLiteReadingStore
    /// Enrolled batteries.
    public var fleet: [EnrolledBattery]
    /// The feeder; a tree of one unlimited node where nothing limits.
    public var feeder: FeederTree
    /// The policies in force.
    public var policies: [Policy]
    /// Whose signatures are taken.
    public var keys: KeyDirectory
    /// The book.
    public var book: LedgerKeeper
    /// Where reports are written.
    public var reportsFolder: String
    /// How to reach the broker; client id and will are set by the controller.
    public var connection: ConnectionOptions
    /// Where it says what it does.
    public var logger: Logger
    /// Who takes part on which days; nil is everybody on every day.
    public var enrolments: Enrolments?
    /// The file of storm warnings, which is read again when it changes; nil is none.
    public var stormsFile: String?
    /// The file of declared schedules, which is read again when it changes; nil is none.
    public var schedulesFile: String?
    /// Days of readings that say how healthy a meter is; 0: as many as the baseline looks back.
    public var meterHistoryDays: Int64 = 0

    /// A controller's parts.
    public init(
      clock: any ControllerClock, store: SQLiteMainStore, readings: SQLiteReadingStore,
      fleet: [EnrolledBattery], feeder: FeederTree, policies: [Policy], keys: KeyDirectory,
      book: LedgerKeeper, reportsFolder: String, connection: ConnectionOptions, logger: Logger
    ) {
      self.clock = clock
      self.store = store
      self.readings = readings
      self.fleet = fleet
      self.feeder = feeder
      self.policies = policies
      self.keys = keys
      self.book = book
      self.reportsFolder = reportsFolder
      self.connection = connection
      self.logger = logger
    }
  }

  /// How often the controller says that it lives.
  public static let heartbeatSeconds: Int64 = 60
  /// Messages of gateways and utilities that wait at most; telemetry beyond is superseded.
  static let inboxCapacity = 131_072
  /// Messages of one turn at most, so that a flood never holds a decision back.
  static let turnMessages = 16_384

  /// How long a turn waits for the messages that follow the first one.
  static let gathering = Duration.milliseconds(3)

  let setup: Setup
  let shared = Mutex(Shared())

  /// What others may see.
  struct Shared {
    var activity = Activity()
    var statuses: [EventID: EventRecord.Status] = [:]
    /// Whoever asked for the events; answered after the present turn.
    var askers: [CheckedContinuation<[EventRecord], Never>] = []
    var hasEnded = false
    var refusals: [String: Int] = [:]
    var isStopping = false
    var failure: (any Error)?
    /// Inputs of finished background work, for the next turn.
    var finished: [FinishedRun] = []
  }

  /// A controller; nothing happens before `run()`.
  public init(_ setup: Setup) { self.setup = setup }

  /// How far the controller has come; for whoever moves its clock.
  public struct Activity: Hashable, Sendable {
    /// Messages of gateways and utilities that were handled, or superseded when too many waited.
    public var handled = 0
    /// Messages handed over for gateways.
    public var publishedToGateways = 0
    /// Everything due up to this moment has been done, as far as it was known by then.
    public var doneUpTo = Timestamp(microseconds: .min)
    /// The next moment at which something is due by itself.
    public var nextDue: Timestamp?
    /// Settlement runs under way.
    public var runs = 0
    /// True once connected to the broker with all subscriptions.
    public var isConnected = false
    /// Turns written to the logbook.
    public var turns: Int64 = 0
    /// Messages that the broker has not taken yet.
    public var waitingToSend = 0
  }

  /// How far it has come.
  public var activity: Activity { shared.withLock { $0.activity } }

  /// Where each event stands.
  public var statuses: [EventID: EventRecord.Status] { shared.withLock { $0.statuses } }

  /// Every event as the controller knows it, oldest first; empty when it does not run.
  public func events() async -> [EventRecord] {
    await withCheckedContinuation { continuation in
      let hasEnded = shared.withLock { shared in
        if !shared.hasEnded { shared.askers.append(continuation) }
        return shared.hasEnded
      }
      if hasEnded { continuation.resume(returning: []) }
    }
  }

  /// Refused messages by code.
  public var refusals: [String: Int] { shared.withLock { $0.refusals } }

  /// Asks `run()` to end after its present turn.
  public func stop() { shared.withLock { $0.isStopping = true } }

  /// Recovers from the logbook, connects and runs until `stop()`.
  /// - Throws: when the logbook, the ledger or the broker's options fail; nothing is half-done
  ///   then, and the next start resumes.
  public func run() async throws {
    defer { end() }
    var loop = try Loop(self)
    try await loop.run()
  }

  private func end() {
    let askers = shared.withLock { shared in
      shared.hasEnded = true
      defer { shared.askers = [] }
      return shared.askers
    }
    for asker in askers { asker.resume(returning: []) }
  }
}

/// A settlement run that is done, on its way into the logbook.
struct FinishedRun: Sendable {
  var item: RunAgenda.Item
  /// Set when money moved.
  var settled: SignalAcknowledgement.Settled?
  /// Why it could not be carried out now; nothing was posted.
  var blocked: String?
}
