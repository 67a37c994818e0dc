import Grid

/// The controller's clock is not that of the fleet.
public struct ClockFault: Hashable, Sendable {
  /// What the gateways' clocks read more than the controller's, in milliseconds.
  public let milliseconds: Int64
  /// How many gateways say so; their median counts.
  public let gateways: Int

  /// A sentence's middle: how far, and by whom.
  var text: String {
    let seconds = FixedDecimal.text(
      Int64(milliseconds.magnitude), places: 3, minimumPlaces: 0)
    return
      "\(seconds) s \(milliseconds > 0 ? "behind" : "ahead of") the median of \(gateways) gateways"
  }
}

// While the controller's clock is wrong nothing new is dispatched: commands would begin and end at
// the wrong time. What runs goes on, because its commands carry their own times, and a cancel
// always leaves.
extension Engine {
  /// What a new signal gets meanwhile; nil while the clock is right.
  var clockRefusal: Rejection? {
    clockOff.map {
      Rejection(
        .refusedByPolicy, field: Self.clockRule, found: "the controller's clock \($0.text)",
        allowed: "within \(Timing.clockToleranceSeconds) s; send it again when the alarm is over")
    }
  }

  static let clockRule = "clockOff"

  mutating func takeClock(_ milliseconds: Int64?, gateways: Int) {
    let fault = milliseconds.map { ClockFault(milliseconds: $0, gateways: gateways) }
    let before = clockOff
    clockOff = fault
    if let fault {
      guard before == nil else { return }
      effects.append(
        .alarm("the clock is \(fault.text): nothing new is dispatched until it is right"))
    } else if before != nil {
      effects.append(.alarm("the clock is right again"))
      for place in live { dispatchAgainIfDue(place) }
    }
  }

  /// True when an event's commands have to wait for a right clock, which is said once for each.
  mutating func waitsForClock(_ place: Int) -> Bool {
    guard clockOff != nil else {
      states[place].isHeldByClock = false
      return false
    }
    if !states[place].isHeldByClock {
      states[place].isHeldByClock = true
      effects.append(
        .alarm("event \(states[place].record.id) is not dispatched: the clock is off"))
    }
    return true
  }
}
