import Grid

extension PolicyParts {
  static func enrolment(_ section: YAMLSection) -> EnrolmentTerms? {
    let isListed = section.optional(
      "otherProgrammes", .words(["none": false, "listed": true]), default: false)
    let programme = YAMLForm.id.map { ProgrammeID($0) }
    let allowed = section.optional(
      "allowedWith", YAMLForm<Set<ProgrammeID>>.set(of: programme, 0...100), default: [])
    if isListed == allowed.isEmpty {
      section.fault(
        "allowedWith",
        allowed: isListed
          ? "the programmes that otherProgrammes: listed allows"
          : "nothing, unless otherProgrammes is listed")
    }
    let agreement = section.optional(
      "agreement", .words(["required": true, "notRequired": false]), default: false)
    let startsOn = section.optional(
      "startsOn", .words(["anyDay": false, "firstOfMonth": true]), default: false)
    let battery = section.optional("minimumBatteryW", .int(0...1_000_000_000), default: 0)
    let minimum = section.optional("minimumFleetKW", kilowatts)
    let maximum = section.optional("maximumFleetKW", kilowatts)
    if let minimum, let maximum, maximum < minimum {
      section.fault("maximumFleetKW", allowed: "no less than minimumFleetKW")
    }
    let kind = YAMLForm<BatteryOffer.Kind>.words(["battery": .battery, "evCharger": .evCharger])
    let kinds = section.optional(
      "kinds", YAMLForm<Set<BatteryOffer.Kind>>.set(of: kind, 1...2), default: [.battery])
    var terms = EnrolmentTerms(
      allowedWith: allowed, agreementRequired: agreement, startsOnFirstOfMonth: startsOn,
      minimumBattery: Power(watts: battery), minimumFleet: minimum, maximumFleet: maximum)
    terms.kinds = kinds
    return terms
  }
}
