import FoundationEssentials
public import Ledger

/// A log as a folder of static files (C2SP tlog-tiles).
public struct TileFolder: Sendable {
  /// The folder.
  public let path: String

  /// The folder at `path`, which need not be there.
  public init(_ path: String) { self.path = path }

  /// Largest file that is read: a bundle of 256 entries of 65,535 bytes.
  public static let maximumBytes = 256 * (2 + EntryLimits.bytes)

  /// A file's bytes, or nil when there is none.
  public func read(_ name: String) throws(WholeFile.Fault) -> [UInt8]? {
    try WholeFile.read("\(path)/\(name)")
  }

  /// The note of the checkpoint, or nil when there is none.
  public func checkpoint() throws(WholeFile.Fault) -> String? {
    try read("checkpoint").map { String(decoding: $0, as: UTF8.self) }
  }

  /// Every file below the folder, by its path there, sorted; empty when there is no folder.
  public func paths() -> [String] {
    let files = FileManager.default
    var found: [String] = []
    for path in files.enumerator(paths: self.path) {
      var isFolder = false
      if files.fileExists(atPath: "\(self.path)/\(path)", isDirectory: &isFolder), !isFolder {
        found.append(path)
      }
    }
    return found.sorted()
  }

  /// Writes files, each whole or not at all, and waits for the disk.
  ///
  /// - Parameter files: Called with a function that writes one file.
  public func write(
    _ files: (_ write: (_ name: String, _ bytes: [UInt8]) throws -> Void) throws -> Void
  ) throws {
    var folders: Set<String> = [path]
    func make(_ folder: String) throws {
      var folder = folder
      while folders.insert(folder).inserted {
        try FileManager.default.createDirectory(
          atPath: folder, withIntermediateDirectories: true)
        folder = WholeFile.folder(of: folder)
      }
    }
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    try files { name, bytes in
      let file = "\(path)/\(name)"
      try make(WholeFile.folder(of: file))
      try WholeFile.write(bytes, to: file, syncsFolder: false)
    }
    for folder in folders { try WholeFile.syncFolder(folder) }
  }

  /// Publishes a checkpoint: the last step, after everything it vouches for.
  public func publish(_ note: Note) throws(WholeFile.Fault) {
    try WholeFile.write(Array(note.description.utf8), to: "\(path)/checkpoint")
  }

  /// Removes the partial tiles of a log of `old` entries whose full ones are there now.
  public func removePartial(of old: UInt64, size: UInt64) {
    for name in TileName.all(size: old) where !name.isFull {
      let count = size >> (8 * UInt64(name.level ?? 0))
      guard name.full.range.upperBound <= count else { continue }
      let file = "\(path)/\(name)"
      try? FileManager.default.removeItem(atPath: file)
      let folder = WholeFile.folder(of: file)
      if (try? FileManager.default.contentsOfDirectory(atPath: folder)) == [] {
        try? FileManager.default.removeItem(atPath: folder)
      }
    }
  }
}

extension FileManager {
  /// The paths below a folder, relative to it, folders before what is in them.
  fileprivate func enumerator(paths folder: String) -> [String] {
    var found: [String] = []
    for name in (try? contentsOfDirectory(atPath: folder))?.sorted() ?? [] {
      found.append(name)
      var isFolder = false
      if fileExists(atPath: "\(folder)/\(name)", isDirectory: &isFolder), isFolder {
        found += enumerator(paths: "\(folder)/\(name)").map { "\(name)/\($0)" }
      }
    }
    return found
  }
}
