public import Grid

/// Estimates of intervals that are not there, for histories and never for payment.
///
/// A gap of at most two hours lies on the straight line between its neighbours, flat where only one
/// is known; a longer one is the mean of the same slots of the three most recent like days. Nothing
/// is estimated inside of protected time (events and the windows of their adjustment) or across an
/// exchange of the meter.
public enum GapFilling {
  /// What a register says of the time between two of its readings.
  public struct KnownSum: Hashable, Sendable {
    /// Between the two.
    public let window: Window
    /// What it advanced, from the grid.
    public let imported: Energy
    /// And into it.
    public let exported: Energy

    /// A sum.
    public init(window: Window, imported: Energy, exported: Energy) {
      self.window = window
      self.imported = imported
      self.exported = exported
    }
  }

  /// What may not be estimated, and what is known beside the readings.
  public struct Frame: Sendable {
    /// Events and the windows of their adjustment.
    public var protected: [Window] = []
    /// When the meter was exchanged.
    public var exchanges: [Timestamp] = []
    /// Sums of registers; estimates within are scaled to them.
    public var sums: [KnownSum] = []
    /// Longest gap for a straight line.
    public var lineSeconds: Int64 = 7_200
    /// Like days that a longer gap takes the mean of.
    public var likeDays = 3

    /// Nothing protected, nothing known.
    public init() {}
  }

  /// Estimates for the gaps of `window`, in order.
  ///
  /// - Parameters:
  ///   - readings: Of one meter, of `intervalSeconds` each, in order; days before `window` serve as
  ///     like days.
  ///   - isLike: True when two local dates are of one class.
  public static func estimates(
    _ readings: [Reading], meter: MeterID, intervalSeconds: Int64, in window: Window,
    zone: ZoneOffsets, frame: Frame = Frame(), isLike: (CivilDate, CivilDate) -> Bool
  ) -> [Reading] {
    var known: [Int64: Reading] = [:]
    for reading in readings where reading.net != nil {
      known[reading.window.start.seconds] = reading
    }
    var estimates: [Reading] = []
    var start = window.start.seconds
    while start < window.end.seconds {
      guard known[start] == nil else {
        start += intervalSeconds
        continue
      }
      var end = start
      while end < window.end.seconds, known[end] == nil { end += intervalSeconds }
      let gap = Window(start: Timestamp(seconds: start), end: Timestamp(seconds: end))!
      if !frame.exchanges.contains(where: { gap.start <= $0 && $0 <= gap.end }) {
        estimates += fill(gap, known, meter, intervalSeconds, zone, frame, isLike)
      }
      start = end
    }
    return frame.sums.reduce(estimates) { scaled($0, known, to: $1) }
  }

  private static func fill(
    _ gap: Window, _ known: [Int64: Reading], _ meter: MeterID, _ seconds: Int64,
    _ zone: ZoneOffsets, _ frame: Frame, _ isLike: (CivilDate, CivilDate) -> Bool
  ) -> [Reading] {
    let before = known[gap.start.seconds - seconds]
    let after = known[gap.end.seconds]
    let count = gap.seconds / seconds
    var found: [Reading] = []
    for place in 0..<count {
      let start = gap.start.adding(seconds: place * seconds)
      let slot = Window(start: start, end: start.adding(seconds: seconds))!
      if frame.protected.contains(where: { $0.intersection(slot) != nil }) { continue }
      func value(_ side: KeyPath<Reading, Energy?>) -> Energy? {
        if gap.seconds > frame.lineSeconds {
          return like(slot, side, known, zone, frame.likeDays, isLike)
        }
        switch (before?[keyPath: side], after?[keyPath: side]) {
        case (let first?, let last?):
          let rise = Int128((last - first).joules) * Int128(place + 1)
          return Energy(joules: first.joules + floorDivide(rise, Int128(count + 1)))
        case (let one?, nil), (nil, let one?): return one
        case (nil, nil): return nil
        }
      }
      guard let imported = value(\.imported), let exported = value(\.exported) else { continue }
      found.append(
        Reading(
          meter: meter, window: slot, imported: imported, exported: exported, quality: .estimated))
    }
    return found
  }

  /// The mean of the same wall clock of the most recent like days.
  private static func like(
    _ slot: Window, _ side: KeyPath<Reading, Energy?>, _ known: [Int64: Reading],
    _ zone: ZoneOffsets, _ days: Int, _ isLike: (CivilDate, CivilDate) -> Bool
  ) -> Energy? {
    let date = zone.date(at: slot.start)
    let clock = zone.secondOfDay(at: slot.start)
    var values: [Int64] = []
    var day = date
    for _ in 0..<45 where values.count < days {
      day = day.adding(days: -1)
      guard isLike(date, day) else { continue }
      let moment: Timestamp
      switch zone.moments(on: day, secondOfDay: clock) {
      case .once(let only), .twice(let only, _): moment = only
      case .skipped: continue
      }
      if let value = known[moment.seconds]?[keyPath: side] { values.append(value.joules) }
    }
    guard !values.isEmpty else { return nil }
    let sum = values.reduce(Int128(0)) { $0 + Int128($1) }
    return Energy(joules: floorDivide(sum, Int128(values.count)))
  }

  /// Scales the estimates within a sum so that all of it adds up exactly; equal shares where the
  /// estimates are nothing.
  private static func scaled(
    _ estimates: [Reading], _ known: [Int64: Reading], to sum: KnownSum
  ) -> [Reading] {
    let own = estimates.indices.filter {
      sum.window.start <= estimates[$0].window.start && estimates[$0].window.end <= sum.window.end
    }
    guard !own.isEmpty else { return estimates }
    func parts(_ side: KeyPath<Reading, Energy?>, _ total: Energy) -> [Int64]? {
      var rest = Int128(total.joules)
      var covered = own.reduce(Int64(0)) { $0 + estimates[$1].window.seconds }
      for reading in known.values
      where sum.window.start <= reading.window.start && reading.window.end <= sum.window.end {
        rest -= Int128(reading[keyPath: side]?.joules ?? 0)
        covered += reading.window.seconds
      }
      // Only where everything between the registers is known or estimated does the rest belong here.
      guard rest >= 0, covered == sum.window.seconds else { return nil }
      let weights = own.map { Int128(estimates[$0][keyPath: side]?.joules ?? 0) }
      let whole = weights.reduce(0, +)
      var passed: Int128 = 0
      var given: Int128 = 0
      return weights.enumerated().map { place, weight in
        passed += whole == 0 ? 1 : weight
        let upTo = floorDivide128(rest * passed, whole == 0 ? Int128(own.count) : whole)
        defer { given = upTo }
        return Int64(upTo - given)
      }
    }
    guard let imported = parts(\.imported, sum.imported),
      let exported = parts(\.exported, sum.exported)
    else { return estimates }
    var result = estimates
    for (place, row) in own.enumerated() {
      result[row] = Reading(
        meter: estimates[row].meter, window: estimates[row].window,
        imported: Energy(joules: imported[place]), exported: Energy(joules: exported[place]),
        quality: .estimated)
    }
    return result
  }

  private static func floorDivide128(_ a: Int128, _ b: Int128) -> Int128 {
    let quotient = a / b
    return a % b < 0 ? quotient - 1 : quotient
  }
}
