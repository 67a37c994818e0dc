import Grid
import Ledger
import Signing
import Testing

@Suite struct `A replay that is refused` {
  /// What the entry with `code` of the published alterations is refused with.
  private func refusal(of code: String) throws -> LedgerRefusal? {
    let items = Vectors.cbor["ledger"]["refuseOnReplay"]["items"].list
    let item = try #require(items.first { $0["code"].text == code })
    return try refusal(of: item["hex"].bytes, at: item["index"].int)
  }

  private func refusal(of bytes: [UInt8], at index: Int) throws -> LedgerRefusal? {
    var book = try Vectors.book(index)
    do throws(LedgerRefusal) { try book.replay(bytes) } catch { return error }
    return nil
  }

  @Test func `names the number that a posting has and the one that is next`() throws {
    guard case .ordinalGap(_, let found, let expected) = try refusal(of: "ordinalGap") else {
      Issue.record("a posting with the wrong number was taken")
      return
    }
    #expect(found == 2 && expected == 1)
  }

  @Test func `names the balance that a posting states and the true one`() throws {
    guard case .balanceWrong(_, let found, let expected) = try refusal(of: "balanceWrong") else {
      Issue.record("a posting with a wrong balance was taken")
      return
    }
    #expect(found == 2_170_000 && expected == 2_160_000)
  }

  @Test func `names both times when an entry is not after the last one`() throws {
    let refusal = try refusal(of: "timeNotIncreasing")
    let last = try Entry(Vectors.entries[20]).recordedAt
    guard case .timeNotIncreasing(let found, last) = refusal else {
      Issue.record("an entry of the past was taken: \(String(describing: refusal))")
      return
    }
    #expect(found == last)
  }

  @Test func `names both hashes when the request is another`() throws {
    var bytes = Vectors.entries[20]
    bytes[bytes.count - 1] ^= 1
    let stated = try Entry(bytes)
    let refusal = try refusal(of: bytes, at: 20)
    #expect(
      refusal
        == .requestHashWrong(
          found: try #require(stated.requestHash), computed: stated.request.hash))
  }
}
