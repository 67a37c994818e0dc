public import Grid

extension MeterHealth {
  /// Doubts about a site's meter, by code.
  ///
  /// - Parameters:
  ///   - series: Net import of the site.
  ///   - zone: For telling night from day.
  ///   - battery: Output of the battery, so that a house it feeds at night is not thought to take
  ///     nothing: the rules of night and export look at net import plus output.
  ///   - connectionLimit: Without it spikes are not looked for.
  ///   - until: Later values are not looked at.
  public static func findings(
    _ series: IntervalSeries, zone: ZoneOffsets, battery: IntervalSeries? = nil,
    connectionLimit: Power? = nil, until: Timestamp? = nil,
    limits: ValidationLimits = ValidationLimits()
  ) -> [Finding] {
    let series = series.fromFirstValue
    var rows = series.count
    if let until {
      let past = (until.seconds - series.startSecond) / series.intervalSeconds
      rows = Int(max(0, min(Int64(rows), past)))
    }
    var found = runs(series, rows: rows, limits: limits)
    if let limit = connectionLimit ?? limits.connection,
      let spike = spike(series, rows: rows, limit: limit, percent: limits.spikePercent)
    {
      found.append(spike)
    }
    if let house = HouseHours(series, rows: rows, battery: battery, zone: zone) {
      found += [house.nightFinding(isBatteryKnown: battery != nil), house.exportFinding()]
        .compactMap(\.self)
    }
    return found.sorted { $0.code < $1.code }
  }

  private static func spike(
    _ series: IntervalSeries, rows: Int, limit: Power, percent: Int64
  ) -> Finding? {
    let most = limit.watts * series.intervalSeconds * percent / 100
    var first: Int?
    var count = 0
    for row in 0..<rows where series.joules[row] != IntervalSeries.missing {
      if series.joules[row].magnitude > most.magnitude {
        first = first ?? row
        count += 1
      }
    }
    guard let first else { return nil }
    return Finding(
      code: .spike, at: series.window(row: first).start,
      sentence:
        "\(count) intervals carry more than \(percent) % of the connection's \(limit.watts) W.",
      isSevere: false)
  }

  /// Gaps, zeros and frozen values, in one pass.
  private static func runs(
    _ series: IntervalSeries, rows: Int, limits: ValidationLimits
  ) -> [Finding] {
    var gaps = 0
    var firstGap = 0
    var longestZero = 0
    var zeroStart = 0
    var longestEqual = 0
    var equalStart = 0
    var run = 0
    var last = IntervalSeries.missing
    let joules = series.joules.span
    for row in 0..<rows {
      let value = joules[row]
      if value == IntervalSeries.missing {
        if gaps == 0 { firstGap = row }
        gaps += 1
        run = 0
      } else {
        run = value == last ? run + 1 : 1
        if value == 0, run > longestZero { (longestZero, zeroStart) = (run, row - run + 1) }
        if value != 0, run > longestEqual { (longestEqual, equalStart) = (run, row - run + 1) }
      }
      last = value
    }
    var found: [Finding] = []
    func add(_ code: Code, at row: Int, _ sentence: String) {
      found.append(
        Finding(
          code: code, at: series.window(row: row).start, sentence: sentence, isSevere: false))
    }
    if gaps > 0 { add(.gaps, at: firstGap, "\(gaps) of \(rows) intervals are missing.") }
    if Int64(longestZero) * series.intervalSeconds > limits.zeroRunSeconds {
      add(.zeroRun, at: zeroStart, "\(longestZero) intervals in a row are zero.")
    }
    // A minute's few watt-hours are often equal, a quarter of an hour's are not.
    if longestEqual > limits.equalValues, series.intervalSeconds >= 900 {
      add(.frozen, at: equalStart, "\(longestEqual) intervals in a row are equal.")
    }
    return found
  }
}

extension IntervalSeries {
  /// Without the time before the meter's first value, which is no gap and no history.
  fileprivate var fromFirstValue: IntervalSeries {
    // Hours are looked at whole, so they go on beginning where they began.
    let perHour = max(1, Int(3_600 / intervalSeconds))
    let first = (joules.firstIndex { $0 != Self.missing } ?? 0) / perHour * perHour
    guard first > 0 else { return self }
    return IntervalSeries(
      meter: meter, startSecond: startSecond + Int64(first) * intervalSeconds,
      intervalSeconds: intervalSeconds, joules: Array(joules[first...]),
      qualities: Array(qualities[first...]))
  }
}

