public import Grid
import Synchronization

extension ArchiveBlock {
  /// Beside a quality: the sender excludes the value from settlement. Such a byte is no `Quality`,
  /// so whoever does not know it reads a missing value and pays nothing.
  public static let nonCommercial: UInt8 = 0x80

  /// The reading in a slot of a meter's row; nil when neither channel has a value.
  public func reading(of meter: MeterID, row: Int, slot: Int) -> Reading? {
    let place = row * slots + slot
    let missing = Self.missing
    guard imported[place] != missing || exported[place] != missing else { return nil }
    let start = Timestamp(seconds: startSecond + Int64(slot * slotMinutes * 60))
    let isComplete = imported[place] != missing && exported[place] != missing
    let byte = quality[place]
    return Reading(
      meter: meter,
      window: Window(start: start, end: start.adding(seconds: Int64(slotMinutes * 60)))!,
      imported: imported[place] == missing ? nil : Energy(joules: Int64(imported[place])),
      exported: exported[place] == missing ? nil : Energy(joules: Int64(exported[place])),
      quality: Self.grade(byte, isComplete: isComplete),
      isNonCommercial: isComplete && byte & Self.nonCommercial != 0)
  }

  /// What a stored byte says of a value; half a reading is missing, and no value ever is.
  static func grade(_ byte: UInt8, isComplete: Bool) -> Quality {
    guard isComplete else { return .missing }
    let grade = Quality(rawValue: byte & ~nonCommercial) ?? .estimated
    return grade == .missing ? .estimated : grade
  }
}

extension SQLiteReadingStore {
  /// All meters, in order of their numbers from 1.
  public func meters() -> [MeterID] { names.withLock { $0.ids } }

  /// The number of a meter that is known.
  func number(of meter: MeterID) -> Int32? { names.withLock { $0.numbers[meter] } }

  /// Visits the archived readings that begin in `window`, meter after meter in order of numbers,
  /// each meter's in order of start; meters without one are passed over.
  ///
  /// A block of 1,024 meters is held at a time.
  public func archivedReadings(
    startingIn window: Window, of wanted: Set<MeterID>? = nil,
    _ visit: (MeterID, [Reading]) throws -> Void
  ) throws {
    let meters = meters()
    let days =
      CivilDate(utc: window.start).dayNumber..<CivilDate(
        utc: Timestamp(microseconds: window.end.microseconds - 1)
      ).dayNumber + 1
    let size = ArchiveBlock.meters
    for number in 0..<(meters.count + size - 1) / size {
      let own = meters[number * size..<min(meters.count, (number + 1) * size)]
      if let wanted, !own.contains(where: wanted.contains) { continue }
      let blocks = try slotMinutes(ofBlock: Int32(number)).compactMap {
        try block(Int32(number), days: days, slotMinutes: $0)
      }
      for (row, meter) in own.enumerated() where wanted?.contains(meter) ?? true {
        var readings: [Reading] = []
        for block in blocks {
          for slot in 0..<block.slots {
            if let reading = block.reading(of: meter, row: row, slot: slot),
              window.contains(reading.window.start)
            {
              readings.append(reading)
            }
          }
        }
        if blocks.count > 1 { readings.sort { $0.window.start < $1.window.start } }
        if !readings.isEmpty { try visit(meter, readings) }
      }
    }
  }
}
