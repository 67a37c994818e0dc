import Grid

/// What batteries were asked for and what their gateways reported, event by event.
///
/// It steers who is asked first and how much is counted on; it never pays. It is made from the
/// engine's own records, so the same logbook gives the same history.
struct DeliveryHistory: Sendable {
  /// One event, as columns: the batteries that were asked for energy in it.
  struct Event: Sendable {
    let endedAt: Timestamp
    let rows: [Int32]
    let askedJ: [Int64]
    /// What the gateways reported; 0 where they reported nothing.
    let deliveredJ: [Int64]
  }

  /// Events that are kept: more than one a day in the longest window that a policy may ask for.
  static let limit = 400

  /// Oldest first.
  private(set) var events: [Event] = []

  mutating func add(_ event: Event) {
    if event.rows.isEmpty { return }
    let place = events.lastIndex { $0.endedAt <= event.endedAt }.map { $0 + 1 } ?? 0
    events.insert(event, at: place)
    if events.count > Self.limit { events.removeFirst(events.count - Self.limit) }
  }

  /// Delivered of asked over the last `most` events of each battery, in hundredths of a percent.
  ///
  /// More than was asked in one event makes up for nothing in another. Rounded down.
  /// - Parameter unknown: For each row what holds without an event.
  func reliability(last most: Int, unknown: [Int32]) -> [Int32] {
    var counts = [Int](repeating: 0, count: unknown.count)
    var asked = [Int64](repeating: 0, count: unknown.count)
    var delivered = asked
    for event in events.reversed() {
      for (place, row) in event.rows.enumerated() where counts[Int(row)] < most {
        counts[Int(row)] += 1
        asked[Int(row)] += event.askedJ[place]
        delivered[Int(row)] += min(event.askedJ[place], event.deliveredJ[place])
      }
    }
    return unknown.indices.map { row in
      counts[row] == 0
        ? unknown[row] : Int32(Int128(delivered[row]) * 10_000 / Int128(asked[row]))
    }
  }

  /// What each battery delivered in events that ended at `cutoff` or later; nil without an event.
  func deliveredJ(since cutoff: Timestamp, count: Int) -> [Int64]? {
    let recent = events.filter { $0.endedAt >= cutoff }
    if recent.isEmpty { return nil }
    var delivered = [Int64](repeating: 0, count: count)
    for event in recent {
      for (place, row) in event.rows.enumerated() {
        delivered[Int(row)] += event.deliveredJ[place]
      }
    }
    return delivered
  }

  /// His capacity's share of what all delivered − what he delivered, rounded down to a joule.
  static func debts(deliveredJ: [Int64], capacityJ: [Int64]) -> [Int64] {
    let total = deliveredJ.reduce(Int128(0)) { $0 + Int128($1) }
    let capacity = capacityJ.reduce(Int128(0)) { $0 + Int128($1) }
    guard capacity > 0 else { return deliveredJ.map { -$0 } }
    return deliveredJ.indices.map { row in
      Int64(total * Int128(capacityJ[row]) / capacity) - deliveredJ[row]
    }
  }
}

extension Engine {
  /// How long after its end an event is counted: by then its last reports have come.
  static let learningSeconds: Int64 = 900

  /// Adds the events that ended long enough ago to the history of the fleet.
  mutating func learn() {
    for place in states.indices where !states[place].isLearned {
      guard let closed = states[place].record.closedAt,
        now.seconds(since: closed) >= Self.learningSeconds
      else { continue }
      states[place].isLearned = true
      guard let window = states[place].record.window else { continue }
      var (rows, asked, delivered) = ([Int32](), [Int64](), [Int64]())
      for row in states[place].record.batteries.indices {
        let battery = states[place].record.batteries[row]
        guard battery.command != nil else { continue }
        let energy = battery.planned.energy(in: window).joules
        if energy <= 0 { continue }
        rows.append(Int32(row))
        asked.append(energy)
        delivered.append(battery.delivered?.joules ?? 0)
      }
      fleet.history.add(
        .init(
          endedAt: states[place].record.endedAt ?? closed, rows: rows, askedJ: asked,
          deliveredJ: delivered))
    }
  }
}
