import Grid

extension EntryRequest {
  /// The request in the form of an entry that has no time, ordinals and balances yet.
  ///
  /// For what waits outside of the log until enough keys have approved it.
  public var draft: [UInt8] {
    Entry(
      recordedAt: Timestamp(microseconds: 0), request: self,
      places: legs.map { _ in Entry.Place(ordinal: 0, balanceAfter: 0) },
      requestHash: source == nil ? nil : hash
    ).bytes
  }

  /// The request of a draft.
  public init(draft: [UInt8]) throws(LedgerRefusal) {
    self = try Entry(draft).request
  }
}
