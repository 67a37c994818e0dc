import Foundation
import Testing

@Suite struct `The house` {
  static let core = ["Grid", "Wire", "Engine", "Verification", "Settlement", "Ledger"]

  @Test func `has no Swift file over 400 lines`() {
    for file in Tree.sources + Tree.tests {
      #expect(file.lines.count <= 401, "\(file.path) has \(file.lines.count - 1) lines")
    }
  }

  @Test func `has no unfinished marks`() {
    let marks = [
      "TO" + "DO", "FIX" + "ME", "XX" + "X", "not " + "implemented", "fatal" + "Error(\"",
    ]
    for file in Tree.sources + Tree.tests {
      for mark in marks { #expect(!file.text.contains(mark), "\(file.path) holds \(mark)") }
    }
  }

  @Test func `keeps clock, chance, files, threads and Foundation out of the core`() {
    let banned = [
      "import Foundation", "import FoundationEssentials", "import Dispatch", "import Glibc",
      "import Synchronization", "ContinuousClock", "SuspendingClock", ".random(", ".randomElement",
      ".shuffled(", "SystemRandomNumberGenerator", " Date(", "(Date(", " async ", "await ",
      "Task {",
      "Task.detached", "Hasher()",
    ]
    for file in Tree.sources where Self.core.contains(Self.room(of: file)) {
      for line in file.lines where !line.drop(while: { $0 == " " }).hasPrefix("//") {
        for word in banned { #expect(!line.contains(word), "\(file.path): \(line)") }
      }
    }
  }

  @Test func `pays nothing from a Double`() {
    for file in Tree.sources where Self.core.contains(Self.room(of: file)) {
      if Self.estimatesExactly(file) { continue }
      for line in file.lines where !line.drop(while: { $0 == " " }).hasPrefix("//") {
        for word in ["Double", "Float"] {
          #expect(
            line.range(of: "\\b\(word)\\b", options: .regularExpression) == nil,
            "\(file.path): \(line)")
        }
      }
    }
  }

  @Test func `imports only downwards`() throws {
    let allowed: [String: Set<String>] = [
      "Grid": [], "Wire": ["Grid"], "Engine": ["Grid"], "Verification": ["Grid"],
      "Settlement": ["Grid"], "Ledger": ["Grid", "Signing"], "Signing": ["Grid", "COpenSSL"],
      "MQTT": ["CMosquitto"], "HTTP": [], "Fleet": ["Grid", "Wire"],
      "Storage": ["Grid", "Ledger", "Signing", "GRDB", "CPostgres"],
      "Policies": ["Grid", "Engine", "Verification", "Settlement", "Signing", "Yams"],
      "Reports": ["Grid", "Engine", "Verification", "Settlement"],
    ]
    let rooms = Set(allowed.keys).union([
      "Controller", "headroom", "COpenSSL", "CMosquitto", "CPostgres", "GRDB", "Yams",
    ])
    for file in Tree.sources {
      guard let below = allowed[Self.room(of: file)] else { continue }
      for line in file.lines {
        guard
          let range = line.range(
            of: #"^(public |package |internal |@testable |@preconcurrency )*import (\w+)"#,
            options: .regularExpression)
        else { continue }
        let module = String(line[range].split(separator: " ").last ?? "")
        if rooms.contains(module) {
          #expect(below.contains(module), "\(file.path) imports \(module)")
        }
      }
    }
  }

  @Test func `touches unsafe code only where C is`() {
    let rooms = ["Signing", "MQTT", "Storage"]
    for file in Tree.sources where !rooms.contains(Self.room(of: file)) {
      for line in file.lines where !line.drop(while: { $0 == " " }).hasPrefix("//") {
        #expect(
          line.range(of: #"\bunsafe\b"#, options: .regularExpression) == nil
            || line.contains("\"") || Self.unsafeWithReason(file),
          "\(file.path): \(line)")
      }
    }
  }

  @Test func `provokes every error case in some test`() {
    let tests = Tree.tests.map(\.text).joined()
    // The command line's own faults are sentences with an exit code, held by its own tests.
    for file in Tree.sources where Self.room(of: file) != "headroom" {
      for name in Self.errorCases(in: file.text) {
        #expect(
          tests.range(of: #"\.\#(name)\b"#, options: .regularExpression) != nil,
          "\(file.path): no test mentions the error case .\(name)")
      }
    }
  }

  @Test func `documents every public declaration`() {
    for file in Tree.sources {
      var previous: Substring = ""
      for line in file.lines {
        let code = line.drop { $0 == " " }
        let declares = [
          "public struct ", "public enum ", "public final class ", "public protocol ",
        ]
        if declares.contains(where: code.hasPrefix) {
          #expect(
            previous.hasPrefix("///") || previous.hasPrefix("@"), "\(file.path): \(code)")
        }
        if !code.isEmpty { previous = code }
      }
    }
  }

