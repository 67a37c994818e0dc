import ArgumentParser
import Controller
import Grid
import Ledger
import Signing
import Storage

/// With what a head is signed, and what keeps it from being signed twice.
struct SigningOptions: ParsableArguments {
  @Option(help: "The log's private key; by default the configuration's.") var key: String?
  @Option(
    help: "Remembers what was signed last; by default KEY.guard. On another disk than the ledger.")
  var signGuard: String?

  /// The key file, when one is given or the configuration's is there.
  func keyFile(_ place: LedgerPlace) throws -> String? {
    if let key { return key }
    guard let file = try place.configuration()?.ledgerKeyFile else { return nil }
    return (try? SecretFile.key(file)) == nil ? nil : file
  }

  /// The guard, when it is known where it lies.
  func guarding(_ keyFile: String?) -> SignGuard? {
    signGuard.map { SignGuard($0) } ?? keyFile.map { SignGuard(besideKey: $0) }
  }

  /// Throws over a copy of the ledger that is older than what was signed, or may be.
  func refuseOldCopy(_ desk: LedgerDesk, _ place: LedgerPlace) throws {
    guard let guarding = guarding(try keyFile(place)) else { return }
    try LedgerFailure.told { try guarding.check(desk.book, hasSigned: desk.hasSigned) }
  }

  /// Signs the head of the desk when a key is at hand; says so when there is none.
  func sign(_ desk: LedgerDesk, _ place: LedgerPlace) throws -> StoredCheckpoint? {
    guard let file = try keyFile(place) else { return nil }
    return try LedgerFailure.told {
      let key = try SecretFile.key(file)
      return try desk.checkpoint(signedBy: key, guardedBy: guarding(file))
    }
  }
}

/// Whom a command believes: the key of one log, or a trust policy.
struct TrustOptions: ParsableArguments {
  @Option(help: "The log's public key as `headroom keys show` prints it (vkey).")
  var logKey: String?
  @Option(
    help: "A trust policy: lines log, witness, group and quorum (C2SP tlog-policy).")
  var policy: String?

  /// The policy, of which exactly one form must be given.
  func needed() throws -> TrustPolicy {
    guard (logKey == nil) != (policy == nil), let trusted = try trusted() else {
      throw ValidationError("exactly one of --log-key and --policy is needed")
    }
    return trusted
  }

  /// The policy in a file.
  static func read(_ policy: String) throws -> TrustPolicy {
    var options = TrustOptions()
    options.policy = policy
    return try options.trusted()!
  }

  /// The policy, when either is given.
  func trusted() throws -> TrustPolicy? {
    if let policy {
      return try InputFile.parse(policy) { bytes, file in
        guard bytes.count <= TrustPolicy.maximumBytes else {
          throw Outcome.badInput.failure(
            "\(file): \(bytes.count) bytes; allowed: \(TrustPolicy.maximumBytes)")
        }
        do throws(TrustPolicyFaults) {
          return try TrustPolicy(text: String(decoding: bytes, as: UTF8.self))
        } catch {
          throw Outcome.badInput.failure(
            error.list.map { "\(file):\($0.line): \($0.found); allowed: \($0.allowed)" }
              .joined(separator: "\n"))
        }
      }
    }
    guard let logKey else { return nil }
    do { return TrustPolicy(log: try VerifierKey(logKey)) } catch {
      throw Outcome.badInput.failure("--log-key: \(error)")
    }
  }
}
