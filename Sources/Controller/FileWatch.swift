import FoundationEssentials
import Grid

/// Reads an operator's file again when it has changed.
///
/// A file that cannot be used is said once and changes nothing: what was known goes on.
struct FileWatch<Content> {
  /// What looking at the file came to.
  enum News {
    /// The file says this now.
    case content(Content)
    /// It cannot be used.
    case unusable(String)
  }

  /// The controller's time between two looks.
  static var everySeconds: Int64 { 10 }

  private let read: () throws -> Content
  private let path: String
  private var nextLook = Timestamp(microseconds: .min)
  private var seen: Seen?

  /// What changes when a file does.
  private struct Seen: Equatable {
    var modified: Date?
    var size: UInt64?
    var inode: UInt64?
  }

  /// A file that `read` makes something of.
  init(path: String, read: @escaping (String) throws -> Content) {
    self.path = path
    self.read = { try read(path) }
  }

  /// Looks when it is time; nil when the file is as it was.
  /// - Parameter isDue: It is time whenever the last look was.
  mutating func look(at now: Timestamp, isDue: Bool = false) -> News? {
    guard isDue || now >= nextLook else { return nil }
    nextLook = now.adding(seconds: Self.everySeconds)
    let attributes = try? FileManager.default.attributesOfItem(atPath: path)
    let found = Seen(
      modified: attributes?[.modificationDate] as? Date,
      size: attributes?[.size] as? UInt64,
      inode: attributes?[.systemFileNumber] as? UInt64)
    guard found != seen else { return nil }
    seen = found
    do {
      return .content(try read())
    } catch {
      return .unusable("\(error)")
    }
  }
}
