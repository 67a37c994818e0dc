public import Signing

/// A text with signatures below it (C2SP signed-note 1.0).
public struct Note: Hashable, Sendable {
  /// A signature line; the name and ID say which key made it.
  public struct Signature: Hashable, Sendable {
    /// The name of the key.
    public let name: String
    /// The four bytes of the key's ID.
    public let keyID: [UInt8]
    /// The signature; a witness puts eight bytes of time before it.
    public let bytes: [UInt8]
  }

  /// The text that is signed; ends with a newline.
  public let text: String
  /// The signature lines in their order.
  public private(set) var signatures: [Signature]

  /// Bytes of a note that is read.
  public static let maximumBytes = 65_536
  /// Signature lines of a note that is read.
  public static let maximumSignatures = 100

  /// A text that nobody has signed yet; it ends with a newline and has no other control character.
  public init(text: String) {
    precondition(
      text.utf8.last == 10 && text.utf8.allSatisfy { $0 >= 0x20 || $0 == 10 },
      "the text of a note is lines without control characters")
    self.text = text
    signatures = []
  }

  /// A note as it is written.
  public init(_ note: String) throws(NoteFault) {
    let bytes = Array(note.utf8)
    guard bytes.count <= Self.maximumBytes else { throw .tooLong(bytes: bytes.count) }
    guard bytes.allSatisfy({ $0 >= 0x20 || $0 == 10 }) else { throw .controlCharacter }
    guard bytes.last == 10 else { throw .noFinalNewline }
    // The last empty line: what comes after it has no empty line any more.
    var split: Int?
    for place in bytes.indices.dropLast() where bytes[place] == 10 && bytes[place + 1] == 10 {
      split = place
    }
    guard let split else { throw .noEmptyLine }
    text = String(decoding: bytes[...split], as: UTF8.self)
    let lines = bytes[(split + 2)...].split(separator: 10)
    guard !lines.isEmpty else { throw .noSignature }
    guard lines.count <= Self.maximumSignatures else { throw .tooManySignatures(lines.count) }
    signatures = []
    for line in lines { signatures.append(try Self.signature(line)) }
  }

  private static func signature(_ line: ArraySlice<UInt8>) throws(NoteFault) -> Signature {
    let text = String(decoding: line, as: UTF8.self)
    guard text.hasPrefix("— ") else { throw .badSignatureLine(text) }
    let parts = text.dropFirst(2).split(separator: " ", omittingEmptySubsequences: false)
    guard parts.count == 2, VerifierKey.allows(parts[0]), let bytes = Base64.bytes(parts[1]),
      bytes.count >= 5
    else { throw .badSignatureLine(text) }
    return Signature(name: String(parts[0]), keyID: Array(bytes[..<4]), bytes: Array(bytes[4...]))
  }

  /// Adds a signature line; a line of the same key is replaced, so signing again changes nothing.
  mutating func add(_ signature: Signature) {
    if let place = signatures.firstIndex(where: {
      $0.name == signature.name && $0.keyID == signature.keyID
    }) {
      signatures[place] = signature
    } else {
      signatures.append(signature)
    }
  }

  /// Signs the text with a log's or operator's key.
  public mutating func sign(with key: SigningKey) {
    precondition(key.verifier.kind == .note, "a witness cosigns, it does not sign")
    add(
      Signature(
        name: key.verifier.name, keyID: key.verifier.keyID, bytes: key.sign(Array(text.utf8))))
  }

  /// Signs that at `seconds` since 1970, never 0, this was the largest consistent tree seen.
  ///
  /// C2SP tlog-cosignature 1.0; the text is a checkpoint.
  public mutating func cosign(with key: SigningKey, seconds: UInt64) {
    precondition(key.verifier.kind == .cosignature, "a log signs, it does not cosign")
    precondition(seconds > 0, "a cosignature has a time")
    let signature = key.sign(Self.cosigned(text, seconds: seconds))
    add(
      Signature(
        name: key.verifier.name, keyID: key.verifier.keyID,
        bytes: bigEndian(seconds) + signature))
  }

  static func cosigned(_ text: String, seconds: UInt64) -> [UInt8] {
    Array("cosignature/v1\ntime \(seconds)\n\(text)".utf8)
  }

  /// The note as it is written.
  public var description: String {
    var note = text + "\n"
    for signature in signatures {
      note += "— \(signature.name) \(Base64.text(signature.keyID + signature.bytes))\n"
    }
    return note
  }
}

extension Note: CustomStringConvertible {}

extension Note {
  /// A key whose signature was checked and holds.
  public struct Verified: Hashable, Sendable {
    /// The key.
    public let key: VerifierKey
    /// Seconds since 1970 at which a witness signed; nil for a plain signature.
    public let seconds: UInt64?
  }

  /// The known keys that signed, in the order of the lines.
  ///
  /// Lines of unknown keys are skipped; one wrong signature of a known key condemns the whole note.
  public func verified(by keys: [VerifierKey]) throws(NoteFault) -> [Verified] {
    var verified: [Verified] = []
    for signature in signatures {
      let known = keys.first { $0.name == signature.name && $0.keyID == signature.keyID }
      guard let key = known, !verified.contains(where: { $0.key == key }) else { continue }
      guard let result = check(signature, key) else { throw .badSignature(name: key.name) }
      verified.append(result)
    }
    if verified.isEmpty { throw .noKnownKey }
    return verified
  }

  private func check(_ signature: Signature, _ key: VerifierKey) -> Verified? {
    switch key.kind {
    case .note:
      key.key.verify(signature.bytes, of: Array(text.utf8))
        ? Verified(key: key, seconds: nil) : nil
    case .cosignature: cosignature(signature, key)
    }
  }

  private func cosignature(_ signature: Signature, _ key: VerifierKey) -> Verified? {
    guard signature.bytes.count == 8 + Ed25519.signatureSize else { return nil }
    let seconds = signature.bytes[..<8].reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    let message = Self.cosigned(text, seconds: seconds)
    guard seconds > 0, key.key.verify(Array(signature.bytes[8...]), of: message) else { return nil }
    return Verified(key: key, seconds: seconds)
  }
}

/// Why a note is not read or not believed.
public enum NoteFault: Error, Hashable, Sendable, CustomStringConvertible {
  /// More than 64 KiB.
  case tooLong(bytes: Int)
  /// A byte below 0x20 that is no newline.
  case controlCharacter
  /// The last byte is no newline.
  case noFinalNewline
  /// No empty line between text and signatures.
  case noEmptyLine
  /// Nothing below the empty line.
  case noSignature
  /// More than 100 signature lines.
  case tooManySignatures(Int)
  /// Not `— name base64`.
  case badSignatureLine(String)
  /// The signature of a known key does not verify.
  case badSignature(name: String)
  /// No key that is known signed it.
  case noKnownKey

  /// What was found and what is allowed.
  public var description: String {
    switch self {
    case .tooLong(let bytes): "the note has \(bytes) bytes; allowed: \(Note.maximumBytes)"
    case .controlCharacter: "the note has a control character; allowed: lines of text"
    case .noFinalNewline: "the note does not end with a newline; allowed: lines of text"
    case .noEmptyLine: "the note has no empty line; allowed: one between text and signatures"
    case .noSignature: "the note has no signature"
    case .tooManySignatures(let count):
      "the note has \(count) signatures; allowed: \(Note.maximumSignatures)"
    case .badSignatureLine(let line):
      "the line '\(line)' is no signature; allowed: — name base64"
    case .badSignature(let name): "the signature of \(name) does not verify"
    case .noKnownKey: "no key that is known signed it"
    }
  }
}
