import Foundation

/// The project's own tree, read from disk.
enum Tree {
  /// The package's root.
  static let root = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

  struct File {
    /// From the root, with `/`.
    let path: String
    let text: String

    var lines: [Substring] { text.split(separator: "\n", omittingEmptySubsequences: false) }
  }

  /// All text files below `folders` whose name ends in one of `endings`, sorted by path.
  static func files(in folders: [String], endings: [String]) -> [File] {
    var found: [File] = []
    for folder in folders {
      let base = root.appendingPathComponent(folder)
      guard let paths = FileManager.default.enumerator(atPath: base.path) else { continue }
      for case let path as String in paths where endings.contains(where: path.hasSuffix) {
        let url = base.appendingPathComponent(path)
        guard let text = try? String(contentsOf: url, encoding: .utf8) else { continue }
        found.append(File(path: folder + "/" + path, text: text))
      }
    }
    return found.sorted { $0.path < $1.path }
  }

  /// One file, or nil.
  static func file(_ path: String) -> File? {
    guard
      let text = try? String(contentsOf: root.appendingPathComponent(path), encoding: .utf8)
    else { return nil }
    return File(path: path, text: text)
  }

  static let sources = files(in: ["Sources", "simulators"], endings: [".swift"])
  static let tests = files(in: ["Tests"], endings: [".swift"])
}
