import FoundationEssentials
public import Grid
public import Policies
import Signing

/// Where the machine runs: broker, folders, files and keys. It never changes a cent.
public struct ControllerConfiguration: Sendable {
  /// How to reach the broker.
  public struct Broker: Sendable {
    /// Name or address.
    public var host: String
    /// 1…65,535.
    public var port: Int
    /// User name, or nil.
    public var user: String?
    /// File whose first line is the password, or nil.
    public var passwordFile: String?
    /// Certificates, or nil for an unencrypted connection.
    public var tls: TLS?

    /// Files for TLS.
    public struct TLS: Sendable {
      /// Certificates that the broker's must lead to.
      public var ca: String
      /// The controller's own certificate, or nil.
      public var certificate: String?
      /// Its private key, or nil.
      public var key: String?

      /// Files for TLS.
      public init(ca: String, certificate: String? = nil, key: String? = nil) {
        self.ca = ca
        self.certificate = certificate
        self.key = key
      }
    }

    /// A broker.
    public init(
      host: String, port: Int, user: String? = nil, passwordFile: String? = nil, tls: TLS? = nil
    ) {
      self.host = host
      self.port = port
      self.user = user
      self.passwordFile = passwordFile
      self.tls = tls
    }
  }

  /// A clock for simulations.
  public struct SimulatedClock: Sendable {
    /// What it reads at `realEpoch`.
    public var epoch: Timestamp
    /// A moment of the machine's clock.
    public var realEpoch: Timestamp
    /// How many times as fast it runs, 1…10,000.
    public var rate: Int64

    /// A simulated clock.
    public init(epoch: Timestamp, realEpoch: Timestamp, rate: Int64) {
      self.epoch = epoch
      self.realEpoch = realEpoch
      self.rate = rate
    }
  }

  /// How to reach the broker.
  public var broker: Broker
  /// Where logbook, ledger, readings and reports lie.
  public var dataFolder: String
  /// The fleet file.
  public var fleetFile: String
  /// The feeder file, or nil.
  public var feederFile: String?
  /// The file of enrolments, or nil.
  public var enrolmentsFile: String?
  /// The tree of consumers, or nil.
  public var treeFile: String?
  /// The file of storm warnings, or nil.
  public var stormsFile: String?
  /// The file of declared schedules, or nil.
  public var schedulesFile: String?
  /// The file with the salt by which control groups are drawn, or nil.
  public var controlSaltFile: String?
  /// The policy files.
  public var policyFiles: [String]
  /// Name of the ledger's log and of its key.
  public var ledgerOrigin: String
  /// File of the ledger's private key.
  public var ledgerKeyFile: String
  /// Whose signatures are taken.
  public var keys: KeyDirectory
  /// A simulated clock, or nil for the machine's own.
  public var clock: SimulatedClock?

  /// Paths of every key that a configuration file may hold, for its documentation.
  public static let keyPaths = [
    "broker.host", "broker.port", "broker.user", "broker.passwordFile", "broker.tls.ca",
    "broker.tls.certificate", "broker.tls.key", "data.folder", "fleet.batteries", "fleet.feeder",
    "fleet.enrolments", "fleet.tree", "fleet.storms", "fleet.schedules", "fleet.controlSalt",
    "policies",
    "ledger.origin",
    "ledger.key", "keys[].utility",
    "keys[].gateway",
    "keys[].publicKey", "keys[].revokedAt", "clock.epoch", "clock.realEpoch", "clock.rate",
  ]

  /// The clock that the configuration asks for.
  public func makeClock() -> any ControllerClock {
    guard let clock else { return WallClock() }
    return ScaledClock(epoch: clock.epoch, at: clock.realEpoch, rate: clock.rate)
  }

  /// Reads a configuration file; paths inside it are relative to its folder.
  /// - Throws: every fault of the file at once.
  public static func read(
    bytes: [UInt8], file: String
  ) throws(YAMLFaults) -> ControllerConfiguration {
    let folder = file.contains("/") ? String(file[..<file.lastIndex(of: "/")!]) : "."
    func resolved(_ path: String) -> String {
      path.hasPrefix("/") ? path : folder + "/" + path
    }
    let reader = try YAMLReader(bytes: bytes, file: file)
    return try reader.read { root in Self.configuration(root, resolved) }
  }

