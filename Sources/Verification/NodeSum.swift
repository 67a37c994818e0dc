public import Grid

/// What the meters of one node of a consumer tree measured in one stretch of time.
public struct NodeSum: Hashable, Sendable {
  /// Energy of some meters.
  public struct Amount: Hashable, Sendable {
    /// Taken, as far as it is known.
    public fileprivate(set) var imported = Energy.zero
    /// Given, as far as it is known.
    public fileprivate(set) var exported = Energy.zero
    /// The worst quality of the readings; `missing` when a part is not there.
    public fileprivate(set) var quality = Quality.actual
    /// Seconds of all meters together.
    public fileprivate(set) var wantedSeconds: Int64 = 0
    /// Those that readings cover.
    public fileprivate(set) var knownSeconds: Int64 = 0

    /// True when there are meters and no part is missing.
    public var isWhole: Bool { wantedSeconds > 0 && knownSeconds == wantedSeconds }

    fileprivate var netJoules: Int64 { imported.joules - exported.joules }

    fileprivate mutating func add(_ reading: Reading) {
      guard let imported = reading.imported, let exported = reading.exported else { return }
      self.imported = Energy(joules: self.imported.joules + imported.joules)
      self.exported = Energy(joules: self.exported.joules + exported.joules)
      quality = max(quality, reading.quality)
      knownSeconds += reading.window.seconds
    }
  }

  /// The stretch.
  public let window: Window
  /// Of the node's uppermost meters.
  public fileprivate(set) var total = Amount()
  /// Of the lowest meters below them: what was taken apart.
  public fileprivate(set) var parts = Amount()
  /// True when on some day a meter hangs below another.
  public fileprivate(set) var hasParts = false

  /// The net that the uppermost meters have and the lowest below them do not; nil when no meter hangs
  /// below another, or a part is missing. May be negative: meters err.
  public var loss: Energy? {
    guard hasParts, total.isWhole, parts.isWhole else { return nil }
    return Energy(joules: total.netJoules - parts.netJoules)
  }

  /// The sums of a node over stretches between rising `borders`.
  ///
  /// A reading counts for the meters that the node had on the local day of its start; one that
  /// crosses a border counts nowhere, and what it covers is missing.
  /// - Parameter readings: In any order; no two of one meter overlap.
  public static func sums(
    of node: ConsumerID, in tree: ConsumerTree, _ readings: [Reading], borders: [Timestamp],
    zone: ZoneOffsets
  ) -> [NodeSum] {
    var sums: [NodeSum] = []
    var days: [CivilDate: Roll] = [:]
    for (start, end) in zip(borders, borders.dropFirst()) {
      guard let window = Window(start: start, end: end) else { continue }
      var sum = NodeSum(window: window)
      var day = zone.date(at: start)
      while zone.startOfDay(day) < end {
        let roll = days[day] ?? Roll(tree.meters(of: node, on: day))
        days[day] = roll
        let dayEnd = min(end, zone.startOfDay(day.adding(days: 1)))
        let seconds = dayEnd.seconds(since: max(start, zone.startOfDay(day)))
        sum.total.wantedSeconds += seconds * Int64(roll.upper.count)
        sum.parts.wantedSeconds += seconds * Int64(roll.lower.count)
        if roll.upper != roll.lower { sum.hasParts = true }
        day = day.adding(days: 1)
      }
      sums.append(sum)
    }
    for reading in readings {
      guard let place = place(of: reading.window, sums),
        let roll = days[zone.date(at: reading.window.start)]
      else { continue }
      if roll.upper.contains(reading.meter) { sums[place].total.add(reading) }
      if roll.lower.contains(reading.meter) { sums[place].parts.add(reading) }
    }
    for row in sums.indices {
      if !sums[row].total.isWhole { sums[row].total.quality = .missing }
      if !sums[row].parts.isWhole { sums[row].parts.quality = .missing }
    }
    return sums
  }

  /// The meters of one day.
  private struct Roll {
    let upper: Set<MeterID>
    let lower: Set<MeterID>

    init(_ meters: ConsumerTree.Meters) {
      upper = Set(meters.upper)
      lower = Set(meters.lower)
    }
  }

  /// The stretch that holds the whole of a window.
  private static func place(of window: Window, _ sums: [NodeSum]) -> Int? {
    var low = 0
    var high = sums.count
    while low < high {
      let middle = (low + high) / 2
      if sums[middle].window.end <= window.start { low = middle + 1 } else { high = middle }
    }
    guard low < sums.count, sums[low].window.start <= window.start,
      window.end <= sums[low].window.end
    else { return nil }
    return low
  }
}
