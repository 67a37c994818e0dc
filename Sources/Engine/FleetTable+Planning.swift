public import Grid

extension FleetTable {
  /// What a plan is made for.
  public struct Planning: Sendable {
    /// The time that is planned.
    public var window: Window
    /// The programme's terms.
    public var terms: DispatchTerms
    /// Feeder nodes that are meant, with all below them; empty is everybody.
    public var targets: [NodeID]
    /// Telemetry at `now` may be this old.
    public var heardSeconds: Int64
    /// Rows that serve another event in this time; empty is none.
    public var busy: [Bool]
    /// Rows whose owners left this event; empty is none.
    public var optedOut: [Bool]
    /// Rows that do not take part on the day; empty is none.
    public var absent: [Bool]
    /// Floors below which an owner's lowered reserve has no effect in this event; empty is none.
    public var leastFloors: [Int32]
    /// Length of the whole event, of which `window` may be the rest.
    public var eventSeconds: Int64
    /// True for a release, in which chargers are paused; a target leaves them alone.
    public var isRelease = false
    /// What each row holds in the event already, in watts; empty is nothing. A charger that is
    /// paused draws nothing any more.
    public var heldW: [Int64] = []

    /// What a plan is made for; without the optional parts, everybody may be asked.
    public init(
      window: Window, terms: DispatchTerms, targets: [NodeID] = [],
      heardSeconds: Int64 = Timing.heardSeconds, busy: [Bool] = [], optedOut: [Bool] = [],
      absent: [Bool] = [], leastFloors: [Int32] = [], eventSeconds: Int64? = nil
    ) {
      self.window = window
      self.terms = terms
      self.targets = targets
      self.heardSeconds = heardSeconds
      self.busy = busy
      self.optedOut = optedOut
      self.absent = absent
      self.leastFloors = leastFloors
      self.eventSeconds = eventSeconds ?? window.seconds
    }
  }

  /// The fleet as the planner wants it, from what is known at `now`; rows as in the table.
  public func planning(
    for planning: Planning, at now: Timestamp, feeder: FeederTree
  ) -> PlanningFleet {
    let cutoff = now.adding(seconds: -planning.heardSeconds).microseconds
    let meant = Self.meant(planning.targets, feeder: feeder)
    let doubt = planning.terms.chargeUncertainty.hundredths
    var fleet = asEnrolled
    fleet.capacityJ = capacityJ
    fleet.chargeHundredths = chargeHundredths
    fleet.ratedW = ratedW
    for row in 0..<count {
      let least = planning.leastFloors.isEmpty ? 0 : planning.leastFloors[row]
      fleet.floorHundredths[row] = max(floor(row: row, terms: planning.terms), least)
      fleet.exportRoomW[row] = exportRoom(row: row)
      if doubt > 0, fleet.chargeHundredths[row] >= 0 {
        fleet.chargeHundredths[row] = max(0, fleet.chargeHundredths[row] - doubt)
      }
      let storm = stormFloor(row: row, planning.terms, planning.window)
      if let storm { fleet.floorHundredths[row] = max(fleet.floorHundredths[row], storm) }
      let isMeant = meant.isEmpty || meant[Int(node[row])]
      if let reason = isMeant ? obstacle(row: row, planning, cutoff: cutoff) : .notTargeted {
        fleet.standing[row] = .skipped(reason)
      } else if let storm, chargeHundredths[row] <= storm {
        fleet.standing[row] = .skipped(.stormHold)
      } else {
        fleet.standing[row] = .available
      }
      if enrolled[row].isCharger { pause(row: row, planning, in: &fleet) }
    }
    rate(&fleet, planning.terms, at: now)
    return fleet
  }

  /// A charger as the planner wants it: what it draws now can be taken away, and nothing else.
  private func pause(row: Int, _ planning: Planning, in fleet: inout PlanningFleet) {
    if fleet.isPaused.isEmpty { fleet.isPaused = Array(repeating: false, count: count) }
    fleet.isPaused[row] = true
    let drawn = dischargeW[row] == .min ? 0 : min(max(0, -dischargeW[row]), chargeW[row])
    let load = max(drawn, planning.heldW.isEmpty ? 0 : planning.heldW[row])
    fleet.ratedW[row] = load
    fleet.capacityJ[row] = load * planning.window.seconds
    fleet.chargeHundredths[row] = 10_000
    fleet.floorHundredths[row] = 0
    fleet.efficiencyHundredths[row] = 10_000
    fleet.exportRoomW[row] = .max
  }

  /// Why a battery cannot be asked; nil when it can. The first reason in this order counts.
  private func obstacle(row: Int, _ planning: Planning, cutoff: Int64) -> SkipReason? {
    if !planning.absent.isEmpty && planning.absent[row] {
      return planning.terms.controlSites.contains(enrolled[row].site) ? .controlGroup : .notEnrolled
    }
    switch enrolled[row].offer.kind {
    case .battery: break
    // A share of a target may be smaller than what a pause takes away.
    case .evCharger: if !planning.isRelease { return .notDispatchable }
    case .generator: return .notDispatchable
    }
    if planning.terms.events.lengthIsContracted,
      let minutes = enrolled[row].offer.contractedMinutes,
      planning.eventSeconds > 60 * minutes
    {
      return .durationNotContracted
    }
    let place = Int(gateway[row])
    if isBorn[place] && !readsCommands[place] { return .notDispatchable }
    if isDescribed[row] && !isRemote[row] { return .notDispatchable }
    if !isBorn[place] || !isDescribed[row] || !isOnline[row] { return .offline }
    if !isSynced[place] { return .clockUnsynced }
    if !planning.optedOut.isEmpty && planning.optedOut[row] { return .optedOut }
    if optOut[row]?.intersection(planning.window) != nil { return .optedOut }
    if !planning.busy.isEmpty && planning.busy[row] { return .busy }
    let isKnown = dischargeW[row] != .min && (chargeHundredths[row] >= 0 || enrolled[row].isCharger)
    if heardAt[row] < cutoff || !isKnown {
      return .notHeard
    }
    switch state[row] {
    case .islanded: return .islanded
    case .fault: return .fault
    case .offline: return .offline
    case .charging, .discharging, .holding: return nil
    }
  }

  /// For each feeder node, whether it or a node above it is a target; empty when all are meant.
  static func meant(_ targets: [NodeID], feeder: FeederTree) -> [Bool] {
    guard !targets.isEmpty else { return [] }
    var meant = Array(repeating: false, count: feeder.ids.count)
    for target in targets {
      if let place = feeder.place(of: target) { meant[Int(place)] = true }
    }
    for (place, parent) in feeder.parents.enumerated() where parent >= 0 && meant[Int(parent)] {
      meant[place] = true
    }
    return meant
  }

  /// The fleet by its files alone: the enrolled state of charge counts as heard from now.
  ///
  /// For planning without dispatching; a battery without an enrolled charge is `notHeard`.
  public func planningAsEnrolled(terms: DispatchTerms) -> PlanningFleet {
    var fleet = asEnrolled
    for row in 0..<count {
      fleet.floorHundredths[row] = max(fleet.floorHundredths[row], terms.reserve.hundredths)
    }
    return fleet
  }
}
