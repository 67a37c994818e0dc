public import Grid

/// What a plan is asked for.
public enum PlanRequest: Hashable, Sendable {
  /// A share of each battery.
  case release(Percent, of: ReleaseBasis)
  /// Power of the whole fleet; at or below 0 W it asks for nothing.
  case target(Power)
}

/// Why a battery was not given more.
public enum Bound: Hashable, Sendable {
  /// The percentage or the target asked for no more.
  case request
  /// The device's rating.
  case ratedPower
  /// The energy above the floor, spread over the time.
  case energyForDuration
  /// The site's export limit.
  case exportLimit
  /// The limit of the node at this place of the feeder tree.
  case node(Int32)
  /// The programme does not send a share as small as this battery's.
  case minimumSetpoint

  /// The word of the wire and of reports: `request`, `ratedPower`, `node:<id>`….
  public func text(_ feeder: FeederTree) -> String {
    switch self {
    case .request: "request"
    case .ratedPower: "ratedPower"
    case .energyForDuration: "energyForDuration"
    case .exportLimit: "exportLimit"
    case .node(let place): "node:\(feeder.ids[Int(place)])"
    case .minimumSetpoint: "minimumSetpoint"
    }
  }
}

/// What every battery of a fleet is to do until the end; rows as in the fleet.
public struct Plan: Equatable, Sendable {
  /// The target; for a release the sum of what was asked before any limit, rounded down.
  ///
  /// A battery that is skipped because of its standing or its charge is asked for nothing.
  public let requested: Power
  /// What is promised: the sum of the setpoints, or less where more was asked than is promised.
  public let committed: Power
  /// The time that the setpoints hold for.
  public let seconds: Int64
  /// Constant discharge in watts; 0 where the battery is skipped.
  public let setpointW: [Int64]
  /// Energy that ends the discharge, in whole watt-hours, rounded down; never below the floor.
  ///
  /// In a release that no node has cut it is the released energy itself, otherwise setpoint × time.
  public let energyLimitWh: [Int64]
  /// Why each was not given more; without meaning where the battery was skipped by its standing.
  public let bound: BoundColumn
  /// Why a battery is not asked; nil exactly where the setpoint is above 0.
  public let skipped: [SkipReason?]
  /// Places of the nodes that are the reason of some battery, in rising order.
  public let bindingNodes: [Int32]
  /// What over-commitment did; nil where the policy does not ask for it.
  public internal(set) var overCommit: OverCommitment?

  /// The sum of the setpoints.
  public var asked: Power { overCommit?.asked ?? committed }

  /// What is promised while batteries of this plan together still hold `power`.
  public func promised(holding power: Power) -> Power {
    guard let overCommit, overCommit.asked > .zero else { return power }
    return Power(
      watts: Int64(
        Int128(power.watts) * Int128(committed.watts) / Int128(overCommit.asked.watts)))
  }

  /// What was requested and cannot be held.
  public var shortfall: Power { max(.zero, requested - committed) }
}
