import Grid

/// When each battery begins and ends so that a fleet rises and falls no faster than its limit.
///
/// Batteries step one after the other, in an order that follows from the event. The one that begins
/// with so many watts before it ends so many watts before the end: who begins last ends first. So
/// the sum at any moment is at most the limit times the time since the beginning, and times the
/// time to the end.
struct FleetSlope: Hashable, Sendable {
  /// The second from which each row's power holds.
  private(set) var from: [Int64]
  /// The second at which it ends.
  private(set) var until: [Int64]
  /// When the last one has begun.
  private(set) var steady: Int64
  /// When the first one ends.
  private(set) var falls: Int64

  /// - Parameters:
  ///   - powers: What each row gives.
  ///   - before: What each row gives already, when the event runs; empty is nothing.
  ///   - start: When the change may begin, in seconds.
  ///   - wattsPerMinute: The limit, above 0.
  init(
    _ powers: [Int64], before: [Int64] = [], event: EventID, of enrolled: [EnrolledBattery],
    start: Int64, end: Int64, wattsPerMinute: Int64
  ) {
    from = Array(repeating: start, count: powers.count)
    until = Array(repeating: end, count: powers.count)
    (steady, falls) = (start, end)
    func given(_ row: Int) -> Int64 { before.isEmpty ? 0 : before[row] }
    func seconds(_ watts: Int64) -> Int64 {
      let scaled = Int128(watts) * 60
      return Int64((scaled + Int128(wattsPerMinute) - 1) / Int128(wattsPerMinute))
    }
    let order = powers.indices.filter { powers[$0] > 0 || given($0) > 0 }
      .map { row in
        (row: row, hash: Spread.hash("\(event.text).\(enrolled[row].battery.text)"))
      }
      .sorted { ($0.hash, enrolled[$0.row].battery) < ($1.hash, enrolled[$1.row].battery) }
    var (changed, sum) = (Int64(0), Int64(0))
    for (row, _) in order {
      let begin = start + seconds(changed + abs(powers[row] - given(row)))
      let finish = end - seconds(sum + powers[row])
      guard powers[row] > 0, begin < finish else {
        // No time for it: who gives something already goes, at the end at the latest.
        changed += given(row)
        from[row] = min(end, start + seconds(changed))
        until[row] = from[row]
        continue
      }
      changed += abs(powers[row] - given(row))
      sum += powers[row]
      (from[row], until[row]) = (begin, finish)
      steady = max(steady, begin)
      falls = min(falls, finish)
    }
  }

  /// When the row gives its power; nil where the time is too short for it.
  func window(row: Int) -> Window? {
    Window(start: Timestamp(seconds: from[row]), end: Timestamp(seconds: until[row]))
  }
}

extension Engine {
  /// Lays out when each battery of a plan begins and ends; nothing for terms without a slope.
  mutating func layOutSlope(_ place: Int, _ plan: EventRecord.PlanInForce) {
    guard let limit = states[place].record.terms?.slopePerMinute,
      let window = states[place].record.window
    else { return }
    let isMoving = states[place].record.startedAt != nil
    let parts = states[place].record.batteries
    states[place].slope = FleetSlope(
      plan.plan.setpointW.indices.map {
        parts[$0].optedOutAt == nil ? plan.plan.setpointW[$0] : 0
      },
      before: isMoving ? parts.map { $0.planned.power(at: now).watts } : [],
      event: states[place].record.id, of: fleet.enrolled,
      start: max(window.start, plan.window.start, now.roundedUpToSecond).seconds,
      end: plan.window.end.seconds, wattsPerMinute: limit.watts)
  }

  /// When the battery in `row` ends: with the event, or at its place on the slope.
  func endOf(_ place: Int, row: Int, _ window: Window) -> Timestamp {
    states[place].slope.map { min(window.end, Timestamp(seconds: $0.until[row])) } ?? window.end
  }

  /// When every battery has begun, its own ramp not counted.
  func allBegun(_ place: Int, _ window: Window) -> Timestamp {
    states[place].slope.map { max(window.start, Timestamp(seconds: $0.steady)) }
      ?? window.start.adding(seconds: states[place].record.terms?.spreadSeconds ?? 0)
  }

  /// What a battery gives in its own time of an event, at most `energy`.
  func inItsTime(_ place: Int, row: Int, power: Power, _ energy: Energy) -> Energy {
    guard let slope = states[place].slope else { return energy }
    let own = slope.window(row: row).map { power.held(forSeconds: $0.seconds) } ?? .zero
    return min(energy, Energy(wattHours: own.wattHoursRoundedDown))
  }

  /// What a battery gives until its place on the slope comes.
  enum Rest {
    /// Nothing, or its place has come.
    case none
    /// Its command holds until then.
    case runs
    /// Its command ends before, or a newer one or a cancel would come between.
    case lacks(Power, Window)
  }

  /// What the battery in `row` goes on giving until `moment`, when it steps.
  func rest(_ place: Int, row: Int, until moment: Timestamp) -> Rest {
    let part = states[place].record.batteries[row]
    let given = part.planned.power(at: now)
    guard states[place].slope != nil, given > .zero, part.command?.final == nil,
      let rest = Window(start: now.roundedUpToSecond, end: moment)
    else { return .none }
    let own = open[row].filter { Int($0.event) == place && !$0.isFinal }
    let running = own.last { $0.command.action != .cancel && $0.command.window.contains(now) }
    let isCut = own.contains { now < $0.command.window.start && $0.command.window.start < moment }
    guard let running, running.command.window.end >= moment, !isCut else {
      return .lacks(given, rest)
    }
    return .runs
  }

  /// True when a command is on its way that would begin before `moment`.
  func isAhead(_ place: Int, row: Int, of moment: Timestamp) -> Bool {
    open[row].contains {
      Int($0.event) == place && !$0.isFinal && $0.command.action != .cancel
        && now < $0.command.window.start && $0.command.window.start < moment
    }
  }
}
