import Foundation
import Testing

@Suite struct `The pages` {
  static let pages =
    Tree.files(in: ["docs"], endings: [".md"])
    + ["README.md", "CHANGELOG.md", "CONTRIBUTING.md", "SECURITY.md"].compactMap(Tree.file)

  @Test func `link only to what is there`() {
    for page in Self.pages {
      let folder = Tree.root.appendingPathComponent(page.path).deletingLastPathComponent()
      for link in page.text.matches(of: /\]\(([^)#\s]+)/).map({ String($0.1) })
      where !link.contains("://") {
        let target = folder.appendingPathComponent(link).path
        #expect(FileManager.default.fileExists(atPath: target), "\(page.path) links to \(link)")
      }
    }
  }

  @Test func `are all in the map of the README`() throws {
    let readme = try #require(Tree.file("README.md")).text
    for page in Tree.files(in: ["docs"], endings: [".md"]) {
      #expect(readme.contains("](\(page.path))"), "README.md does not link to \(page.path)")
    }
  }

  @Test func `name only scripts and shipped files that are there`() {
    let names = /(?:scripts|policies|config|simulators\/scenarios)\/[a-z-]+(?:\.yaml)?\b/
    for page in Self.pages {
      for name in page.text.matches(of: names).map({ String($0.0) }) {
        let target = Tree.root.appendingPathComponent(name).path
        #expect(FileManager.default.fileExists(atPath: target), "\(page.path) names \(name)")
      }
    }
  }

  @Test func `describe every configuration key`() throws {
    let source = try #require(Tree.file("Sources/Controller/ControllerConfiguration.swift")).text
    let list = try #require(source.firstMatch(of: /keyPaths = \[([^=]+?)\n  \]/)).1
    let keys = list.matches(of: /"([^"]+)"/).map { String($0.1) }
    #expect(keys.count >= 20)
    let page = try #require(Tree.file("docs/ARCHITECTURE.md")).text
    let example = try #require(Tree.file("config/headroom.yaml")).text
    for key in keys {
      #expect(page.contains("| `\(key)` |"), "docs/ARCHITECTURE.md lacks \(key)")
      let name = key.split(separator: ".").last.map { String($0).replacing("[]", with: "") } ?? key
      #expect(example.contains("\(name):"), "config/headroom.yaml lacks \(key)")
    }
  }

  @Test func `describe every field of a scenario`() throws {
    let source = try #require(Tree.file("Sources/headroom/ScenarioFile.swift")).text
    let fields =
      source.matches(of: /Field\(\s*"(\w+)"/).map { String($0.1) }
      + source.matches(of: /\("(\w+)", -?[0-9_]+\.\.\./).map { String($0.1) }
    #expect(fields.count >= 25)
    let text =
      Tree.files(in: ["simulators/scenarios"], endings: [".yaml"]).map(\.text).joined()
      + (Tree.file("docs/SIMULATION.md")?.text ?? "")
    for field in fields {
      #expect(text.contains("\(field):") || text.contains("`\(field)`"), "nobody tells of \(field)")
    }
  }

  @Test func `show every command to a stranger`() throws {
    let list = try #require(Tree.file("Sources/headroom/Headroom.swift")).text
    let readme = try #require(Tree.file("README.md")).text
    let types = list.matches(of: /(\w+)\.self/).map { String($0.1) }
    #expect(types.count >= 4)
    for type in types {
      let file = Tree.sources.first { $0.text.contains("struct \(type):") }
      let text = try #require(file?.text, "no file declares \(type)")
      let after = try #require(text.range(of: "struct \(type):"))
      let name = try #require(text[after.upperBound...].firstMatch(of: /commandName: "(\w+)"/)).1
      #expect(readme.contains("| `\(name)"), "README.md lacks the command \(name)")
    }
  }

  @Test func `give every room its line`() throws {
    let page = try #require(Tree.file("docs/ARCHITECTURE.md")).text
    let rooms = Set(Tree.sources.map { `The house`.room(of: $0) })
    for room in rooms { #expect(page.contains("| `\(room)` |"), "no line for \(room)") }
  }

  @Test func `tell a stranger the two commands`() throws {
    let readme = try #require(Tree.file("README.md")).text
    for command in ["scripts/demo", "scripts/test"] {
      #expect(readme.contains("\n\(command)\n"), "README.md lacks \(command) on a line of its own")
      let path = Tree.root.appendingPathComponent(command).path
      #expect(FileManager.default.isExecutableFile(atPath: path), "\(command) cannot be run")
    }
  }
}
