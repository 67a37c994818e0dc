public import Grid

/// A payload with or without a signature line; the message's bytes are never changed.
///
/// Source: the MQTT contract, §14. Whether the signature is right is for others to say.
public struct SignedPayload: Hashable, Sendable {
  /// First 16 hexadecimal digits of the public key's SHA-256; nil when unsigned.
  public let keyID: String?
  /// 64 bytes of Ed25519; nil when unsigned.
  public let signature: [UInt8]?
  /// The message as it was sent.
  public let message: [UInt8]

  private static let header = "headroom.signed/1"

  /// The parts of `payload`; one that begins with `h` is signed.
  /// - Throws: `malformed` for a signature line that is none, `oversized` for a message beyond
  ///   65,536 bytes.
  public init(parsing payload: [UInt8]) throws(Rejection) {
    if payload.first == UInt8(ascii: "h") {
      // The line has one length, so a long payload without line feed costs nothing.
      let length = Self.header.utf8.count + 1 + 16 + 1 + 86
      guard payload.count > length, payload[length] == UInt8(ascii: "\n") else {
        throw Self.malformed(payload)
      }
      let parts = payload[..<length].split(
        separator: UInt8(ascii: " "), omittingEmptySubsequences: false)
      guard parts.count == 3, parts[0].elementsEqual(Self.header.utf8), parts[1].count == 16,
        parts[1].allSatisfy(Self.isLowerHex), let signature = Base64URL.bytes(parts[2]),
        signature.count == 64
      else { throw Self.malformed(payload) }
      keyID = String(decoding: parts[1], as: UTF8.self)
      self.signature = signature
      message = Array(payload[(length + 1)...])
    } else {
      keyID = nil
      signature = nil
      message = payload
    }
    guard message.count <= WireLimits.messageBytes else {
      throw Rejection(
        .oversized, found: "\(message.count) bytes", allowed: "\(WireLimits.messageBytes) bytes")
    }
  }

  /// What a signature is over: the topic is part of it, so a message cannot be moved to another.
  public static func bytesToSign(topic: String, message: [UInt8]) -> [UInt8] {
    Array("\(header)\n\(topic)\n".utf8) + message
  }

  /// The payload of a signed message; `signature` has 64 bytes, `keyID` 16 lower-case digits.
  public static func wrap(message: [UInt8], keyID: String, signature: [UInt8]) -> [UInt8] {
    precondition(signature.count == 64, "an Ed25519 signature has 64 bytes")
    precondition(
      keyID.utf8.count == 16 && keyID.utf8.allSatisfy(isLowerHex),
      "a key's name has 16 lower-case hexadecimal digits")
    return Array("\(header) \(keyID) \(Base64URL.text(signature))\n".utf8) + message
  }

  private static func isLowerHex(_ byte: UInt8) -> Bool {
    (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
      || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains(byte)
  }

  private static func malformed(_ payload: [UInt8]) -> Rejection {
    Rejection(
      .malformed, field: "signature", found: Excerpt.of(payload),
      allowed: "\(header) <16 hexadecimal digits> <86 of base64url>, then a line feed")
  }
}

/// Base64 with `-` and `_`, without padding (RFC 4648 §5).
enum Base64URL {
  private static let digits = Array(
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".utf8)

  static func text(_ bytes: [UInt8]) -> String {
    var text: [UInt8] = []
    var bits: UInt32 = 0
    var count: UInt32 = 0
    for byte in bytes {
      bits = bits << 8 | UInt32(byte)
      count += 8
      while count >= 6 {
        count -= 6
        text.append(digits[Int(bits >> count & 63)])
      }
      bits &= (1 << count) - 1
    }
    if count > 0 { text.append(digits[Int(bits << (6 - count) & 63)]) }
    return String(decoding: text, as: UTF8.self)
  }

  /// The bytes of `text`, or nil; bits left over must be 0, so that one value has one text.
  static func bytes(_ text: some Collection<UInt8>) -> [UInt8]? {
    var bytes: [UInt8] = []
    var bits: UInt32 = 0
    var count: UInt32 = 0
    for character in text {
      let value: UInt8
      switch character {
      case UInt8(ascii: "A")...UInt8(ascii: "Z"): value = character - UInt8(ascii: "A")
      case UInt8(ascii: "a")...UInt8(ascii: "z"): value = character - UInt8(ascii: "a") + 26
      case UInt8(ascii: "0")...UInt8(ascii: "9"): value = character - UInt8(ascii: "0") + 52
      case UInt8(ascii: "-"): value = 62
      case UInt8(ascii: "_"): value = 63
      default: return nil
      }
      bits = bits << 6 | UInt32(value)
      count += 6
      if count >= 8 {
        count -= 8
        bytes.append(UInt8(truncatingIfNeeded: bits >> count))
      }
      bits &= (1 << count) - 1
    }
    return count < 6 && bits == 0 ? bytes : nil
  }
}
