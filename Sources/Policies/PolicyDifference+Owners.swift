import Grid

/// Who gains by a change of one field.
///
/// Rules between fields are not weighed: a field that is there beside another one is judged for
/// itself.
struct OwnersView {
  /// Every value of the old file by its path, with what it leaves out.
  let old: [String: String]
  /// Likewise of the new one.
  let new: [String: String]

  /// True when owners get less, or risk more, by what `path` says.
  func isWorse(_ path: String) -> Bool { Self.isWorse(path, old, new) }

  /// True when owners get more, or risk less.
  func isBetter(_ path: String) -> Bool { Self.isWorse(path, new, old) }

  /// Words in the order in which they are better for owners.
  private static let order: [String: [String]] = [
    "dispatch.optOut.until": ["end", "start", "minutesBeforeStart"],
    "dispatch.optOut.effect": ["excluded", "zero"], "dispatch.storm.hold": ["true", "false"],
    "notice.acknowledgement": ["required", "notRequired"],
    "measurement.exports": ["counted", "excluded"],
    "measurement.estimatedPayable": ["true", "false"],
    "measurement.capAtDeviceOutput": ["false", "true"],
    "reward.penalty.netting": ["event", "interval"],
    "reward.penalty.belowBaseline": ["zero", "count"],
    "reward.penalty.missingData": ["noPenalty", "shortfallAtFinal"],
    "reward.capacity.optedOut": ["excluded", "zero"],
    "reward.capacity.excused": ["excluded", "zero"],
    "reward.capacity.noEvents": ["lastTest", "zero"],
    "reward.availability.noEvents": ["full", "test", "zero"],
    "reward.availability.partMonth": ["byDays", "none"],
    "reward.availability.floor": ["zero", "none"],
    "reward.availability.performance.measure": ["meanOfEvents", "worstEvent"],
    "escrow.required": ["true", "false"],
  ]

  /// Numbers of which less is worse, with what an absent one stands for.
  private static let least: [String: Int64] = [
    "dispatch.reservePercent": 0, "dispatch.storm.reservePercent": 0,
    "dispatch.storm.hoursBefore": 0, "dispatch.storm.hoursAfter": 0,
    "dispatch.optOut.maximumPerSeason": .max, "notice.minimumMinutes": 0,
    "measurement.lossFactor": 1_000_000, "settlement.disputeDays": 60_000_000,
    "splits.shares.owner": 0, "reward.penalty.deadbandPercent": 10_000_000,
    "reward.caps.homePerMonth": .max, "reward.caps.homePerSeason": .max,
    "reward.caps.fleetPerEvent": .max, "reward.availability.nthEvent.add": 0,
    "reward.availability.performance.capPercent": 100_000_000,
  ]

  /// Numbers of which more is worse; an absent one stands for none of it.
  private static let most: Set<String> = [
    "dispatch.optOut.minutesBeforeStart", "splits.penaltyShares.owner", "reward.penalty.multiple",
    "reward.flat.whileHeardPercent", "reward.availability.performance.floorPercent",
    "reward.availability.strikes.failedBelowPercent",
    "reward.availability.strikes.cutPercentPerFailure",
  ]

  private static func isWorse(
    _ path: String, _ old: [String: String], _ new: [String: String]
  ) -> Bool {
    let (was, now) = (old[path], new[path])
    if let words = order[path] {
      guard let was, let now, let before = words.firstIndex(of: was),
        let after = words.firstIndex(of: now)
      else { return false }
      return after > before
    }
    if let absent = least[path] { return (number(now) ?? absent) < (number(was) ?? absent) }
    if most.contains(path) { return (number(now) ?? 0) > (number(was) ?? 0) }
    if path == "reward.excusals" { return !words(was).isSubset(of: words(now)) }
    if path == "reward.rateLockYears" {
      // 0 is for ever.
      func years(_ text: String?) -> Int64 { number(text).flatMap { $0 == 0 ? nil : $0 } ?? .max }
      return years(now) < years(was)
    }
    if path.hasPrefix("reward.penalty.caps") {
      // A cap that is gone holds nothing back.
      if path == "reward.penalty.caps" { return now == "none" }
      return path.hasSuffix(".percent") && (number(now) ?? .max) > (number(was) ?? .max)
        && new["reward.penalty.caps"] != "none"
    }
    if path.hasSuffix(".capPercent") {
      func cap(_ text: String?) -> Int64 {
        text == "unlimited" ? .max : number(text) ?? 100_000_000
      }
      return cap(now) < cap(was)
    }
    if path.hasPrefix("fees["), let end = path.firstIndex(of: "]"),
      path.hasSuffix(".percent") || path.hasSuffix(".amount")
    {
      let payer = "\(path[...end]).paidBy"
      return (new[payer] ?? old[payer]) != "payer" && (number(now) ?? 0) > (number(was) ?? 0)
    }
    return isWorsePrice(path, old, new)
  }

  /// A price of a component: lower is worse, of missing energy higher.
  private static func isWorsePrice(
    _ path: String, _ old: [String: String], _ new: [String: String]
  ) -> Bool {
    let parts = path.split(separator: ".").map(String.init)
    guard parts.count >= 4, parts[0] == "reward", parts[2] == "rate" else { return false }
    let rate = "reward.\(parts[1]).rate"
    if parts[3] == "per" {
      let units = [old[path], new[path]]
      return units.allSatisfy { $0 != nil } && !["kWh", "MWh"].contains { $0 == units[0] }
    }
    guard ["amount", "byLevel", "byMonth", "bySeason", "byZone", "byVintage"].contains(parts[3])
    else { return false }
    /// The price at the place of `path`; a flat one holds at every level.
    func prices(_ file: [String: String]) -> [Int128] {
      let isSmall = file["\(rate).per"] == "MWh"
      func scaled(_ text: String?) -> Int128 { Int128(number(text) ?? 0) * (isSmall ? 1 : 1_000) }
      let flat = file["\(rate).amount"]
      if parts[3] == "amount" {
        return flat.map { Array(repeating: scaled($0), count: 4) }
          ?? (0...3).map { scaled(file["\(rate).byLevel.\($0)"]) }
      }
      if parts[3] == "byLevel", let flat { return [scaled(flat)] }
      return [scaled(file[path])]
    }
    let (before, after) = (prices(old), prices(new))
    let pairs = zip(before, after)
    return parts[1] == "penalty"
      ? pairs.contains { $0.1 > $0.0 } : pairs.contains { $0.1 < $0.0 }
  }

  private static func number(_ text: String?) -> Int64? {
    text.flatMap { try? FixedDecimal.parse($0, places: 6) }
  }

  /// The words of a list `[a, b]`.
  private static func words(_ text: String?) -> Set<Substring> {
    Set((text ?? "").dropFirst().dropLast().split(separator: ",").map { $0.trimmed })
  }
}

extension Substring {
  /// Without spaces before it.
  fileprivate var trimmed: Substring { drop { $0 == " " } }
}
