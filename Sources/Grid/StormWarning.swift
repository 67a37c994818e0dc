/// A storm is expected somewhere on the feeder: homes there may need their energy themselves.
public struct StormWarning: Hashable, Sendable {
  /// The warning; with its node it stays the same over its revisions.
  public let id: LongIdentifier
  /// Its area: a feeder node with all below it.
  public let node: NodeID
  /// When the storm is expected.
  public let window: Window
  /// When it was issued.
  public let issuedAt: Timestamp
  /// Who said so.
  public let by: String

  /// A warning.
  public init(id: LongIdentifier, node: NodeID, window: Window, issuedAt: Timestamp, by: String) {
    self.id = id
    self.node = node
    self.window = window
    self.issuedAt = issuedAt
    self.by = by
  }
}
