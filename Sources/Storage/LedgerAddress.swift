import FoundationEssentials

/// Where a ledger is: the path of a SQLite file, or `postgresql://…`.
public struct LedgerAddress: Hashable, Sendable, CustomStringConvertible {
  /// As it was given; may hold a password.
  let text: String

  /// An address; nothing is looked at.
  public init(_ text: String) { self.text = text }

  /// True for a database on a server.
  public var isPostgreSQL: Bool {
    text.hasPrefix("postgresql://") || text.hasPrefix("postgres://")
  }

  /// The path of the file; nil for a server.
  public var file: String? { isPostgreSQL ? nil : text }

  /// As it was given, without a password.
  public var description: String {
    guard isPostgreSQL, let start = text.firstRange(of: "://")?.upperBound else { return text }
    var shown = text
    let authority = text[start...].prefix { $0 != "/" && $0 != "?" }
    if let at = authority.lastIndex(of: "@"),
      let colon = authority[..<at].firstIndex(of: ":")
    {
      shown.replaceSubrange(colon..<at, with: ":…")
    }
    if let secret = shown.firstRange(of: "password=") {
      let end = shown[secret.upperBound...].firstIndex(of: "&") ?? shown.endIndex
      shown.replaceSubrange(secret.upperBound..<end, with: "…")
    }
    return shown
  }

  /// Opens the ledger there; with `creates` an empty one where there is none.
  /// - Throws: `StoreError.cannotOpen`, also for a server when this program was built without
  ///   PostgreSQL.
  public func open(creates: Bool = true) throws(StoreError) -> any LedgerStore {
    guard isPostgreSQL else {
      guard creates || SQLiteFile.isThere(text) else { throw .noLedger(path: text) }
      return try SQLiteMainStore(path: text)
    }
    #if PostgreSQL
      return try PostgresLedgerStore(self, creates: creates)
    #else
      throw .cannotOpen(
        path: description,
        reason: "this headroom was built without PostgreSQL; allowed: a file, or a build with"
          + " `swift build --traits PostgreSQL`")
    #endif
  }
}
