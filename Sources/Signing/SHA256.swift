import COpenSSL
public import Grid

/// SHA-256 (FIPS 180-4) from libcrypto.
public enum SHA256 {
  /// The hash of `bytes`.
  public static func hash(_ bytes: [UInt8]) -> Digest { hash(bytes.span) }

  /// The hash of `bytes`.
  public static func hash(_ bytes: Span<UInt8>) -> Digest { digest(none, bytes) }

  /// The hash of the UTF-8 bytes of `text`.
  public static func hash(_ text: String) -> Digest { hash(Array(text.utf8)) }

  /// The hash of all `parts`, one after the other.
  public static func hash(parts: [UInt8]...) -> Digest {
    var hasher = Hasher()
    for part in parts { hasher.update(part.span) }
    return hasher.finish()
  }

  /// The hash of the byte `prefix` and then `bytes`, as the leaves of trees are made.
  public static func hash(prefix: UInt8, _ bytes: Span<UInt8>) -> Digest {
    digest(Int32(prefix), bytes)
  }

  /// The hash of the byte `prefix` and then two digests, as the nodes of trees are made.
  public static func hash(prefix: UInt8, _ left: Digest, _ right: Digest) -> Digest {
    let pair = (left, right)
    // A digest is its 32 bytes in memory, so a pair of them is 64.
    return unsafe withUnsafeBytes(of: pair) { pair in
      var digest = empty
      unsafe withUnsafeMutableBytes(of: &digest) { place in
        unsafe headroom_sha256(Int32(prefix), pair.baseAddress, pair.count, place.baseAddress)
      }
      return digest
    }
  }

  /// A short message that is put together piece by piece and hashed where it lies.
  public struct Message: Sendable {
    /// The most bytes it can have.
    public static let limit = Int(HEADROOM_SHA256_SHORT)

    /// How many bytes it has.
    public private(set) var count = 0
    private var bytes = [UInt8](repeating: 0, count: Int(HEADROOM_SHA256_ROOM))

    /// A message without bytes.
    public init() {}

    /// Begins anew with one byte.
    public mutating func begin(_ byte: UInt8) {
      bytes[0] = byte
      count = 1
    }

    /// Gives the first byte another value.
    public mutating func setFirst(_ byte: UInt8) { bytes[0] = byte }

    /// Adds one byte at the end; a message never has more than `limit` bytes.
    public mutating func append(_ byte: UInt8) {
      precondition(count < Self.limit, "a message is short")
      bytes[count] = byte
      count += 1
    }

    /// Adds bytes at the end; a message never has more than `limit` bytes.
    public mutating func append(_ piece: Span<UInt8>) {
      precondition(piece.count <= Self.limit - count, "a message is short")
      // Both outlive the call, and the piece fits by the line above.
      unsafe piece.withUnsafeBufferPointer { piece in
        unsafe bytes.withUnsafeMutableBytes { bytes in
          unsafe UnsafeMutableRawBufferPointer(rebasing: bytes[count...]).copyMemory(
            from: UnsafeRawBufferPointer(piece))
        }
      }
      count += piece.count
    }

    /// The hash of the bytes so far.
    public mutating func hash() -> Digest {
      var digest = SHA256.empty
      let count = count
      // The array has the room that the padding takes, and a digest has room for 32 bytes.
      unsafe bytes.withUnsafeMutableBufferPointer { bytes in
        unsafe withUnsafeMutableBytes(of: &digest) { place in
          unsafe headroom_sha256_in_place(bytes.baseAddress, count, place.baseAddress)
        }
      }
      return digest
    }
  }

  /// Bytes in a hash.
  public static let size = 32

  private static let none: Int32 = -1
  private static let empty = Digest(wordsInMemory: (0, 0, 0, 0))

  // The span outlives the call, libcrypto keeps no pointer, and a digest has room for 32 bytes.
  private static func digest(_ prefix: Int32, _ bytes: Span<UInt8>) -> Digest {
    var digest = empty
    unsafe bytes.withUnsafeBufferPointer { bytes in
      unsafe withUnsafeMutableBytes(of: &digest) { place in
        unsafe headroom_sha256(prefix, bytes.baseAddress, bytes.count, place.baseAddress)
      }
    }
    return digest
  }
}

extension SHA256 {
  /// A hash of bytes that come in pieces, such as a file's.
  @safe public struct Hasher: ~Copyable {
    private let context: OpaquePointer

    // The algorithm lives as long as the process; libcrypto never changes it.
    private nonisolated(unsafe) static let algorithm: OpaquePointer = {
      let fetched = unsafe EVP_MD_fetch(nil, "SHA256", nil)
      precondition(unsafe fetched != nil, "libcrypto offers no SHA-256")
      return unsafe fetched!
    }()

    /// Starts with no bytes.
    public init() {
      let made = unsafe EVP_MD_CTX_new()
      precondition(unsafe made != nil, "no memory for a hash")
      unsafe context = made!
      restart()
    }

    deinit { unsafe EVP_MD_CTX_free(context) }

    /// Adds `bytes` at the end.
    public mutating func update(_ bytes: Span<UInt8>) {
      // The span outlives the call and libcrypto keeps no pointer into it.
      let done = unsafe bytes.withUnsafeBufferPointer { buffer in
        unsafe EVP_DigestUpdate(context, buffer.baseAddress, buffer.count)
      }
      precondition(done == 1, "SHA-256 refused bytes")
    }

    /// Adds `bytes` at the end.
    public mutating func update(_ bytes: [UInt8]) { update(bytes.span) }

    /// The hash of all bytes since the last `finish`; then begins anew.
    public mutating func finish() -> Digest {
      let bytes = unsafe [UInt8](unsafeUninitializedCapacity: size) { buffer, count in
        let done = unsafe EVP_DigestFinal_ex(context, buffer.baseAddress, nil)
        precondition(done == 1, "SHA-256 did not finish")
        count = size
      }
      restart()
      return Digest(bytes: bytes)!
    }

    private func restart() {
      precondition(
        unsafe EVP_DigestInit_ex2(context, Self.algorithm, nil) == 1, "SHA-256 did not start")
    }
  }
}
