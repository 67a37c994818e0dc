public import Grid

/// Something a person should know about a performance; it never changes a number by itself.
public enum Flag: Hashable, Sendable {
  /// A limit of the same-day adjustment acted.
  case adjustmentCapped
  /// Data of the adjustment window is missing, so no adjustment was made.
  case adjustmentSkipped
  /// The window's baseline is not above zero, so a ratio has no meaning and 1 was used.
  case degenerateRatio
  /// Event days were added to reach the minimum.
  case filledWithEventDays([CivilDate])
  /// Fewer days than the policy's minimum were used.
  case belowMinimumDays(found: Int, needed: Int)
  /// Intervals of the event have no value.
  case eventIntervalsMissing(Int)
  /// Premises: the battery gave less than half of the reduction.
  case reductionWithoutDischarge
  /// More than half of the class's days in the look-back are event days.
  case contaminatedHistory(eventDays: Int, of: Int)
  /// The adjustment window is above every qualified day's, and the site knew beforehand.
  case windowAboveHistory
  /// Site meter and battery disagree about the event beyond the policy's tolerance.
  case meterDeviceMismatch(site: Energy, device: Energy)
  /// Between notice and start the battery charged more than usual, by over 10 % of its capacity.
  case preEventCharge(Energy)
  /// The meter itself is in doubt: hold the result for a person.
  case meterSuspect([MeterHealth.Code])

  /// The name a program may switch on.
  public var code: String {
    switch self {
    case .adjustmentCapped: "adjustmentCapped"
    case .adjustmentSkipped: "adjustmentSkipped"
    case .degenerateRatio: "degenerateRatio"
    case .filledWithEventDays: "filledWithEventDays"
    case .belowMinimumDays: "belowMinimumDays"
    case .eventIntervalsMissing: "eventIntervalsMissing"
    case .reductionWithoutDischarge: "reductionWithoutDischarge"
    case .contaminatedHistory: "contaminatedHistory"
    case .windowAboveHistory: "windowAboveHistory"
    case .meterDeviceMismatch: "meterDeviceMismatch"
    case .preEventCharge: "preEventCharge"
    case .meterSuspect: "meterSuspect"
    }
  }

  /// True when the result should wait for a person: `meterSuspect` and `meterDeviceMismatch`.
  public var holdsResult: Bool {
    switch self {
    case .meterSuspect, .meterDeviceMismatch: true
    case .adjustmentCapped, .adjustmentSkipped, .degenerateRatio, .filledWithEventDays,
      .belowMinimumDays, .eventIntervalsMissing, .reductionWithoutDischarge,
      .contaminatedHistory, .windowAboveHistory, .preEventCharge:
      false
    }
  }
}
