import Engine
import Grid
import Verification

extension PolicyRules {
  /// What is allowed and still deserves a look, in the order of the file.
  func warnings() -> [Policy.Warning] {
    var found: [Policy.Warning] = []
    func warn(_ path: String, _ code: String, _ sentence: String) {
      found.append(
        Policy.Warning(
          file: reader.file, line: reader.line(of: path), path: path, code: code,
          sentence: sentence))
    }
    let notice = parts.notice
    if parts.reward?.penalty != nil, notice?.acknowledgementRequired == false {
      warn(
        "notice.acknowledgement", "penaltyWithoutProof",
        "a home may be penalised for an event that it was never shown to have known of")
    }
    if let adjustment = parts.baseline?.adjustment {
      let isRaised = adjustment.capUp.map { $0.numerator > 0 } ?? true
      for (index, window) in adjustment.windows.enumerated()
      where isRaised && window.anchor == .start {
        let path = "baseline.adjustment.windows[\(index)]"
        if notice?.dayBeforeBySecond != nil {
          warn(
            path, "adjustableByOwner",
            "owners know of the event the day before and can raise their load in this window")
        } else if let minutes = notice?.minimumMinutes, -minutes < window.toMinutes {
          warn(
            path, "adjustableByOwner",
            "owners know of the event \(minutes) minutes before and can raise their load then")
        }
      }
      if adjustment.kind == .multiplicative, parts.measurement?.mode == .premises {
        warn(
          "baseline.adjustment.type", "multiplicativeWithBattery",
          "a ratio of net loads near zero is undefined; prefer additive")
      }
    }
    let correction = parts.dispatch.correction
    if let most = correction.perGatewayPerHour, let events = parts.events {
      // The dispatch itself is the first moment; corrections follow at most this often.
      let longest = Int(events.maximumMinutes)
      let wanted = min(
        correction.maximumRounds, longest * 60 / Int(correction.everySeconds))
      let carried = most * ((longest + 59) / 60) - 1
      if wanted > carried {
        warn(
          "dispatch.correction.maximumRounds", "commandBudgetSmall",
          "of \(wanted) corrections in \(longest) minutes a gateway gets at most \(carried), because "
            + "\(most) commands an hour are its limit")
      }
    }
    return found.sorted { ($0.line, $0.code) < ($1.line, $1.code) }
  }
}
