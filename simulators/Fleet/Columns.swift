import Grid

/// The batteries of a fleet, a column a property; energies in microjoules, power in watts.
///
/// A watt held for a microsecond is a microjoule, so nothing rounds while a battery works.
struct BatteryColumns: Sendable {
  /// Simulated up to here, in microseconds.
  var at: [Int64]
  /// When power has to be thought over next, in microseconds; `Int64.max` for never.
  var wake: [Int64]
  /// Discharge at the moment, as the gateway tells it; below 0 it charges.
  var power: [Int64]
  /// AC energy given on command so far, as the gateway tells it: only a liar's is not true.
  var told: [Int64]
  /// Energy that came back into the cells so far, as the gateway tells it.
  var restored: [Int64]
  /// The running command ends when `told` reaches this: energy limit or floor.
  var bound: [Int64]
  /// Energy in the cells at the start.
  let cells: [Int64]
  let capacity: [Int64]
  let rating: [Int64]
  /// Of charging, a magnitude.
  let chargeRating: [Int64]
  /// Hundredths of a percent, at least 1.
  let efficiency: [Int64]
  /// The owner's reserve, in the cells.
  let reserve: [Int64]
  /// Watts; `Int64.max` without a limit.
  let exportLimit: [Int64]

  init(_ enrolment: [EnrolledBattery], _ scenario: Scenario, at start: Timestamp) {
    let zeros = [Int64](repeating: 0, count: enrolment.count)
    at = Array(repeating: start.microseconds, count: enrolment.count)
    wake = Array(repeating: .max, count: enrolment.count)
    (power, told, bound) = (zeros, zeros, zeros)
    restored = zeros
    capacity = enrolment.map { $0.capacity.joules * 1_000_000 }
    cells = enrolment.map {
      ($0.charge ?? scenario.battery.chargePercent).share(of: $0.capacity).joules * 1_000_000
    }
    rating = enrolment.map(\.maxDischarge.watts)
    chargeRating = enrolment.map(\.maxCharge.watts)
    efficiency = enrolment.map { Int64(max(1, $0.dischargeEfficiency.hundredths)) }
    reserve = enrolment.map { $0.reserve.share(of: $0.capacity).joules * 1_000_000 }
    exportLimit = enrolment.map { $0.exportLimit?.watts ?? .max }
  }

  /// State of charge after `delivered` on the AC side, rounded down to a hundredth of a percent.
  func charge(_ row: Int, after delivered: Int64) -> Percent {
    guard capacity[row] > 0 else { return .zero }
    let left = Int128(cells[row] + restored[row] - drawn(row, for: delivered))
    return Percent(hundredths: Int32(max(0, left * 10_000 / Int128(capacity[row])))) ?? .zero
  }

  /// Energy that the cells gave for `delivered` on the AC side, rounded up.
  func drawn(_ row: Int, for delivered: Int64) -> Int64 {
    guard efficiency[row] < 10_000 else { return delivered }
    let efficiency = Int128(efficiency[row])
    return Int64((Int128(delivered) * 10_000 + efficiency - 1) / efficiency)
  }

  /// AC energy from full start to `floor` in the cells: `told` never goes beyond it.
  func most(_ row: Int, above floor: Int64) -> Int64 {
    let cells = cells[row] + restored[row]
    return Int64(Int128(max(0, cells - floor)) * Int128(efficiency[row]) / 10_000)
  }

  /// What the cells lack of their charge at the start.
  func missing(_ row: Int) -> Int64 { max(0, drawn(row, for: told[row]) - restored[row]) }

  /// AC energy that brings `missing` into the cells, rounded up: the way in loses as the way out.
  func needed(_ row: Int, for missing: Int64) -> Int64 {
    let efficiency = Int128(efficiency[row])
    return Int64((Int128(missing) * 10_000 + efficiency - 1) / efficiency)
  }
}

/// The registers of a home's two meters, cumulative from the start, in microjoules.
struct MeterColumns: Sendable {
  var siteImport: [Int64]
  var siteExport: [Int64]
  /// Of the battery's own meter.
  var discharge: [Int64]
  var charge: [Int64]
  /// The same at the end of the last interval, in whole watt-hours.
  var lastImportWh: [Int64]
  var lastExportWh: [Int64]
  var lastDischargeWh: [Int64]
  var lastChargeWh: [Int64]

  init(count: Int) {
    let zeros = [Int64](repeating: 0, count: count)
    (siteImport, siteExport, discharge, charge) = (zeros, zeros, zeros, zeros)
    (lastImportWh, lastExportWh) = (zeros, zeros)
    (lastDischargeWh, lastChargeWh) = (zeros, zeros)
  }
}
