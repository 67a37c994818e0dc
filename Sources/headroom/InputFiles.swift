import ArgumentParser
import Controller
import Grid
import Policies
import Wire

/// Several files of one command: the faults of all of them are said before it ends.
struct InputFiles {
  private var failure: ExitCode?

  /// What `parse` makes of a file; nil when it was refused, which has been said.
  mutating func parse<Value>(
    _ path: String, limit: Int = InputFile.limit, _ parse: ([UInt8], String) throws -> Value
  ) -> Value? {
    do {
      return try InputFile.parse(path, limit: limit, parse)
    } catch {
      failure = failure ?? error as? ExitCode ?? ExitCode(Outcome.badInput.rawValue)
      return nil
    }
  }

  /// Says one more fault.
  mutating func fault(_ text: String) {
    // Said in any case: a fallback of `??` would only run for the first.
    let next = Outcome.badInput.failure(text)
    failure = failure ?? next
  }

  /// Ends the command when a file was refused.
  func finish() throws {
    if let failure { throw failure }
  }
}

extension InputFiles {
  /// A policy, drafts included: what is only tried out may be uncertain.
  ///
  /// - Parameter allowsProgramme: The command settles by the policy's `programme`.
  mutating func policy(_ path: String, allowsProgramme: Bool = false) -> Policy? {
    let policy = parse(path) {
      try Policy.load(bytes: $0, file: $1, allowsProgramme: allowsProgramme)
    }
    if let policy, policy.isDraft {
      Console.note("\(path): a draft: it can be tried, but serve refuses it")
    }
    return policy
  }

  /// The batteries of a fleet file.
  mutating func fleet(_ path: String) -> [EnrolledBattery]? {
    parse(path) { try FleetFile.parse($0, file: $1) }
  }

  /// The enrolments of a file.
  mutating func enrolments(_ path: String) -> Enrolments? {
    parse(path) { try EnrolmentsFile.parse($0, file: $1) }
  }

  /// The storm warnings of a file, for nodes that the feeder has.
  mutating func storms(_ path: String, feeder: FeederTree?) -> [StormWarning]? {
    let warnings = parse(path) { try StormsFile.parse($0, file: $1) }
    if let warnings, let feeder, let unknown = Assembly.unknownNodes(warnings, feeder, path) {
      fault(unknown)
    }
    return warnings
  }

  /// The feeder of a file, or without one a tree that limits nothing.
  mutating func feeder(_ path: String?, for fleet: [EnrolledBattery]?) -> FeederTree? {
    guard let path else { return fleet.map(Assembly.anyFeeder) }
    let feeder = parse(path) { try FeederFile.parse($0, file: $1) }
    if let fleet, let feeder, let unknown = Assembly.unknownNodes(fleet, feeder) { fault(unknown) }
    return feeder
  }

  /// The readings of a CSV file, which may be packed.
  mutating func meters(_ path: String) -> MeterReadings? {
    parse(path, limit: MetersFile.fileBytes) { bytes, file in
      try MetersFile.read(try PackedFile.unpack(bytes, file: file).bytes, file: file)
    }
  }

  /// Ends a command whose flags ask for standard input twice.
  static func oneStandardInput(_ paths: [String?]) throws {
    guard paths.count(where: { $0 == "-" }) > 1 else { return }
    throw Outcome.badInput.failure(
      "-: file is standard input twice; allowed: one file of a command")
  }
}

/// Arguments that are times.
enum MomentArgument {
  /// RFC 3339 with an offset.
  static func parse(_ text: String) throws -> Timestamp {
    guard let time = Timestamp(rfc3339: text) else {
      throw ValidationError("\(text) is no time; allowed: RFC 3339 with Z or an offset")
    }
    return time
  }
}
