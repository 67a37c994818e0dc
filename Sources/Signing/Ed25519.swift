import COpenSSL
import Grid

/// Ed25519 signatures (RFC 8032) from libcrypto.
public enum Ed25519 {
  /// Bytes in a seed and in a public key.
  public static let keySize = 32
  /// Bytes in a signature.
  public static let signatureSize = 64

  /// A private key: whoever holds it signs. It never appears in a text, a log or a mirror of
  /// itself.
  public struct PrivateKey: Sendable {
    let seed: [UInt8]
    private let handle: KeyHandle

    /// The key of a seed of 32 bytes, or nil when there are not exactly 32.
    public init?(seed: [UInt8]) {
      guard seed.count == keySize else { return nil }
      self.seed = seed
      // libcrypto copies the seed before it returns.
      handle = unsafe KeyHandle(
        seed.withUnsafeBufferPointer { seed in
          unsafe EVP_PKEY_new_raw_private_key(
            EVP_PKEY_ED25519, nil, seed.baseAddress, seed.count)
        })
    }

    /// A new key that nobody else has.
    public static func make() -> PrivateKey { PrivateKey(seed: RandomBytes.make(count: keySize))! }

    /// The key that verifies what this one signs.
    public var publicKey: PublicKey {
      let bytes = unsafe [UInt8](unsafeUninitializedCapacity: keySize) { buffer, count in
        // Room for 32 bytes, and `count` tells libcrypto so.
        count = keySize
        let done = unsafe EVP_PKEY_get_raw_public_key(handle.key, buffer.baseAddress, &count)
        precondition(done == 1 && count == keySize, "a private key without its public key")
      }
      return PublicKey(bytes: bytes)!
    }

    /// The signature of `message`: 64 bytes, always the same for the same message.
    public func sign(_ message: [UInt8]) -> [UInt8] {
      let context = unsafe EVP_MD_CTX_new()
      defer { unsafe EVP_MD_CTX_free(context) }
      precondition(
        unsafe EVP_DigestSignInit(context, nil, nil, nil, handle.key) == 1, "no signing context")
      return unsafe [UInt8](unsafeUninitializedCapacity: signatureSize) { buffer, count in
        count = signatureSize
        // `message` and `buffer` outlive the call; `count` tells libcrypto how much room there is.
        let done = unsafe message.withUnsafeBufferPointer { message in
          unsafe EVP_DigestSign(
            context, buffer.baseAddress, &count, message.baseAddress, message.count)
        }
        precondition(done == 1 && count == signatureSize, "libcrypto did not sign")
      }
    }
  }

  /// A public key: whoever holds it verifies.
  public struct PublicKey: Hashable, Sendable, CustomStringConvertible {
    /// The 32 bytes of RFC 8032.
    public let bytes: [UInt8]

    /// A key of exactly 32 bytes, else nil. That they are a point of the curve is not checked: a
    /// key that is none verifies nothing.
    public init?(bytes: [UInt8]) {
      guard bytes.count == keySize else { return nil }
      self.bytes = bytes
    }

    /// The name of the key on the wire: the first 16 hexadecimal digits of its SHA-256.
    public var kid: String { Hex.text(SHA256.hash(bytes).bytes[..<8]) }

    /// 64 lower-case hexadecimal digits.
    public var description: String { Hex.text(bytes) }

    /// True when `signature` was made over `message` with the private key.
    ///
    /// A signature of another length is false.
    public func verify(_ signature: [UInt8], of message: [UInt8]) -> Bool {
      guard signature.count == signatureSize else { return false }
      let raw = unsafe bytes.withUnsafeBufferPointer { bytes in
        unsafe EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nil, bytes.baseAddress, bytes.count)
      }
      let handle = unsafe KeyHandle(raw)
      let context = unsafe EVP_MD_CTX_new()
      defer { unsafe EVP_MD_CTX_free(context) }
      precondition(
        unsafe EVP_DigestVerifyInit(context, nil, nil, nil, handle.key) == 1, "no verifying context"
      )
      // Both arrays outlive the call.
      let verdict = unsafe signature.withUnsafeBufferPointer { signature in
        unsafe message.withUnsafeBufferPointer { message in
          unsafe EVP_DigestVerify(
            context, signature.baseAddress, signature.count, message.baseAddress, message.count)
        }
      }
      // A signature that is wrong leaves its reason in the queue of the thread, for the next
      // caller.
      if verdict != 1 { ERR_clear_error() }
      return verdict == 1
    }
  }
}

extension Ed25519.PrivateKey: CustomStringConvertible, CustomDebugStringConvertible,
  CustomReflectable
{
  /// Not the key.
  public var description: String { "a private key" }
  /// Not the key.
  public var debugDescription: String { description }
  /// Empty, so that `dump` shows nothing either.
  public var customMirror: Mirror { Mirror(self, children: [:]) }
}

/// One key of libcrypto, closed when the last copy goes.
///
/// Unchecked: an `EVP_PKEY` is not changed after `init`, its reference count is atomic, and every
/// use makes a context of its own; libcrypto allows that from several threads.
@safe private final class KeyHandle: @unchecked Sendable {
  let key: OpaquePointer

  init(_ key: OpaquePointer?) {
    precondition(unsafe key != nil, "libcrypto refused 32 bytes as an Ed25519 key")
    unsafe self.key = key!
  }

  deinit { unsafe EVP_PKEY_free(key) }
}
