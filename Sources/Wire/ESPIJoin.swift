import Grid

/// Joins the entries of a feed by their links, and turns values into readings.
struct ESPIJoin {
  private let scan: ESPIScan
  private let options: ImportOptions
  private var faults: FaultCollector
  private var book = ChannelBook()
  private var ignored: [String: Int]
  private var findings: [String] = []
  private var rounded = 0
  private var zone: ZoneOffsets?
  /// Points of which the map names MeterReadings, which are then the only ones that count.
  private let picked: Set<String>

  /// What a ReadingType says.
  private struct Kind {
    enum Flow { case imported, exported, net }
    var flow: Flow
    var multiplier: Int64
    var intervalLength: Int64?
    var defaultQuality: Quality?
  }

  /// A MeterReading with all that its links lead to.
  private struct Stream {
    let entry: ESPIFile.Entry
    let meter: MeterID
    let kind: Kind
    /// The map names this MeterReading, not its point alone.
    let isNamed: Bool
    /// Registers of one direction are added.
    var register: Int32 = 0
    var blocks: [(block: ESPIFile.Block, updated: Int64)] = []
  }

  init(_ scan: ESPIScan, options: ImportOptions) {
    self.scan = scan
    self.options = options
    faults = scan.faults
    ignored = scan.ignored
    picked = options.map?.wholes(.espi) ?? []
  }

  private mutating func fault(_ line: Int, _ field: String, _ found: String, _ allowed: String) {
    faults.add(
      line: line, field: field, found: found.isEmpty ? "nothing" : Excerpt.of(Array(found.utf8)),
      allowed: allowed)
  }

  mutating func delivery() throws(FileFaults) -> MeterDelivery {
    var streams = self.streams()
    attachBlocks(&streams)
    streams = ofOneLength(streams)
    zone = localZone()
    checkEpoch(streams)
    for stream in streams { take(stream) }
    guard faults.isEmpty else { throw faults.faults }
    let isOneWay = options.isOneWay
    var delivery = try book.delivery(
      .espi, &faults, source: "espi", rounded: rounded, ignored: ignored,
      halves: "one direction of two; --one-way says that the other does not exist"
    ) { _ in isOneWay }
    delivery.findings = findings + delivery.findings
    return delivery
  }

  // MARK: Links

  private mutating func streams() -> [Stream] {
    var points: [String: (entry: ESPIFile.Entry, name: String)] = [:]
    var types: [String: ESPIFile.Entry] = [:]
    for entry in scan.entries {
      switch entry.kind {
      case .usagePoint:
        let name = String(entry.selfLink.split(separator: "/").last ?? "")
        for link in entry.related where points.updateValue((entry, name), forKey: link) != nil {
          // Several points may share their local time, not their readings.
          if link.hasSuffix("/MeterReading") {
            fault(entry.line, "UsagePoint", "a second link to \(link)", "one point for a reading")
          }
        }
      case .readingType:
        if types.updateValue(entry, forKey: entry.selfLink) != nil {
          fault(entry.line, "ReadingType", "\(entry.selfLink) twice", "each resource once")
        }
      case .meterReading, .intervalBlocks, .localTime, nil: break
      }
    }
    var streams: [Stream] = []
    for entry in scan.entries where entry.kind == .meterReading {
      guard let point = points[entry.up] else {
        fault(entry.line, "MeterReading", "up \(entry.up)", "the readings of a UsagePoint")
        continue
      }
      let found = entry.related.compactMap { types[$0] }
      guard let type = found.first, found.count == 1 else {
        fault(
          entry.line, "MeterReading", "\(found.count) reading types", "a link to one ReadingType")
        continue
      }
      let reading = "\(point.name)/\(entry.selfLink.split(separator: "/").last ?? "")"
      let named = options.map?.meter(reading, format: .espi)
      if named == nil, picked.contains(point.name) {
        ignored["not in the map", default: 0] += 1
        continue
      }
      guard let kind = kind(type), let meter = named ?? meter(point.name, entry.line) else {
        continue
      }
      streams.append(Stream(entry: entry, meter: meter, kind: kind, isNamed: named != nil))
    }
    return streams
  }

  private mutating func meter(_ name: String, _ line: Int) -> MeterID? {
    if let map = options.map, map.has(.espi) {
      if let meter = map.meter(name, format: .espi) { return meter }
      fault(line, "UsagePoint", name, "a name of the map")
      return nil
    }
    if let meter = MeterID(name) { return meter }
    fault(line, "UsagePoint", name, "a link that ends in 1...64 of A-Z a-z 0-9 _ -")
    return nil
  }

