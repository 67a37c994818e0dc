import Grid
import Storage
import Verification

/// Puts archive and live readings of meters together as series for verification.
///
/// One archive block of 1,024 meters is read at a time; the newest blocks are kept, because a
/// site's meter and its neighbours' lie in the same one.
struct SeriesLoader {
  let store: any ReadingStore
  /// UTC days that verification may look at.
  let days: Range<Int64>
  /// The programme's interval.
  let intervalSeconds: Int64
  /// Live readings by meter, in any order.
  let live: LiveReadings
  /// Readings of files, which are taken instead of the store's.
  let files: ReadingSet?
  /// Any moment at which one of the programme's intervals starts.
  let gridSecond: Int64
  private var blocks: [BlockKey: ArchiveBlock?] = [:]
  private var kept: [BlockKey] = []
  private var grids: [Int32: [[Int]]] = [:]

  private struct BlockKey: Hashable {
    let number: Int32
    let grid: Int
  }

  init(
    store: any ReadingStore, days: Range<Int64>, intervalSeconds: Int64,
    live: LiveReadings, files: ReadingSet? = nil, gridSecond: Int64 = 0
  ) {
    self.store = store
    self.days = days
    self.intervalSeconds = intervalSeconds
    self.live = live
    self.files = files
    self.gridSecond = gridSecond
  }

  /// The meter's energies over all days, or nil when there is not one reading.
  mutating func series(
    of meter: MeterID, number: Int32, side: IntervalSeries.Side
  ) throws(StoreError) -> IntervalSeries? {
    if let files {
      let window = Window(
        start: Timestamp(seconds: days.lowerBound * 86_400),
        end: Timestamp(seconds: days.upperBound * 86_400))!
      return files.series(
        of: meter, side: side, in: window, intervalSeconds: intervalSeconds,
        gridSecond: gridSecond)
    }
    let readings = live.readings[meter] ?? []
    let row = Int(number - 1) % ArchiveBlock.meters
    for grids in try suitedGrids(ofBlock: (number - 1) / Int32(ArchiveBlock.meters)) {
      var blocks: [ArchiveBlock] = []
      for grid in grids {
        let key = BlockKey(number: (number - 1) / Int32(ArchiveBlock.meters), grid: grid)
        if let block = try block(key), block.hasReading(row: row) { blocks.append(block) }
      }
      guard let block = blocks.first else { continue }
      if blocks.count == 1, fits(block) {
        return overlay(readings, on: block, row: row, meter: meter, side: side)
      }
      return mixed(blocks, readings, row: row, meter: meter, side: side)
    }
    return built(readings, meter: meter, side: side)
  }

  /// Local days of which nothing counts, because a meter's clock was off.
  func untrustedDates(of meters: [MeterID]) -> Set<CivilDate> {
    meters.reduce(into: []) { $0.formUnion(live.untrusted[$1] ?? []) }
  }

  /// What the live records of a site's meters say of them, by code.
  func findings(of meters: [MeterID]) -> [MeterHealth.Finding] {
    meters.flatMap { live.findings[$0] ?? [] }.sorted { ($0.code, $0.at) < ($1.code, $1.at) }
  }

  /// True when the programme's intervals are made of whole slots, or slots are longer than they.
  private func fits(_ block: ArchiveBlock) -> Bool {
    let seconds = Int64(block.slotMinutes * 60)
    return seconds > intervalSeconds || (block.startSecond - gridSecond) % seconds == 0
  }

  /// Slots that lie across the programme's intervals (hours of UTC in a zone at half an hour), or
  /// now so and now otherwise: each reading on its own, split by overlap in time.
  private func mixed(
    _ blocks: [ArchiveBlock], _ live: [Reading], row: Int, meter: MeterID,
    side: IntervalSeries.Side
  ) -> IntervalSeries? {
    var archived = blocks.flatMap { block in
      (0..<block.slots).compactMap { block.reading(of: meter, row: row, slot: $0) }
    }
    archived.sort { $0.window.start < $1.window.start }
    return built(MeterArchive.merged(archived, live), meter: meter, side: side)
  }

  private func built(
    _ readings: [Reading], meter: MeterID, side: IntervalSeries.Side
  ) -> IntervalSeries? {
    // Readings that contradict each other are no evidence; the site is refused for lack of data.
    ReadingSet.series(
      from: readings, of: meter, side: side, intervalSeconds: intervalSeconds,
      gridSecond: gridSecond)
  }

