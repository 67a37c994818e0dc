import Grid

// Events that touch and are planned as one: the second one is not left empty by the first.
extension Engine {
  /// Live events of the programme that follow each other without a gap, this one among them but
  /// not in the answer; with the time that each of them takes.
  func neighbours(of place: Int, in window: Window) -> [(place: Int, window: Window)] {
    guard let terms = states[place].record.terms, terms.events.mergesAdjacent else { return [] }
    var rest: [(place: Int, window: Window)] = []
    for other in live where other != place {
      let record = states[other].record
      guard record.terms?.programme == terms.programme, record.terms?.events.mergesAdjacent == true,
        let theirs = record.pendingPlan?.window ?? record.window
      else { continue }
      rest.append((other, theirs))
    }
    var chain: [(place: Int, window: Window)] = []
    var (start, end) = (window.start, window.end)
    while let next = rest.firstIndex(where: { $0.window.end == start || $0.window.start == end }) {
      let found = rest.remove(at: next)
      (start, end) = (min(start, found.window.start), max(end, found.window.end))
      chain.append(found)
    }
    return chain
  }

  /// Energy that its neighbours need of each battery, in joules; empty without neighbours.
  ///
  /// Where the energy does not last for all, every event of the chain comes down to one level.
  ///
  /// - Parameter wantedW: What this event would take if it were alone.
  func keptForNeighbours(
    of place: Int, in window: Window, wantedW: [Int64], _ fleet: PlanningFleet
  ) -> [Int64] {
    let chain = neighbours(of: place, in: window)
    guard !chain.isEmpty else { return [] }
    return fleet.ids.indices.map { row in
      guard fleet.chargeHundredths[row] > fleet.floorHundredths[row] else { return 0 }
      let energy = BatteryFigures(
        capacityJ: fleet.capacityJ[row], charge: fleet.chargeHundredths[row],
        floor: fleet.floorHundredths[row], efficiency: fleet.efficiencyHundredths[row],
        ratedW: fleet.ratedW[row], exportRoomW: fleet.exportRoomW[row]
      ).aboveFloorJ
      let theirs = shares(of: chain, row: row)
      let mine = Share(watts: wantedW[row], seconds: window.seconds)
      return energy - Share.available(energy, for: mine, beside: theirs)
    }
  }

  /// A plan came into force: its neighbours come down to what the energy of each battery lasts for.
  mutating func levelNeighbours(of place: Int) {
    guard let window = states[place].record.window else { return }
    for (other, theirs) in neighbours(of: place, in: window)
    where states[other].isLive && !states[other].record.batteries.isEmpty {
      guard let terms = states[other].record.terms else { continue }
      let chain = neighbours(of: other, in: theirs)
      let seconds = theirs.seconds(from: now)
      let was = states[other].record.commitment
      for row in 0..<fleet.count {
        let watts = states[other].record.batteries[row].greatestAhead(in: theirs)
        guard watts > 0, seconds > 0, let energy = aboveFloor(row: row, terms, in: theirs) else {
          continue
        }
        let available = Share.available(
          energy, for: Share(watts: watts, seconds: seconds), beside: shares(of: chain, row: row))
        let most = Energy(joules: available).power(overSeconds: seconds)
        if most.watts < watts { lower(other, row: row, to: most) }
      }
      if states[other].record.commitment != was { commitmentChanged(other) }
    }
  }

  private func shares(of chain: [(place: Int, window: Window)], row: Int) -> [Share] {
    chain.compactMap { other, theirs in
      let record = states[other].record
      let held = record.batteries.isEmpty ? 0 : record.batteries[row].greatestAhead(in: theirs)
      let watts = max(held, record.pendingPlan?.plan.setpointW[row] ?? 0)
      let seconds = theirs.seconds(from: now)
      return watts > 0 && seconds > 0 ? Share(watts: watts, seconds: seconds) : nil
    }
  }
}

/// What one event takes of a battery.
struct Share {
  let watts: Int64
  let seconds: Int64

  /// Joules that `mine` may take of `energy` beside the others: what they leave, or as much as
  /// everybody has at the level to which all must come down, whichever is more.
  static func available(_ energy: Int64, for mine: Share, beside others: [Share]) -> Int64 {
    let taken = others.reduce(0) { $0 + $1.watts * $1.seconds }
    let left = max(0, energy - taken)
    guard mine.watts * mine.seconds > left else { return left }
    // Water-filling from the smallest share up: who wants less than the level has what he wants.
    var (rest, seconds) = (max(0, energy), mine.seconds + others.reduce(0) { $0 + $1.seconds })
    for share in (others + [mine]).sorted(by: { $0.watts < $1.watts }) {
      guard share.watts * seconds < rest else { break }
      rest -= share.watts * share.seconds
      seconds -= share.seconds
    }
    let level = seconds > 0 ? rest / seconds : mine.watts
    return max(left, min(mine.watts, level) * mine.seconds)
  }
}
