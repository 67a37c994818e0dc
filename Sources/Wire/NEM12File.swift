import Grid

/// The Australian interval file: comma-separated records of 100 to 900.
///
/// Its time is UTC+10 all year. A suffix is seen from the market: `E1` is energy from the grid, so
/// our import; `B1` is our export.
public enum NEM12File {
  /// UTC+10, all year.
  static let offsetSeconds: Int64 = 36_000

  /// The readings of the file.
  /// - Throws: every fault.
  public static func read(
    _ bytes: [UInt8], file: String, options: ImportOptions = ImportOptions()
  ) throws(FileFaults) -> MeterDelivery {
    var scan = NEM12Scan(bytes, file: file, options: options)
    scan.run()
    guard scan.file.faults.isEmpty else { throw scan.file.faults.faults }
    return try scan.delivery()
  }

  /// Joules of one unit of measure, in any case; nil when the unit is not energy.
  static func joules(ofUnit unit: String) -> Int64? {
    switch unit.lowercased() {
    case "wh": 3_600
    case "kwh": 3_600_000
    case "mwh": 3_600_000_000
    default: nil
    }
  }

  /// A quality such as `A`, `S14` or `V`; nil when it is none.
  static func quality(_ text: String) -> (letter: Character, quality: Quality)? {
    guard let letter = text.first else { return nil }
    let method = text.dropFirst()
    let hasMethod = method.utf8.count == 2 && method.utf8.allSatisfy { $0 &- 48 < 10 }
    switch letter {
    case "A" where method.isEmpty: return (letter, .actual)
    case "N" where method.isEmpty: return (letter, .missing)
    case "V" where method.isEmpty: return (letter, .missing)
    case "F" where hasMethod: return (letter, .edited)
    case "E" where hasMethod, "S" where hasMethod: return (letter, .estimated)
    default: return nil
    }
  }
}
