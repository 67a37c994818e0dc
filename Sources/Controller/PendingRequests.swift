import FoundationEssentials
public import Grid
public import Ledger
public import Signing
import Storage

/// Requests that need more approvals than they have: files beside the ledger, not part of it.
public struct PendingRequests: Sendable {
  /// Why a request is not approved.
  public enum Fault: Error, Hashable, Sendable, CustomStringConvertible {
    /// Nothing waits under this hash.
    case unknown(hash: Digest, known: [Digest])
    /// The file is not the request of its name.
    case altered(path: String)
    /// The key may not approve it.
    case mayNot(key: String, right: Right)

    /// What was found and what is allowed.
    public var description: String {
      switch self {
      case .unknown(let hash, let known):
        "no request \(hash) waits; there are: "
          + (known.isEmpty ? "none" : known.map(\.description).joined(separator: ", "))
      case .altered(let path): "\(path): the file is not the request of its name"
      case .mayNot(let key, let right):
        "notAllowed: the key of \(key) may not \(right.rawValue), so it cannot approve this"
      }
    }
  }

  /// The folder.
  public let folder: String

  /// The requests that wait in a folder.
  public init(in folder: String) { self.folder = folder }

  /// The requests that wait beside a ledger's file; nil for a ledger on a server, which has no beside.
  public init?(besideLedger ledger: String) {
    guard let file = LedgerAddress(ledger).file else { return nil }
    folder = file + ".pending"
  }

  /// Hashes of what waits, sorted.
  public var hashes: [Digest] {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    return names.sorted().compactMap { Digest(hex: $0) }
  }

  /// A request that waits, with the approvals it has.
  public func request(_ hash: Digest) throws -> EntryRequest {
    let path = "\(folder)/\(hash)"
    guard let bytes = try WholeFile.read(path) else {
      throw Fault.unknown(hash: hash, known: hashes)
    }
    guard let request = try? EntryRequest(draft: bytes), request.hash == hash else {
      throw Fault.altered(path: path)
    }
    return request
  }

  /// Lets a request wait, with the approvals it has now.
  public func keep(_ request: EntryRequest) throws {
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    try WholeFile.write(request.draft, to: "\(folder)/\(request.hash)")
  }

  /// Forgets a request that is in the log now.
  public func remove(_ hash: Digest) {
    try? FileManager.default.removeItem(atPath: "\(folder)/\(hash)")
  }
}

extension LedgerDesk {
  /// The request with the approval of `key` in addition.
  public func approved(
    _ request: EntryRequest, by key: SigningKey
  ) throws(PendingRequests.Fault) -> EntryRequest {
    let author = authorID(of: key)
    guard book.allows(author, request.data.right) else {
      throw .mayNot(key: key.verifier.name, right: request.data.right)
    }
    var request = request
    request.approvals.removeAll { $0.key == author }
    request.approvals.append(
      Approval(key: author, signature: key.sign(Approval.message(requestHash: request.hash))))
    return request
  }

  /// Who writes with a key: the log's own key writes as its operator.
  public func authorID(of key: SigningKey) -> AuthorID {
    if key.verifier == book.logKey, let author = try? LedgerKeeper.author(of: key.verifier) {
      return author
    }
    return AuthorID(bytes: key.verifier.authorID)!
  }

  /// Approves a request and writes it, or lets it wait for more keys.
  mutating func settle(
    _ name: IdempotencyKey, _ request: EntryRequest, by key: SigningKey,
    in pending: PendingRequests, now: Timestamp
  ) throws -> PostReceipt {
    let request = try approved(request, by: key)
    do {
      let appended = try write([request], names: [], now: now)[0]
      pending.remove(request.hash)
      return PostReceipt(name, appended)
    } catch let error as BatchRefusal {
      guard case .pending(let approvals, let needed) = error.refusal else { throw error }
      try pending.keep(request)
      return PostReceipt(
        name, waiting: .init(hash: request.hash, approvals: approvals, needed: needed))
    }
  }

  /// Adds an approval to what waits; it is written when that is enough.
  public mutating func approve(
    _ hash: Digest, by key: SigningKey, in pending: PendingRequests, now: Timestamp
  ) throws -> PostReceipt {
    try giveBackExpired(now: now)
    let request = try pending.request(hash)
    guard let name = request.source?.key else {
      throw PendingRequests.Fault.altered(path: "\(pending.folder)/\(hash)")
    }
    return try settle(name, request, by: key, in: pending, now: now)
  }
}
