import FoundationEssentials
import Glibc
import Grid
import Signing
import Storage

/// Files that are there whole or not at all, also after the power went.
public enum WholeFile {
  /// A file that could not be written or read.
  public struct Fault: Error, Hashable, Sendable, CustomStringConvertible {
    /// The file.
    public let path: String
    /// What the system said.
    public let reason: String
    /// True when it was to be read, false when it was to be written.
    public let isRead: Bool
    /// True when another path would do; false when the disk failed.
    public let isOfPlace: Bool

    init(_ path: String, isRead: Bool, errno number: Int32?, or reason: String = "") {
      self.path = path
      self.isRead = isRead
      self.reason = number.map(SystemReason.text(ofErrno:)) ?? reason
      isOfPlace = number.map(SystemReason.isOfPlace(errno:)) ?? false
    }

    /// The file and what the system said.
    public var description: String {
      "\(path): file is not \(isRead ? "readable" : "written") (\(reason))"
    }
  }

  /// How names of files begin that are not finished; whoever finds one after a crash may remove it.
  public static let draftPrefix = ".tmp-"

  /// Writes under another name, waits for the disk, renames; the folder must be there.
  ///
  /// - Parameter syncsFolder: False when many files of one folder are written: then the folder is
  ///   synced once, by `syncFolder`, before anybody relies on them.
  public static func write(
    _ bytes: [UInt8], to path: String, syncsFolder: Bool = true
  ) throws(Fault) {
    let folder = folder(of: path)
    let draft = "\(folder)/\(draftPrefix)\(Hex.text(RandomBytes.make(count: 8)))"
    // Sound: the path is a text that outlives the call.
    let descriptor = unsafe open(draft, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else { throw fault(path) }
    var rest = bytes[...]
    while !rest.isEmpty {
      // Sound: the buffer outlives the call, which reads at most its count.
      let count = unsafe rest.withUnsafeBytes {
        unsafe Glibc.write(descriptor, $0.baseAddress, $0.count)
      }
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { throw abandoned(descriptor, draft, path) }
      rest = rest.dropFirst(count)
    }
    guard fsync(descriptor) == 0 else { throw abandoned(descriptor, draft, path) }
    close(descriptor)
    // Sound: both paths are texts that outlive the call.
    guard unsafe rename(draft, path) == 0 else {
      let fault = fault(path)
      try? FileManager.default.removeItem(atPath: draft)
      throw fault
    }
    if syncsFolder { try syncFolder(folder) }
  }

  /// Waits until the names in a folder are on the disk.
  public static func syncFolder(_ folder: String) throws(Fault) {
    // Sound: the path is a text that outlives the call.
    let descriptor = unsafe open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard descriptor >= 0 else { throw fault(folder) }
    defer { close(descriptor) }
    guard fsync(descriptor) == 0 else { throw fault(folder) }
  }

  /// All bytes of a file; nil when there is none.
  public static func read(_ path: String) throws(Fault) -> [UInt8]? {
    do {
      return Array(try Data(contentsOf: URL(filePath: path)))
    } catch {
      if (error as? CocoaError)?.code == .fileReadNoSuchFile { return nil }
      throw Fault(
        path, isRead: true, errno: SystemReason.number(of: error), or: SystemReason.text(error))
    }
  }

  /// Runs `body` while no other process holds the lock beside `path`.
  public static func locked<Value>(
    _ path: String, _ body: () throws -> Value
  ) throws -> Value {
    // Sound: the path is a text that outlives the call.
    let descriptor = unsafe open("\(path).lock", O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { throw fault(path) }
    defer { close(descriptor) }
    while flock(descriptor, LOCK_EX) != 0 {
      if errno != EINTR { throw fault(path) }
    }
    return try body()
  }

  static func folder(of path: String) -> String {
    URL(filePath: path).deletingLastPathComponent().path
  }

  private static func abandoned(
    _ descriptor: Int32, _ draft: String, _ path: String
  ) -> Fault {
    let fault = fault(path)
    close(descriptor)
    try? FileManager.default.removeItem(atPath: draft)
    return fault
  }

  private static func fault(_ path: String) -> Fault {
    Fault(path, isRead: false, errno: errno)
  }
}
