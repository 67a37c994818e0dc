/// Why a text is not a key.
public enum KeyFault: Error, Hashable, Sendable, CustomStringConvertible {
  /// Not the parts `name+hash+key`, or for a private key not `PRIVATE+KEY+name+hash+key`.
  case notAKey
  /// The name is empty or has a space, a control character or a `+`.
  case badName(String)
  /// The hash is not eight lower-case hexadecimal digits.
  case badHash(String)
  /// The key is not canonical base64 of a type byte and a key.
  case badEncoding
  /// The type of a key that is not supported, or whose length does not fit it.
  case badType(UInt8, length: Int)
  /// The hash is not that of this name and key.
  case hashMismatch(found: String, computed: String)

  /// What was found and what is allowed; never the bytes of a key.
  public var description: String {
    switch self {
    case .notAKey:
      "not a key; allowed: name+hash+base64, in a private key file PRIVATE+KEY+name+hash+base64"
    case .badName(let name):
      "the key name is '\(name)'; allowed: at least one character, no space, no +"
    case .badHash(let hash):
      "the key hash is '\(hash)'; allowed: eight lower-case hexadecimal digits"
    case .badEncoding: "the key is not canonical base64 of a type byte and a key"
    case .badType(let type, let length):
      "the key is of type \(type) with \(length) bytes; allowed: 1 or 4 with 32 bytes"
    case .hashMismatch(let found, let computed):
      "the key hash is \(found); the hash of this name and key is \(computed)"
    }
  }
}
