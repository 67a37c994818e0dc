import Engine
import Grid
import Verification

/// What a meters file would have held had batteries stood still, or given what they were asked.
struct BacktestReadings {
  /// A battery, its own meter, and what it gave.
  struct Move {
    let battery: EnrolledBattery
    let owed: CommittedPower
  }

  /// The readings as they were recorded.
  let recorded: ReadingSet

  /// With zeros for every battery that has no readings of its own, over its home's readings.
  func idle(_ fleet: [EnrolledBattery]) -> ReadingSet {
    var set = recorded
    for battery in fleet where set.readings(of: battery.batteryMeter).isEmpty {
      set.replace(
        battery.batteryMeter,
        with: recorded.readings(of: battery.siteMeter).compactMap { reading in
          reading.quality == .missing
            ? nil : Self.output(battery.batteryMeter, over: reading.window, energy: .zero)
        })
    }
    return set
  }

  /// The idle world with the moves: a home takes as much less as its batteries gave.
  func moved(_ moves: [Move], fleet: [EnrolledBattery]) -> ReadingSet {
    var set = idle(fleet)
    for (meter, own) in Dictionary(grouping: moves, by: \.battery.siteMeter) {
      let readings = set.readings(of: meter).map { reading -> Reading in
        let given = own.reduce(Energy.zero) { $0 + $1.owed.energy(in: reading.window) }
        guard given > .zero, let net = reading.net else { return reading }
        let left = net - given
        return Reading(
          meter: meter, window: reading.window, imported: max(.zero, left),
          exported: max(.zero, .zero - left), quality: reading.quality,
          isNonCommercial: reading.isNonCommercial)
      }
      set.replace(meter, with: readings)
    }
    for (meter, own) in Dictionary(grouping: moves, by: \.battery.batteryMeter) {
      let readings = set.readings(of: meter).map { reading -> Reading in
        let given = own.reduce(Energy.zero) { $0 + $1.owed.energy(in: reading.window) }
        return given > .zero ? Self.output(meter, over: reading.window, energy: given) : reading
      }
      set.replace(meter, with: readings)
    }
    return set
  }

  private static func output(_ meter: MeterID, over window: Window, energy: Energy) -> Reading {
    Reading(
      meter: meter, window: window, imported: .zero, exported: energy, quality: .actual)
  }
}
