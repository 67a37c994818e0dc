public import Grid

/// What a plan needs to know of every battery, as columns: one row a battery, in any order.
///
/// The answer does not depend on the order of the rows. Keep one value for a fleet and write new
/// figures into its columns: the order of the names is worked out once, when it is made.
public struct PlanningFleet: Sendable {
  /// The batteries; each once.
  public let ids: [BatteryID]
  /// Where each hangs: its node's place in the feeder tree.
  public var node: [Int32]
  /// Usable capacity in joules, 0…10^14.
  public var capacityJ: [Int64]
  /// State of charge in hundredths of a percent, 0…10,000; -1 when it is not known.
  public var chargeHundredths: [Int32]
  /// Energy at the terminals for energy in the cells, in hundredths of a percent, 0…10,000.
  public var efficiencyHundredths: [Int32]
  /// The greatest of the owner's reserve, the programme's and the device's minimum, in hundredths.
  public var floorHundredths: [Int32]
  /// Greatest discharge of the device in watts, 0…10^12.
  public var ratedW: [Int64]
  /// Greatest discharge that keeps the site's export limit, in watts; `Int64.max` without limit.
  ///
  /// Below 0 counts as 0: the site exports too much already.
  public var exportRoomW: [Int64]
  /// Whether each may be asked.
  public var standing: [Standing]

  /// True for what is paused as a whole: a release asks all of `ratedW`, whatever its percentage.
  ///
  /// Empty: nothing is.
  public var isPaused: [Bool] = []
  /// Who goes first by `meritOrder` and `rotationDebt`: the greatest; equal ones share equally.
  ///
  /// Empty: all are equal. Other rules of fairness do not look at it.
  public var merit: [Int64] = []
  /// What each is expected to give of what it is asked, in hundredths of a percent, 0…10,000.
  ///
  /// Empty: everybody gives all. Only over-commitment looks at it.
  public var reliabilityHundredths: [Int32] = []

  /// Rows in order of the names' bytes; nil when they are in that order already.
  let rowsByName: [Int32]?

  /// A fleet; every column has one value a battery.
  ///
  /// Costs a comparison of names a battery when they come in order, and a sort when they do not.
  public init(
    ids: [BatteryID], node: [Int32], capacityJ: [Int64], chargeHundredths: [Int32],
    efficiencyHundredths: [Int32], floorHundredths: [Int32], ratedW: [Int64],
    exportRoomW: [Int64], standing: [Standing]
  ) {
    self.ids = ids
    self.node = node
    self.capacityJ = capacityJ
    self.chargeHundredths = chargeHundredths
    self.efficiencyHundredths = efficiencyHundredths
    self.floorHundredths = floorHundredths
    self.ratedW = ratedW
    self.exportRoomW = exportRoomW
    self.standing = standing
    rowsByName = Self.order(of: ids)
    checkShape()
  }

  /// How many batteries.
  public var count: Int { ids.count }

  /// Columns of different lengths are a mistake of the caller, not of the world.
  func checkShape() {
    let count = ids.count
    precondition(
      node.count == count && capacityJ.count == count && chargeHundredths.count == count
        && efficiencyHundredths.count == count && floorHundredths.count == count
        && ratedW.count == count
        && exportRoomW.count == count && standing.count == count
        && (merit.isEmpty || merit.count == count)
        && (isPaused.isEmpty || isPaused.count == count)
        && (reliabilityHundredths.isEmpty || reliabilityHundredths.count == count),
      "every column of a planning fleet has one value a battery")
  }

  /// The place of each row in the order of names; empty when it is the row itself.
  func rankByRow() -> [Int32] {
    guard let rowsByName else { return [] }
    var ranks = [Int32](repeating: 0, count: count)
    for (rank, row) in rowsByName.enumerated() { ranks[Int(row)] = Int32(rank) }
    return ranks
  }

  private static func order(of ids: [BatteryID]) -> [Int32]? {
    var isInOrder = true
    for row in ids.indices.dropFirst() where !(ids[row - 1] < ids[row]) {
      isInOrder = false
      break
    }
    if isInOrder { return nil }
    let rows = ids.indices.map { Int32($0) }.sorted { ids[Int($0)] < ids[Int($1)] }
    for (row, next) in zip(rows, rows.dropFirst()) {
      precondition(ids[Int(row)] != ids[Int(next)], "a battery is in a planning fleet once")
    }
    return rows
  }
}
