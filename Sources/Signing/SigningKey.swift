/// A named private key, as it lies in a key file: `PRIVATE+KEY+name+hash+base64(0x01 || seed)`.
///
/// Reading and writing the file, which nobody else may read, is the shell's work.
public struct SigningKey: Sendable {
  /// The public half under the same name: what others need to verify.
  public let verifier: VerifierKey
  private let key: Ed25519.PrivateKey

  /// `key` under a name, or the fault of that name.
  public init(
    name: String, key: Ed25519.PrivateKey, kind: VerifierKey.Kind = .note
  ) throws(KeyFault) {
    verifier = try VerifierKey(name: name, kind: kind, key: key.publicKey)
    self.key = key
  }

  /// A key from the text of a key file; one newline at the end is allowed.
  ///
  /// The type byte of the file is 1 whatever the key signs, so a witness says `kind` itself. The
  /// hash in the file is that of the note key.
  public init(
    keyFile text: String, kind: VerifierKey.Kind = .note
  ) throws(KeyFault) {
    let line = text.hasSuffix("\n") ? String(text.dropLast()) : text
    guard line.hasPrefix(Self.prefix) else { throw .notAKey }
    let parts = try VerifierKey.parts(of: String(line.dropFirst(Self.prefix.count)))
    guard parts.2[0] == VerifierKey.Kind.note.rawValue,
      let key = Ed25519.PrivateKey(seed: Array(parts.2[1...]))
    else { throw .badType(parts.2[0], length: parts.2.count - 1) }
    let note = try VerifierKey(name: parts.0, key: key.publicKey)
    guard note.keyHash == parts.1 else {
      throw .hashMismatch(found: parts.1, computed: note.keyHash)
    }
    try self.init(name: parts.0, key: key, kind: kind)
  }

  /// The signature of `message`: 64 bytes.
  public func sign(_ message: [UInt8]) -> [UInt8] { key.sign(message) }

  /// The text of the key file, which holds the secret: for the file and for nothing else.
  public var keyFileText: String {
    // A name that made a verifier of one kind makes one of the other.
    let note = try! VerifierKey(name: verifier.name, key: verifier.key)
    return "\(Self.prefix)\(verifier.name)+\(note.keyHash)+\(Base64.text([1] + key.seed))\n"
  }

  private static let prefix = "PRIVATE+KEY+"
}

extension SigningKey: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
  /// The name, not the key.
  public var description: String { "the private key of \(verifier.name)" }
  /// The name, not the key.
  public var debugDescription: String { description }
  /// Empty, so that `dump` shows nothing either.
  public var customMirror: Mirror { Mirror(self, children: [:]) }
}
