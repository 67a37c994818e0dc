public import Grid
import Ledger

/// The readings that the settlement of one home was computed from: a root for each meter and day.
///
/// The reading store keeps the leaves under these roots; whoever has it finds each reading that is
/// not as it was. The order is that of the meters, then that of the days.
public struct CitedReadings: Hashable, Sendable {
  /// A local day of a meter.
  public struct Day: Hashable, Sendable {
    /// The meter.
    public let meter: MeterID
    /// The day.
    public let day: CivilDate
    /// How many readings it had.
    public let count: Int
    /// The root over its salted readings, as a notarized day has it.
    public let root: Digest
  }

  /// Whose days they are.
  public let zone: String
  /// The last batch of live records that was seen.
  public let lastRecord: Int64
  /// The days.
  public let days: [Day]
}

extension CitedReadings {
  /// Meters and days of a home that is settled from them.
  static let limit = 4_096

  func write(into writer: inout CBOR.Writer) {
    writer.array(3)
    writer.text(zone)
    writer.integer(lastRecord)
    writer.array(days.count)
    for day in days {
      writer.array(4)
      writer.text(day.meter.text)
      writer.integer(day.day.dayNumber)
      writer.integer(Int64(day.count))
      writer.digest(day.root)
    }
  }

  init(_ value: CBOR.Value, field key: UInt64) throws(HomeEvidence.Fault) {
    guard case .array(let parts) = value, parts.count == 3, case .text(let zone) = parts[0],
      let lastRecord = MapReader.integer(parts[1]), lastRecord >= 0,
      case .array(let values) = parts[2], values.count <= Self.limit
    else {
      throw HomeEvidence.Fault(
        "field \(key) is \(value); allowed: a zone, a number and up to \(Self.limit) days")
    }
    var days: [Day] = []
    for value in values {
      guard case .array(let parts) = value, parts.count == 4, case .text(let name) = parts[0],
        let meter = MeterID(name), let day = MapReader.integer(parts[1]),
        (7_305...47_847).contains(day), let count = MapReader.integer(parts[2]),
        (1...1_500).contains(count), case .bytes(let bytes) = parts[3],
        let root = Digest(bytes: bytes)
      else {
        throw HomeEvidence.Fault(
          "field \(key) has \(value); allowed: a meter, a day of 1990...2100, 1 to 1500, 32 bytes")
      }
      days.append(
        Day(meter: meter, day: CivilDate(dayNumber: day), count: Int(count), root: root))
    }
    self.init(zone: zone, lastRecord: lastRecord, days: days)
  }
}
