import FoundationEssentials
public import Grid
import Ledger
public import Logging
import MQTT
import Policies
import Signing
import Storage
import Verification
import Wire

/// Puts a controller together from files; every fault of every file is said at once.
public enum Assembly {
  /// What cannot be put together.
  public struct Faults: Error, Sendable, CustomStringConvertible {
    /// One line each.
    public let lines: [String]

    /// Faults, one line each.
    public init(lines: [String]) { self.lines = lines }

    /// One fault a line.
    public var description: String { lines.joined(separator: "\n") }
  }

  /// A controller for `configuration`.
  /// - Throws: `Faults` for files, `StoreError` and `LedgerKeeper.Fault` for stores.
  public static func controller(
    _ configuration: ControllerConfiguration, logger: Logger
  ) throws -> Controller {
    var collected = Collected()
    let parts = collected.take { try decisionParts(configuration) }
    if let path = configuration.stormsFile, let parts {
      _ = collected.take { try storms(path, feeder: parts.feeder) }
    }
    if let path = configuration.schedulesFile {
      _ = collected.take { try schedules(path) }
    }
    let key = collected.take {
      try SecretFile.ledgerKey(
        configuration.ledgerKeyFile, origin: configuration.ledgerOrigin, makesIfMissing: true)
    }
    let password = configuration.broker.passwordFile.flatMap { path in
      collected.take { try SecretFile.firstLine(path) }
    }
    guard collected.faults.isEmpty, let parts, let key else {
      throw Faults(lines: collected.faults)
    }
    try FileManager.default.createDirectory(
      atPath: configuration.dataFolder, withIntermediateDirectories: true)
    let clock = configuration.makeClock()
    let store = try SQLiteMainStore(path: configuration.dataFolder + "/headroom.db")
    try keepPolicies(of: configuration, parts.policies, in: store)
    let readings = try SQLiteReadingStore(path: configuration.dataFolder + "/readings.db")
    let book = try LedgerKeeper(
      store: store, key: key,
      guardedBy: SignGuard(besideKey: configuration.ledgerKeyFile), now: clock.now)
    var setup = Controller.Setup(
      clock: clock, store: store, readings: readings, fleet: parts.fleet, feeder: parts.feeder,
      policies: parts.policies, keys: configuration.keys, book: book,
      reportsFolder: configuration.dataFolder + "/reports",
      connection: try connection(configuration.broker, password: password), logger: logger)
    setup.enrolments = parts.enrolments
    setup.stormsFile = configuration.stormsFile
    setup.schedulesFile = configuration.schedulesFile
    return Controller(setup)
  }

  /// Keeps the bytes of the policies beside the ledger: settling again from evidence needs them.
  private static func keepPolicies(
    of configuration: ControllerConfiguration, _ policies: [Policy], in store: SQLiteMainStore
  ) throws {
    let served = Set(policies.map(\.hash))
    let files = try configuration.policyFiles.map { path in
      let bytes = try bytes(path)
      return StoredEvidence(
        hash: SHA256.hash(bytes), kind: Int(EvidenceKind.document.rawValue), body: bytes)
    }
    try store.keep(files.filter { served.contains($0.hash) })
  }

  /// What decisions depend on, beside the logbook.
  struct DecisionParts {
    var fleet: [EnrolledBattery]
    var feeder: FeederTree
    var policies: [Policy]
    var enrolments: Enrolments?
  }

  /// Fleet, feeder and policies of `configuration`.
  static func decisionParts(
    _ configuration: ControllerConfiguration
  ) throws(Faults) -> DecisionParts {
    var collected = Collected()
    let feeder = configuration.feederFile.map { path in
      collected.take { try FeederFile.parse(try bytes(path), file: path) }
    }
    let fleet = collected.take {
      try FleetFile.parse(try bytes(configuration.fleetFile), file: configuration.fleetFile)
    }
    let salt = configuration.controlSaltFile.map { path in
      collected.take { try SecretFile.firstLine(path) }
    }
    let policies = configuration.policyFiles.compactMap { path in
      collected.take {
        try livePolicy(
          path, hasSchedules: configuration.schedulesFile != nil, controlSalt: salt ?? nil)
      }
    }
    let enrolments = configuration.enrolmentsFile.map { path in
      collected.take { try EnrolmentsFile.parse(try bytes(path), file: path) }
    }
    let tree = configuration.treeFile.map { path in
      collected.take { try ConsumerTreeFile.parse(try bytes(path), file: path) }
    }
    guard collected.faults.isEmpty, let fleet else { throw Faults(lines: collected.faults) }
    if let unknown = unknownNodes(fleet, feeder ?? nil) { throw Faults(lines: [unknown]) }
    let findings = EnrolmentCheck.findings(
      enrolments ?? nil, fleet: fleet, terms: policies.map(\.dispatch), tree: tree ?? nil)
    guard findings.isEmpty else { throw Faults(lines: findings.map(\.description)) }
    return DecisionParts(
      fleet: fleet, feeder: (feeder ?? nil) ?? anyFeeder(of: fleet),
      policies: policies.map { drawn($0, fleet, salt: salt ?? nil) },
      enrolments: enrolments ?? nil)
  }

  /// Faults of several files on their way to be said together.
  private struct Collected {
    var faults: [String] = []

    mutating func take<T>(_ work: () throws -> T) -> T? {
      do { return try work() } catch {
        faults.append("\(error)")
        return nil
      }
    }
  }

