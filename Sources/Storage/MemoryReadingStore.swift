public import Grid
import Synchronization

/// Readings in memory, for commands that work on files alone.
///
/// It keeps one set of columns a meter and day, so a few meters over a year stay small.
public final class MemoryReadingStore: ReadingStore {
  private let kept = Mutex(Kept())

  /// An empty store.
  public init() {}

  private struct Key: Hashable {
    let minutes: Int
    let meter: Int32
    let day: Int64

    var block: Int32 { (meter - 1) / Int32(ArchiveBlock.meters) }
  }

  private struct Kept {
    var ids: [MeterID: Int32] = [:]
    var days: [Key: ArchiveBlock] = [:]
    var records: [(received: Timestamp, record: MeterRecord)] = []
  }

  /// Numbers for meters; a new one gets the next.
  public func numbers(of meters: [MeterID]) throws(StoreError) -> [Int32] {
    kept.withLock { kept in
      meters.map { meter in
        if let number = kept.ids[meter] { return number }
        let number = Int32(kept.ids.count + 1)
        kept.ids[meter] = number
        return number
      }
    }
  }

  /// Takes all readings, or none when one contradicts what is there.
  public func archive(_ readings: [Reading]) throws(StoreError) -> ImportSummary {
    let numbers = try numbers(of: readings.map(\.meter))
    return try kept.withLock { (kept) throws(StoreError) in
      // The copy shares its columns with what is kept until a day is touched.
      var days = kept.days
      var summary = ImportSummary()
      var last: (key: Key, day: ArchiveBlock)?
      for (row, reading) in readings.enumerated() {
        let key = Key(
          minutes: ArchiveBlock.grid(of: reading.window), meter: numbers[row],
          day: ZoneOffsets.utc.date(at: reading.window.start).dayNumber)
        if last?.key != key {
          if let last { days[last.key] = last.day }
          last = (
            key, days[key] ?? ArchiveBlock(oneMeterOn: key.day, slotMinutes: key.minutes)
          )
        }
        do {
          try last?.day.take(reading, meterRow: 0, summary: &summary)
        } catch let error as StoreError {
          throw error
        } catch {
          throw .failed(reason: "\(error)")
        }
      }
      if let last { days[last.key] = last.day }
      kept.days = days
      return summary
    }
  }

  /// Takes whole days of a block that has none of them.
  public func archive(_ block: ArchiveBlock, number: Int32) throws(StoreError) {
    try kept.withLock { (kept) throws(StoreError) in
      let days = block.firstDay..<block.firstDay + Int64(block.dayCount)
      let isTaken = kept.days.keys.contains {
        $0.block == number && $0.minutes == block.grid && days.contains($0.day)
      }
      guard !isTaken else {
        throw .failed(reason: "block \(number) has one of the days from \(block.firstDay) already")
      }
      for row in 0..<ArchiveBlock.meters {
        for (place, day) in days.enumerated() {
          let from = row * block.slots + place * block.slotsPerDay
          let range = from..<from + block.slotsPerDay
          var one = ArchiveBlock(oneMeterOn: day, slotMinutes: block.grid)
          one.imported = Array(block.imported[range])
          one.exported = Array(block.exported[range])
          one.quality = Array(block.quality[range])
          let meter = number * Int32(ArchiveBlock.meters) + Int32(row) + 1
          kept.days[Key(minutes: block.grid, meter: meter, day: day)] = one
        }
      }
    }
  }

  /// Some days of a block, put together from its meters' days; nil when there is none.
  public func block(
    _ number: Int32, days: Range<Int64>, slotMinutes: Int
  ) throws(StoreError) -> ArchiveBlock? {
    kept.withLock { kept in
      var block: ArchiveBlock?
      for row in 0..<ArchiveBlock.meters {
        let meter = number * Int32(ArchiveBlock.meters) + Int32(row) + 1
        for (place, day) in days.enumerated() {
          guard let one = kept.days[Key(minutes: slotMinutes, meter: meter, day: day)] else {
            continue
          }
          var filled =
            block
            ?? ArchiveBlock(
              firstDay: days.lowerBound, dayCount: days.count, slotMinutes: slotMinutes)
          block = nil
          let from = row * filled.slots + place * filled.slotsPerDay
          let range = from..<from + filled.slotsPerDay
          filled.imported.replaceSubrange(range, with: one.imported)
          filled.exported.replaceSubrange(range, with: one.exported)
          filled.quality.replaceSubrange(range, with: one.quality)
          block = filled
        }
      }
      return block
    }
  }

  /// Slot lengths of a block, shortest first; costs a look at every day that is kept.
  public func slotMinutes(ofBlock number: Int32) throws(StoreError) -> [Int] {
    kept.withLock { kept in
      Set(kept.days.keys.lazy.filter { $0.block == number }.map(\.minutes)).sorted()
    }
  }

  /// Keeps live records as they came.
  public func append(_ records: [MeterRecord], receivedAt: Timestamp) throws(StoreError) {
    kept.withLock { $0.records += records.map { (receivedAt, $0) } }
  }

  /// Live records by the start of their interval, in the order in which they came.
  public func arrivals(
    startingIn window: Window
  ) throws(StoreError) -> [(received: Timestamp, record: MeterRecord)] {
    kept.withLock { $0.records.filter { window.contains($0.record.window.start) } }
  }
}

extension ArchiveBlock {
  /// One meter's columns of one day, all missing.
  init(oneMeterOn day: Int64, slotMinutes grid: Int) {
    firstDay = day
    dayCount = 1
    self.grid = grid
    imported = Array(repeating: Self.missing, count: 1_440 / ArchiveBlock.slotMinutes(ofGrid: grid))
    exported = imported
    quality = Array(repeating: Quality.missing.rawValue, count: imported.count)
  }
}
