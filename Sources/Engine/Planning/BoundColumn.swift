/// Why each battery was not given more, one byte a battery; read it like an array.
public struct BoundColumn: RandomAccessCollection, Equatable, Sendable {
  let codes: [BoundCode]
  /// The fleet's column of places.
  let node: [Int32]
  /// For each node the one whose limit governs it.
  let problem: [Int32]
  /// The target itself or the root's limit, whichever is smaller.
  let root: Bound

  /// 0.
  public var startIndex: Int { 0 }
  /// The number of batteries.
  public var endIndex: Int { codes.count }

  /// Why the battery in `row` was not given more.
  public subscript(row: Int) -> Bound {
    switch codes[row] {
    case .request: return .request
    case .ratedPower: return .ratedPower
    case .energyForDuration: return .energyForDuration
    case .exportLimit: return .exportLimit
    case .minimumSetpoint: return .minimumSetpoint
    case .shared, .sharedWithFraction:
      let place = problem[Int(node[row])]
      return place == 0 ? root : .node(place)
    }
  }

  /// True when every row has the same reason.
  public static func == (a: Self, b: Self) -> Bool { a.elementsEqual(b) }
}

/// A reason without the node's place.
enum BoundCode: UInt8 {
  case request, ratedPower, energyForDuration, exportLimit, minimumSetpoint
  /// Others share the same budget.
  case shared
  /// The same, and rounding down has cut a fraction of a watt.
  case sharedWithFraction
}
