/// One fault of a file: where, what was there, and what may be there.
public struct FileFault: Error, Hashable, Sendable, CustomStringConvertible {
  /// The file's name as the caller gave it.
  public let file: String
  /// The line, from 1; 1 is the header.
  public let line: Int
  /// The column's name, or what else is concerned.
  public let field: String
  /// What was there, within 100 bytes.
  public let found: String
  /// What may be there.
  public let allowed: String

  /// A fault.
  public init(file: String, line: Int, field: String, found: String, allowed: String) {
    self.file = file
    self.line = line
    self.field = field
    self.found = found
    self.allowed = allowed
  }

  /// One line: `fleet.csv:3: capacity_wh is 4,34; allowed: an integer...`.
  public var description: String { "\(file):\(line): \(field) is \(found); allowed: \(allowed)" }
}

/// All faults of a file; nothing of it was taken.
public struct FileFaults: Error, Hashable, Sendable, CustomStringConvertible {
  /// The first 1,000, in order of lines.
  public let list: [FileFault]
  /// How many there were.
  public let total: Int

  /// Faults; `total` counts those that are not listed too.
  public init(list: [FileFault], total: Int) {
    self.list = list
    self.total = total
  }

  /// One line a fault, and how many more there are.
  public var description: String {
    var lines = list.map(\.description)
    if total > list.count { lines.append("and \(total - list.count) more") }
    return lines.joined(separator: "\n")
  }
}

/// Collects the faults of one file.
struct FaultCollector {
  /// Faults that are listed; more are only counted.
  static let listed = 1_000

  let file: String
  private var list: [FileFault] = []
  private(set) var total = 0

  init(file: String) { self.file = file }

  var isEmpty: Bool { total == 0 }

  mutating func add(line: Int, field: String, found: String, allowed: String) {
    total += 1
    if list.count < Self.listed {
      list.append(
        FileFault(file: file, line: line, field: field, found: found, allowed: allowed))
    }
  }

  /// The faults in order of lines; what was found late on an early line stands with that line.
  var faults: FileFaults {
    let ordered = list.enumerated().sorted {
      ($0.element.line, $0.offset) < ($1.element.line, $1.offset)
    }
    return FileFaults(list: ordered.map(\.element), total: total)
  }
}
