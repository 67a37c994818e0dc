import Engine
import Grid

extension PolicyParts {
  static func dispatch(_ section: YAMLSection) -> Dispatch? {
    var terms = Dispatch()
    terms.release = section.optional("release", .section(release))
    terms.target = section.optional("target", .section(target), default: terms.target)
    terms.fairness = section.optional("fairness", .word(), default: terms.fairness)
    terms.meritBy = section.optional("meritBy", .word(), default: terms.meritBy)
    terms.fairnessWindowDays = section.optional(
      "fairnessWindowDays", .int(1...366), default: terms.fairnessWindowDays)
    terms.overCommit = section.optional(
      "overCommit", .section(overCommit), default: terms.overCommit)
    terms.chargeUncertainty = section.optional(
      "chargeUncertaintyPercent", .percent(), default: terms.chargeUncertainty)
    terms.reserve = section.optional("reservePercent", .percent(), default: terms.reserve)
    terms.minimumSetpoint = section.optional(
      "minimumSetpointW",
      YAMLForm.int(0...1_000_000).map(back: { $0.watts }) { Power(watts: $0) },
      default: terms.minimumSetpoint)
    let ramp = section.optional("ramp", .section(ramp), default: (10, 0, nil))
    (terms.rampSeconds, terms.spreadSeconds, terms.slopePerMinute) = ramp
    (terms.correction, terms.notHeardSeconds) = section.optional(
      "correction", .section(correction), default: (CorrectionTerms.off, 30))
    let commands = section.optional(
      "commands", .section(commands), default: CommandTerms())
    terms.graceSeconds = commands.grace
    terms.correction.perGatewayPerHour = commands.perHour
    terms.vendorPerSecond = commands.vendors
    terms.reserveLoweredAtOnce = section.optional(
      "reserveLowered", .words(["nextEvent": false, "atOnce": true]), default: false)
    terms.handBack = section.optional("handBack", .word(), default: terms.handBack)
    terms.watchesHandBack = section.has("recovery")
    // Without the mapping batteries recharge as they like; in it the default is another.
    terms.recovery = section.optional("recovery", .section(recovery)) ?? nil
    if !section.has("recovery") { section.note("recovery.mode", default: "free") }
    terms.storm = section.optional("storm", .section(storm), default: terms.storm)
    terms.optOut = section.optional("optOut", .section(optOut), default: OptOut())
    return terms
  }

  private static func optOut(_ section: YAMLSection) -> OptOut? {
    var terms = OptOut()
    terms.until = section.optional(
      "until", YAMLForm<DispatchTerms.OptOutUntil>.word(), default: terms.until)
    terms.minutesBeforeStart = section.optional(
      "minutesBeforeStart", .int(0...10_080), default: 0)
    if section.has("minutesBeforeStart"), terms.until != .minutesBeforeStart {
      section.fault(
        "minutesBeforeStart", allowed: "nothing, unless until is minutesBeforeStart")
    }
    terms.maximumPerSeason = section.optional("maximumPerSeason", .int(0...1_000)).map { Int($0) }
    terms.isZero = section.optional(
      "effect", .words(["excluded": false, "zero": true]), default: false)
    return terms
  }

  private static func release(_ section: YAMLSection) -> DispatchTerms.Release? {
    let least = Percent(hundredths: 1)!
    let flat = section.optional("percent", .percent(from: least))
    let byLevel = section.optional(
      "byLevel", YAMLForm<[Int: Percent]>.mapping(of: .percent(), by: level, 1...4))
    let basis = section.optional("of", YAMLForm<ReleaseBasis>.word(), default: .storedEnergy)
    let steps = section.optional("byPrice", .list(of: .section(priceStep), 1...20))
    for (index, step) in (steps ?? []).enumerated().dropFirst()
    where step.atOrAbove <= steps![index - 1].atOrAbove {
      section.fault(
        "byPrice", found: "step \(index + 1) no higher than the one before",
        allowed: "rising prices")
    }
    switch (section.has("percent"), section.has("byLevel")) {
    case (true, true):
      section.fault("byLevel", found: "there beside percent", allowed: "one of both")
    case (false, false) where !section.has("byPrice"):
      section.fault(
        "percent", allowed: "a percentage above 0, or byLevel or byPrice instead",
        code: YAMLFault.Code.missing)
    case (true, false), (false, true), (false, false): break
    }
    for (level, percent) in byLevel ?? [:] where level > 0 && percent == .zero {
      section.reader.fault(
        at: "\(section.path).byLevel.\(level)", found: "0",
        allowed: "a percentage above 0; only level 0 may be 0", code: YAMLFault.Code.badValue)
    }
    let table = flat.map { flat in [0: flat, 1: flat, 2: flat, 3: flat] } ?? byLevel
    guard table != nil || steps != nil else { return nil }
    return DispatchTerms.Release(byLevel: table ?? [:], basis: basis, byPrice: steps ?? [])
  }