  /// The archive's columns with live readings in the slots that it leaves open.
  private func overlay(
    _ readings: [Reading], on block: ArchiveBlock, row: Int, meter: MeterID,
    side: IntervalSeries.Side
  ) -> IntervalSeries {
    let slots = block.slots
    let sign: Int64 = side == .netImport ? 1 : -1
    var (joules, qualities, isAllActual) = block.columns(row: row, sign: sign)
    let start = block.startSecond
    let seconds = Int64(block.slotMinutes * 60)
    var parts = [Int: (joules: Int64, seconds: Int64, quality: Quality)]()
    for reading in readings {
      guard let net = reading.net else { continue }
      let offset = reading.window.start.seconds - start
      let slot = Int(offset / seconds)
      guard offset >= 0, slot < slots, joules[slot] == IntervalSeries.missing,
        reading.window.seconds <= seconds,
        (offset + reading.window.seconds - 1) / seconds == Int64(slot)
      else { continue }
      var part = parts[slot] ?? (0, 0, .actual)
      part.joules += sign * net.joules
      part.seconds += reading.window.seconds
      part.quality = max(part.quality, reading.quality)
      parts[slot] = part
    }
    for (slot, part) in parts where part.seconds == seconds {
      joules[slot] = part.joules
      qualities[slot] = part.quality
      isAllActual = false
    }
    return IntervalSeries(
      trusting: meter, startSecond: start, intervalSeconds: seconds, joules: joules,
      qualities: qualities, isAllActual: isAllActual)
  }

  /// The grids of a block by their length, the best for the programme first: the longest that
  /// divides its interval, then the others, whose meters are too coarse and say so.
  private mutating func suitedGrids(ofBlock number: Int32) throws(StoreError) -> [[Int]] {
    if let known = grids[number] { return known }
    let minutes = intervalSeconds / 60
    let byLength = Dictionary(
      grouping: try store.slotMinutes(ofBlock: number), by: ArchiveBlock.slotMinutes(ofGrid:))
    let suited = byLength.keys.filter { minutes.isMultiple(of: Int64($0)) }.sorted(by: >)
    let others = byLength.keys.filter { !suited.contains($0) }.sorted()
    let found = (suited + others).map { byLength[$0] ?? [] }
    grids[number] = found
    return found
  }

  private mutating func block(_ key: BlockKey) throws(StoreError) -> ArchiveBlock? {
    if let known = blocks[key] { return known }
    let block = try store.block(key.number, days: days, slotMinutes: key.grid)
    if kept.count == 4 { blocks[kept.removeFirst()] = nil }
    kept.append(key)
    blocks[key] = .some(block)
    return block
  }
}

extension ArchiveBlock {
  /// True when the meter of `row` has at least one reading.
  func hasReading(row: Int) -> Bool {
    let base = row * slots
    let column = imported.span
    for slot in base..<base + slots where column[slot] != Self.missing { return true }
    return false
  }
}

extension ArchiveBlock {
  /// Import less export of the meter of `row`, times `sign`, and the qualities.
  func columns(
    row: Int, sign: Int64
  ) -> (joules: [Int64], qualities: [Quality], isAllActual: Bool) {
    let range = row * slots..<(row + 1) * slots
    let imported = self.imported.span.extracting(range)
    let exported = self.exported.span.extracting(range)
    let marks = quality.span.extracting(range)
    var joules = [Int64](repeating: 0, count: slots)
    var qualities = [Quality](repeating: .actual, count: slots)
    // Two plain passes: the first has no branch, and the second only meets what is not `actual`.
    var energies = joules.mutableSpan
    for slot in energies.indices {
      // Two numbers of 32 bits cannot pass 64; unchecked, the loop becomes vector instructions.
      energies[slot] = sign &* (Int64(imported[slot]) &- Int64(exported[slot]))
    }
    var doubtful = 0
    for slot in marks.indices {
      doubtful &+= marks[slot] == Quality.actual.rawValue ? 0 : 1
      doubtful &+= imported[slot] == Self.missing ? 1 : 0
    }
    guard doubtful > 0 else { return (joules, qualities, true) }
    var grades = qualities.mutableSpan
    for slot in grades.indices
    where marks[slot] != Quality.actual.rawValue || imported[slot] == Self.missing {
      let grade = imported[slot] == Self.missing ? nil : Quality(rawValue: marks[slot])
      grades[slot] = grade ?? .missing
      if grades[slot] == .missing { energies[slot] = IntervalSeries.missing }
    }
    return (joules, qualities, false)
  }
}

extension IntervalSeries {
  /// The sum of two series of the same shape, missing where either is; nil for other shapes.
  func adding(_ other: IntervalSeries) -> IntervalSeries? {
    guard startSecond == other.startSecond, intervalSeconds == other.intervalSeconds,
      joules.count == other.joules.count
    else { return nil }
    var joules = self.joules
    var qualities = self.qualities
    for slot in joules.indices {
      qualities[slot] = max(qualities[slot], other.qualities[slot])
      joules[slot] =
        qualities[slot] == .missing ? IntervalSeries.missing : joules[slot] + other.joules[slot]
    }
    return IntervalSeries(
      meter: meter, startSecond: startSecond, intervalSeconds: intervalSeconds, joules: joules,
      qualities: qualities)
  }
}
