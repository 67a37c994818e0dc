/// Files that senders pack: gzip (RFC 1952) and zip, one member, within limits.
///
/// Nothing is written to disk under a name of the file, and nothing is unpacked beyond the limits.
public enum PackedFile {
  /// How a file came.
  public enum Packing: String, Hashable, Sendable {
    case none, gzip, zip
  }

  /// A file's own bytes, and what was around them.
  public struct Contents: Hashable, Sendable {
    /// The bytes, unpacked.
    public let bytes: [UInt8]
    /// How they came.
    public let packing: Packing
    /// The name that a zip gives its member; only compared, never used as a path.
    public let name: String?
  }

  /// Bytes of a packed file.
  static let packedBytes = 16_777_216
  /// Bytes of a file after unpacking.
  static let fileBytes = 67_108_864
  /// Unpacked bytes for each packed one.
  static let ratio = 100

  /// The file unpacked, or as it is when it is not packed.
  /// - Throws: one fault; what is no packed file is no fault.
  public static func unpack(_ bytes: [UInt8], file: String) throws(FileFault) -> Contents {
    if bytes.starts(with: [0x1F, 0x8B]) { return try gzip(bytes, file) }
    if bytes.starts(with: [0x50, 0x4B, 0x03, 0x04]) || bytes.starts(with: [0x50, 0x4B, 0x05, 0x06])
    {
      return try zip(bytes, file)
    }
    return Contents(bytes: bytes, packing: .none, name: nil)
  }

  private static func fault(_ file: String, _ found: String, _ allowed: String) -> FileFault {
    FileFault(file: file, line: 1, field: "packed file", found: found, allowed: allowed)
  }

  private static func limit(_ bytes: [UInt8], _ file: String) throws(FileFault) -> Int {
    guard bytes.count <= packedBytes else {
      throw fault(file, "\(bytes.count) bytes", "up to \(packedBytes) packed bytes")
    }
    return min(fileBytes, bytes.count * ratio)
  }

  private static func unpacked(
    _ bytes: [UInt8], _ start: Int, _ end: Int, _ file: String
  ) throws(FileFault) -> (output: [UInt8], end: Int) {
    let limit = try limit(bytes, file)
    do throws(Inflate.Fault) {
      return try Inflate.unpack(bytes, from: start, to: end, limit: limit)
    } catch {
      switch error {
      case .cut: throw fault(file, "cut off", "a whole packed file")
      case .malformed: throw fault(file, "not DEFLATE", "an undamaged packed file")
      case .tooLong:
        throw fault(
          file, "more than \(limit) bytes when unpacked",
          "up to \(fileBytes) bytes, and \(ratio) for each packed one")
      }
    }
  }

  private static func gzip(_ bytes: [UInt8], _ file: String) throws(FileFault) -> Contents {
    let header = "a gzip header (deflate, no reserved flags)"
    guard bytes.count >= 18, bytes[2] == 8, bytes[3] & 0xE0 == 0 else {
      throw fault(file, bytes.count < 18 ? "cut off" : "another gzip header", header)
    }
    var place = 10
    if bytes[3] & 4 != 0 { place += 2 + Int(bytes[10]) + Int(bytes[11]) << 8 }
    for flag: UInt8 in [8, 16] where bytes[3] & flag != 0 {
      while place < bytes.count, bytes[place] != 0 { place += 1 }
      place += 1
    }
    if bytes[3] & 2 != 0 { place += 2 }
    guard place < bytes.count else { throw fault(file, "cut off", header) }
    let (output, end) = try unpacked(bytes, place, bytes.count, file)
    guard end + 8 <= bytes.count else { throw fault(file, "cut off", "a whole packed file") }
    guard end + 8 == bytes.count else {
      throw fault(file, "\(bytes.count - end - 8) bytes after the first member", "one member")
    }
    guard number(bytes, end, 4) == Int(CRC32.of(output)),
      number(bytes, end + 4, 4) == output.count & 0xFFFF_FFFF
    else { throw fault(file, "another checksum or length", "an undamaged packed file") }
    return Contents(bytes: output, packing: .gzip, name: nil)
  }

