import Grid
import Verification

extension PolicyParts {
  static func baseline(_ section: YAMLSection) -> BaselineTerms? {
    typealias Terms = BaselineTerms
    let kind = section.required("kind", YAMLForm<Terms.Kind>.word())
    let matchesDays = kind == .dayMatching || kind == .typicalOutput
    let lookback = section.optional("lookbackDays", .int(1...366), default: 45)
    let skip = section.optional("skipRecentDays", .int(0...30), default: 0)
    let classes = YAMLForm<Terms.DayClasses>.word()
    let dayClasses =
      matchesDays
      ? section.required("dayClasses", classes) : section.optional("dayClasses", classes)
    let holidays = section.optional(
      "holidayDays", .words(["asNonBusiness": false, "excluded": true]), default: false)
    let dates = section.optional("excludedDates", .set(of: .date, 0...1_000), default: [])
    let eventDays = section.optional(
      "eventDays", YAMLForm<Terms.EventDays>.word(), default: .notifiedSite)
    let qualities = section.optional("excludedQualities", qualities, default: [.estimated])
    let gap = section.optional(
      "wallClockGap", .words(["skip": false, "disqualify": true]), default: false)
    let rules = YAMLForm<[Terms.DayClass: Terms.Selection]>.mapping(
      of: .section(selection), by: .word(), 1...6)
    let selection =
      matchesDays ? section.required("selection", rules) : section.optional("selection", rules)
    let rankBy = section.optional("rankBy", YAMLForm<Terms.RankBy>.word(), default: .eventWindow)
    let lowUsage = section.optional(
      "lowUsage", share("a decimal 0…1 or a ratio such as 1/4"))
    let tooFew = section.optional(
      "tooFewDays", YAMLForm<Terms.TooFewDays>.word(), default: .notVerifiable)
    let adjustment = section.optional("adjustment", .section(adjustment))
    let floor = section.optional("floorAtZero", .bool, default: false)
    let around = beforeAfter(section)
    let nets = section.optional("charging", .words(["zero": false, "net": true]), default: false)
    let closure = YAMLForm.int(0...10_080)
    let gate =
      kind == .declared
      ? section.required("gateClosureMinutes", closure)
      : section.optional("gateClosureMinutes", closure, default: 0)
    let eligibility = section.optional("eligibility", .section(eligibility))
    let control = section.optional("control", .section(control), default: (150, nil))
    guard let kind, let gate, !matchesDays || dayClasses != nil && selection != nil else {
      return nil
    }
    var terms = BaselineTerms(
      kind: kind, lookbackDays: lookback, skipRecentDays: skip, dayClasses: dayClasses ?? .all,
      holidaysExcluded: holidays, excludedDates: dates, eventDays: eventDays,
      excludedQualities: qualities, wallClockGapDisqualifies: gap, selection: selection ?? [:],
      rankBy: rankBy, lowUsage: lowUsage, tooFewDays: tooFew, adjustment: adjustment,
      floorAtZero: floor, beforeAfter: around, chargingNets: nets, gateClosureMinutes: gate,
      eligibility: eligibility, minimumControlHomes: Int(control.homes))
    terms.controlDraw = control.draw
    return terms
  }

  /// Share and salt go together: either alone draws nobody.
  private static func control(
    _ section: YAMLSection
  ) -> (homes: Int64, draw: BaselineTerms.ControlDraw?)? {
    let homes = section.optional("minimumHomes", .int(1...1_000_000), default: 150)
    let share = section.optional("sharePercent", YAMLForm<Percent>.percent())
    let salt = section.optional(
      "saltSha256", .scalar("64 hexadecimal digits") { Digest(hex: $0) })
    if section.has("sharePercent") != section.has("saltSha256") {
      section.fault(
        section.has("sharePercent") ? "saltSha256" : "sharePercent",
        allowed: "both sharePercent and saltSha256, or neither")
    }
    let draw = share.flatMap { share in
      salt.map {
        BaselineTerms.ControlDraw(shareBasisPoints: Int64(share.hundredths), saltDigest: $0)
      }
    }
    return (homes, draw)
  }

  /// How far off a baseline may be on days without event; without a limit it asks for nothing.
  private static func eligibility(_ section: YAMLSection) -> BaselineTerms.Eligibility? {
    let form = YAMLForm<Percent>.percent()
    let rrmse = section.optional("rrmsePercent", form)
    let bias = section.optional("biasPercent", form)
    if !section.has("rrmsePercent"), !section.has("biasPercent") {
      section.fault("rrmsePercent", allowed: "a percentage here or in biasPercent")
    }
    return BaselineTerms.Eligibility(rrmse: rrmse, bias: bias)
  }

