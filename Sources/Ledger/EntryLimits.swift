/// What an entry may hold at most: an entry bundle has two bytes for the length of an entry.
public enum EntryLimits {
  /// Bytes of one entry.
  public static let bytes = 65_535
  /// Postings of one entry.
  public static let postings = 1_000
  /// Pieces of evidence of one entry.
  public static let evidence = 32
  /// Approvals of one entry.
  public static let approvals = 8
  /// Bytes of the encoded data of one entry.
  public static let data = 4_096
  /// Bytes of a text.
  public static let text = 256
  /// Bytes of a vkey.
  public static let verifierKey = 2_048

  /// True for at most `limit` characters, all printable ASCII.
  ///
  /// So nothing in the log ever needs to be normalised.
  public static func isPrintable(_ text: String, limit: Int = text) -> Bool {
    text.utf8.count <= limit && text.utf8.allSatisfy { (0x20...0x7E).contains($0) }
  }
}
