/// What a name is compared by: its length, its first seven bytes and its last eight.
///
/// For names of up to 15 bytes that is the whole name.
struct NameSignature: Hashable, Sendable {
  private(set) var head: UInt64 = 0
  private(set) var tail: UInt64 = 0

  /// Two equal ones mean equal names.
  var isWhole: Bool { head >> 56 <= 15 }

  init() {}

  init(_ bytes: [UInt8]) {
    var builder = Builder()
    for byte in bytes { builder.add(byte) }
    self = builder.finished
  }

  /// Takes a name byte by byte.
  struct Builder {
    private var count: UInt64 = 0
    private var head: UInt64 = 0
    private var tail: UInt64 = 0

    @inline(__always)
    mutating func add(_ byte: UInt8) {
      tail = tail << 8 | UInt64(byte)
      count &+= 1
      if count == 7 { head = tail }
    }

    @inline(__always)
    var finished: NameSignature {
      var signature = NameSignature()
      signature.head = (count < 7 ? tail : head) | min(count, 255) << 56
      signature.tail = tail
      return signature
    }
  }
}

/// A member's name, ready to be compared.
struct MemberName: Sendable {
  let text: String
  let bytes: [UInt8]
  let signature: NameSignature

  init(_ text: String) {
    self.text = text
    bytes = Array(text.utf8)
    signature = NameSignature(bytes)
  }
}
