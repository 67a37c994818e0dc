public import Grid

/// One interval of an event, the same for all its homes.
public struct EventInterval: Hashable, Sendable {
  /// Its time.
  public var window: Window
  /// The level 0…3 that was in force at its start; it chooses the prices.
  public var level: Int

  /// An interval.
  public init(window: Window, level: Int) {
    self.window = window
    self.level = level
  }
}

/// What one home was committed to in one interval.
public struct CommittedInterval: Hashable, Sendable {
  /// The greater of promise and plan in force at the interval's start: extra work is paid.
  public var rewardBase: Energy
  /// The smaller of both: work that was asked for later is never punished.
  public var penaltyBase: Energy

  /// A commitment; neither is negative, and the reward's base is not the smaller.
  public init(rewardBase: Energy, penaltyBase: Energy) {
    precondition(
      penaltyBase >= .zero && rewardBase >= penaltyBase,
      "a commitment has 0 <= penalty base <= reward base")
    self.rewardBase = rewardBase
    self.penaltyBase = penaltyBase
  }

  /// Nothing was asked.
  public static let none = CommittedInterval(rewardBase: .zero, penaltyBase: .zero)
}

/// What one home was committed to, interval by interval of the event.
public struct Commitment: Hashable, Sendable {
  /// As many as the event has intervals, in their order.
  public var intervals: [CommittedInterval]

  /// A commitment.
  public init(intervals: [CommittedInterval]) { self.intervals = intervals }

  /// Power that was planned from a moment on.
  public struct PlannedPower: Hashable, Sendable {
    /// From when.
    public var from: Timestamp
    /// How much, not negative.
    public var power: Power

    /// A plan for one battery.
    public init(from: Timestamp, power: Power) {
      self.from = from
      self.power = power
    }
  }

  /// The commitment of a home from its promise and the plans that followed.
  ///
  /// A plan counts in the intervals that start at or after it. Before the first plan the promise
  /// is in force. The interval in which the commitment ends keeps the part of its time that went
  /// before, rounded down to a whole joule; later ones have none.
  ///
  /// - Parameters:
  ///   - promised: The power of the notice.
  ///   - plans: In the order of time.
  ///   - endsAt: When a cancel, an opt-out in time or a lost overlap ended it, or nil.
  public init(
    over intervals: [EventInterval], promised: Power, plans: [PlannedPower] = [],
    endsAt: Timestamp? = nil
  ) {
    self.intervals = []
    self.intervals.reserveCapacity(intervals.count)
    for interval in intervals {
      var planned = promised
      for plan in plans where plan.from <= interval.window.start { planned = plan.power }
      let end = min(interval.window.end, endsAt ?? interval.window.end)
      let microseconds = max(0, end.microseconds - interval.window.start.microseconds)
      func energy(_ power: Power) -> Energy {
        Energy(joules: Int64(Int128(power.watts) * Int128(microseconds) / 1_000_000))
      }
      self.intervals.append(
        CommittedInterval(
          rewardBase: energy(max(promised, planned)), penaltyBase: energy(min(promised, planned))))
    }
  }
}