  /// Nil when it is passed over or refused.
  private mutating func kind(_ type: ESPIFile.Entry) -> Kind? {
    func field(_ name: String) -> String { type.fields[name] ?? "" }
    if field("commodity") != "1" {
      ignored["commodity \(field("commodity"))", default: 0] += 1
      return nil
    }
    if field("kind") != "12" {
      ignored["kind \(field("kind"))", default: 0] += 1
      return nil
    }
    if field("uom") != "72" {
      fault(type.line, "ReadingType/uom", field("uom"), "72 (Wh): other units are no energy")
    }
    if field("accumulationBehaviour") != "4" {
      fault(
        type.line, "ReadingType/accumulationBehaviour", field("accumulationBehaviour"),
        "4 (delta): a register is no interval")
    }
    let powerText = field("powerOfTenMultiplier")
    let power = powerText.isEmpty ? 0 : Int64(powerText) ?? 99
    if !(-12...12).contains(power) {
      fault(type.line, "ReadingType/powerOfTenMultiplier", powerText, "-12...12")
    }
    var flow: Kind.Flow?
    switch field("flowDirection") {
    case "1": flow = .imported
    case "19": flow = .exported
    case "4" where options.isNetSigned: flow = .net
    case "4":
      fault(
        type.line, "ReadingType/flowDirection", "4 (net)",
        "1 or 19; --net signed takes a negative value as export")
    case let other:
      fault(type.line, "ReadingType/flowDirection", other, "1 (import) or 19 (export)")
    }
    let code = field("defaultQuality")
    if !code.isEmpty, ESPIFile.quality(code) == nil {
      fault(type.line, "ReadingType/defaultQuality", code, "0, 7...19")
    }
    guard let flow, (-12...12).contains(power) else { return nil }
    return Kind(
      flow: flow, multiplier: power, intervalLength: Int64(field("intervalLength")),
      defaultQuality: code.isEmpty ? nil : ESPIFile.quality(code))
  }

  private mutating func attachBlocks(_ streams: inout [Stream]) {
    var owners: [String: Int] = [:]
    var known: Set<String> = []
    for (place, stream) in streams.enumerated() {
      for link in stream.entry.related where owners.updateValue(place, forKey: link) != nil {
        if link.hasSuffix("/IntervalBlock") {
          fault(stream.entry.line, "MeterReading", "a second link to \(link)", "one for a block")
        }
      }
    }
    // Blocks of readings that were passed over are passed over too.
    for entry in scan.entries where entry.kind == .meterReading { known.formUnion(entry.related) }
    for entry in scan.entries where entry.kind == .intervalBlocks {
      guard let place = owners[entry.up] else {
        if !known.contains(entry.up) {
          fault(entry.line, "IntervalBlock", "up \(entry.up)", "the blocks of a MeterReading")
        }
        continue
      }
      for block in entry.blocks {
        streams[place].blocks.append((scan.blocks[block], entry.updated))
      }
    }
  }

  /// Two MeterReadings of one direction are added only where the map names both: quarter hours and
  /// days of the same energy often come together.
  private mutating func ofOneLength(_ streams: [Stream]) -> [Stream] {
    var kept: [Stream] = []
    for stream in streams {
      guard let wanted = options.intervalMinutes, let length = length(stream) else {
        kept.append(stream)
        continue
      }
      if length == wanted * 60 {
        kept.append(stream)
      } else {
        ignored["length \(length / 60)", default: 0] += 1
      }
    }
    var ofMeter: [MeterID: [Int]] = [:]
    var added = 0
    for (place, stream) in kept.enumerated() {
      let others = ofMeter[stream.meter, default: []].filter {
        let flow = kept[$0].kind.flow
        return flow == stream.kind.flow || flow == .net || stream.kind.flow == .net
      }
      ofMeter[stream.meter, default: []].append(place)
      guard !others.isEmpty else { continue }
      if stream.isNamed,
        others.allSatisfy({ kept[$0].isNamed && kept[$0].kind.flow == stream.kind.flow })
      {
        kept[place].register = Int32(others.count)
        added += 1
      } else {
        fault(
          stream.entry.line, "MeterReading", "a second one of \(stream.meter) in this direction",
          "one; --interval MINUTES chooses a length, POINT/READING in the map picks one, or adds"
            + " those of one flow that it names")
      }
    }
    if added > 0 {
      findings.append(
        "registersAdded: \(added) MeterReadings are added to others of their direction, as the map"
          + " names them")
    }
    return kept
  }

  private func length(_ stream: Stream) -> Int64? {
    for (block, _) in stream.blocks {
      for reading in scan.readings[block.readings] {
        if let length = reading.duration ?? stream.kind.intervalLength { return length }
      }
    }
    return stream.kind.intervalLength
  }

  // MARK: Time

  private mutating func localZone() -> ZoneOffsets? {
    guard let entry = scan.entries.first(where: { $0.kind == .localTime }) else {
      return options.zone
    }
    guard let zone = ESPILocalTime.zone(entry.fields) else {
      fault(entry.line, "LocalTimeParameters", "other values", "tzOffset, dstOffset and rules")
      return options.zone
    }
    return zone
  }

