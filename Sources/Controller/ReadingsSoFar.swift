import Grid
import Storage

/// The readings as they were when a settlement run began: later records are not seen.
struct ReadingsSoFar: ReadingStore {
  let store: SQLiteReadingStore
  /// The last record that is seen.
  let lastRecord: Int64

  func numbers(of meters: [MeterID]) throws(StoreError) -> [Int32] {
    try store.numbers(of: meters)
  }

  func archive(_ readings: [Reading]) throws(StoreError) -> ImportSummary {
    try store.archive(readings)
  }

  func archive(_ block: ArchiveBlock, number: Int32) throws(StoreError) {
    try store.archive(block, number: number)
  }

  func block(
    _ number: Int32, days: Range<Int64>, slotMinutes: Int
  ) throws(StoreError) -> ArchiveBlock? {
    try store.block(number, days: days, slotMinutes: slotMinutes)
  }

  func slotMinutes(ofBlock number: Int32) throws(StoreError) -> [Int] {
    try store.slotMinutes(ofBlock: number)
  }

  func append(_ records: [MeterRecord], receivedAt moment: Timestamp) throws(StoreError) {
    try store.append(records, receivedAt: moment)
  }

  func arrivals(
    startingIn window: Window
  ) throws(StoreError) -> [(received: Timestamp, record: MeterRecord)] {
    try store.arrivals(startingIn: window, upTo: lastRecord)
  }
}
