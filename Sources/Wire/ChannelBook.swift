import Grid

/// Values of single channels, as most formats bring them, joined to readings.
struct ChannelBook {
  /// One value of one register of a meter.
  struct Value {
    var meter: Int32
    var isExport: Bool
    /// Registers of one channel are added.
    var register: Int32 = 0
    /// Unix seconds.
    var start: Int64
    var seconds: Int32
    /// Nil is missing.
    var joules: Int64?
    var quality: Quality
    var isNonCommercial = false
    var version: Int64 = 0
    var line: Int32
  }

  private(set) var names: [MeterID] = []
  private var ordinals: [MeterID: Int32] = [:]
  private(set) var values: [Value] = []
  private(set) var duplicates = 0
  private(set) var halfMissing = 0

  /// The place of a meter; nil beyond the limit of a file.
  mutating func ordinal(of meter: MeterID) -> Int32? {
    if let known = ordinals[meter] { return known }
    guard names.count < MetersFile.meters else { return nil }
    ordinals[meter] = Int32(names.count)
    names.append(meter)
    return Int32(names.count - 1)
  }

  /// False when the file has more values than are allowed.
  mutating func add(_ value: Value) -> Bool {
    guard values.count < MetersFile.rows else { return false }
    values.append(value)
    return true
  }

  /// What a meter has in this file.
  private struct Channels {
    var imports: Set<Int32> = []
    var exports: Set<Int32> = []
  }

  /// The readings, sorted, and the versions in which they came.
  ///
  /// - Parameter isOneWay: Says of a meter without a channel that it has none; that one is then 0.
  mutating func join(
    _ faults: inout FaultCollector, isOneWay: (MeterID) -> Bool
  ) -> (readings: [Reading], runs: [VersionRun]) {
    var channels = [Channels](repeating: Channels(), count: names.count)
    for value in values {
      let meter = Int(value.meter)
      if value.isExport {
        if !channels[meter].exports.contains(value.register) {
          channels[meter].exports.insert(value.register)
        }
      } else if !channels[meter].imports.contains(value.register) {
        channels[meter].imports.insert(value.register)
      }
    }
    var rank = [Int32](repeating: 0, count: names.count)
    for (place, meter) in names.indices.sorted(by: { names[$0] < names[$1] }).enumerated() {
      rank[meter] = Int32(place)
    }
    values.sort { a, b in
      if a.meter != b.meter { return rank[Int(a.meter)] < rank[Int(b.meter)] }
      if a.start != b.start { return a.start < b.start }
      if a.isExport != b.isExport { return b.isExport }
      if a.register != b.register { return a.register < b.register }
      if a.version != b.version { return a.version > b.version }
      return a.line < b.line
    }
    var readings: [Reading] = []
    var lines: [Int32] = []
    var runs: [VersionRun] = []
    readings.reserveCapacity(values.count / 2)
    var place = 0
    while place < values.count {
      let first = values[place]
      var next = place + 1
      while next < values.count, values[next].meter == first.meter,
        values[next].start == first.start
      { next += 1 }
      let group = values[place..<next]
      place = next
      if let other = group.first(where: { $0.seconds != first.seconds }) {
        faults.add(
          line: Int(other.line), field: "interval",
          found: "\(other.seconds / 60) and \(first.seconds / 60) minutes from one moment",
          allowed: "one length of a meter at a time")
        continue
      }
      let meter = names[Int(first.meter)]
      let has = channels[Int(first.meter)]
      let absent = isOneWay(meter)
      let imported = sum(
        group.filter { !$0.isExport }, of: has.imports, isAbsent: absent && has.imports.isEmpty,
        &faults)
      let exported = sum(
        group.filter(\.isExport), of: has.exports, isAbsent: absent && has.exports.isEmpty, &faults)
      let version = group.map(\.version).max() ?? 0
      var quality = max(imported.quality, exported.quality)
      if imported.joules == nil || exported.joules == nil {
        quality = .missing
        if imported.joules != nil || exported.joules != nil { halfMissing += 1 }
      }
      let start = Timestamp(seconds: first.start)
      readings.append(
        Reading(
          meter: meter,
          window: Window(start: start, end: start.adding(seconds: Int64(first.seconds)))!,
          imported: imported.joules.map { Energy(joules: $0) },
          exported: exported.joules.map { Energy(joules: $0) }, quality: quality,
          isNonCommercial: group.contains(where: \.isNonCommercial)))
      lines.append(first.line)
      let row = readings.count - 1
      if var last = runs.last, last.version == version {
        last.range = last.range.lowerBound..<row + 1
        runs[runs.count - 1] = last
      } else {
        runs.append(VersionRun(range: row..<row + 1, version: version))
      }
    }
    Self.refuseOverlaps(readings, lines, &faults)
    return (readings, runs)
  }

  /// The sum of a channel's registers; every one is needed.
  private mutating func sum(
    _ group: [Value], of registers: Set<Int32>, isAbsent: Bool, _ faults: inout FaultCollector
  ) -> (joules: Int64?, quality: Quality) {
    if isAbsent { return (0, .actual) }
    var total: Int64 = 0
    var quality = Quality.actual
    var found = 0
    var isMissing = false
    var place = 0
    while place < group.count {
      // The newest version of a register comes first.
      let best = group[place]
      var next = place + 1
      while next < group.count, group[next].register == best.register {
        let other = group[next]
        if other.version == best.version, other.joules != best.joules {
          faults.add(
            line: Int(other.line), field: "value", found: "another value than on line \(best.line)",
            allowed: "each interval of a channel once")
        }
        duplicates += 1
        next += 1
      }
      found += 1
      quality = max(quality, best.quality)
      if let joules = best.joules { total += joules } else { isMissing = true }
      place = next
    }
    return isMissing || found < registers.count || found == 0
      ? (nil, .missing) : (total, quality)
  }

  /// As for CSV: no overlap, and one length within an hour.
  private static func refuseOverlaps(
    _ readings: [Reading], _ lines: [Int32], _ faults: inout FaultCollector
  ) {
    var furthest = 0
    for place in readings.indices.dropFirst() {
      let before = readings[furthest].window
      let after = readings[place].window
      guard readings[furthest].meter == readings[place].meter else {
        furthest = place
        continue
      }
      if after.start < before.end {
        faults.add(
          line: Int(lines[place]), field: "interval", found: "\(after)",
          allowed: "each moment of a meter once; line \(lines[furthest]) has \(before)")
      } else if after.seconds != before.seconds,
        after.start.seconds / 3_600 == (before.end.seconds - 1) / 3_600
      {
        faults.add(
          line: Int(lines[place]), field: "interval", found: "\(after.seconds / 60) minutes",
          allowed: "one length within an hour; line \(lines[furthest]) has "
            + "\(before.seconds / 60)")
      }
      if before.end <= after.end { furthest = place }
    }
  }
}
