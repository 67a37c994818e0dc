import ArgumentParser
import Controller

/// Where requests wait that need more keys.
struct PendingPlace: ParsableArguments {
  @Option(help: "Where requests wait for more keys; by default LEDGER.pending beside a file.")
  var pending: String?

  /// The folder; nil for a ledger on a server when none was named.
  func requests(_ place: LedgerPlace) throws -> PendingRequests? {
    if let pending { return PendingRequests(in: pending) }
    return PendingRequests(besideLedger: try place.file())
  }
}
