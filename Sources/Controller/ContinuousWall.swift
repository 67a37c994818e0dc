import FoundationEssentials

/// The machine's wall clock.
enum ContinuousWall {
  /// Seconds since 1970 and attoseconds of the second.
  static func sinceEpoch() -> (seconds: Int64, attoseconds: Int64) {
    // A Date counts from 2001 in a Double: microseconds are exact until the year 2255.
    let interval = Date.now.timeIntervalSince1970
    let seconds = interval.rounded(.down)
    return (Int64(seconds), Int64((interval - seconds) * 1e6) * 1_000_000_000_000)
  }
}
