import Grid

/// Green Button: resources of NAESB ESPI in an Atom feed, joined by their links.
public enum ESPIFile {
  static let atom = "http://www.w3.org/2005/Atom"
  static let espi = "http://naesb.org/espi"

  /// The readings of a feed.
  /// - Throws: every fault.
  public static func read(
    _ bytes: [UInt8], file: String, options: ImportOptions = ImportOptions()
  ) throws(FileFaults) -> MeterDelivery {
    var scan: ESPIScan
    do throws(FileFault) {
      scan = ESPIScan(scanner: try XMLScanner(bytes, file: file))
      try scan.run()
    } catch {
      throw FileFaults(list: [error], total: 1)
    }
    guard scan.faults.isEmpty else { throw scan.faults.faults }
    var join = ESPIJoin(scan, options: options)
    return try join.delivery()
  }

  /// One resource of the feed and its links.
  struct Entry {
    enum Kind { case usagePoint, meterReading, readingType, intervalBlocks, localTime }
    var kind: Kind?
    var line = 0
    var selfLink = ""
    var up = ""
    var related: [String] = []
    /// Of the entry, in microseconds.
    var updated: Int64 = 0
    /// Texts of a ReadingType or LocalTimeParameters.
    var fields: [String: String] = [:]
    /// Places in the blocks of the scan.
    var blocks: [Int] = []
  }

  /// One IntervalBlock.
  struct Block {
    var line = 0
    var start: Int64?
    var duration: Int64?
    var readings: Range<Int>
  }

  /// One IntervalReading as it stands.
  struct RawReading {
    var line: Int32
    var start: Int64?
    var duration: Int64?
    var value: Int64?
    var quality: Quality?
  }

  /// A quality code; nil when it is none that is known.
  static func quality(_ code: String) -> Quality? {
    switch code {
    case "0", "14", "17", "18", "19": .actual
    case "7": .edited
    case "8", "9", "10", "11", "13", "16": .estimated
    case "12", "15": .missing
    default: nil
    }
  }
}
