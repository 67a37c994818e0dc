import Grid
import Ledger
import Signing
import Storage

extension Book {
  /// Why a name that is kept beside the log is not that of its account; nil when it is, and for an
  /// account that is not in the book.
  func contradiction(_ name: AccountPath) -> String? {
    let account = AccountID(bytes: name.id)
    if let account, self.account(account) == nil { return nil }
    let who = account.flatMap { self.account($0)?.who }
    if let who, who == AccountName(path: name.path, salt: name.salt)?.who { return nil }
    return "the name \(name.path) is not that of account \(Hex.text(name.id)): "
      + (who.map { "its log entry has \($0)" } ?? "allowed: 16 bytes")
  }
}

extension StoredCheckpoint {
  /// Why what is kept beside a note is not what the note says; nil when it is.
  var contradiction: String? {
    let said: Checkpoint
    do { said = try Checkpoint(text: Note(note).text) } catch {
      return "the checkpoint of size \(size) cannot be read: \(error)"
    }
    if said.root == root, Int64(exactly: said.size) == size { return nil }
    return "the checkpoint of size \(size) is kept with \(root), its note says size \(said.size)"
      + " and \(said.root)"
  }
}

extension LedgerStore {
  /// Evidence as it is kept, or nil where there is none.
  ///
  /// Whatever money is computed from must have the hash that it is kept under.
  func proven(_ hash: Digest) throws -> [UInt8]? {
    guard let bytes = try evidence(hash) else { return nil }
    let found = SHA256.hash(bytes)
    guard found == hash else { throw LedgerKeeper.Fault.evidenceAltered(hash: hash, found: found) }
    return bytes
  }
}

extension LedgerDesk {
  /// Throws unless everything is kept that settlements cite as a home's performance.
  ///
  /// What is not there would be taken for a home that earned nothing.
  func needAllEvidence() throws {
    let kept = Set(try store.evidenceKinds().map(\.hash))
    var fault: (any Error)?
    try store.entries(from: 0) { index, stored in
      do {
        let cited = try Entry(stored.body).request.evidence
        // Entries without a report are of a form that kept no evidence of homes.
        guard cited.contains(where: { $0.kind == .report }) else { return true }
        for piece in cited where piece.kind == .performance && !kept.contains(piece.hash) {
          throw LedgerKeeper.Fault.evidenceMissing(entry: UInt64(index), hash: piece.hash)
        }
      } catch { fault = error }
      return fault == nil
    }
    if let fault { throw fault }
  }
}
