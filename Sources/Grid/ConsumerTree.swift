/// Where a node of a consumer tree hangs, over some days.
public struct ConsumerPlace: Hashable, Sendable {
  /// What a node is, from the top down; nothing hangs below a kind further down.
  public enum Kind: String, Hashable, Sendable, CaseIterable {
    case company, site, deliveryPoint, meter

    fileprivate var rank: Int { Self.allCases.firstIndex(of: self)! }
  }

  /// The node; of kind `meter` it has the meter's name.
  public let node: ConsumerID
  /// The node above; nil at the top.
  public let parent: ConsumerID?
  /// What the node is.
  public let kind: Kind
  /// The first local day.
  public let from: CivilDate
  /// The last local day; nil while no end is known.
  public let to: CivilDate?

  /// A node below `parent`, from a day on.
  public init(
    node: ConsumerID, parent: ConsumerID?, kind: Kind, from: CivilDate, to: CivilDate? = nil
  ) {
    self.node = node
    self.parent = parent
    self.kind = kind
    self.from = from
    self.to = to
  }

  /// True when the node hangs here on the day.
  public func contains(_ day: CivilDate) -> Bool { from <= day && to.map { day <= $0 } != false }
}

/// Companies, their sites, the delivery points of those and the meters there, day by day.
///
/// A meter that moves counts where it was on each day. Meters below a meter measure parts of what it
/// measures: they are never added to it, and the difference is its loss.
public struct ConsumerTree: Hashable, Sendable {
  /// A place that cannot be.
  public struct Fault: Error, Hashable, Sendable {
    /// What is wrong with it.
    public enum Field: Hashable, Sendable { case parent, kind, from, to }

    /// Which place, from 0.
    public let place: Int
    /// What of it cannot be.
    public let field: Field
    /// What was found.
    public let found: String
    /// What could stand there.
    public let allowed: String
  }

  /// Every fault of a list of places.
  public struct Faults: Error, Hashable, Sendable {
    /// In the order of the places.
    public let list: [Fault]
  }

  /// Levels of a tree: more than a real one has, few enough to walk up for every place.
  public static let levels = 32

  private let places: [ConsumerID: [ConsumerPlace]]
  private let children: [ConsumerID: [ConsumerPlace]]

  /// A tree of places, in any order.
  /// - Throws: every place that cannot be: two at a time for one node, a parent that is not there on
  ///   all its days, a kind below a lower one, a cycle.
  public init(_ list: [ConsumerPlace]) throws(Faults) {
    var places: [ConsumerID: [ConsumerPlace]] = [:]
    for place in list { places[place.node, default: []].append(place) }
    self.places = places.mapValues { $0.sorted { $0.from < $1.from } }
    var children: [ConsumerID: [ConsumerPlace]] = [:]
    for place in list {
      if let parent = place.parent { children[parent, default: []].append(place) }
    }
    self.children = children.mapValues { $0.sorted { ($0.node, $0.from) < ($1.node, $1.from) } }
    var faults: [Fault] = []
    for (number, place) in list.enumerated() {
      if let fault = fault(of: place, number) { faults.append(fault) }
    }
    guard faults.isEmpty else { throw Faults(list: faults) }
  }

  /// True when the node has a place on any day.
  public func knows(_ node: ConsumerID) -> Bool { places[node] != nil }

  /// Meters that stand for a node on a day: their sum is the node's.
  public struct Meters: Hashable, Sendable {
    /// The uppermost meters, by name.
    public fileprivate(set) var upper: [MeterID] = []
    /// The lowest meters, by name: equal to `upper` where no meter hangs below another.
    public fileprivate(set) var lower: [MeterID] = []
  }

  /// The meters of a node on a day; none when it has no place on it.
  public func meters(of node: ConsumerID, on day: CivilDate) -> Meters {
    var meters = Meters()
    guard let place = place(of: node, on: day) else { return meters }
    collect(place, on: day, below: false, into: &meters)
    meters.upper.sort()
    meters.lower.sort()
    return meters
  }

  /// True when one of two meters hangs below the other on a day, or they are the same: what one
  /// measures is a part of what the other does.
  public func areNested(_ a: MeterID, _ b: MeterID, on day: CivilDate) -> Bool {
    a == b || hangs(a, below: b, on: day) || hangs(b, below: a, on: day)
  }

