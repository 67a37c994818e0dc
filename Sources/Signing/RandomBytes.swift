import COpenSSL

/// Bytes nobody can foretell, for keys, salts and account names.
public enum RandomBytes {
  /// `count` bytes from libcrypto's generator.
  ///
  /// Without a working source of randomness the program stops: a guessable key is worse than none.
  public static func make(count: Int) -> [UInt8] {
    precondition(count >= 0 && count <= Int(Int32.max), "a count of bytes is not negative")
    return unsafe [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
      // The buffer has room for exactly `count` bytes.
      if count > 0 {
        let done = unsafe RAND_bytes(buffer.baseAddress!, Int32(count))
        precondition(done == 1, "libcrypto has no random bytes")
      }
      filled = count
    }
  }
}
