public import Grid
import Signing

/// The proof that a reading was not changed since it came: one root a meter and local day, and one
/// root a day over all meters, which a note puts into the log.
///
/// Every leaf is salted, because a small number of joules could otherwise be guessed from its hash.
public enum NotarizedReadings {
  /// The 16 bytes that hide the reading `number`, from 0, of a meter's day.
  public static func salt(daySalt: [UInt8], number: UInt32) -> [UInt8] {
    precondition(daySalt.count == 32, "the salt of a day has 32 bytes")
    // In one piece: a fleet's days have a hundred million readings.
    var bytes: [UInt8] = []
    bytes.reserveCapacity(saltPrefix.count + 36)
    bytes += saltPrefix
    bytes += daySalt
    for shift in stride(from: UInt32(24), through: 0, by: -8) {
      bytes.append(UInt8(truncatingIfNeeded: number >> shift))
    }
    return Array(SHA256.hash(bytes).bytes[..<16])
  }

  private static let saltPrefix = Array("hr/salt1\n".utf8)

  /// The leaf of the reading `number`, from 0, of a meter's day.
  ///
  /// Joules as stored; a missing value is null and never zero.
  public static func leaf(_ reading: Reading, number: UInt32, daySalt: [UInt8]) -> [UInt8] {
    leaf(reading, salt: salt(daySalt: daySalt, number: number))
  }

  /// The leaf of a reading under its own salt, which is all that its proof has to show.
  public static func leaf(_ reading: Reading, salt: [UInt8]) -> [UInt8] {
    var writer = CBOR.Writer(capacity: 128)
    writer.array(8)
    writer.text("hr/read1")
    writer.bytes(salt)
    writer.text(reading.meter.text)
    writer.integer(reading.window.start.microseconds)
    writer.integer(reading.window.seconds)
    for energy in [reading.imported, reading.exported] {
      if let energy { writer.integer(energy.joules) } else { writer.null() }
    }
    writer.text(reading.quality.letter)
    return writer.bytes
  }

  /// The root of a meter's day over its leaves in order of start.
  public static func meterRoot(_ leaves: [[UInt8]]) -> Digest { MerkleHash.root(leaves) }

  /// The 16 bytes that stand for a meter in the leaf of its day.
  public static func meterKey(daySalt: [UInt8], meter: MeterID) -> [UInt8] {
    let hash = SHA256.hash(parts: Array("hr/meter1\n".utf8), daySalt, Array(meter.text.utf8))
    return Array(hash.bytes[..<16])
  }

  /// The leaf of a meter's day of `count` readings.
  public static func dayLeaf(
    daySalt: [UInt8], meter: MeterID, day: CivilDate, count: Int, root: Digest
  ) -> [UInt8] {
    dayLeaf(
      meterKey: meterKey(daySalt: daySalt, meter: meter), day: day, count: count, root: root)
  }

  /// The same for a meter of which only its key is known.
  public static func dayLeaf(
    meterKey: [UInt8], day: CivilDate, count: Int, root: Digest
  ) -> [UInt8] {
    CBOR.encode(
      .array([
        .text("hr/day1"), .bytes(meterKey), .text("\(day)"),
        .integer(Int64(count)), .bytes(root.bytes),
      ]))
  }

  /// The root of a day over the leaves of its meters, in whatever order they are given.
  public static func dayRoot(_ leaves: [[UInt8]]) -> Digest {
    MerkleHash.root(leaves.sorted { $0.lexicographicallyPrecedes($1) })
  }
}
