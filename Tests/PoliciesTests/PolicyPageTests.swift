import Foundation
import Policies
import Testing

@Suite struct `The page of policies` {
  private func page() throws -> String {
    let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .deletingLastPathComponent().deletingLastPathComponent()
    return String(
      decoding: try Data(contentsOf: root.appendingPathComponent("docs/POLICIES.md")),
      as: UTF8.self)
  }

  @Test func `describes every field that is read`() throws {
    let page = try page()
    #expect(Policy.fieldPaths.count > 120)
    for path in Policy.fieldPaths { #expect(page.contains("| `\(path)` |"), "\(path)") }
  }

  @Test func `lists what may only say nothing special, and what is not there yet`() throws {
    let page = try page()
    for (path, texts) in Policy.fieldsWithoutEffect {
      for text in texts { #expect(page.contains("| `\(path)` | `\(text)` |"), "\(path)") }
    }
    for path in Policy.fieldsNotYet where !path.contains(".rate.") {
      #expect(page.contains("`\(path)`"), "\(path)")
    }
  }
}
