import Grid
import Signing

extension Book {
  /// Throws unless who asks may, and as many others consent as the right needs.
  func authorize(_ request: EntryRequest, _ hash: Digest?) throws(LedgerRefusal) {
    let right = request.data.right
    guard let author = request.source?.author, let hash else {
      if !allowsWriter(request.data) { throw .notAllowed(nil, right) }
      return
    }
    guard let key = keys[author], key.has(right) else { throw .notAllowed(author, right) }
    if case .key(_, let granted, .enrolled) = request.data {
      for one in granted where !key.has(one) { throw .notAllowed(author, one) }
    }
    try checkApprovals(request, right, hash)
  }

  /// What the writer adds by itself: the foundation of the log, and later what moves nothing
  /// anybody could dispute.
  private func allowsWriter(_ data: EntryData) -> Bool {
    switch data {
    case .commodity, .account, .snapshot, .void(.expired): true
    case .note(.readings), .note(.anchor), .note(.continues): true
    case .key, .note(.policy), .note(.quorum): isFounding
    case .transfer, .reserve, .post, .void, .reverse, .close: false
    }
  }

  private func checkApprovals(
    _ request: EntryRequest, _ right: Right, _ hash: Digest
  ) throws(LedgerRefusal) {
    let needed = quorums[right] ?? 0
    if request.approvals.isEmpty, needed == 0 { return }
    let message = Approval.message(requestHash: hash)
    var consenting: [AuthorID] = []
    for approval in request.approvals {
      guard let key = keys[approval.key], key.has(right) else {
        throw .notAllowed(approval.key, right)
      }
      guard key.verifier.key.verify(approval.signature, of: message) else {
        throw .badSignature(approval.key)
      }
      if consenting.contains(approval.key) {
        throw .malformed(
          field: "approvals", found: "key \(approval.key) twice", allowed: "each key once")
      }
      consenting.append(approval.key)
    }
    if consenting.count < needed { throw .pending(approvals: consenting.count, needed: needed) }
  }
}

extension EntryData {
  /// The right that writing this takes.
  ///
  /// *Interpretation:* setting a quorum takes the right it is for; other notes than policies take
  /// `post`, a snapshot takes `close`.
  public var right: Right {
    switch self {
    case .commodity, .account, .key: .enrol
    case .transfer(let reason, _, _, _): reason == "waiver" ? .waive : .post
    case .reserve, .post, .void: .post
    case .reverse: .reverse
    case .close, .snapshot: .close
    case .note(.policy): .activate
    case .note(.quorum(let right, _)): right
    case .note(.readings), .note(.anchor), .note(.continues): .post
    }
  }
}