  /// Every node that the fleet names, each without a limit, below one root.
  public static func anyFeeder(of fleet: [EnrolledBattery]) -> FeederTree {
    let root = NodeID("headroom-root")!
    let names = Set(fleet.map(\.node)).subtracting([root]).sorted()
    let rows =
      [FeederTree.Node(id: root, parent: nil, limit: nil)]
      + names.map { FeederTree.Node(id: $0, parent: root, limit: nil) }
    do { return try FeederTree(rows) } catch {
      preconditionFailure("different names below one root are a tree")
    }
  }

  /// A sentence when batteries hang on nodes that the feeder does not have, else nil.
  public static func unknownNodes(_ fleet: [EnrolledBattery], _ feeder: FeederTree?) -> String? {
    guard let feeder else { return nil }
    let unknown = fleet.filter { feeder.place(of: $0.node) == nil }
    guard let first = unknown.first else { return nil }
    return "the fleet has \(unknown.count) batteries on nodes that the feeder file lacks, such as"
      + " \(first.battery) on \(first.node); allowed: nodes of the feeder file"
  }

  /// The storm warnings of a file, for nodes that the feeder has.
  static func storms(_ path: String, feeder: FeederTree) throws -> [StormWarning] {
    let warnings = try StormsFile.parse(try bytes(path), file: path)
    if let unknown = unknownNodes(warnings, feeder, path) { throw Faults(lines: [unknown]) }
    return warnings
  }

  /// A sentence when storm warnings name nodes that the feeder does not have, else nil.
  public static func unknownNodes(
    _ warnings: [StormWarning], _ feeder: FeederTree, _ path: String
  ) -> String? {
    let unknown = Set(warnings.map(\.node)).filter { feeder.place(of: $0) == nil }.sorted()
    guard !unknown.isEmpty else { return nil }
    return "\(path): node_id is \(unknown.map(\.text).joined(separator: ", ")); allowed: nodes of"
      + " the feeder"
  }

  /// A policy that may be served: sound, and with nothing to be confirmed.
  static func livePolicy(
    _ path: String, hasSchedules: Bool = false, controlSalt: String? = nil
  ) throws -> Policy {
    let policy = try Policy.load(bytes: try bytes(path), file: path)
    guard !policy.isDraft else {
      let open = policy.unconfirmed.map { "  \($0)" }.joined(separator: "\n")
      throw Faults(
        lines: ["\(path): is a draft; allowed: a policy with nothing to be confirmed:\n\(open)"])
    }
    let fault = unserved(policy, hasSchedules: hasSchedules, controlSalt: controlSalt)
    if let fault { throw Faults(lines: ["\(path): \(fault)"]) }
    return policy
  }

  /// What a controller lacks to measure by a policy, or nil.
  private static func unserved(
    _ policy: Policy, hasSchedules: Bool, controlSalt: String?
  ) -> String? {
    let baseline = policy.measurement.baseline
    if policy.measurement.aggregate == .fleet {
      return
        "measurement.aggregate is fleet; allowed: sumOfHomes, the homes are measured one by one"
    }
    switch baseline.kind {
    case .dayMatching, .meterBeforeAfter, .typicalOutput, .none: return nil
    case .declared:
      return hasSchedules
        ? nil
        : "baseline.kind is declared, and the configuration names no fleet.schedules; allowed:"
          + " declared with the file of schedules"
    case .controlGroup:
      guard let draw = baseline.controlDraw else {
        return
          "baseline.control.saltSha256 is missing; allowed: the share and the hash of the salt,"
          + " fixed before the season"
      }
      guard let controlSalt else {
        return "baseline.kind is controlGroup, and the configuration names no fleet.controlSalt;"
          + " allowed: controlGroup with the file of the salt"
      }
      let found = SHA256.hash(controlSalt)
      return found == draw.saltDigest
        ? nil
        : "fleet.controlSalt has the SHA-256 \(found); allowed: \(draw.saltDigest), as"
          + " baseline.control.saltSha256 says"
    }
  }

  /// A policy with the homes of the fleet that are drawn not to be asked, where it has any.
  private static func drawn(_ policy: Policy, _ fleet: [EnrolledBattery], salt: String?) -> Policy {
    guard policy.measurement.baseline.kind == .controlGroup, let salt,
      let draw = policy.measurement.baseline.controlDraw
    else { return policy }
    return policy.leaving(
      out: Set(fleet.map(\.site)).filter {
        CaseMeasurement.isDrawn($0, salt: salt, shareBasisPoints: draw.shareBasisPoints)
      })
  }

  /// The schedules of a file; times have their offsets, as policies may differ in their zones.
  static func schedules(_ path: String) throws -> [ScheduleRow] {
    let bytes = try bytes(path)
    guard bytes.count <= SchedulesFile.byteLimit else {
      throw Faults(
        lines: ["\(path): has \(bytes.count) bytes; allowed: \(SchedulesFile.byteLimit)"])
    }
    return try SchedulesFile.parse(bytes, file: path)
  }

  static func bytes(_ path: String) throws -> [UInt8] {
    do { return Array(try Data(contentsOf: URL(filePath: path))) } catch {
      throw Faults(lines: ["\(path): file is not readable; allowed: an existing file"])
    }
  }

  private static func connection(
    _ broker: ControllerConfiguration.Broker, password: String?
  ) throws -> ConnectionOptions {
    var options = ConnectionOptions(
      clientID: "headroom-ctl", host: broker.host, port: broker.port)
    if let user = broker.user {
      options.user = .init(name: user, password: .init(password ?? ""))
    }
    if let tls = broker.tls {
      options.tls = .init(caFile: tls.ca, certificateFile: tls.certificate, keyFile: tls.key)
    }
    let faults = options.tls?.faults(
      ca: "broker.tls.ca", certificate: "broker.tls.certificate", key: "broker.tls.key")
    if let faults, !faults.isEmpty { throw Faults(lines: faults.map(\.description)) }
    return options
  }
}
