/// One static file of a log (C2SP tlog-tiles): up to 256 hashes of a level, or up to 256 entries.
public struct TileName: Hashable, Sendable, CustomStringConvertible {
  /// Hashes of a full tile, entries of a full bundle.
  public static let fullWidth: UInt64 = 256

  /// The level of the hashes, 0 for leaves; nil for an entry bundle.
  public let level: Int?
  /// Its place in the level, from 0.
  public let number: UInt64
  /// How many hashes or entries it has, 1…256.
  public let width: UInt64

  /// A tile of `width` hashes, or without `level` a bundle of so many entries.
  public init(level: Int?, number: UInt64, width: UInt64 = Self.fullWidth) {
    precondition((1...Self.fullWidth).contains(width), "an empty tile is not written")
    precondition(level == nil || (0...63).contains(level!), "a level of at most 64")
    self.level = level
    self.number = number
    self.width = width
  }

  /// True when nothing can be added to it.
  public var isFull: Bool { width == Self.fullWidth }

  /// The same one with all it can hold.
  public var full: TileName { TileName(level: level, number: number) }

  /// Numbers of the first leaf, or hash of the level, and the one after the last.
  public var range: Range<UInt64> {
    number * Self.fullWidth..<number * Self.fullWidth + width
  }

  /// Where it lies: groups of three digits, all but the last with an `x`; `.p/` if not full.
  public var description: String {
    var groups = [Self.threeDigits(number % 1_000)]
    var rest = number / 1_000
    while rest > 0 {
      groups.append("x" + Self.threeDigits(rest % 1_000))
      rest /= 1_000
    }
    let path =
      "tile/\(level.map(String.init) ?? "entries")/" + groups.reversed().joined(separator: "/")
    return isFull ? path : "\(path).p/\(width)"
  }

  /// The tile that lies at `path`, or nil when none is written like that.
  public init?(path: String) {
    var parts = path.split(separator: "/", omittingEmptySubsequences: false)
    guard parts.count >= 3, parts.removeFirst() == "tile" else { return nil }
    let level = parts.removeFirst()
    var width = Self.fullWidth
    if parts.count >= 2, parts[parts.count - 2].hasSuffix(".p") {
      guard let partial = UInt64(parts.removeLast()), (1..<Self.fullWidth).contains(partial) else {
        return nil
      }
      width = partial
      parts.append(parts.removeLast().dropLast(2))
    }
    guard parts.count <= 6 else { return nil }
    var number: UInt64 = 0
    for part in parts {
      guard let group = UInt64(part.drop { $0 == "x" }), group < 1_000 else { return nil }
      number = number * 1_000 + group
    }
    if level == "entries" {
      self.init(level: nil, number: number, width: width)
    } else {
      guard let known = Int(level), (0...63).contains(known) else { return nil }
      self.init(level: known, number: number, width: width)
    }
    // Only the one way of writing it: no leading zeros, no sign, the right groups.
    guard description == path else { return nil }
  }

  private static func threeDigits(_ number: UInt64) -> String {
    let digits = String(number)
    return String(repeating: "0", count: 3 - digits.utf8.count) + digits
  }

  /// Every tile and bundle of a log of `size` entries, bundles first, then level by level.
  ///
  /// - Parameter old: Tiles that a log of so many entries had in full, or in the same width, are
  ///   left out.
  public static func all(size: UInt64, after old: UInt64 = 0) -> [TileName] {
    var names = tiles(nil, size, old)
    var level = 0
    while level < 8, size >> (8 * level) > 0 {
      names += tiles(level, size >> (8 * level), old >> (8 * level))
      level += 1
    }
    return names
  }

  private static func tiles(_ level: Int?, _ count: UInt64, _ old: UInt64) -> [TileName] {
    if count == old { return [] }
    let full = count / fullWidth
    let first = min(old / fullWidth, full)
    var names = (first..<full).map { TileName(level: level, number: $0) }
    let width = count % fullWidth
    if width > 0 { names.append(TileName(level: level, number: full, width: width)) }
    return names
  }
}
