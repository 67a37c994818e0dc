public import Grid

/// A stretch of time in which a home's own power is constant.
struct HomeSlot {
  /// Seconds since 1970.
  let start: Int64
  let seconds: Int64
  /// Load minus generation of the whole stretch.
  let joules: Int64

  /// In microseconds since 1970.
  var end: Int64 { (start + seconds) * 1_000_000 }

  /// Load minus generation, rounded down.
  var watts: Int64 { floorDivide(joules, seconds) }

  /// Energy between two moments of the stretch, in microjoules.
  ///
  /// However the stretch is divided, the parts add up to the whole.
  func microjoules(from: Int64, to: Int64) -> Int64 {
    if joules.isMultiple(of: seconds) { return joules / seconds * (to - from) }
    return upTo(to) - upTo(from)
  }

  private func upTo(_ moment: Int64) -> Int64 {
    Int64(Int128(joules) * Int128(moment - start * 1_000_000) / Int128(seconds))
  }
}

/// What the homes use and generate by themselves: by the model, or by real series.
struct Homes: Sendable {
  let model: HomeModel
  /// One a home, or none at all.
  let real: [RealHome]

  /// The stretch that holds `second`; a real series begins again at its end.
  func slot(_ row: Int, atSecond second: Int64) -> HomeSlot {
    guard !real.isEmpty else {
      let start = floorDivide(second, HomeModel.slotSeconds) * HomeModel.slotSeconds
      return HomeSlot(
        start: start, seconds: HomeModel.slotSeconds,
        joules: model.netWatts(row: row, atSecond: second) * HomeModel.slotSeconds)
    }
    let first = real[row].start.seconds
    let seconds = real[row].slotSeconds
    let number = floorDivide(second - first, seconds)
    let place = Int(floorModulo(number, Int64(real[row].loadJ.count)))
    return HomeSlot(
      start: first + number * seconds, seconds: seconds,
      joules: real[row].loadJ[place] - real[row].pvJ[place])
  }
}

extension SimulatedFleet {
  /// One home's past as a meter would have counted it, with an idle battery: joules of each slot.
  ///
  /// The live meters go on from it: the same slot gives the same energies.
  /// - Parameters:
  ///   - row: The battery's place in the enrolment.
  ///   - from: The first slot's start, on the grid of `slotMinutes`.
  ///   - slotMinutes: 1, 5, 15, 30 or 60.
  public func history(
    row: Int, from: Timestamp, slots: Int, slotMinutes: Int
  ) -> (imported: [Int32], exported: [Int32]) {
    let seconds = Int64(slotMinutes) * 60
    precondition(
      Scenario.meterMinutesAllowed.contains(Int64(slotMinutes)) && from.isWholeSecond
        && floorModulo(from.seconds, seconds) == 0,
      "history is asked for in whole meter intervals")
    guard homes.real.isEmpty else {
      return realHistory(row, from: from.seconds, slots: slots, seconds: seconds)
    }
    return modelHistory(row, from: from.seconds, slots: slots, seconds: seconds)
  }

  /// A past of the model; what belongs to the home and to the day is worked out once for each.
  private func modelHistory(
    _ row: Int, from: Int64, slots: Int, seconds: Int64
  ) -> (imported: [Int32], exported: [Int32]) {
    let model = homes.model
    let character = model.character(row)
    var day = model.day(model.dayNumber(atSecond: from), of: character)
    var imported = [Int32](repeating: 0, count: slots)
    var exported = [Int32](repeating: 0, count: slots)
    let step = min(HomeModel.slotSeconds, seconds)
    var second = from
    for slot in 0..<slots {
      let end = second + seconds
      var (bought, sold) = (Int64(0), Int64(0))
      while second < end {
        let number = model.dayNumber(atSecond: second)
        if number != day.number { day = model.day(number, of: character) }
        let energy = model.netWatts(character, day, atSecond: second) * step
        if energy >= 0 { bought += energy } else { sold -= energy }
        second += step
      }
      imported[slot] = Int32(clamping: bought)
      exported[slot] = Int32(clamping: sold)
    }
    return (imported, exported)
  }

  private func realHistory(
    _ row: Int, from: Int64, slots: Int, seconds: Int64
  ) -> (imported: [Int32], exported: [Int32]) {
    var imported = [Int32](repeating: 0, count: slots)
    var exported = [Int32](repeating: 0, count: slots)
    var at = from * 1_000_000
    for slot in 0..<slots {
      let end = at + seconds * 1_000_000
      var (bought, sold) = (Int64(0), Int64(0))
      while at < end {
        let home = homes.slot(row, atSecond: floorDivide(at, 1_000_000))
        let next = min(end, home.end)
        let energy = home.microjoules(from: at, to: next)
        if energy >= 0 { bought += energy } else { sold -= energy }
        at = next
      }
      imported[slot] = Int32(clamping: bought / 1_000_000)
      exported[slot] = Int32(clamping: sold / 1_000_000)
    }
    return (imported, exported)
  }
}
