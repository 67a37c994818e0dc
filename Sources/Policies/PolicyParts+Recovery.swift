import Engine
import Grid

extension PolicyParts {
  /// The outer optional is always there; the inner one is nil where batteries recharge as they like.
  static func recovery(_ section: YAMLSection) -> DispatchTerms.RecoveryTerms?? {
    let isLimited = section.optional(
      "mode", .words(["free": false, "limited": true]), default: true)
    let standard = DispatchTerms.RecoveryTerms()
    let terms = DispatchTerms.RecoveryTerms(
      percentOfEvent: section.optional(
        "fleetLimitPercentOfEvent", .int(1...500), default: standard.percentOfEvent),
      fleetLimit: section.optional("fleetLimitKW", kilowatts),
      startAfterMinutes: section.optional(
        "startAfterMinutes", .int(0...720), default: standard.startAfterMinutes),
      spreadMinutes: section.optional(
        "spreadMinutes", .int(0...720), default: standard.spreadMinutes))
    if !isLimited {
      let limits = [
        "fleetLimitPercentOfEvent", "fleetLimitKW", "startAfterMinutes", "spreadMinutes",
      ]
      for field in limits where section.has(field) {
        section.fault(
          field, found: "there although the mode is free", allowed: "only with the mode limited")
      }
    }
    return .some(isLimited ? terms : nil)
  }
}

extension PolicyWords {
  mutating func sayPacing() {
    guard let limits = policy.dispatch.vendorPerSecond else { return }
    let vendors = limits.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }
    let list = vendors.isEmpty ? "" : ", vendors as listed (\(vendors.joined(separator: ", ")))"
    say(
      "Gateways get at most as many commands a second as they say they take\(list); who would "
        + "be late gets them earlier.", "dispatch.commands.vendorPerSecond")
  }

  mutating func sayRecovery() {
    guard let recovery = policy.dispatch.recovery else {
      say("After the event batteries recharge as they like.", "dispatch.recovery.mode")
      return
    }
    let most = recovery.fleetLimit.map { ", and never more than \($0.watts) W" } ?? ""
    say(
      "After the event all batteries together recharge with at most \(recovery.percentOfEvent) % of "
        + "its power\(most), and below each limit of the feeder; nobody earlier than "
        + "\(recovery.startAfterMinutes) min after the end, the starts spread over at least "
        + "\(recovery.spreadMinutes) min.", "dispatch.recovery")
  }
}
