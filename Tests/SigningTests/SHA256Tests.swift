import Grid
import Signing
import Testing

@Suite struct `SHA-256` {
  // FIPS 180-4 examples.
  static let known: [(String, String)] = [
    ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
    ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
    (
      "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
      "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
    ),
  ]

  @Test(arguments: known) func `is that of FIPS 180-4`(text: String, hash: String) {
    #expect(SHA256.hash(text).description == hash)
    #expect(SHA256.hash(Array(text.utf8)).description == hash)
  }

  @Test func `of parts is that of the whole`() {
    let whole = SHA256.hash([1, 2, 3, 4, 5])
    #expect(SHA256.hash(parts: [1], [2, 3, 4], [], [5]) == whole)
    var hasher = SHA256.Hasher()
    hasher.update([1, 2])
    hasher.update([3, 4, 5])
    #expect(hasher.finish() == whole)
    #expect(hasher.finish() == SHA256.hash([]))
  }

  @Test func `with a prefix is that of the prefix and the rest`() {
    for count in [0, 1, 31, 32, 54, 55, 63, 64, 65, 350, 70_000] {
      let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 7) }
      let (leaf, other) = (SHA256.hash(prefix: 0, bytes.span), SHA256.hash(prefix: 255, bytes.span))
      #expect(leaf == SHA256.hash(parts: [0], bytes))
      #expect(other == SHA256.hash([255] + bytes))
      // One piece and pieces go different ways through libcrypto.
      #expect(SHA256.hash(bytes) == SHA256.hash(parts: bytes))
    }
    let (left, right) = (SHA256.hash("left"), SHA256.hash("right"))
    #expect(SHA256.hash(prefix: 1, left, right) == SHA256.hash([1] + left.bytes + right.bytes))
  }

  @Test func `of every short length is that of libcrypto's own padding`() {
    let bytes = (0..<1_200).map { UInt8(truncatingIfNeeded: $0 &* 11 + 3) }
    var hasher = SHA256.Hasher()
    var message = SHA256.Message()
    for count in 0...1_200 {
      let part = Array(bytes.prefix(count))
      hasher.update(part)
      let expected = hasher.finish()
      #expect(SHA256.hash(part) == expected, "\(count) bytes")
      guard (1...SHA256.Message.limit).contains(count) else { continue }
      message.begin(99)
      message.setFirst(part[0])
      if count > 1 { message.append(part[1]) }
      if count > 2 { message.append(part.span.extracting(2..<count)) }
      #expect(message.count == count)
      #expect(message.hash() == expected, "\(count) bytes in place")
      #expect(message.hash() == expected, "a second time")
    }
  }

  @Test func `is the same on many threads at once`() async {
    let expected = SHA256.hash("abc")
    let agreed = await withTaskGroup(of: Bool.self) { group in
      for _ in 0..<8 {
        group.addTask { (0..<500).allSatisfy { _ in SHA256.hash("abc") == expected } }
      }
      return await group.reduce(true) { $0 && $1 }
    }
    #expect(agreed)
  }
}

@Suite struct `Random bytes` {
  @Test func `are as many as asked for and differ`() {
    #expect(RandomBytes.make(count: 0).isEmpty)
    let first = RandomBytes.make(count: 32)
    #expect(first.count == 32)
    #expect(first != RandomBytes.make(count: 32))
  }
}

@Suite struct `A memory hint` {
  @Test func `is taken for every place of a table and changes none`() {
    let table = (0..<1_000).map { UInt64($0) }
    for place in table.indices { MemoryHint.bring(table.span, place) }
    #expect(table.reduce(0, +) == 499_500)
  }
}
