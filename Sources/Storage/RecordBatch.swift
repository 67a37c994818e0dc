import Grid

/// Meter records as fixed rows of 68 bytes, little-endian, for one blob a batch.
///
/// Row: meter number 4, duration 4, start in seconds 8, seq 8, quality 1, kept 1, revision 2,
/// epoch 8, then four energies of 8 in watt-hours (-1 is none): import and export register, import
/// and export of the interval.
enum RecordBatch {
  static let rowBytes = 68

  static func encode(_ records: [MeterRecord], numbers: [Int32]) -> [UInt8] {
    precondition(records.count == numbers.count, "one number a record")
    var bytes: [UInt8] = []
    bytes.reserveCapacity(records.count * rowBytes)
    func put(_ value: some FixedWidthInteger) {
      var rest = value
      for _ in 0..<(type(of: value).bitWidth / 8) {
        bytes.append(UInt8(truncatingIfNeeded: rest))
        rest >>= 8
      }
    }
    for (record, number) in zip(records, numbers) {
      put(number)
      put(Int32(record.window.seconds))
      put(record.window.start.seconds)
      put(record.seq)
      put(record.quality.rawValue)
      put(UInt8(0))
      put(UInt16(clamping: record.revision))
      put(record.epoch)
      put(record.registers?.imported.wattHoursRoundedDown ?? -1)
      put(record.registers?.exported?.wattHoursRoundedDown ?? -1)
      put(record.energies?.imported.wattHoursRoundedDown ?? -1)
      put(record.energies?.exported?.wattHoursRoundedDown ?? -1)
    }
    return bytes
  }

  /// The records of a batch; nil when the bytes are not one.
  static func decode(_ bytes: [UInt8], meters: [MeterID]) -> [MeterRecord]? {
    guard bytes.count.isMultiple(of: rowBytes) else { return nil }
    var records: [MeterRecord] = []
    records.reserveCapacity(bytes.count / rowBytes)
    var place = 0
    func take<T: FixedWidthInteger>(_: T.Type) -> T {
      var value: T = 0
      for shift in 0..<(T.bitWidth / 8) {
        value |= T(truncatingIfNeeded: bytes[place + shift]) << (T(shift) * 8)
      }
      place += T.bitWidth / 8
      return value
    }
    func pair(_ imported: Int64, _ exported: Int64) -> MeterRecord.Pair? {
      imported < 0
        ? nil
        : MeterRecord.Pair(
          imported: Energy(wattHours: imported),
          exported: exported < 0 ? nil : Energy(wattHours: exported))
    }
    while place < bytes.count {
      let number = Int(take(Int32.self)) - 1
      let duration = take(Int32.self)
      let start = Timestamp(seconds: take(Int64.self))
      let seq = take(Int64.self)
      let quality = Quality(rawValue: take(UInt8.self))
      _ = take(UInt8.self)
      let revision = take(UInt16.self)
      let epoch = take(Int64.self)
      let registers = (take(Int64.self), take(Int64.self))
      let energies = (take(Int64.self), take(Int64.self))
      guard meters.indices.contains(number), let quality,
        let window = Window(start: start, end: start.adding(seconds: Int64(duration)))
      else { return nil }
      records.append(
        MeterRecord(
          meter: meters[number], seq: seq, window: window, quality: quality,
          registers: pair(registers.0, registers.1), energies: pair(energies.0, energies.1),
          epoch: epoch, revision: Int64(revision)))
    }
    return records
  }
}