  // No day has a cycle, so the walk up ends.
  private func hangs(_ meter: MeterID, below upper: MeterID, on day: CivilDate) -> Bool {
    var node = ConsumerID(meter.text)
    while let next = node, let parent = place(of: next, on: day)?.parent {
      if parent.text == upper.text { return true }
      node = parent
    }
    return false
  }

  /// Meters of which a meter measures a part on some day.
  public func metersAbove(_ meter: MeterID) -> Set<MeterID> {
    Set(chain(of: meter).filter { $0.kind == .meter }.compactMap { MeterID($0.node.text) })
      .subtracting([meter])
  }

  /// The first days without a gap, within some, on which a meter hangs below another; nil when there
  /// are none.
  public func days(
    of meter: MeterID, below upper: MeterID, from: CivilDate, to: CivilDate?
  ) -> (from: CivilDate, to: CivilDate?)? {
    // Nothing changes but where a place begins or has ended.
    let changes = chain(of: meter).flatMap { [$0.from, $0.to?.adding(days: 1)].compactMap { $0 } }
    let days =
      [from] + changes.filter { day in from < day && to.map { day <= $0 } != false }.sorted()
    guard let first = days.first(where: { hangs(meter, below: upper, on: $0) }) else { return nil }
    let end = days.first { first < $0 && !hangs(meter, below: upper, on: $0) }
    return (first, end?.adding(days: -1) ?? to)
  }

  /// The places of a meter and of all that it ever hung below.
  private func chain(of meter: MeterID) -> [ConsumerPlace] {
    var found: [ConsumerPlace] = []
    var seen: Set<ConsumerID> = []
    var open = [ConsumerID(meter.text)].compactMap { $0 }
    while let node = open.popLast() {
      guard seen.insert(node).inserted, let own = places[node] else { continue }
      found += own
      open += own.compactMap(\.parent)
    }
    return found
  }

  private func place(of node: ConsumerID, on day: CivilDate) -> ConsumerPlace? {
    places[node]?.last { $0.contains(day) }
  }

  // Recursion ends: no day has a cycle.
  private func collect(
    _ place: ConsumerPlace, on day: CivilDate, below: Bool, into meters: inout Meters
  ) {
    let parts = (children[place.node] ?? []).filter { $0.contains(day) }
    if place.kind == .meter, let meter = MeterID(place.node.text) {
      if !below { meters.upper.append(meter) }
      if parts.isEmpty { meters.lower.append(meter) }
    }
    for part in parts {
      collect(part, on: day, below: below || place.kind == .meter, into: &meters)
    }
  }

  private func fault(of place: ConsumerPlace, _ number: Int) -> Fault? {
    func fault(_ field: Fault.Field, _ found: String, _ allowed: String) -> Fault {
      Fault(place: number, field: field, found: found, allowed: allowed)
    }
    if let to = place.to, to < place.from { return fault(.to, "\(to)", "\(place.from) or later") }
    let own = places[place.node]!
    if let other = own.first(where: { $0.kind != place.kind }), other.from <= place.from {
      return fault(.kind, place.kind.rawValue, "\(other.kind.rawValue), as before")
    }
    // Of two places at a time, the one that begins on a day of the other is wrong.
    if own.count(where: { $0.contains(place.from) }) > 1 {
      return fault(.from, "\(place.from)", "a day on which \(place.node) has no other parent")
    }
    guard let parent = place.parent else { return nil }
    guard let gap = firstDay(without: parent, in: place) else {
      let above = places[parent]![0].kind
      guard above.rank <= place.kind.rank else {
        return fault(.parent, "\(parent), a \(above.rawValue)", "nothing below a \(place.kind)")
      }
      return cycle(place) ? fault(.parent, parent.text, "no cycle, at most 32 levels") : nil
    }
    return fault(.parent, "\(parent), not there on \(gap)", "a node of all these days")
  }

  /// The first day of a place on which its parent has none; nil when there is no such day.
  private func firstDay(without parent: ConsumerID, in place: ConsumerPlace) -> CivilDate? {
    var day = place.from
    for stay in places[parent] ?? [] where stay.contains(day) {
      guard let last = stay.to else { return nil }
      day = last.adding(days: 1)
      if let end = place.to, end < day { return nil }
    }
    return day
  }

  /// A cycle begins on the first day of one of its places: it is enough to walk up on those days.
  private func cycle(_ place: ConsumerPlace) -> Bool {
    var above = place.parent
    for _ in 1..<Self.levels {
      guard let node = above else { return false }
      if node == place.node { return true }
      above = self.place(of: node, on: place.from)?.parent
    }
    return above != nil
  }
}