  private static func configuration(
    _ root: YAMLSection, _ resolved: @escaping (String) -> String
  ) -> ControllerConfiguration? {
    let path = YAMLForm<String>.text(1_000)
    let broker = root.required("broker", .section { Self.broker($0, resolved) })
    let data = root.required("data", .section { $0.required("folder", path).map(resolved) })
    let fleet = root.required(
      "fleet",
      .section { section -> [String: String]? in
        var files: [String: String] = [:]
        for name in ["feeder", "enrolments", "tree", "storms", "schedules", "controlSalt"] {
          files[name] = section.optional(name, path).map(resolved)
        }
        files["batteries"] = section.required("batteries", path).map(resolved)
        return files
      })
    let policies = root.required("policies", .list(of: path, 1...100))
    let ledger = root.required(
      "ledger",
      .section { section -> (String, String)? in
        let origin = section.required("origin", Self.origin)
        let key = section.required("key", path)
        guard let origin, let key else { return nil }
        return (origin, resolved(key))
      })
    let keys = root.optional("keys", .list(of: .section(Self.key), 0...100_000), default: [])
    let clock = root.optional("clock", .section(Self.clock))
    guard let broker, let data, let fleet, let batteries = fleet["batteries"], let policies,
      let ledger
    else { return nil }
    return ControllerConfiguration(
      broker: broker, dataFolder: data, fleetFile: batteries, feederFile: fleet["feeder"],
      enrolmentsFile: fleet["enrolments"], treeFile: fleet["tree"], stormsFile: fleet["storms"],
      schedulesFile: fleet["schedules"], controlSaltFile: fleet["controlSalt"],
      policyFiles: policies.map(resolved),
      ledgerOrigin: ledger.0,
      ledgerKeyFile: ledger.1,
      keys: KeyDirectory(keys), clock: clock)
  }

  private static var origin: YAMLForm<String> {
    .scalar("a name without spaces and +") {
      VerifierKey.allows($0) && $0.utf8.count <= 200 ? $0 : nil
    }
  }

  private static func broker(
    _ section: YAMLSection, _ resolved: @escaping (String) -> String
  ) -> Broker? {
    let path = YAMLForm<String>.text(1_000)
    let host = section.required("host", .text(253))
    let port = section.required("port", .int(1...65_535))
    let user = section.optional("user", .text(64))
    let password = section.optional("passwordFile", path).map(resolved)
    if password != nil, user == nil {
      section.fault("user", allowed: "the user whose password it is")
    }
    let tls = section.optional(
      "tls",
      .section { section -> Broker.TLS? in
        let certificate = section.optional("certificate", path).map(resolved)
        let key = section.optional("key", path).map(resolved)
        return section.required("ca", path).map {
          Broker.TLS(ca: resolved($0), certificate: certificate, key: key)
        }
      })
    guard let host, let port else { return nil }
    return Broker(host: host, port: Int(port), user: user, passwordFile: password, tls: tls)
  }

  private static func key(_ section: YAMLSection) -> KeyDirectory.Key? {
    let utility = section.optional(
      "utility", .scalar("1 to 64 of A-Z a-z 0-9 _ -") { UtilityID($0) })
    let gateway = section.optional(
      "gateway", .scalar("1 to 64 of A-Z a-z 0-9 _ -") { GatewayID($0) })
    let publicKey = section.required(
      "publicKey",
      .scalar("base64 or base64url of 32 bytes") { text in
        (Base64.bytes(text) ?? Base64.urlBytes(text)).flatMap(Ed25519.PublicKey.init(bytes:))
      })
    let revokedAt = section.optional("revokedAt", moment)
    guard (utility == nil) != (gateway == nil) else {
      section.fault("utility", allowed: "exactly one of utility and gateway")
      return nil
    }
    guard let publicKey else { return nil }
    let owner: KeyDirectory.Owner = utility.map { .utility($0) } ?? .gateway(gateway!)
    return KeyDirectory.Key(owner: owner, publicKey: publicKey, revokedAt: revokedAt)
  }

  private static func clock(_ section: YAMLSection) -> SimulatedClock? {
    let epoch = section.required("epoch", moment)
    let realEpoch = section.required("realEpoch", moment)
    let rate = section.required("rate", .int(1...10_000))
    guard let epoch, let realEpoch, let rate else { return nil }
    return SimulatedClock(epoch: epoch, realEpoch: realEpoch, rate: rate)
  }

  private static var moment: YAMLForm<Timestamp> {
    .scalar("a time like 2026-09-15T17:00:00Z") { Timestamp(rfc3339: $0) }
  }
}
