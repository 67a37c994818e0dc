import FoundationEssentials
import Grid

/// Reads the file of storm warnings again when it has changed.
///
/// A file that cannot be used is said once and changes nothing: what was known goes on.
struct StormWatch {
  /// What looking at the file came to.
  enum News {
    /// The file says this now.
    case warnings([StormWarning])
    /// It cannot be used.
    case unusable(String)
  }

  /// The controller's time between two looks.
  static let everySeconds: Int64 = 10

  private let path: String
  private let feeder: FeederTree
  private var nextLook = Timestamp(microseconds: .min)
  private var seen: Seen?

  /// What changes when a file does.
  private struct Seen: Equatable {
    var modified: Date?
    var size: UInt64?
    var inode: UInt64?
  }

  init(path: String, feeder: FeederTree) {
    self.path = path
    self.feeder = feeder
  }

  /// Looks when it is time; nil when the file is as it was.
  mutating func look(at now: Timestamp) -> News? {
    guard now >= nextLook else { return nil }
    nextLook = now.adding(seconds: Self.everySeconds)
    let attributes = try? FileManager.default.attributesOfItem(atPath: path)
    let found = Seen(
      modified: attributes?[.modificationDate] as? Date,
      size: attributes?[.size] as? UInt64,
      inode: attributes?[.systemFileNumber] as? UInt64)
    guard found != seen else { return nil }
    seen = found
    do {
      return .warnings(try Assembly.storms(path, feeder: feeder))
    } catch {
      return .unusable("\(error)")
    }
  }
}
