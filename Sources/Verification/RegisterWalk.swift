import Grid

/// Walks the records of one meter in order of time and keeps the last register that is trusted.
struct RegisterWalk {
  /// Import and export in joules.
  private struct Amounts {
    var imported: Int64
    var exported: Int64

    init(_ pair: MeterRecord.Pair) {
      imported = pair.imported.joules
      exported = pair.exported?.joules ?? 0
    }

    init(imported: Int64, exported: Int64) {
      self.imported = imported
      self.exported = exported
    }

    static func - (a: Amounts, b: Amounts) -> Amounts {
      Amounts(imported: a.imported - b.imported, exported: a.exported - b.exported)
    }

    func isAtLeast(_ least: Int64) -> Bool { imported >= least && exported >= least }
    func isAtMost(_ most: Int64) -> Bool { imported <= most && exported <= most }
  }

  private struct Register {
    let amounts: Amounts
    let epoch: Int64
    let at: Timestamp
    let quality: Quality
  }

  var outcome = RegisterBook.Outcome()
  private let intervalSeconds: Int64?
  private let gridSecond: Int64
  private var last: Register?
  /// Records with energies but no register since the last one.
  private var known: [(window: Window, amounts: Amounts)] = []

  init(intervalSeconds: Int64?, gridSecond: Int64) {
    self.intervalSeconds = intervalSeconds
    self.gridSecond = gridSecond
  }

  mutating func take(_ record: MeterRecord) {
    guard record.quality != .missing else { return }
    let energies = record.energies.map(Amounts.init)
    guard let registers = record.registers.map(Amounts.init) else {
      if let energies {
        add(record.window, energies, record.quality, record.meter)
        known.append((record.window, energies))
      }
      return
    }
    guard let last, last.epoch == record.epoch,
      record.window.end.seconds(since: last.at) <= RegisterBook.maximumBridgeSeconds
    else {
      // The first register of an epoch: nothing before it is known.
      if let energies { add(record.window, energies, record.quality, record.meter) }
      trust(registers, record)
      return
    }
    let advance = registers - last.amounts
    // What lost records would have said: the advance less all that is known otherwise.
    var rest = advance
    for part in known { rest = rest - part.amounts }
    if let energies { rest = rest - energies }
    let lost = lostWindows(from: last.at, to: record, isOwnKnown: energies != nil)
    let slack = RegisterBook.tolerance * Int64(known.count + 1)
    guard advance.isAtLeast(0), rest.isAtLeast(-slack), !lost.isEmpty || rest.isAtMost(slack)
    else {
      outcome.aside.append(RegisterBook.Aside(record: record, fault: .registerMismatch))
      return
    }
    let quality = max(record.quality, last.quality)
    if known.isEmpty, last.at == record.window.start {
      add(record.window, advance, quality, record.meter)
    } else {
      if let energies { add(record.window, energies, record.quality, record.meter) }
      split(
        Amounts(imported: max(0, rest.imported), exported: max(0, rest.exported)), over: lost,
        record, quality)
    }
    trust(registers, record)
  }

  private mutating func trust(_ registers: Amounts, _ record: MeterRecord) {
    last = Register(
      amounts: registers, epoch: record.epoch, at: record.window.end, quality: record.quality)
    known = []
  }

  private mutating func add(
    _ window: Window, _ amounts: Amounts, _ quality: Quality, _ meter: MeterID
  ) {
    outcome.readings.append(
      Reading(
        meter: meter, window: window, imported: Energy(joules: amounts.imported),
        exported: Energy(joules: amounts.exported), quality: quality))
  }

  /// The time since the last register that no energies cover, in order.
  private func lostWindows(
    from start: Timestamp, to record: MeterRecord, isOwnKnown: Bool
  ) -> [Window] {
    var lost: [Window] = []
    var place = start
    for part in known {
      if let gap = Window(start: place, end: part.window.start) { lost.append(gap) }
      place = part.window.end
    }
    let end = isOwnKnown ? record.window.start : record.window.end
    if let gap = Window(start: place, end: end) { lost.append(gap) }
    return lost
  }

  /// Splits an exact sum over lost time, cut where the programme's intervals meet.
  private mutating func split(
    _ total: Amounts, over lost: [Window], _ record: MeterRecord, _ quality: Quality
  ) {
    guard let first = lost.first, let end = lost.last?.end else { return }
    let length = 1_000_000 * (intervalSeconds ?? record.window.seconds)
    let phase = intervalSeconds == nil ? record.window.start.microseconds : 1_000_000 * gridSecond
    func border(after moment: Timestamp) -> Timestamp {
      let number = floorDivide(Int128(moment.microseconds - phase), Int128(length))
      return Timestamp(microseconds: (number + 1) * length + phase)
    }
    let isWithinOne = intervalSeconds != nil && end <= border(after: first.start)
    let whole = lost.reduce(Int128(0)) {
      $0 + Int128($1.end.microseconds - $1.start.microseconds)
    }
    var passed: Int128 = 0
    var given = Amounts(imported: 0, exported: 0)
    for gap in lost {
      var place = gap.start
      while place < gap.end {
        let next = min(border(after: place), gap.end)
        passed += Int128(next.microseconds - place.microseconds)
        // Cumulative shares: whatever the rounding, the parts sum to the register's advance.
        let upTo = Amounts(
          imported: floorDivide(Int128(total.imported) * passed, whole),
          exported: floorDivide(Int128(total.exported) * passed, whole))
        add(
          Window(start: place, end: next)!, upTo - given,
          isWithinOne ? quality : max(quality, .estimated), record.meter)
        given = upTo
        place = next
      }
    }
  }
}