  private static func priceStep(_ section: YAMLSection) -> DispatchTerms.Release.PriceStep? {
    let price = section.required(
      "atOrAbove",
      YAMLForm.decimal(places: 6, 0...999_999_999_999).map { Money(millionths: $0) })
    let percent = section.required("percent", .percent())
    guard let price, let percent else { return nil }
    return DispatchTerms.Release.PriceStep(atOrAbove: price, percent: percent)
  }

  private static func overCommit(_ section: YAMLSection) -> OverCommit? {
    let isOn = section.optional("by", .words(["none": false, "reliability": true]), default: false)
    let most = section.optional("maximumPercent", .int(100...200), default: 120)
    let probability = section.optional(
      "probabilityPercent", .percent(from: Percent(hundredths: 1)!))
    if probability == .hundred {
      section.fault("probabilityPercent", found: "100", allowed: "below 100: nothing is certain")
    }
    var part = OverCommit()
    part.historyEvents = Int(section.optional("historyEvents", .int(1...100), default: 10))
    part.newBattery = section.optional(
      "newBatteryPercent", .percent(), default: part.newBattery)
    if isOn {
      part.terms = DispatchTerms.OverCommit(maximumPercent: most, probability: probability)
    }
    return part
  }

  /// A stress level 0…3.
  static var level: YAMLForm<Int> {
    YAMLForm<Int>.scalar("a level 0, 1, 2 or 3", shape: .words(["0", "1", "2", "3"])) {
      ["0": 0, "1": 1, "2": 2, "3": 3][$0]
    }
  }

  private static func target(_ section: YAMLSection) -> DispatchTerms.TargetTerms? {
    let refuses = section.optional(
      "shortfall", .words(["commitWhatHolds": false, "refuse": true]), default: false)
    let maximum = section.optional("maximumKW", kilowatts)
    return DispatchTerms.TargetTerms(refusesShortfall: refuses, maximum: maximum)
  }

  private struct CommandTerms {
    /// Nil for `none`.
    var grace: Int64? = 900
    var perHour = 12
    /// Nil where nothing is paced.
    var vendors: [VendorID: Int64]?
  }

  private static func commands(_ section: YAMLSection) -> CommandTerms? {
    let vendor = YAMLForm<VendorID>.scalar("a vendor's name") { VendorID($0) }
    var terms = CommandTerms()
    terms.grace = section.optional(
      "graceSeconds", YAMLForm.int(60...86_400).orNothing(), default: 900)
    terms.perHour = Int(section.optional("perGatewayPerHour", .int(1...3_600), default: 12))
    terms.vendors = section.optional(
      "vendorPerSecond", .mapping(of: .int(1...1_000_000), by: vendor, 0...100))
    return terms
  }

  private static func correction(
    _ section: YAMLSection
  ) -> (terms: CorrectionTerms, notHeard: Int64)? {
    var terms = CorrectionTerms()
    terms.everySeconds = section.optional(
      "everySeconds", .int(5...900), default: terms.everySeconds)
    terms.deadband = section.optional("deadbandPercent", .percent(), default: terms.deadband)
    terms.maximumRounds = Int(
      section.optional("maximumRounds", .int(0...1_000), default: Int64(terms.maximumRounds)))
    // A policy of before, which says nothing of corrections, goes on without.
    let isWanted = ["everySeconds", "deadbandPercent", "maximumRounds"].contains {
      section.has($0)
    }
    if !isWanted {
      terms = .off
      if !section.reader.isOutlining {
        section.note("everySeconds", default: nil)
        section.note("deadbandPercent", default: nil)
        section.note("maximumRounds", default: "0")
      }
    }
    return (terms, section.optional("notHeardSeconds", .int(10...3_600), default: 30))
  }

  private static func storm(_ section: YAMLSection) -> DispatchTerms.StormTerms? {
    var terms = DispatchTerms.StormTerms()
    terms.holds = section.optional("hold", .bool, default: terms.holds)
    terms.refusesEvents = section.optional(
      "event", .words(["skipHomes": false, "refuse": true]), default: terms.refusesEvents)
    terms.reserve = section.optional("reservePercent", .percent(), default: terms.reserve)
    terms.hoursBefore = section.optional("hoursBefore", .int(0...240), default: terms.hoursBefore)
    terms.hoursAfter = section.optional("hoursAfter", .int(0...240), default: terms.hoursAfter)
    return terms
  }

  private static func ramp(
    _ section: YAMLSection
  ) -> (battery: Int64, spread: Int64, slope: Power?)? {
    let battery = section.optional("batterySeconds", .int(0...900), default: 10)
    let spread = section.optional("spreadSeconds", .int(0...3_600), default: 0)
    let slope = section.optional(
      "fleetKWPerMinute",
      YAMLForm.decimal(places: 3, 1...999_999_999_999).map { Power(watts: $0) })
    if slope != nil, spread > 0 {
      section.fault(
        "spreadSeconds", allowed: "0 beside fleetKWPerMinute, which says when each one begins")
    }
    return (battery, spread, slope)
  }
}
