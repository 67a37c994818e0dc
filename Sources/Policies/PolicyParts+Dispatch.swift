import Engine
import Grid

extension PolicyParts {
  static func dispatch(_ section: YAMLSection) -> Dispatch? {
    var terms = Dispatch()
    terms.release = section.optional("release", .section(release))
    terms.target = section.optional("target", .section(target), default: terms.target)
    terms.fairness = section.optional(
      "fairness", .word(notYet: ["meritOrder", "rotationDebt"]), default: terms.fairness)
    terms.reserve = section.optional("reservePercent", .percent(), default: terms.reserve)
    terms.minimumSetpoint = section.optional(
      "minimumSetpointW", YAMLForm.int(0...1_000_000).map { Power(watts: $0) },
      default: terms.minimumSetpoint)
    let ramp = section.optional("ramp", .section(ramp), default: (10, 0))
    terms.rampSeconds = ramp.battery
    terms.spreadSeconds = ramp.spread
    (terms.correction, terms.notHeardSeconds) = section.optional(
      "correction", .section(correction), default: (CorrectionTerms.off, 30))
    let commands = section.optional("commands", .section(commands), default: (900, 12, nil))
    terms.graceSeconds = commands.grace
    terms.correction.perGatewayPerHour = commands.perHour
    terms.vendorPerSecond = commands.vendors
    terms.reserveLoweredAtOnce = section.optional(
      "reserveLowered", .words(["nextEvent": false, "atOnce": true]), default: false)
    terms.handBack = section.optional("handBack", .word(), default: terms.handBack)
    terms.watchesHandBack = section.has("recovery")
    terms.recovery = section.optional("recovery", .section(recovery), default: nil)
    terms.optOutUntil = section.optional(
      "optOut",
      .section { $0.optional("until", .word(notYet: ["minutesBeforeStart"]), default: .end) },
      default: .end)
    return terms
  }

  private static func release(_ section: YAMLSection) -> DispatchTerms.Release? {
    let least = Percent(hundredths: 1)!
    let flat = section.optional("percent", .percent(from: least))
    let byLevel = section.optional(
      "byLevel", YAMLForm<[Int: Percent]>.mapping(of: .percent(), by: level, 1...4))
    let basis = section.optional("of", YAMLForm<ReleaseBasis>.word(), default: .storedEnergy)
    switch (section.has("percent"), section.has("byLevel")) {
    case (true, true):
      section.fault("byLevel", found: "there beside percent", allowed: "one of both")
    case (false, false):
      section.fault(
        "percent", allowed: "a percentage above 0, or byLevel instead", code: YAMLFault.Code.missing
      )
    case (true, false), (false, true): break
    }
    for (level, percent) in byLevel ?? [:] where level > 0 && percent == .zero {
      section.reader.fault(
        at: "\(section.path).byLevel.\(level)", found: "0",
        allowed: "a percentage above 0; only level 0 may be 0", code: YAMLFault.Code.badValue)
    }
    let table = flat.map { flat in [0: flat, 1: flat, 2: flat, 3: flat] } ?? byLevel
    return table.map { DispatchTerms.Release(byLevel: $0, basis: basis) }
  }

  /// A stress level 0…3.
  static var level: YAMLForm<Int> {
    YAMLForm<Int>.scalar("a level 0, 1, 2 or 3") { ["0": 0, "1": 1, "2": 2, "3": 3][$0] }
  }

  private static func target(_ section: YAMLSection) -> DispatchTerms.TargetTerms? {
    let refuses = section.optional(
      "shortfall", .words(["commitWhatHolds": false, "refuse": true]), default: false)
    let maximum = section.optional("maximumKW", kilowatts)
    return DispatchTerms.TargetTerms(refusesShortfall: refuses, maximum: maximum)
  }

  /// The grace is nil for `none`, the vendors are nil where nothing is paced.
  private static func commands(
    _ section: YAMLSection
  ) -> (grace: Int64?, perHour: Int, vendors: [VendorID: Int64]?)? {
    let grace = section.optional(
      "graceSeconds", YAMLForm.int(60...86_400).orNothing(), default: 900)
    let perHour = section.optional("perGatewayPerHour", .int(1...3_600), default: 12)
    let vendor = YAMLForm<VendorID>.scalar("a vendor's name") { VendorID($0) }
    let vendors = section.optional(
      "vendorPerSecond", YAMLForm.mapping(of: .int(1...1_000_000), by: vendor, 0...100))
    return (grace, Int(perHour), vendors)
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
    if !isWanted { terms = .off }
    return (terms, section.optional("notHeardSeconds", .int(10...3_600), default: 30))
  }

  private static func ramp(_ section: YAMLSection) -> (battery: Int64, spread: Int64)? {
    let battery = section.optional("batterySeconds", .int(0...900), default: 10)
    return (battery, section.optional("spreadSeconds", .int(0...3_600), default: 0))
  }
}
