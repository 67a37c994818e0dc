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
  /// On the event's day, outside the event, the site declared more above its use than on other
  /// days, beyond the limit; hundredths of a percent.
  case scheduleInflated(biasHundredths: Int64, usualHundredths: Int64)
  /// Other sites lie behind the same service point or have the same device.
  case splitSites([SiteID])
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
    case .scheduleInflated: "scheduleInflated"
    case .splitSites: "splitSites"
    case .meterSuspect: "meterSuspect"
    }
  }

  /// True when the result should wait for a person: `meterSuspect`, `meterDeviceMismatch` and
  /// `splitSites`.
  public var holdsResult: Bool {
    switch self {
    case .meterSuspect, .meterDeviceMismatch, .splitSites: true
    case .adjustmentCapped, .adjustmentSkipped, .degenerateRatio, .filledWithEventDays,
      .belowMinimumDays, .eventIntervalsMissing, .reductionWithoutDischarge,
      .contaminatedHistory, .windowAboveHistory, .preEventCharge, .scheduleInflated:
      false
    }
  }

  /// The evidence in one sentence; nil where the name says it all.
  public var evidence: String? {
    func kilowattHours(_ energy: Energy) -> String {
      FixedDecimal.text(energy.wattHoursRoundedDown, places: 3, minimumPlaces: 3) + " kWh"
    }
    func percent(_ hundredths: Int64) -> String {
      FixedDecimal.text(hundredths, places: 2, minimumPlaces: 0) + " %"
    }
    switch self {
    case .adjustmentCapped, .adjustmentSkipped, .degenerateRatio, .reductionWithoutDischarge,
      .windowAboveHistory:
      return nil
    case .filledWithEventDays(let dates): return dates.map { "\($0)" }.joined(separator: ", ")
    case .belowMinimumDays(let found, let needed): return "\(found) of \(needed) days"
    case .eventIntervalsMissing(let count): return "\(count) missing"
    case .contaminatedHistory(let events, let days): return "\(events) of \(days) days"
    case .meterDeviceMismatch(let site, let device):
      return "site \(kilowattHours(site)), battery \(kilowattHours(device))"
    case .preEventCharge(let energy): return "\(kilowattHours(energy)) above the usual"
    case .scheduleInflated(let bias, let usual):
      return "bias \(percent(bias)), on other days \(percent(usual))"
    case .splitSites(let sites): return "with " + sites.map(\.text).joined(separator: ", ")
    case .meterSuspect(let codes): return codes.map(\.rawValue).joined(separator: ", ")
    }
  }
}