  @Test func `reads like a public repository`() {
    let files =
      Tree.files(
        in: ["Sources", "Tests", "docs", "scripts", "config", "policies", "simulators"],
        endings: [".swift", ".md", ".yaml", ""])
      + ["README.md", "CHANGELOG.md", "CONTRIBUTING.md", "SECURITY.md"].compactMap(Tree.file)
    let foreign = ["/wo" + "rk/", ".lib" + "rary", "farm-" + "studio", "farm-" + "bench"]
    for file in files {
      for word in foreign { #expect(!file.text.contains(word), "\(file.path) holds \(word)") }
    }
  }

  @Test func `has the pages an operator looks for`() {
    for page in [
      "README.md", "CHANGELOG.md", "CONTRIBUTING.md", "SECURITY.md", "LICENSE",
      "docs/ARCHITECTURE.md", "docs/VOCABULARY.md", "docs/MQTT.md", "docs/POLICIES.md",
      "docs/LEDGER.md", "docs/VERIFICATION.md", "docs/SETTLEMENT.md", "docs/PLANNING.md",
    ] {
      #expect(Tree.file(page) != nil, "\(page) is missing")
    }
  }

  /// The folder under `Sources` or `simulators` that a file lies in.
  static func room(of file: Tree.File) -> String {
    String(file.path.split(separator: "/").dropFirst().first ?? "")
  }

  /// A file outside the C rooms may use `unsafe` if it gives the reason.
  static func unsafeWithReason(_ file: Tree.File) -> Bool { file.text.contains("// Sound:") }

  /// The planner, which knows no money, may estimate if it says how the result becomes exact.
  static func estimatesExactly(_ file: Tree.File) -> Bool {
    file.path.hasPrefix("Sources/Engine/Planning/")
      && file.text.contains("exact although it estimates in floating point")
  }

  /// Names of the cases of every enum in `text` that is an `Error`.
  static func errorCases(in text: String) -> [String] {
    var names: [String] = []
    var depth = 0
    var errorDepth: Int?
    for line in text.split(separator: "\n") {
      let code = line.drop { $0 == " " }
      if code.hasPrefix("//") { continue }
      if errorDepth == nil,
        code.range(of: #"enum \w+:[^{]*\bError\b"#, options: .regularExpression) != nil
      {
        errorDepth = depth
      }
      if let start = errorDepth, depth == start + 1, code.hasPrefix("case ") {
        var nesting = 0
        var name = ""
        for character in code.dropFirst(5) {
          switch character {
          case "(":
            if nesting == 0 { name += "(" }
            nesting += 1
          case ")": nesting -= 1
          case "," where nesting == 0:
            names.append(name)
            name = ""
          default: if nesting == 0 { name.append(character) }
          }
        }
        names.append(name)
      }
      depth += line.filter { $0 == "{" }.count - line.filter { $0 == "}" }.count
      if let start = errorDepth, depth <= start, code.contains("}") { errorDepth = nil }
    }
    return names.map {
      String($0.drop { $0 == " " }.prefix { $0.isLetter || $0.isNumber || $0 == "_" })
    }.filter { !$0.isEmpty }
  }
}
