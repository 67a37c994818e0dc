import Grid

extension VerifierKey {
  /// Name and ID by which a signature line is known, whatever the kind of its key.
  public struct LineName: Hashable, Sendable {
    /// The name of the key.
    public let name: String
    /// The four bytes of its ID.
    public let keyID: [UInt8]

    /// A line's name.
    public init(name: String, keyID: [UInt8]) {
      self.name = name
      self.keyID = keyID
    }
  }

  /// Bytes of an ML-DSA-44 public key.
  public static let mldsaKeySize = 1_312

  /// What the lines of a witness are known by: its key is of type 4, or of type 6 (ML-DSA-44), which
  /// libcrypto 3.0 cannot check.
  public static func lineName(ofWitness text: String) throws(KeyFault) -> LineName {
    let (name, hash, bytes) = try parts(of: text)
    let sizes: [UInt8: Int] = [4: 32, 6: mldsaKeySize]
    guard sizes[bytes[0]] == bytes.count - 1 else {
      throw .badType(bytes[0], length: bytes.count - 1)
    }
    let computed = SHA256.hash(parts: Array(name.utf8), [0x0A], bytes).bytes[..<4]
    let keyID = Array(computed)
    guard Hex.text(keyID) == hash else {
      throw .hashMismatch(found: hash, computed: Hex.text(keyID))
    }
    return LineName(name: name, keyID: keyID)
  }
}