/// What the house itself took, hour by hour: net import plus output of the battery.
private struct HouseHours {
  /// Up to this an hour counts as nothing: 2 W, what whole watt-hours of two meters may leave.
  private static let nothing: Int64 = 7_200
  private let startSecond: Int64
  /// By hour; `IntervalSeries.missing` where not known.
  private let joules: [Int64]
  /// Local hour of the day of each, 0…23.
  private let clock: [UInt8]

  /// Nil when the intervals do not make up hours.
  init?(_ series: IntervalSeries, rows: Int, battery: IntervalSeries?, zone: ZoneOffsets) {
    guard Int64(3_600).isMultiple(of: series.intervalSeconds) else { return nil }
    let parts = Int(3_600 / series.intervalSeconds)
    var joules: [Int64] = []
    var clock: [UInt8] = []
    joules.reserveCapacity(rows / parts)
    clock.reserveCapacity(rows / parts)
    var offset: Int64 = 0
    let energies = series.joules.span
    if battery == nil, Self.sum(energies, parts: parts, into: &joules, hours: rows / parts) {
      startSecond = series.startSecond
      self.joules = joules
      self.clock = Self.clocks(from: series.startSecond, hours: joules.count, zone: zone)
      return
    }
    for hour in 0..<rows / parts {
      let second = series.startSecond + Int64(hour) * 3_600
      // Once a day is enough for telling night from day.
      if hour.isMultiple(of: 24) { offset = zone.offsetSeconds(at: Timestamp(seconds: second)) }
      let local = (second + offset) % 86_400
      clock.append(UInt8((local < 0 ? local + 86_400 : local) / 3_600))
      var sum: Int64 = 0
      for row in hour * parts..<(hour + 1) * parts {
        let energy = energies[row]
        if energy == IntervalSeries.missing {
          sum = IntervalSeries.missing
          break
        }
        sum += energy
      }
      if let battery, sum != IntervalSeries.missing {
        let output = battery.value(from: second, seconds: 3_600)
        sum = output.quality == .missing ? IntervalSeries.missing : sum + output.joules
      }
      joules.append(sum)
    }
    startSecond = series.startSecond
    self.joules = joules
    self.clock = clock
  }

  /// Sums of hours of a meter without a gap; false, and nothing is added, when it has one.
  private static func sum(
    _ energies: Span<Int64>, parts: Int, into joules: inout [Int64], hours: Int
  ) -> Bool {
    // Two plain passes without a branch are many times as fast as one that looks at each value.
    var missing = 0
    for row in 0..<hours * parts {
      missing &+= energies[row] == IntervalSeries.missing ? 1 : 0
    }
    guard missing == 0 else { return false }
    joules = Array(repeating: 0, count: hours)
    var sums = joules.mutableSpan
    for hour in 0..<hours {
      var sum: Int64 = 0
      for row in hour * parts..<(hour + 1) * parts { sum += energies[row] }
      sums[hour] = sum
    }
    return true
  }

  /// Local hours of the day; once a day is enough for telling night from day.
  private static func clocks(from second: Int64, hours: Int, zone: ZoneOffsets) -> [UInt8] {
    var clocks = [UInt8](repeating: 0, count: hours)
    var hour: Int64 = 0
    for place in 0..<hours {
      if place.isMultiple(of: 24) {
        let at = second + Int64(place) * 3_600
        let local = (at + zone.offsetSeconds(at: Timestamp(seconds: at))) % 86_400
        hour = (local < 0 ? local + 86_400 : local) / 3_600
      }
      clocks[place] = UInt8(hour)
      hour = hour == 23 ? 0 : hour + 1
    }
    return clocks
  }

  private func moment(_ hour: Int) -> Timestamp {
    Timestamp(seconds: startSecond + Int64(hour) * 3_600)
  }

