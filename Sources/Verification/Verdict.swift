public import Grid

/// The answer of verification for one site and event.
public enum Verdict: Hashable, Sendable {
  /// The baseline stands and no interval is estimated.
  case verified
  /// Some interval is estimated; one sentence each.
  case estimated([String])
  /// It cannot be verified; stored and shown with its numbers, and never read as zero.
  case refused(Refusal)
}

/// Why a performance cannot be verified.
public enum Refusal: Hashable, Sendable {
  /// Fewer eligible days than the policy's minimum.
  case tooFewDays(found: Int, needed: Int)
  /// No selected day has a value for this interval of the event.
  case noBaselineForInterval(Timestamp)
  /// The policy's weights do not match the number of selected days.
  case weightsDoNotFit(weights: Int, days: Int)
  /// `middle` would drop every day.
  case tooFewForMiddle(found: Int, dropped: Int)
  /// Intervals of an adjustment window, or of the windows round the event, are missing.
  case windowDataMissing(missing: Int, of: Int)
  /// The battery has no meter, or not enough of its data.
  case deviceDataMissing(missing: Int, of: Int)
  /// The meter's intervals, in seconds, do not make up the programme's.
  case intervalTooCoarse(found: Int64, needed: Int64)
  /// More than a quarter of the event's intervals are missing.
  case eventDataMissing(missing: Int, of: Int)
  /// More than a quarter of the event's intervals do not count, because the meter's clock was off.
  case clockUntrusted(missing: Int, of: Int)
  /// No schedule was declared before gate closure for every interval of the event.
  case notDeclared
  /// The schedule is not the one that was frozen at gate closure.
  case scheduleChanged(frozen: Digest, found: Digest)
  /// Tried on recent days without event, the baseline was too far off; hundredths of a percent.
  case baselineTooInaccurate(rrmseHundredths: Int64?, biasHundredths: Int64?)
  /// Tried on recent days without event, the site's schedules were too far off, or too few.
  case scheduleTooInaccurate(
    days: Int, needed: Int, rrmseHundredths: Int64?, biasHundredths: Int64?)
  /// The homes that were not asked are no measure of those that were.
  case controlGroupInvalid(ControlGroup.Fault)
  /// Another claim on the same energy came first.
  case alreadyClaimed(by: String)
  /// The event does not start and end on the programme's grid of intervals of this many seconds.
  case eventOffGrid(intervalSeconds: Int64)
  /// The policy has no selection for the class of the event's day.
  case noRuleForClass(BaselineTerms.DayClass)

  /// The name a program may switch on.
  public var code: String {
    switch self {
    case .tooFewDays: "tooFewDays"
    case .noBaselineForInterval: "noBaselineForInterval"
    case .weightsDoNotFit: "weightsDoNotFit"
    case .tooFewForMiddle: "tooFewForMiddle"
    case .windowDataMissing: "windowDataMissing"
    case .deviceDataMissing: "deviceDataMissing"
    case .intervalTooCoarse: "intervalTooCoarse"
    case .eventDataMissing: "eventDataMissing"
    case .clockUntrusted: "clockUntrusted"
    case .notDeclared: "notDeclared"
    case .scheduleChanged: "scheduleChanged"
    case .baselineTooInaccurate: "baselineTooInaccurate"
    case .scheduleTooInaccurate: "scheduleTooInaccurate"
    case .controlGroupInvalid: "controlGroupInvalid"
    case .alreadyClaimed: "alreadyClaimed"
    case .eventOffGrid: "eventOffGrid"
    case .noRuleForClass: "noRuleForClass"
    }
  }

  /// One sentence for a person.
  public var sentence: String {
    switch self {
    case .tooFewDays(let found, let needed):
      "The baseline found \(found) eligible days and needs at least \(needed)."
    case .noBaselineForInterval(let start):
      "No selected day has a value for the interval from \(start)."
    case .weightsDoNotFit(let weights, let days):
      "The policy has \(weights) weights for \(days) selected days."
    case .tooFewForMiddle(let found, let dropped):
      "The middle of \(found) days is empty when \(dropped) are dropped."
    case .windowDataMissing(let missing, let count):
      "\(missing) of the \(count) intervals of the comparison window are missing."
    case .deviceDataMissing(let missing, let count):
      "\(missing) of \(count) values of the battery's own meter are missing."
    case .intervalTooCoarse(let found, let needed):
      "The meter's intervals of \(found) s do not make up the programme's of \(needed) s."
    case .eventDataMissing(let missing, let count):
      "\(missing) of the event's \(count) intervals are missing; at most a quarter may be."
    case .clockUntrusted(let missing, let count):
      "The meter's clock was off by more than an interval on the event's day, so \(missing) of the "
        + "event's \(count) intervals do not count."
    case .notDeclared:
      "No schedule for the whole event was declared before gate closure."
    case .scheduleChanged(let frozen, let found):
      "The schedule's digest is \(found); at gate closure it was \(frozen)."
    case .baselineTooInaccurate(let rrmse, let bias):
      "Tried on recent days without event, the baseline's error is \(Self.percent(rrmse))"
        + " and its bias \(Self.percent(bias)), more than the policy allows."
    case .scheduleTooInaccurate(let days, let needed, let rrmse, let bias):
      days < needed
        ? "Schedules of \(days) recent days without event can be tried; \(needed) are needed."
        : "Tried on \(days) recent days without event, the schedule's error is "
          + "\(Self.percent(rrmse)) and its bias \(Self.percent(bias)), more than the policy allows."
    case .controlGroupInvalid(let fault): fault.sentence
    case .alreadyClaimed(let claimant): "\(claimant) claimed this energy first."
    case .eventOffGrid(let seconds):
      "The event does not start and end on the programme's grid of \(seconds) s."
    case .noRuleForClass(let dayClass):
      "The policy has no baseline selection for days of class \(dayClass.rawValue)."
    }
  }

  private static func percent(_ hundredths: Int64?) -> String {
    guard let hundredths else { return "without limit (nothing was used)" }
    return FixedDecimal.text(hundredths, places: 2, minimumPlaces: 0) + " %"
  }
}
