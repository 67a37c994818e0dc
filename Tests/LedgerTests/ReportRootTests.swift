import Grid
import Ledger
import Signing
import Testing

@Suite struct `The root of a report` {
  static let root = SHA256.hash("report")
  static let text = """
    headroom.report-root/1
    event E-1
    run initial
    root \(root)

    """

  @Test func `has one text`() throws {
    let stated = try #require(
      ReportRoot(event: EventID("E-1")!, run: "initial", root: Self.root))
    #expect(stated.text == Self.text)
    #expect(ReportRoot(text: Self.text) == stated)
  }

  @Test(arguments: [
    ("", ""), ("/1", "/2"), ("event E-1", "event E 1"), ("run initial", "run "),
    ("root ", "root  "), ("event ", "Event "), ("run initial\n", "run initial\nrun final\n"),
  ])
  func `is not read from any other`(old: String, new: String) {
    let text = old.isEmpty ? "" : Self.text.replacing(old, with: new)
    #expect(ReportRoot(text: text) == nil)
  }

  @Test func `in upper case is another text, and a run has a name`() {
    let hex = Self.root.description
    #expect(ReportRoot(text: Self.text.replacing(hex, with: hex.uppercased())) == nil)
    #expect(ReportRoot(event: EventID("E-1")!, run: "a b", root: Self.root) == nil)
  }
}

@Suite struct `Verifiers of a report` {
  @Test func `agree when enough of them signed one root, whoever signed more`() throws {
    let keys = try (1...5).map { try SigningKey(name: "v\($0)", key: .make()).verifier }
    let (r, x, y) = (SHA256.hash("r"), SHA256.hash("x"), SHA256.hash("y"))
    let tally = ReportTally(
      [
        (r, [keys[0], keys[1]]), (r, [keys[1], keys[2]]), (x, [keys[3]]), (y, [keys[3]]),
      ], verifiers: keys, needed: 3)
    #expect(tally.final == r)
    #expect(tally.lines[0].root == r)
    #expect(tally.lines[0].signers == ["v1", "v2", "v3"])
    #expect(tally.lines.dropFirst().allSatisfy { $0.signers.isEmpty })
    #expect(tally.lines.count == 3)
    #expect(tally.contradicting == ["v4"])
    #expect(tally.silent == ["v5"])
    let four = ReportTally([(r, [keys[0], keys[1], keys[2]])], verifiers: keys, needed: 4)
    #expect(four.final == nil)
    #expect(four.lines.map(\.signers.count) == [3])
  }
}
