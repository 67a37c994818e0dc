import Grid
import Ledger

extension LedgerDesk.Opening {
  /// What a request does that moves nothing.
  func still(_ body: PostRequest.Body) throws(LedgerDesk.Unmade) -> EntryData {
    switch body {
    case .close(let period, let until): return .close(period: period, until: until)
    case .snapshot:
      guard requests.isEmpty, let data = book.snapshotRequest?.data else {
        throw .refused("snapshotWrong: a snapshot opens no accounts on the way")
      }
      return data
    case .flags(let path, let flags):
      guard let known = book.account(try account(path)) else {
        throw .refused("unknownAccount: account \(path) is opened by the same requests")
      }
      return .account(id: known.id, role: known.role, flags: flags, who: known.who)
    case .commodity(let commodity): return .commodity(commodity)
    case .policy(let name): return .note(.policy(name: name))
    case .quorum(let right, let needs): return .note(.quorum(right: right, needs: needs))
    case .continues(let head):
      return .note(.continues(origin: head.origin, size: head.size, root: head.root))
    case .key(let vkey, let rights, let state):
      return .key(vkey: vkey, rights: rights, state: state)
    case .transfer, .reserve, .post, .void, .reverse:
      preconditionFailure("what moves something is made with its postings")
    }
  }
}
