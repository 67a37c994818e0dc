import FoundationEssentials
public import Grid

/// Reads the system's zone files (TZif, RFC 8536) into tables that the core can look up.
///
/// The rule in a file's footer is written out to the end of 2100, so a table also answers for
/// years that its transitions do not reach.
public enum TimeZoneFile {
  /// Why there is no table.
  public enum Fault: Error, Hashable, Sendable, CustomStringConvertible {
    /// No file has this name, or the name is none.
    case unknownZone(String)
    /// There are no zone files at all on this machine, in this folder.
    case noZoneFiles(folder: String)
    /// The file is not TZif of version 2 or later, or breaks off.
    case malformed(String)

    /// What is wrong, and what can be done.
    public var description: String {
      switch self {
      case .unknownZone(let name): "\(name) is no time zone of this system"
      case .noZoneFiles(let folder):
        "there are no zone files in \(folder): install the package tzdata, or set TZDIR"
      case .malformed(let name): "the zone file of \(name) cannot be read: install tzdata anew"
      }
    }
  }

  /// Longest zone file that is read; the largest of tzdata is below 4 KiB.
  static let maximumBytes = 262_144
  /// The last year whose changes are written out.
  static let lastYear: Int64 = 2_100

  /// The table of the IANA zone `name`, from `TZDIR` or `/usr/share/zoneinfo`.
  ///
  /// `UTC` needs no file. Names with `..`, a leading slash or other characters than letters,
  /// digits, `_`, `+`, `-` and `/` are no zones.
  public static func load(_ name: String) throws(Fault) -> ZoneOffsets {
    let folder = ProcessInfo.processInfo.environment["TZDIR"].flatMap { $0.isEmpty ? nil : $0 }
    return try load(name, folder: folder ?? "/usr/share/zoneinfo")
  }

  /// The table of the IANA zone `name` from the zone files in `folder`.
  public static func load(_ name: String, folder: String) throws(Fault) -> ZoneOffsets {
    if name == "UTC" { return .utc }
    let parts = name.split(separator: "/", omittingEmptySubsequences: false)
    guard (1...64).contains(name.utf8.count),
      parts.allSatisfy({ !$0.isEmpty && $0.utf8.allSatisfy(isNameByte) })
    else { throw .unknownZone(name) }
    let files = FileManager.default
    guard files.fileExists(atPath: folder) else { throw .noZoneFiles(folder: folder) }
    guard let data = files.contents(atPath: "\(folder)/\(name)"),
      data.count <= maximumBytes
    else { throw .unknownZone(name) }
    return try parse([UInt8](data), name: name)
  }

  /// The table in the bytes of a zone file.
  public static func parse(_ bytes: [UInt8], name: String) throws(Fault) -> ZoneOffsets {
    var file = Cursor(bytes: bytes)
    guard let first = Header(&file), first.version >= UInt8(ascii: "2"),
      file.skip(first.dataBytes(timeBytes: 4)), let header = Header(&file), header.types > 0
    else { throw .malformed(name) }
    var times: [Int64] = []
    for _ in 0..<header.times {
      guard let time = file.signed(8) else { throw .malformed(name) }
      times.append(time)
    }
    guard let indices = file.take(header.times) else { throw .malformed(name) }
    var offsets: [Int64] = []
    for _ in 0..<header.types {
      guard let offset = file.signed(4), abs(offset) < 100_000, file.skip(2) else {
        throw .malformed(name)
      }
      offsets.append(offset)
    }
    guard
      file.skip(header.characters + header.leaps * 12 + header.standards + header.universals),
      indices.allSatisfy({ Int($0) < offsets.count }),
      zip(times, times.dropFirst()).allSatisfy({ $0 < $1 }),
      let footer = file.footer()
    else { throw .malformed(name) }
    var transitions = zip(times, indices).map {
      ZoneOffsets.Transition(at: $0, offsetSeconds: offsets[Int($1)])
    }
    if !footer.isEmpty {
      guard let rule = TimeZoneRule(footer) else { throw .malformed(name) }
      let last = transitions.last?.at
      transitions += rule.transitions(through: lastYear, after: last)
    }
    return ZoneOffsets(name: name, before: offsets[0], transitions: transitions)
  }

  private static func isNameByte(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "+"),
      UInt8(ascii: "-"):
      true
    default: false
    }
  }
}

/// The 44 bytes before each block of a zone file.
private struct Header {
  let version: UInt8
  let universals: Int
  let standards: Int
  let leaps: Int
  let times: Int
  let types: Int
  let characters: Int

  init?(_ file: inout Cursor) {
    guard let magic = file.take(4), magic == Array("TZif".utf8), let version = file.take(1),
      file.skip(15)
    else { return nil }
    var counts: [Int] = []
    for _ in 0..<6 {
      guard let count = file.signed(4), (0...100_000).contains(count) else { return nil }
      counts.append(Int(count))
    }
    self.version = version[0]
    universals = counts[0]
    standards = counts[1]
    leaps = counts[2]
    times = counts[3]
    types = counts[4]
    characters = counts[5]
  }

  func dataBytes(timeBytes: Int) -> Int {
    times * (timeBytes + 1) + types * 6 + characters + leaps * (timeBytes + 4) + standards
      + universals
  }
}

/// A place in the bytes of a file.
private struct Cursor {
  let bytes: [UInt8]
  var place = 0

  init(bytes: [UInt8]) { self.bytes = bytes }

  mutating func take(_ count: Int) -> [UInt8]? {
    guard count <= bytes.count - place else { return nil }
    defer { place += count }
    return Array(bytes[place..<place + count])
  }

  mutating func skip(_ count: Int) -> Bool { take(count) != nil }

  /// A big-endian number of `count` bytes in two's complement.
  mutating func signed(_ count: Int) -> Int64? {
    guard let digits = take(count) else { return nil }
    var value: Int64 = digits[0] >= 128 ? -1 : 0
    for digit in digits { value = value << 8 | Int64(digit) }
    return value
  }

  /// The text between the two line feeds at the end.
  mutating func footer() -> String? {
    guard let rest = take(bytes.count - place), rest.count >= 2, rest.first == 10, rest.last == 10
    else { return nil }
    return String(validating: rest.dropFirst().dropLast(), as: UTF8.self)
  }
}