  /// `nonCommercial` values never count, named or not; the word says so.
  private static var qualities: YAMLForm<Set<Quality>> {
    let words = YAMLForm<String>.words([
      "estimated": "estimated", "edited": "edited", "nonCommercial": "nonCommercial",
    ])
    return YAMLForm<Set<String>>.set(of: words, 0...3).map(
      allowed: "a list of estimated, edited, nonCommercial",
      back: { qualities in
        Set((qualities.contains(.edited) ? ["edited"] : []) + ["nonCommercial"])
          .union(qualities.contains(.estimated) ? ["estimated"] : [])
      }
    ) { names in
      var qualities: Set<Quality> = []
      if names.contains("estimated") { qualities.insert(.estimated) }
      if names.contains("edited") { qualities.insert(.edited) }
      return qualities
    }
  }

  /// A share of 1.
  private static func share(_ allowed: String) -> YAMLForm<Ratio> {
    .scalar(allowed, isNumber: true) { text in
      guard let ratio = Ratio(policyText: text) else { return nil }
      return ratio.numerator <= ratio.denominator ? ratio : nil
    }
  }

  /// A share of 1 in whole millionths.
  private static var weight: YAMLForm<Int64> {
    let allowed = "a decimal 0…1 with at most 6 places, or a ratio that is one, such as 3/10"
    return share(allowed).map(allowed: allowed) { ratio in
      let (millionths, rest) = (ratio.numerator * 1_000_000)
        .quotientAndRemainder(dividingBy: ratio.denominator)
      return rest == 0 ? millionths : nil
    }
  }

  private static func selection(_ section: YAMLSection) -> BaselineTerms.Selection? {
    typealias Choice = BaselineTerms.Selection.Choice
    let choose = section.required("choose", YAMLForm<Choice>.word())
    let y = section.required("y", .int(1...60))
    let x = section.optional("x", .int(1...60))
    let minimum = section.optional("minimumDays", .int(1...60))
    let weights = section.optional("weights", .list(of: weight, 1...60))
    let high = section.optional("dropHigh", .int(0...10), default: 1)
    let low = section.optional("dropLow", .int(0...10), default: 1)
    guard let choose, let y else { return nil }
    if x == nil { section.note("x", default: "\(y)") }
    if minimum == nil { section.note("minimumDays", default: "\(y)") }
    if let x, x > y { section.fault("x", allowed: "at most y, \(y)") }
    if let minimum, minimum > y { section.fault("minimumDays", allowed: "at most y, \(y)") }
    if choose == .middle, high + low >= y {
      section.fault("y", allowed: "more than dropHigh and dropLow together, \(high + low)")
      return nil
    }
    if let weights {
      let days: Int64
      switch choose {
      case .recent: days = y
      case .high, .low: days = x ?? y
      case .middle: days = y - high - low
      }
      if weights.count != Int(days) || weights.reduce(0, +) != 1_000_000 {
        let sum = FixedDecimal.text(weights.reduce(0, +), places: 6, minimumPlaces: 0)
        section.fault(
          "weights", found: "\(weights.count) weights with the sum \(sum)",
          allowed: "\(days) weights with the sum 1")
      }
    }
    return BaselineTerms.Selection(
      choose: choose, y: Int(y), x: x.map { Int($0) }, minimumDays: minimum.map { Int($0) },
      weightsMillionths: weights ?? [], dropHigh: Int(high), dropLow: Int(low))
  }

  private static func beforeAfter(_ section: YAMLSection) -> BaselineTerms.BeforeAfter {
    func window(_ key: String, minutes standard: Int64) -> (minutes: Int64, gap: Int64) {
      section.optional(
        key,
        .section { part -> (minutes: Int64, gap: Int64)? in
          let minutes = part.optional("minutes", .int(0...1_440), default: standard)
          return (minutes, part.optional("gapMinutes", .int(0...1_440), default: 0))
        }, default: (standard, 0))
    }
    let before = window("before", minutes: 60)
    let after = window("after", minutes: 0)
    let combine = section.optional(
      "combine", YAMLForm<BaselineTerms.BeforeAfter.Combine>.word(), default: .mean)
    if before.minutes == 0, after.minutes == 0 {
      section.reader.fault(
        at: "\(section.path).before.minutes", found: "0",
        allowed: "1 or more here, or in baseline.after.minutes", code: YAMLFault.Code.badValue)
    }
    return BaselineTerms.BeforeAfter(
      beforeMinutes: before.minutes, beforeGapMinutes: before.gap, afterMinutes: after.minutes,
      afterGapMinutes: after.gap, combine: combine)
  }
}
