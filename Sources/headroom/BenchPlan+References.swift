import Engine
import Grid

extension Bench {
  /// The textbook way to divide a target: sort the batteries by the level at which they reach their
  /// caps, and walk until the target is given. It knows no node, no reason and no whole watts.
  ///
  /// It starts where the planner's division starts: with everybody's cap and weight.
  struct SortedFilling {
    private let capW: [Int64]
    private let weight: [Double]

    init(_ fleet: PlanningFleet, seconds: Int64) {
      let energies = fleet.capacityJ.indices.map { row in
        fleet.capacityJ[row] / 10_000
          * Int64(fleet.chargeHundredths[row] - fleet.floorHundredths[row])
      }
      capW = energies.indices.map { row in
        min(fleet.ratedW[row], fleet.exportRoomW[row], max(0, energies[row]) / seconds)
      }
      weight = energies.indices.map { row in
        Double(max(1, min(fleet.ratedW[row] * seconds, energies[row])))
      }
    }

    /// The setpoints, as floating point numbers.
    func divide(_ target: Double) -> [Double] {
      let order = capW.indices.map { (level: Double(capW[$0]) / weight[$0], row: Int32($0)) }
        .sorted { $0.level < $1.level }
      var rest = target
      var rising = weight.reduce(0, +)
      var level = Double.infinity
      for place in order where rising > 0 {
        if rest / rising <= place.level {
          level = rest / rising
          break
        }
        rest -= Double(capW[Int(place.row)])
        rising -= weight[Int(place.row)]
      }
      return capW.indices.map { min(Double(capW[$0]), weight[$0] * level) }
    }
  }
}
