import Policies
import Testing

@Suite struct `A damaged policy` {
  /// The whole policy in a zone that needs no file, line by line.
  private var lines: [Substring] {
    Fixture.whole.replacing("America/Los_Angeles", with: "UTC").split(separator: "\n")
  }

  /// Loads it and returns whether it was accepted; a refusal has a fault with words.
  private func isAccepted(_ lines: [Substring]) -> Bool {
    let faults = Fixture.faults(lines.joined(separator: "\n"))
    #expect(faults.allSatisfy { !$0.allowed.isEmpty && !$0.found.isEmpty && $0.line >= 0 })
    return faults.isEmpty
  }

  @Test func `is refused with words wherever it breaks off`() {
    let lines = lines
    for count in 0..<(lines.count - 6) { #expect(!isAccepted(Array(lines[..<count]))) }
  }

  @Test func `is accepted or refused with words whichever line is lost`() {
    let lines = lines
    var accepted = 0
    for index in lines.indices {
      var left = lines
      left.remove(at: index)
      if isAccepted(left) { accepted += 1 }
    }
    #expect((30...90).contains(accepted), "\(accepted) of \(lines.count)")
  }

  @Test(arguments: ["", "[]", "{}", "x", "-1", "[x, {y: z}]", "99999999999999999999"])
  func `is refused with words whichever value is something else`(_ value: String) {
    let lines = lines
    for index in lines.indices {
      guard let colon = lines[index].firstIndex(of: ":"), !lines[index].hasSuffix(":") else {
        continue
      }
      var other = lines
      other[index] = lines[index][...colon] + " \(value)"
      _ = isAccepted(other)
    }
  }
}
