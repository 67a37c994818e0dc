/// Up to 256 entries in one file: each has two bytes of length before it (C2SP tlog-tiles).
public enum EntryBundle {
  /// What is wrong with the bytes of a bundle.
  public enum Fault: Error, Hashable, Sendable, CustomStringConvertible {
    /// The bytes end inside the entry with this place in the bundle.
    case cutShort(place: Int)
    /// More or fewer entries than its name says.
    case count(found: Int, expected: Int)

    /// What was found and what is allowed.
    public var description: String {
      switch self {
      case .cutShort(let place): "the bundle ends inside of its entry \(place)"
      case .count(let found, let expected):
        "the bundle has \(found) entries; allowed: \(expected)"
      }
    }
  }

  /// Adds an entry to the bytes of a bundle.
  public static func append(_ entry: [UInt8], to bundle: inout [UInt8]) {
    precondition(entry.count <= EntryLimits.bytes, "the length of an entry has two bytes")
    bundle.append(UInt8(entry.count >> 8))
    bundle.append(UInt8(entry.count & 255))
    bundle.append(contentsOf: entry)
  }

  /// The entries of a bundle that should have `width` of them.
  ///
  /// - Parameter takesMore: A longer bundle gives its first ones; a full one stands for a partial.
  public static func entries(
    _ bytes: [UInt8], width: Int, takesMore: Bool = false
  ) throws(Fault) -> [[UInt8]] {
    var entries: [[UInt8]] = []
    entries.reserveCapacity(width)
    var place = 0
    while place < bytes.count {
      guard bytes.count - place >= 2 else { throw .cutShort(place: entries.count) }
      let length = Int(bytes[place]) << 8 | Int(bytes[place + 1])
      place += 2
      guard bytes.count - place >= length else { throw .cutShort(place: entries.count) }
      entries.append(Array(bytes[place..<place + length]))
      place += length
    }
    guard entries.count == width || (takesMore && entries.count > width) else {
      throw .count(found: entries.count, expected: width)
    }
    return Array(entries.prefix(width))
  }
}
