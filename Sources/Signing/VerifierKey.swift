import Grid

/// A named public key, as a log, a witness or an operator publishes it: a *vkey*.
///
/// Its text is `name+hash+base64(type || key)` (C2SP signed-note 1.0).
public struct VerifierKey: Hashable, Sendable, CustomStringConvertible {
  /// What the key signs.
  public enum Kind: UInt8, Hashable, Sendable {
    /// The text of a note.
    case note = 1
    /// A checkpoint with the time at which a witness saw it.
    case cosignature = 4
  }

  /// The name, without spaces and `+`; a log's is its origin.
  public let name: String
  /// What the key signs.
  public let kind: Kind
  /// The key itself.
  public let key: Ed25519.PublicKey
  /// The first eight bytes of SHA-256(name || 0x0A || kind || key): the author of a ledger entry.
  public let authorID: [UInt8]

  /// A key under a name, or the fault of that name.
  public init(
    name: String, kind: Kind = .note, key: Ed25519.PublicKey
  ) throws(KeyFault) {
    guard Self.allows(name) else { throw .badName(name) }
    self.name = name
    self.kind = kind
    self.key = key
    let hash = SHA256.hash(parts: Array(name.utf8), [0x0A, kind.rawValue], key.bytes)
    authorID = Array(hash.bytes[..<8])
  }

  /// A key from its text.
  public init(_ text: String) throws(KeyFault) {
    let (name, hash, bytes) = try Self.parts(of: text)
    guard let kind = Kind(rawValue: bytes[0]),
      let key = Ed25519.PublicKey(bytes: Array(bytes[1...]))
    else { throw .badType(bytes[0], length: bytes.count - 1) }
    try self.init(name: name, kind: kind, key: key)
    guard keyHash == hash else { throw .hashMismatch(found: hash, computed: keyHash) }
  }

  /// The four bytes that name the key in a signature line.
  public var keyID: [UInt8] { Array(authorID[..<4]) }

  /// `keyID` in eight lower-case hexadecimal digits.
  public var keyHash: String { Hex.text(keyID) }

  /// `name+hash+base64(type || key)`.
  public var description: String {
    "\(name)+\(keyHash)+\(Base64.text([kind.rawValue] + key.bytes))"
  }

  /// True for a name that can stand in a signature line.
  public static func allows(_ name: some StringProtocol) -> Bool {
    !name.isEmpty
      && name.unicodeScalars.allSatisfy {
        !$0.properties.isWhitespace && $0 != "+" && $0.value >= 0x20
      }
  }

  /// Name, hash and at least one byte of `name+hash+base64`; the base64 may hold more `+`.
  static func parts(of text: String) throws(KeyFault) -> (String, String, [UInt8]) {
    let parts = text.split(separator: "+", maxSplits: 2, omittingEmptySubsequences: false)
    guard parts.count == 3 else { throw .notAKey }
    guard allows(parts[0]) else { throw .badName(String(parts[0])) }
    let lowerHex = parts[1].utf8.allSatisfy { (48...57).contains($0) || (97...102).contains($0) }
    guard parts[1].utf8.count == 8, lowerHex else { throw .badHash(String(parts[1])) }
    guard let bytes = Base64.bytes(parts[2]), !bytes.isEmpty else { throw .badEncoding }
    return (String(parts[0]), String(parts[1]), bytes)
  }
}
