import Engine
public import Grid
public import Ledger
import Policies
public import Settlement

extension EventAccount {
  /// What the run writes into the book, homes in the order of their sites; nothing for a run that
  /// is not payable.
  ///
  /// The same run of the same event has the same keys, so that posting it again adds nothing.
  ///
  /// - Parameters:
  ///   - book: In it the owners' accounts are open.
  ///   - evidence: What every entry rests on.
  ///   - homes: What the entries of each home rest on beside that; see `HomeEvidence`.
  public func postings(
    in book: LedgerKeeper, utility: UtilityID, evidence: [Evidence],
    homes: [SiteID: Evidence] = [:]
  ) -> [LedgerKeeper.Posting] {
    let programme = policy.dispatch.programme
    let owners = Dictionary(uniqueKeysWithValues: result.homes.map { ($0.site, $0.owner) })
    let end = UInt64(event.window.end.microseconds / 1_000)
    return entries.map { entry in
      guard let owner = owners[entry.site], let salt = book.salt(of: "owner:\(owner)") else {
        preconditionFailure("the account of an owner who is settled is open")
      }
      return LedgerKeeper.Posting(
        key: IdempotencyKey.settlement(
          millisecondsOfEventEnd: end, salt: salt, event: event.id.text, site: entry.site.text,
          run: entry.key),
        reason: entry.kind.reason, event: event.id,
        run: result.run.name, effective: posted.isEmpty ? event.window : book.open(event.window),
        legs: entry.legs.map {
          (
            $0.account.path(
              event: event.id, utility: utility, programme: programme),
            $0.amount
          )
        }, evidence: evidence + (homes[entry.site].map { [$0] } ?? []), rule: policy.hash)
    }
  }

  /// What the run posts: everything in the first, then what it changes.
  public var entries: [SettlementEntry] {
    result.entries(over: posted, minimum: policy.settlement.minimumPosting)
  }

  /// The accounts of the owners that the result names.
  public var ownerAccounts: [LedgerKeeper.NewAccount] {
    result.homes.map { LedgerKeeper.NewAccount("owner:\($0.owner)", .owner) }
  }
}
