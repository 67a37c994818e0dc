public import Grid

/// One run of settlement over an event.
public struct SettlementRun: Hashable, Sendable {
  /// Who pays what this run adds.
  public enum Payer: Hashable, Sendable {
    /// The event's escrow: the first payable run.
    case escrow
    /// The utility's funding account: later runs, and programmes without escrow.
    case funding
  }

  /// Its name in the policy: `provisional`, `initial`, `recalculation`, `final`, `directed-2`.
  public var name: String
  /// May it post; otherwise its lines are provisional.
  public var isPayable: Bool
  /// Who pays.
  public var payer: Payer

  /// A run.
  public init(name: String, isPayable: Bool, payer: Payer) {
    self.name = name
    self.isPayable = isPayable
    self.payer = payer
  }
}

/// What one run settles.
public struct SettlementInput: Hashable, Sendable {
  /// The run.
  public var run: SettlementRun
  /// The event.
  public var event: EventID
  /// The event's time as it was in the end.
  public var window: Window
  /// Is it a test event.
  public var isTest: Bool
  /// Its intervals in the order of time.
  public var intervals: [EventInterval]
  /// The price that came with the event, in millionths a unit of the rates that take it.
  public var signalPrice: Int64?
  /// Every home that was committed to it, in any order, none twice.
  public var homes: [HomePerformance]

  /// An input.
  public init(
    run: SettlementRun, event: EventID, window: Window, isTest: Bool = false,
    intervals: [EventInterval], homes: [HomePerformance]
  ) {
    self.run = run
    self.event = event
    self.window = window
    self.isTest = isTest
    self.intervals = intervals
    self.homes = homes
  }
}
