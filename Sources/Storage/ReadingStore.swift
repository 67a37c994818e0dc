public import Grid

/// The energies of up to 1,024 meters over some UTC days, as columns.
///
/// Row by meter, then by time. A slot without a reading holds `missing`, so that reading it by
/// mistake is seen.
public struct ArchiveBlock: Hashable, Sendable {
  /// Meters in a block.
  public static let meters = 1_024
  /// What a slot without a reading holds.
  public static let missing = Int32.min

  /// First UTC day, counted from 1970.
  public var firstDay: Int64
  /// How many days.
  public var dayCount: Int
  /// How slots lie in the hours of UTC: their length in minutes, and 10,000 times the minutes by
  /// which they begin later than those of the same length that begin with the UTC day.
  public var grid: Int
  /// Joules from the grid, or charge.
  public var imported: [Int32]
  /// Joules into the grid, or discharge.
  public var exported: [Int32]
  /// `Quality` raw values.
  public var quality: [UInt8]

  /// Length of a slot.
  public var slotMinutes: Int { Self.slotMinutes(ofGrid: grid) }
  /// Minutes of a slot of a grid.
  public static func slotMinutes(ofGrid grid: Int) -> Int { grid % 10_000 }
  /// Start of the first slot, in Unix seconds.
  public var startSecond: Int64 { firstDay * 86_400 + Int64(grid / 10_000) * 60 }
  /// The grid of readings such as this one: hours from 10:30 are no hours from 10:00.
  public static func grid(of window: Window) -> Int {
    let minutes = window.seconds / 60
    return Int(minutes + 10_000 * (window.start.seconds / 60 % minutes))
  }
  /// Slots in a day.
  public var slotsPerDay: Int { 1_440 / slotMinutes }
  /// Slots of one meter.
  public var slots: Int { slotsPerDay * dayCount }

  /// A block without a reading, of slots of a grid; a length alone begins with the UTC day.
  public init(firstDay: Int64, dayCount: Int, slotMinutes grid: Int) {
    self.firstDay = firstDay
    self.dayCount = dayCount
    self.grid = grid
    let count = Self.meters * (1_440 / Self.slotMinutes(ofGrid: grid)) * dayCount
    imported = Array(repeating: Self.missing, count: count)
    exported = Array(repeating: Self.missing, count: count)
    quality = Array(repeating: Quality.missing.rawValue, count: count)
  }

  /// Fills the first slots of one meter with actual values; both columns are equally long.
  public mutating func set(meter: Int, imported joulesIn: [Int32], exported joulesOut: [Int32]) {
    precondition(
      joulesIn.count == joulesOut.count && joulesIn.count <= slots,
      "columns of a meter are equally long and fit the block")
    let base = meter * slots
    for slot in joulesIn.indices {
      imported[base + slot] = joulesIn[slot]
      exported[base + slot] = joulesOut[slot]
      quality[base + slot] = Quality.actual.rawValue
    }
  }
}

/// What an import of readings did.
public struct ImportSummary: Hashable, Sendable {
  /// Intervals that were not there before.
  public var new = 0
  /// Intervals that were there with the same value.
  public var same = 0
  /// Intervals without a value.
  public var missing = 0
  /// Values that a newer version of their source replaced; the old ones are kept.
  public var superseding = 0
  /// Values that a person replaced with a reason; the old ones are kept.
  public var edited = 0
  /// Values of an older version than the one that is known; kept as history.
  public var older = 0
  /// True: these bytes were imported before with the same options.
  public var isKnown = false
  /// Intervals whose present value changed: the meter and the window from the first to the last.
  public var changed: [MeterID: Window] = [:]

  /// Nothing yet.
  public init() {}
}

/// Meter readings: the archive as columns, live records as they came.
public protocol ReadingStore: Sendable {
  /// Numbers for meters, in the order given; new ones are numbered on from the last.
  func numbers(of meters: [MeterID]) throws(StoreError) -> [Int32]
  /// Takes readings into the archive: all of them, or none when one contradicts what is there.
  func archive(_ readings: [Reading]) throws(StoreError) -> ImportSummary
  /// Writes whole days of a block that has none of these days yet.
  func archive(_ block: ArchiveBlock, number: Int32) throws(StoreError)
  /// Days `days` of block `number` with slots of a grid; nil when the archive has none of it.
  func block(
    _ number: Int32, days: Range<Int64>, slotMinutes: Int
  ) throws(StoreError) -> ArchiveBlock?
  /// Grids, which are lengths in minutes where slots begin with the UTC day, that the archive has
  /// for block `number`.
  func slotMinutes(ofBlock number: Int32) throws(StoreError) -> [Int]
  /// Keeps live records as they came; repeats are kept too and sorted out by whoever reads.
  func append(_ records: [MeterRecord], receivedAt: Timestamp) throws(StoreError)
  /// Live records whose interval begins in `window` with the moment at which each came, in the
  /// order in which they came.
  func arrivals(
    startingIn window: Window
  ) throws(StoreError) -> [(received: Timestamp, record: MeterRecord)]
}

extension ReadingStore {
  /// Live records whose interval begins in `window`, in the order in which they came.
  public func records(startingIn window: Window) throws(StoreError) -> [MeterRecord] {
    try arrivals(startingIn: window).map(\.record)
  }
}
