import ArgumentParser
import Controller
import Ledger
import Signing

/// Who writes in a ledger, and what keeps an old copy of it from being written to.
struct WritingOptions: ParsableArguments {
  @Option(help: "Private key of the log or of an enrolled author; by default the configuration's.")
  var key: String?
  @Option(help: "The sign guard of the log; by default beside the key (KEY.guard).")
  var signGuard: String?

  /// The ledger and the key to write with; an old copy of the ledger is refused.
  func open(_ place: LedgerPlace) throws -> (desk: LedgerDesk, key: SigningKey) {
    let key = try place.key(key)
    let desk = try place.desk()
    try LedgerFailure.told {
      try Self.refuseOldCopy(desk, key, file: place.keyFile(self.key), signGuard: signGuard)
    }
    return (desk, key)
  }

  /// Throws over a copy that is older than what was signed, or may be: whatever is written on it
  /// could never be signed.
  static func refuseOldCopy(
    _ desk: LedgerDesk, _ key: SigningKey, file: String, signGuard: String? = nil
  ) throws {
    // Beside the key of another author there need not be a guard.
    let mustBeThere = signGuard != nil || key.verifier == desk.book.logKey
    try (signGuard.map { SignGuard($0) } ?? SignGuard(besideKey: file)).check(
      desk.book, hasSigned: mustBeThere && desk.hasSigned, otherLogs: signGuard == nil)
  }
}
