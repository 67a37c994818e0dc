import ArgumentParser
import Controller
import Grid
import HTTP
import Ledger
import Signing
import Storage

/// Which ledger a command is about.
struct LedgerPlace: ParsableArguments {
  @Option(help: "The ledger's file, such as data/headroom.db, or postgresql://….") var ledger:
    String?
  @Option(help: "The configuration of a controller, which names folder, origin and key.")
  var config: String?

  mutating func validate() throws {
    guard (ledger == nil) != (config == nil) else {
      throw ValidationError("exactly one of --ledger and --config is needed")
    }
  }

  /// The configuration, if that is how the ledger was named.
  func configuration() throws -> ControllerConfiguration? {
    guard let config else { return nil }
    return try InputFile.parse(config) { try ControllerConfiguration.read(bytes: $0, file: $1) }
  }

  /// What the configuration's clock reads; without a configuration the machine's.
  func now() throws -> Timestamp { try (configuration()?.makeClock() ?? WallClock()).now }

  /// The file of the ledger.
  func file() throws -> String {
    if let ledger { return ledger }
    return try configuration()!.dataFolder + "/headroom.db"
  }

  /// The key file: the one given, else that of the configuration.
  func keyFile(_ given: String?) throws -> String {
    guard let file = try given ?? configuration()?.ledgerKeyFile else {
      throw ValidationError("--key is needed with --ledger")
    }
    return file
  }

  /// The private key.
  func key(_ given: String?) throws -> SigningKey {
    let file = try keyFile(given)
    return try LedgerFailure.told { try SecretFile.key(file) }
  }

  /// The book, with every entry checked.
  func desk(asOf moment: LedgerDesk.Moment? = nil) throws -> LedgerDesk {
    let file = try file()
    return try LedgerFailure.told { try LedgerDesk(opening: file, asOf: moment) }
  }
}

/// Ends a command when the ledger cannot do what was asked, with the code for why.
enum LedgerFailure {
  /// As `told`, but faults of requests are left to the caller.
  static func toldOfLedger<Value>(_ work: () throws -> Value) throws -> Value {
    do { return try work() } catch let faults as PostFaults { throw faults } catch {
      return try told { throw error }
    }
  }

  /// Runs `work`; what it throws is said on standard error.
  static func told<Value>(_ work: () throws -> Value) throws -> Value {
    do {
      return try work()
    } catch let error as ExitCode {
      throw error
    } catch let error as PostFaults {
      throw (error.isRefusal ? Outcome.no : .badInput).failure("\(error)\nnothing was written")
    } catch let error as BatchRefusal {
      throw Outcome.no.failure("the ledger refused: \(error.refusal)\nnothing was written")
    } catch let error as LedgerDesk.Fault {
      switch error {
      case .noLedger, .exists: throw Outcome.badInput.failure("\(error)")
      case .notAPrefix, .checkpointAltered: throw Outcome.broken.failure("\(error)")
      }
    } catch let error as LedgerDesk.ProofFault {
      throw (error.isInput ? Outcome.badInput : .no).failure("\(error)")
    } catch let error as PendingRequests.Fault {
      switch error {
      case .unknown: throw Outcome.badInput.failure("\(error)")
      case .altered: throw Outcome.broken.failure("\(error)")
      case .mayNot: throw Outcome.no.failure("\(error)")
      }
    } catch let error as SignGuard.Fault {
      throw Outcome.no.failure("\(error)")
    } catch let error as WitnessCheck.Fault {
      throw Outcome.no.failure("\(error)")
    } catch let error as LedgerMirror.Fault {
      throw Outcome.no.failure("\(error)")
    } catch let error as LedgerRestore.Fault {
      throw Outcome.no.failure("\(error)")
    } catch let error as HTTPFault {
      switch error {
      case .badAddress, .badPlace: throw Outcome.badInput.failure("\(error)")
      case .unreachable, .notListening, .broken, .malformed, .tooLarge:
        throw Outcome.unreachable.failure("\(error)")
      }
    } catch let error as TileExport.Fault {
      switch error {
      case .nothingSigned: throw Outcome.no.failure("\(error)")
      case .notSigned, .notOurs: throw Outcome.badInput.failure("\(error)")
      }
    } catch let error as WholeFile.Fault {
      throw (error.isOfPlace ? Outcome.badInput : .broken).failure("\(error)")
    } catch let error as LedgerKeeper.Fault {
      switch error {
      case .otherOrigin: throw Outcome.badInput.failure("\(error)")
      case .refused: throw Outcome.no.failure("\(error)")
      case .notWritten: throw Outcome.broken.failure("\(error)")
      case .evidenceAltered, .evidenceMissing: throw Outcome.broken.failure("\(error)")
      case .damaged, .altered, .nameDiffers:
        throw Outcome.broken.failure("\(error)\n`headroom ledger verify` names all of it")
      }
    } catch let error as StoreError {
      switch error {
      case .conflict:
        throw Outcome.no.failure(
          "\(error)\nnothing was written: somebody else wrote at the same time; run it again")
      case .noLedger, .badAddress: throw Outcome.badInput.failure("\(error)")
      case .hasWriter, .fenced: throw Outcome.no.failure("\(error)")
      case .cannotOpen(let path, _):
        throw (LedgerAddress(path).isPostgreSQL ? Outcome.unreachable : .badInput).failure(
          "\(error)")
      case .lost: throw Outcome.unreachable.failure("\(error)")
      case .failed, .readingConflict, .importRefused: throw Outcome.broken.failure("\(error)")
      }
    } catch {
      throw Outcome.badInput.failure(SystemReason.sentence(error))
    }
  }
}

/// Times that a user writes.
enum TimeArgument {
  static let allowed = "a time like 2026-07-12T19:00:00Z or a date like 2026-07-12"

  /// The first moment that `text` means.
  static func start(_ text: String, _ name: String) throws -> Timestamp {
    if let moment = Timestamp(rfc3339: text) { return moment }
    if let date = CivilDate(text: text) { return Timestamp(seconds: date.dayNumber * 86_400) }
    throw Outcome.badInput.failure("\(name) is \(text); allowed: \(allowed)")
  }

  /// The first moment after what `text` means: a date is meant with all of its day, in UTC.
  static func end(_ text: String, _ name: String) throws -> Timestamp {
    let start = try start(text, name)
    return CivilDate(text: text) == nil ? start : start.adding(seconds: 86_400)
  }
}