  /// A house takes something at night. One that does not, and imports by day in the shape of the
  /// sun, has its load channel on the solar wires: nothing is to be paid on that meter.
  func nightFinding(isBatteryKnown: Bool) -> MeterHealth.Finding? {
    var night = 0
    var empty = 0
    var first: Int?
    var imported: Int64 = 0
    var importedByDay: Int64 = 0
    var noon: Int64 = 0
    for (hour, value) in joules.enumerated() where value != IntervalSeries.missing {
      let clock = clock[hour]
      if clock < 5 {
        night += 1
        if value <= Self.nothing {
          empty += 1
          first = first ?? hour
        }
      }
      if (10..<15).contains(clock) { noon += value }
      if value > 0 {
        imported += value
        if (8..<17).contains(clock) { importedByDay += value }
      }
    }
    guard let first else { return nil }
    let share = "\(empty) of \(night) hours between midnight and 05:00"
    // Ten nights tell when hardly an hour is different, thirty when half of them are.
    if night >= 30 * 5 && 2 * empty > night || night >= 10 * 5 && 10 * empty > 9 * night {
      let isSunShaped = noon > 0 && 5 * importedByDay >= 4 * imported
      let shape =
        isSunShaped ? " Its import lies between 08:00 and 17:00, as the sun's does." : ""
      return MeterHealth.Finding(
        code: .noNightImport, at: moment(first),
        sentence: "The house takes nothing in \(share).\(shape)", isSevere: isSunShaped)
    }
    if night >= 90 * 5, 10 * empty > night {
      // Without the battery's meter the battery may be what feeds the house.
      return MeterHealth.Finding(
        code: .nightDropouts, at: moment(first),
        sentence: "The house takes nothing in \(share), and something in the others.",
        isSevere: isBatteryKnown)
    }
    return nil
  }

  /// Export far below import that repeats from day to day as nothing does that people live in.
  func exportFinding() -> MeterHealth.Finding? {
    guard joules.count >= 60 * 24 else { return nil }
    let (imports, exports, highestImport, highestExport) = extent()
    // A house that hardly exports says nothing about its solar channel.
    guard imports > 0, exports * 10 >= imports + exports else { return nil }
    let importPeak = percentile95(imports, highest: highestImport, sign: 1)
    let exportPeak = percentile95(exports, highest: highestExport, sign: -1)
    guard 10 * exportPeak < 6 * importPeak else { return nil }
    var compared = 0
    var repeated = 0
    var first: Int?
    for hour in joules.indices.dropFirst(24) where (9..<16).contains(clock[hour]) {
      let value = joules[hour]
      let before = joules[hour - 24]
      if value == IntervalSeries.missing || before == IntervalSeries.missing { continue }
      guard 20 * value < -importPeak else { continue }
      compared += 1
      if 100 * (value - before).magnitude <= importPeak.magnitude {
        repeated += 1
        first = first ?? hour
      }
    }
    guard let first, 100 * repeated > 12 * compared else { return nil }
    let percent = 100 * exportPeak / importPeak
    return MeterHealth.Finding(
      code: .weakExport, at: moment(first),
      sentence: "Strong exports are \(percent) % of strong imports, and \(repeated) of"
        + " \(compared) exporting hours repeat those of the day before.",
      isSevere: false)
  }

  private func extent() -> (imports: Int, exports: Int, highest: Int64, lowest: Int64) {
    var imports = 0
    var exports = 0
    var highest: Int64 = 0
    var lowest: Int64 = 0
    for value in joules where value != IntervalSeries.missing {
      if value > 0 {
        imports += 1
        highest = max(highest, value)
      } else if value < 0 {
        exports += 1
        lowest = max(lowest, -value)
      }
    }
    return (imports, exports, highest, lowest)
  }

  /// The 95th percentile of the imports or exports, to a thousandth of the highest.
  private func percentile95(_ count: Int, highest: Int64, sign: Int64) -> Int64 {
    let width = highest / 1_000 + 1
    var bins = Array(repeating: 0, count: 1_001)
    for value in joules where value != IntervalSeries.missing && value.signum() == sign {
      bins[Int(sign * value / width)] += 1
    }
    var below = 0
    for (bin, values) in bins.enumerated() {
      below += values
      if 100 * below >= 95 * count { return Int64(bin) * width }
    }
    return highest
  }
}
