import Engine
import Grid

/// One battery as a test writes it down.
struct Sample {
  var name: String
  var capacityWh: Int64 = 13_500
  var ratedW: Int64 = 5_000
  var charge: Int32 = 8_000
  var floor: Int32 = 2_000
  var efficiency: Int32 = 10_000
  var exportRoomW: Int64 = .max
  var node: Int32 = 0
  var standing = Standing.available
}

extension PlanningFleet {
  /// A fleet of rows as they are written.
  init(_ samples: [Sample]) {
    self.init(
      ids: samples.map { BatteryID($0.name)! }, node: samples.map(\.node),
      capacityJ: samples.map { $0.capacityWh * 3_600 },
      chargeHundredths: samples.map(\.charge),
      efficiencyHundredths: samples.map(\.efficiency), floorHundredths: samples.map(\.floor),
      ratedW: samples.map(\.ratedW), exportRoomW: samples.map(\.exportRoomW),
      standing: samples.map(\.standing))
  }

  /// `count` batteries like `sample`, named in order.
  init(_ count: Int, of sample: Sample) {
    self.init(
      (0..<count).map { place in
        var row = sample
        row.name = sample.name + padded(place)
        return row
      })
  }
}

/// A number whose text order is its order.
func padded(_ place: Int) -> String {
  let digits = String(place)
  return String(repeating: "0", count: 6 - digits.count) + digits
}

extension FeederTree {
  /// One node without limit.
  static let flat = FeederTree.unlimited(NodeID("root")!)
}

extension Percent {
  /// A whole percentage.
  static func whole(_ number: Int32) -> Percent { Percent(whole: number)! }
}

extension Planner {
  /// A plan with what most tests leave alone.
  static func plan(
    _ fleet: PlanningFleet, _ request: PlanRequest, hours: Int64 = 2, feeder: FeederTree = .flat,
    fairness: DispatchTerms.Fairness = .equalShare, minimum: Int64 = 0
  ) -> Plan {
    plan(
      fleet, feeder: feeder, request: request, seconds: hours * 3_600, fairness: fairness,
      minimumSetpoint: Power(watts: minimum))
  }
}
