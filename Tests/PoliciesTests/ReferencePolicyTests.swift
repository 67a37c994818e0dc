import Foundation
import Policies
import Testing

/// The policies of real programmes that the project was designed with, where they are at hand.
private let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
  .deletingLastPathComponent().deletingLastPathComponent()
  .appendingPathComponent("../shared/reference/policies").standardizedFileURL

@Suite(.enabled(if: FileManager.default.fileExists(atPath: folder.path)))
struct `A reference policy` {
  @Test func `is accepted, or refused only for what is not there yet`() throws {
    var checked = 0
    for name in try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
    where name.hasSuffix(".yaml") {
      checked += 1
      let bytes = [UInt8](try Data(contentsOf: folder.appendingPathComponent(name)))
      do {
        _ = try Policy.load(bytes: bytes, file: name)
      } catch {
        let others = error.list.filter { $0.code != YAMLFault.Code.notYet }
        #expect(others.isEmpty, "\(others)")
      }
    }
    #expect(checked > 0)
  }
}
