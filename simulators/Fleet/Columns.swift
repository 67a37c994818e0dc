import Grid

/// The batteries of a fleet, a column a property; energies in millijoules, power in milliwatts.
struct BatteryColumns: Sendable {
  /// Simulated up to here, in microseconds.
  var at: [Int64]
  /// Energy in the cells.
  var cells: [Int64]
  let capacity: [Int64]
  let rating: [Int64]
  /// Hundredths of a percent.
  let efficiency: [Int64]
  /// The owner's reserve, in the cells.
  let reserve: [Int64]
  /// `Int64.max` without a limit.
  let exportLimit: [Int64]
  /// AC energy given on command.
  var delivered: [Int64]
  /// Power at the moment, discharge positive.
  var power: [Int64]

  init(_ enrolment: [EnrolledBattery], _ scenario: Scenario, at start: Timestamp) {
    at = Array(repeating: start.microseconds, count: enrolment.count)
    capacity = enrolment.map { $0.capacity.joules * 1_000 }
    cells = enrolment.map {
      ($0.charge ?? scenario.battery.chargePercent).share(of: $0.capacity).joules * 1_000
    }
    rating = enrolment.map { $0.maxDischarge.watts * 1_000 }
    efficiency = enrolment.map { Int64(max(1, $0.dischargeEfficiency.hundredths)) }
    reserve = enrolment.map { $0.reserve.share(of: $0.capacity).joules * 1_000 }
    exportLimit = enrolment.map { $0.exportLimit.map { $0.watts * 1_000 } ?? .max }
    delivered = Array(repeating: 0, count: enrolment.count)
    power = Array(repeating: 0, count: enrolment.count)
  }

  /// State of charge, rounded down to a hundredth of a percent.
  func charge(_ row: Int) -> Percent {
    guard capacity[row] > 0 else { return .zero }
    return Percent(hundredths: Int32(Int128(cells[row]) * 10_000 / Int128(capacity[row])))
      ?? .zero
  }

  /// AC energy above `floor` in the cells.
  func available(_ row: Int, above floor: Int64) -> Int64 {
    max(0, cells[row] - floor) / 10_000 * efficiency[row]
      + max(0, cells[row] - floor) % 10_000 * efficiency[row] / 10_000
  }
}

/// Two meters a home, cumulative from the start: the site's and the battery's own.
struct MeterColumns: Sendable {
  /// Millijoules.
  var siteImport: [Int64]
  var siteExport: [Int64]
  var charge: [Int64]
  var discharge: [Int64]
  /// The same at the end of the last interval, in whole watt-hours.
  var lastWh: [[Int64]]
  var seq: [Int64]

  init(count: Int) {
    let zeros = Array(repeating: Int64(0), count: count)
    (siteImport, siteExport, charge, discharge, seq) = (zeros, zeros, zeros, zeros, zeros)
    lastWh = [zeros, zeros, zeros, zeros]
  }
}

/// Moments at which single batteries have something to do: a binary heap.
struct Moments: Sendable {
  private var heap: [(at: Timestamp, row: Int)] = []

  var first: Timestamp? { heap.first?.at }

  mutating func add(_ at: Timestamp, row: Int) {
    heap.append((at, row))
    var place = heap.count - 1
    while place > 0, precedes(place, (place - 1) / 2) {
      heap.swapAt(place, (place - 1) / 2)
      place = (place - 1) / 2
    }
  }

  /// Takes the first moment if it is not after `now`.
  mutating func take(upTo now: Timestamp) -> (at: Timestamp, row: Int)? {
    guard let first = heap.first, first.at <= now else { return nil }
    let last = heap.removeLast()
    if !heap.isEmpty {
      heap[0] = last
      var place = 0
      while true {
        var least = place
        for child in [place * 2 + 1, place * 2 + 2] where child < heap.count {
          if precedes(child, least) { least = child }
        }
        if least == place { break }
        heap.swapAt(place, least)
        place = least
      }
    }
    return first
  }

  private func precedes(_ a: Int, _ b: Int) -> Bool {
    (heap[a].at, heap[a].row) < (heap[b].at, heap[b].row)
  }
}
