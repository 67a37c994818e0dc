public import Grid

extension DispatchTerms {
  /// `dispatch.storm`.
  public struct StormTerms: Hashable, Sendable {
    /// Homes under a storm warning keep their energy; false: warnings mean nothing.
    public var holds = true
    /// An event that would ask such a home is refused, instead of leaving the home out.
    public var refusesEvents = false
    /// The reserve that such a home keeps, where no greater one holds.
    public var reserve = Percent.hundred
    /// The raised reserve begins so long before the storm, 0…240.
    public var hoursBefore: Int64 = 24
    /// And ends so long after it, 0…240.
    public var hoursAfter: Int64 = 6

    /// The values that hold where a policy says nothing.
    public init() {}

    /// True when a raised reserve for `storm` meets `window`.
    func covers(_ window: Window, storm: Window) -> Bool {
      storm.start.adding(seconds: -hoursBefore * 3_600) < window.end
        && window.start < storm.end.adding(seconds: hoursAfter * 3_600)
    }
  }
}
