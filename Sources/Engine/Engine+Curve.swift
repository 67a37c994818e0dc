import Grid

// The delivered power of events under way, every ten seconds.
//
// A point is written by the first turn that comes at its moment or later, from what was known before
// that turn: so the same logbook gives the same curve, however many empty turns lie between.
extension Engine {
  /// An event begins to move: its curve starts with what is known now.
  mutating func beginCurve(_ place: Int) {
    guard states[place].nextCurvePoint == nil else { return }
    writePoint(place, at: Timestamp(seconds: now.seconds))
    let step = Timing.curveSeconds
    states[place].nextCurvePoint = Timestamp(seconds: (now.seconds / step + 1) * step)
    curves.append(place)
  }

  /// Writes the points that are due by `now`, before anything of this turn is known.
  mutating func writeCurves() {
    guard !curves.isEmpty else { return }
    for place in curves {
      while let due = states[place].nextCurvePoint, due <= now {
        let end = states[place].record.endedAt?.adding(seconds: Timing.curveTailSeconds)
        if let end, due > end {
          states[place].nextCurvePoint = nil
          break
        }
        writePoint(place, at: due)
        states[place].nextCurvePoint = due.adding(seconds: Timing.curveSeconds)
      }
    }
    curves.removeAll { states[$0].nextCurvePoint == nil }
  }

  private mutating func writePoint(_ place: Int, at moment: Timestamp) {
    let cutoff = moment.adding(seconds: -Timing.heardSeconds).microseconds
    var watts: Int64 = 0
    for row in 0..<fleet.count where fleet.dischargeW[row] > 0 && fleet.heardAt[row] >= cutoff {
      if states[place].record.batteries[row].command != nil { watts += fleet.dischargeW[row] }
    }
    // A charger gives what it drew when it was paused, less what it draws.
    for row in 0..<fleet.count
    where fleet.enrolled[row].isCharger && fleet.heardAt[row] >= cutoff {
      guard fleet.dischargeW[row] != .min else { continue }
      let part = states[place].record.batteries[row]
      watts += max(0, part.planned.power(at: moment).watts - max(0, -fleet.dischargeW[row]))
    }
    let isOver = states[place].record.endedAt.map { $0 <= moment } ?? false
    states[place].record.curve.append(
      .init(
        at: moment, delivered: Power(watts: watts), target: isOver ? .zero : target(place),
        committed: isOver ? .zero : states[place].record.committedNow,
        commands: states[place].commandsSinceCurvePoint))
    states[place].commandsSinceCurvePoint = 0
  }

  /// What was asked by the revision in force: its target, or what its release came to.
  private func target(_ place: Int) -> Power {
    let record = states[place].record
    if case .power(let target)? = record.content?.request { return target }
    let revision = record.plans.last?.revision
    return record.plans.first { $0.revision == revision }?.plan.requested ?? .zero
  }
}
