import COpenSSL
import Glibc
public import Grid

/// SHA-256 (FIPS 180-4) from libcrypto.
///
/// The algorithm is fetched once and each thread keeps one context: fetching and allocating for
/// every hash would cost more than hashing an entry of 150 bytes. No function suspends while it
/// holds the context of its thread, so no two hashes ever share it.
public enum SHA256 {
  /// The hash of `bytes`.
  public static func hash(_ bytes: [UInt8]) -> Digest { hash(bytes.span) }

  /// The hash of `bytes`.
  public static func hash(_ bytes: Span<UInt8>) -> Digest {
    unsafe digest { context in unsafe update(context, bytes) }
  }

  /// The hash of the UTF-8 bytes of `text`.
  public static func hash(_ text: String) -> Digest { hash(Array(text.utf8)) }

  /// The hash of all `parts`, one after the other.
  public static func hash(parts: [UInt8]...) -> Digest {
    unsafe digest { context in
      for part in parts { unsafe update(context, part.span) }
    }
  }

  /// Appends the 32 bytes of the hash of `prefix` and `bytes` to `buffer`.
  ///
  /// For trees, whose nodes lie side by side: no allocation but the growth of `buffer`.
  public static func append(hashOf prefix: UInt8, _ bytes: Span<UInt8>, to buffer: inout [UInt8]) {
    let place = buffer.count
    for _ in 0..<size { buffer.append(0) }
    let context = unsafe start()
    let first: InlineArray<1, UInt8> = [prefix]
    unsafe update(context, first.span)
    unsafe update(context, bytes)
    unsafe buffer.withUnsafeMutableBufferPointer { buffer in
      unsafe finish(context, into: buffer.baseAddress! + place)
    }
  }

  /// Puts the 32 bytes of the hash of `prefix` and `buffer[start...]` in the place of the latter.
  ///
  /// Two hashes that lie side by side become the one of their parent.
  public static func condense(_ buffer: inout [UInt8], from start: Int, prefix: UInt8) {
    precondition(
      start >= 0 && buffer.count - start >= size, "only 32 bytes or more can be condensed")
    let context = unsafe Self.start()
    let first: InlineArray<1, UInt8> = [prefix]
    unsafe update(context, first.span)
    unsafe update(context, buffer.span.extracting(start..<buffer.count))
    unsafe buffer.withUnsafeMutableBufferPointer { buffer in
      unsafe finish(context, into: buffer.baseAddress! + start)
    }
    buffer.removeLast(buffer.count - start - size)
  }

  /// Bytes in a hash.
  public static let size = 32

  // The algorithm lives as long as the process; libcrypto never changes it.
  private nonisolated(unsafe) static let algorithm: OpaquePointer = {
    let fetched = unsafe EVP_MD_fetch(nil, "SHA256", nil)
    precondition(unsafe fetched != nil, "libcrypto offers no SHA-256")
    return unsafe fetched!
  }()

  private static let contextOfThread: pthread_key_t = {
    var key: pthread_key_t = 0
    let created = unsafe pthread_key_create(&key) { unsafe EVP_MD_CTX_free(OpaquePointer($0)) }
    precondition(created == 0, "no thread-specific storage is left")
    return key
  }()

  static func start() -> OpaquePointer {
    if let kept = unsafe pthread_getspecific(contextOfThread) {
      let context = OpaquePointer(kept)
      unsafe restart(context)
      return unsafe context
    }
    let context = unsafe make()
    let stored = unsafe pthread_setspecific(contextOfThread, UnsafeRawPointer(context))
    precondition(stored == 0, "no memory for the context of a thread")
    return unsafe context
  }

  static func make() -> OpaquePointer {
    let context = unsafe EVP_MD_CTX_new()
    precondition(unsafe context != nil, "no memory for a hash")
    unsafe restart(context!)
    return unsafe context!
  }

  static func restart(_ context: OpaquePointer) {
    precondition(unsafe EVP_DigestInit_ex2(context, algorithm, nil) == 1, "SHA-256 did not start")
  }

  // The span outlives the call and libcrypto keeps no pointer into it.
  static func update(_ context: OpaquePointer, _ bytes: Span<UInt8>) {
    let done = unsafe bytes.withUnsafeBufferPointer { buffer in
      unsafe EVP_DigestUpdate(context, buffer.baseAddress, buffer.count)
    }
    precondition(done == 1, "SHA-256 refused bytes")
  }

  // `place` has room for 32 bytes: every caller has just made it.
  static func finish(_ context: OpaquePointer, into place: UnsafeMutablePointer<UInt8>) {
    precondition(unsafe EVP_DigestFinal_ex(context, place, nil) == 1, "SHA-256 did not finish")
  }

  static func finish(_ context: OpaquePointer) -> Digest {
    let bytes = unsafe [UInt8](unsafeUninitializedCapacity: size) { buffer, count in
      unsafe finish(context, into: buffer.baseAddress!)
      count = size
    }
    return Digest(bytes: bytes)!
  }

  private static func digest(_ feed: (OpaquePointer) -> Void) -> Digest {
    let context = unsafe start()
    unsafe feed(context)
    return unsafe finish(context)
  }
}

extension SHA256 {
  /// A hash of bytes that come in pieces, such as a file's.
  @safe public struct Hasher: ~Copyable {
    private let context: OpaquePointer

    /// Starts with no bytes.
    public init() { unsafe context = SHA256.make() }

    deinit { unsafe EVP_MD_CTX_free(context) }

    /// Adds `bytes` at the end.
    public mutating func update(_ bytes: Span<UInt8>) { unsafe SHA256.update(context, bytes) }

    /// Adds `bytes` at the end.
    public mutating func update(_ bytes: [UInt8]) { update(bytes.span) }

    /// The hash of all bytes since the last `finish`; then begins anew.
    public mutating func finish() -> Digest {
      let digest = unsafe SHA256.finish(context)
      unsafe SHA256.restart(context)
      return digest
    }
  }
}
