import Grid

/// What a request asks of the whole fleet.
struct Goal {
  /// The target; for a release the sum of what was asked.
  let requestedW: Int64
  /// What the fleet may give together.
  let budgetW: Int64
  /// The reason of the batteries that only this budget keeps from more.
  let bound: Bound
  /// True for a release.
  let isRelease: Bool

  /// - Parameter askedJ: What a release asks before any limit.
  init(_ request: PlanRequest, rootLimit: Int64, askedJ: Int128, seconds: Int64) {
    switch request {
    case .release:
      requestedW = Int64(askedJ / Int128(seconds))
      (budgetW, bound, isRelease) = (rootLimit, .node(0), true)
    case .target(let target):
      requestedW = max(0, target.watts)
      budgetW = min(requestedW, rootLimit)
      bound = requestedW <= rootLimit ? .request : .node(0)
      isRelease = false
    }
  }
}