  private static func zip(_ bytes: [UInt8], _ file: String) throws(FileFault) -> Contents {
    // The end record stands last; a comment may follow it.
    var last: Int?
    var place = bytes.count - 22
    while place >= 0, place >= bytes.count - 22 - 65_535 {
      if bytes[place...].starts(with: [0x50, 0x4B, 0x05, 0x06]),
        place + 22 + number(bytes, place + 20, 2) == bytes.count
      {
        last = place
        break
      }
      place -= 1
    }
    guard let last else { throw fault(file, "no end record: cut off", "a whole zip file") }
    let members = number(bytes, last + 10, 2)
    guard members == 1, number(bytes, last + 4, 4) == 0, number(bytes, last + 8, 2) == 1 else {
      throw fault(file, "\(members) members", "one member")
    }
    let entry = number(bytes, last + 16, 4)
    guard entry + 46 <= last, bytes[entry...].starts(with: [0x50, 0x4B, 0x01, 0x02]) else {
      throw fault(file, "a directory that is not there", "an undamaged zip file")
    }
    let nameCount = number(bytes, entry + 28, 2)
    let start = number(bytes, entry + 42, 4)
    let packed = number(bytes, entry + 20, 4)
    let size = number(bytes, entry + 24, 4)
    guard entry + 46 + nameCount <= last, start + 30 <= entry,
      bytes[start...].starts(with: [0x50, 0x4B, 0x03, 0x04])
    else { throw fault(file, "a member that is not there", "an undamaged zip file") }
    let name = Array(bytes[entry + 46..<entry + 46 + nameCount])
    guard !name.contains(where: { $0 == UInt8(ascii: "/") || $0 == UInt8(ascii: "\\") }) else {
      throw fault(file, "a member named \(Excerpt.of(name))", "a name without a path")
    }
    guard number(bytes, entry + 8, 2) & 0x0041 == 0 else {
      throw fault(file, "an encrypted member", "one that is not encrypted")
    }
    let from = start + 30 + number(bytes, start + 26, 2) + number(bytes, start + 28, 2)
    guard from + packed <= entry else { throw fault(file, "cut off", "a whole zip file") }
    let allowed = try limit(bytes, file)
    guard size <= allowed else {
      throw fault(
        file, "\(size) bytes when unpacked",
        "up to \(fileBytes) bytes, and \(ratio) for each packed one")
    }
    let output: [UInt8]
    switch number(bytes, entry + 10, 2) {
    case 0: output = Array(bytes[from..<from + packed])
    case 8: output = try unpacked(bytes, from, from + packed, file).output
    case let method: throw fault(file, "packing method \(method)", "0 (stored) or 8 (deflate)")
    }
    guard output.count == size, number(bytes, entry + 16, 4) == Int(CRC32.of(output)) else {
      throw fault(file, "another checksum or length", "an undamaged packed file")
    }
    return Contents(
      bytes: output, packing: .zip, name: String(decoding: name, as: UTF8.self))
  }

  private static func number(_ bytes: [UInt8], _ place: Int, _ count: Int) -> Int {
    (0..<count).reduce(0) { $0 | Int(bytes[place + $1]) << (8 * $1) }
  }
}

/// The checksum of gzip and zip (ISO 3309).
enum CRC32 {
  private static let table: [UInt32] = (0..<256).map { number in
    (0..<8).reduce(UInt32(number)) { value, _ in
      value & 1 == 1 ? 0xEDB8_8320 ^ value >> 1 : value >> 1
    }
  }

  static func of(_ bytes: [UInt8]) -> UInt32 {
    let table = table
    var value = ~UInt32(0)
    for byte in bytes { value = table[Int(UInt8(truncatingIfNeeded: value) ^ byte)] ^ value >> 8 }
    return ~value
  }
}
