public import Grid
public import Settlement

/// Two parties' volumes of the same events, home by home.
///
/// Where they differ by more than `settlement.reconcilePercent` of the greater one the home's lines
/// wait for a person (`volumesDiffer`); a home that the other party does not have waits as well.
public struct VolumeCheck: Sendable {
  /// One home of an event whose volumes do not agree.
  public struct Difference: Hashable, Sendable {
    /// The event.
    public let event: EventID
    /// The home.
    public let site: SiteID
    /// What we verified in the event, signed.
    public let ours: Energy
    /// What the other party has, or nil when it does not have the home or lacks a value.
    public let theirs: Energy?

    /// By how much they differ, in hundredths of a percent of the greater one, rounded down; nil
    /// without a volume of the other party.
    public var hundredths: Int64? {
      guard let theirs else { return nil }
      let greater = max(ours.joules.magnitude, theirs.joules.magnitude)
      return Int64(Int128((ours - theirs).joules.magnitude) * 10_000 / Int128(greater))
    }
  }

  /// The code that holds a line.
  public static let code = "volumesDiffer"
  /// In the order of the events and sites.
  public let differences: [Difference]
  /// Our events, where what differs is held.
  public let events: [(input: SettlementInput, signalPrice: Int64?)]

  /// Compares.
  public init(
    _ ours: [(input: SettlementInput, signalPrice: Int64?)],
    with theirs: [(input: SettlementInput, signalPrice: Int64?)], tolerance: Percent
  ) {
    struct Key: Hashable {
      let event: EventID
      let site: SiteID
    }
    var volumes: [Key: Energy] = [:]
    for event in theirs {
      for home in event.input.homes {
        volumes[Key(event: event.input.event, site: home.site)] = Self.volume(home)
      }
    }
    var found: [Difference] = []
    var held = ours
    for place in held.indices {
      let event = held[place].input.event
      for row in held[place].input.homes.indices {
        let home = held[place].input.homes[row]
        // What we did not measure ourselves waits or is refused for that.
        guard let mine = Self.volume(home) else { continue }
        let other = volumes[Key(event: event, site: home.site)]
        if let other, Self.agree(mine, other, tolerance) { continue }
        found.append(Difference(event: event, site: home.site, ours: mine, theirs: other))
        held[place].input.homes[row].heldBy = home.heldBy ?? Self.code
      }
    }
    differences = found
    events = held
  }

  /// The sum of a home's intervals; nil when one has no value.
  private static func volume(_ home: HomePerformance) -> Energy? {
    var sum = Energy.zero
    for interval in home.intervals {
      guard let reduction = interval.reduction else { return nil }
      sum += reduction
    }
    return sum
  }

  private static func agree(_ a: Energy, _ b: Energy, _ tolerance: Percent) -> Bool {
    let greater = max(a.joules.magnitude, b.joules.magnitude)
    return Int128((a - b).joules.magnitude) * 10_000
      <= Int128(greater) * Int128(tolerance.hundredths)
  }
}
