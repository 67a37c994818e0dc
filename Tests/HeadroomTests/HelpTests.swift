import Testing

/// What `--help` shows is copied into terminals, so each line of an example stands as it was written.
@Suite struct `The help of every command` {
  /// A command's words, and its help.
  private static func all(_ words: [String] = []) throws -> [(words: [String], text: String)] {
    let outcome = try Program.run(words + ["--help"])
    #expect(outcome.status == 0, "\(words)")
    var found = [(words, outcome.output)]
    var isList = false
    for line in outcome.output.split(separator: "\n", omittingEmptySubsequences: false) {
      if line == "SUBCOMMANDS:" { isList = true } else if line.isEmpty { isList = false }
      // Names stand at two spaces, what they mean is indented deeper.
      guard isList, line.hasPrefix("  "), !line.hasPrefix("   ") else { continue }
      found += try all(words + [String(line.dropFirst(2).prefix { $0 != " " })])
    }
    return found
  }

  @Test func `has examples that fit on a line of 80, or are continued by a backslash`() throws {
    let helps = try Self.all()
    #expect(helps.count > 80)
    for (words, text) in helps {
      let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
      guard let start = lines.firstIndex(of: "EXAMPLE") else { continue }
      for line in lines[(start + 1)...].prefix(while: { !$0.isEmpty }) {
        #expect(line.hasPrefix("  "), "headroom \(words.joined(separator: " ")): \(line)")
        #expect(!line.dropFirst(8).contains("   "), "\(words): \(line)")
      }
    }
  }
}
