public import Grid
public import Ledger

/// What whoever asked for an entry keeps.
public struct PostReceipt: Hashable, Sendable {
  /// What a request needs before it is written.
  public struct Waiting: Hashable, Sendable {
    /// By which it is approved.
    public let hash: Digest
    /// Keys that have approved it.
    public let approvals: Int
    /// Keys that must.
    public let needed: Int
  }

  /// The name of the request.
  public let key: IdempotencyKey
  /// The entry; nil while it waits.
  public let index: UInt64?
  /// Its leaf; nil while it waits.
  public let leafHash: Digest?
  /// True when the same request made it before, and nothing was written.
  public let isReplayed: Bool
  /// What it waits for; nil when it is written.
  public let waiting: Waiting?

  init(
    key: IdempotencyKey, index: UInt64?, leafHash: Digest?, isReplayed: Bool,
    waiting: Waiting? = nil
  ) {
    self.key = key
    self.index = index
    self.leafHash = leafHash
    self.isReplayed = isReplayed
    self.waiting = waiting
  }

  init(_ key: IdempotencyKey, _ one: Appended) {
    self.init(
      key: key, index: one.index, leafHash: one.leafHash, isReplayed: one.isReplayed)
  }

  init(_ key: IdempotencyKey, waiting: Waiting) {
    self.init(key: key, index: nil, leafHash: nil, isReplayed: false, waiting: waiting)
  }
}
