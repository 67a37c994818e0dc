/// A time zone as a table: from which moment which offset from UTC holds.
///
/// The shell reads it from the system's zone files; the core only looks it up.
public struct ZoneOffsets: Hashable, Sendable {
  /// One change of the clock.
  public struct Transition: Hashable, Sendable {
    /// The first second (Unix time) at which `offsetSeconds` holds.
    public let at: Int64
    /// Local time minus UTC, in seconds.
    public let offsetSeconds: Int64

    /// A change at the Unix second `at`.
    public init(at: Int64, offsetSeconds: Int64) {
      self.at = at
      self.offsetSeconds = offsetSeconds
    }
  }

  /// What a wall clock reading means in UTC.
  public enum WallClock: Hashable, Sendable {
    /// The reading occurs once.
    case once(Timestamp)
    /// The reading occurs twice; the first and the second moment.
    case twice(Timestamp, Timestamp)
    /// The clock was set forward over this reading.
    case skipped
  }

  /// The IANA name, for people and policies.
  public let name: String
  private let before: Int64
  private let transitions: [Transition]

  /// A zone whose offset is `before` until the first of `transitions`, which must be in order.
  public init(name: String, before: Int64, transitions: [Transition]) {
    precondition(
      zip(transitions, transitions.dropFirst()).allSatisfy { $0.at < $1.at },
      "clock changes must be in order of time")
    self.name = name
    self.before = before
    self.transitions = transitions
  }

  /// UTC.
  public static let utc = ZoneOffsets(name: "UTC", before: 0, transitions: [])

  /// Local time minus UTC at `moment`, in seconds.
  public func offsetSeconds(at moment: Timestamp) -> Int64 {
    let second = moment.seconds
    var low = 0
    var high = transitions.count
    while low < high {
      let middle = (low + high) / 2
      if transitions[middle].at <= second { low = middle + 1 } else { high = middle }
    }
    return low == 0 ? before : transitions[low - 1].offsetSeconds
  }

  /// The local date at `moment`.
  public func date(at moment: Timestamp) -> CivilDate {
    let local = moment.seconds + offsetSeconds(at: moment)
    return CivilDate(dayNumber: Timestamp.floorDivide(local, 86_400))
  }

  /// Seconds since local midnight on the wall clock at `moment`.
  public func secondOfDay(at moment: Timestamp) -> Int64 {
    let local = moment.seconds + offsetSeconds(at: moment)
    return local - Timestamp.floorDivide(local, 86_400) * 86_400
  }

  /// The moments at which the wall clock reads `secondOfDay` on `date`.
  ///
  /// `secondOfDay` may be 86,400: midnight at the end of the day.
  public func moments(on date: CivilDate, secondOfDay: Int64) -> WallClock {
    let local = date.dayNumber * 86_400 + secondOfDay
    var found: [Timestamp] = []
    for offset in candidateOffsets(aroundLocal: local) {
      let moment = Timestamp(seconds: local - offset)
      if offsetSeconds(at: moment) == offset, !found.contains(moment) { found.append(moment) }
    }
    found.sort()
    switch found.count {
    case 0: return .skipped
    case 1: return .once(found[0])
    default: return .twice(found[0], found[1])
    }
  }

  /// The first moment of the local `date`; where midnight is skipped, the moment of the change.
  public func startOfDay(_ date: CivilDate) -> Timestamp {
    switch moments(on: date, secondOfDay: 0) {
    case .once(let moment), .twice(let moment, _): return moment
    case .skipped:
      let local = date.dayNumber * 86_400
      let change = transitions.first { $0.at + $0.offsetSeconds > local }
      return Timestamp(seconds: change?.at ?? local - before)
    }
  }

  private func candidateOffsets(aroundLocal local: Int64) -> [Int64] {
    let earlier = offsetSeconds(at: Timestamp(seconds: local - 90_000))
    let later = offsetSeconds(at: Timestamp(seconds: local + 90_000))
    return earlier == later ? [earlier] : [earlier, later]
  }
}
