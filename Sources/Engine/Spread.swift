import Grid

/// Stable numbers from names, so that a replay spreads as the first run did.
///
/// FNV-1a of 64 bits over the UTF-8 bytes, as at isthe.com/chongo/tech/comp/fnv, then one
/// multiply-and-shift round, because the low bits of FNV-1a mix a last character poorly.
enum Spread {
  /// The hash of `text`.
  static func hash(_ text: String) -> UInt64 {
    var hash: UInt64 = 0xcbf2_9ce4_8422_2325
    for byte in text.utf8 { hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01b3 }
    hash = (hash ^ (hash >> 32)) &* 0x9e37_79b9_7f4a_7c15
    return hash ^ (hash >> 29)
  }

  /// Seconds after the event's start at which this battery starts, `0..<spreadSeconds`.
  static func offset(event: EventID, battery: BatteryID, within spreadSeconds: Int64) -> Int64 {
    guard spreadSeconds > 0 else { return 0 }
    return Int64(hash("\(event.text).\(battery.text)") % UInt64(spreadSeconds))
  }

  /// `moment` plus `seconds`, plus up to a fifth of them, by the name of what is sent again.
  static func after(_ moment: Timestamp, seconds: Int64, by id: LongIdentifier) -> Timestamp {
    let most = UInt64(seconds) * 200_000
    let extra = Int64(hash(id.text) % (most + 1))
    return Timestamp(microseconds: moment.microseconds + seconds * 1_000_000 + extra)
  }
}