  /// Daily blocks that begin at midnight of UTC in a zone that is not there tell of local epochs.
  private mutating func checkEpoch(_ streams: [Stream]) {
    var daily = 0
    var atUTC = 0
    var mismatch: Int64?
    for stream in streams {
      for (block, _) in stream.blocks {
        guard let start = block.start else { continue }
        let moment = Timestamp(seconds: start)
        if let zone, let other = options.zone, mismatch == nil,
          zone.offsetSeconds(at: moment) != other.offsetSeconds(at: moment)
        {
          mismatch = start
        }
        guard let duration = block.duration, (82_800...90_000).contains(duration) else { continue }
        daily += 1
        let offset = zone?.offsetSeconds(at: moment) ?? 0
        if offset != 0, start % 86_400 == 0, (start + offset) % 86_400 != 0 { atUTC += 1 }
      }
    }
    if let mismatch, let zone, let other = options.zone {
      findings.append(
        "zoneMismatch: the file's local time is not that of \(other.name) at"
          + " \(Timestamp(seconds: mismatch)) (\(zone.name))")
    }
    if daily > 0, atUTC == daily, !options.isEpochLocal {
      fault(
        1, "IntervalBlock/interval/start", "localEpochSuspected: days that begin at 00:00 of UTC",
        "UTC seconds; --epoch local takes them as wall clock")
    }
  }

  /// The UTC second of a start in the file.
  private func second(_ start: Int64, _ last: Int64?) -> Int64? {
    guard options.isEpochLocal, let zone else { return start }
    let day = CivilDate(dayNumber: start >= 0 ? start / 86_400 : (start - 86_399) / 86_400)
    switch zone.moments(on: day, secondOfDay: start - day.dayNumber * 86_400) {
    case .once(let moment): return moment.seconds
    case .twice(let first, let second):
      return last.map { $0 >= first.seconds } == true ? second.seconds : first.seconds
    case .skipped: return nil
    }
  }

  // MARK: Values

  private mutating func take(_ stream: Stream) {
    guard let ordinal = book.ordinal(of: stream.meter) else {
      fault(stream.entry.line, "UsagePoint", "one more", "\(MetersFile.meters) meters a file")
      return
    }
    for (block, updated) in stream.blocks {
      var following = block.start
      var last: Int64?
      for reading in scan.readings[block.readings] {
        let line = Int(reading.line)
        guard let raw = reading.start ?? following,
          let seconds = reading.duration ?? stream.kind.intervalLength
        else {
          fault(line, "IntervalReading", "no time", "timePeriod, or interval and intervalLength")
          continue
        }
        following = raw + seconds
        guard seconds >= 60, seconds <= 86_400, 86_400 % seconds == 0, seconds % 60 == 0 else {
          fault(line, "timePeriod/duration", "\(seconds)", "minutes that divide a day, in seconds")
          continue
        }
        if let start = block.start, let duration = block.duration,
          raw < start || raw + seconds > start + duration
        {
          fault(line, "IntervalReading", "\(raw) for \(seconds) s", "within its block's interval")
          continue
        }
        guard let start = second(raw, last), start >= 631_152_000, start < 4_133_980_800 else {
          fault(line, "timePeriod/start", "\(raw)", "a time of 1990...2100 that exists")
          continue
        }
        last = start
        add(reading, stream, ordinal, start, seconds, updated)
      }
    }
  }

  private mutating func add(
    _ reading: ESPIFile.RawReading, _ stream: Stream, _ ordinal: Int32, _ start: Int64,
    _ seconds: Int64, _ version: Int64
  ) {
    var joules: Int64?
    var quality = reading.quality ?? stream.kind.defaultQuality ?? .actual
    if let value = reading.value, quality != .missing {
      var scaled = Int128(value.magnitude) * 3_600
      var scale: Int128 = 1
      for _ in 0..<stream.kind.multiplier.magnitude {
        if stream.kind.multiplier > 0 { scaled *= 10 } else { scale *= 10 }
      }
      guard let energy = DecimalEnergy.rounded(scaled, scale, value < 0) else {
        fault(
          Int(reading.line), "value", "\(value)", "up to \(KilowattHours.largest) kWh an interval")
        return
      }
      if energy.isRounded { rounded += 1 }
      joules = energy.joules
    } else {
      quality = .missing
    }
    if let joules, joules < 0, stream.kind.flow != .net {
      fault(Int(reading.line), "value", "\(joules) J", "0 or more in one direction")
      return
    }
    var value = ChannelBook.Value(
      meter: ordinal, isExport: stream.kind.flow == .exported, register: stream.register,
      start: start,
      seconds: Int32(seconds), joules: joules, quality: quality, version: version,
      line: reading.line)
    var isKept = true
    if stream.kind.flow == .net {
      value.joules = joules.map { max(0, $0) }
      isKept = book.add(value)
      value.isExport = true
      value.joules = joules.map { max(0, -$0) }
    }
    if !(isKept && book.add(value)) {
      fault(Int(reading.line), "IntervalReading", "one more", "\(MetersFile.rows) a file")
    }
  }
}
