import Grid
import Verification

extension PolicyParts {
  private typealias Adjustment = BaselineTerms.Adjustment

  static func adjustment(_ section: YAMLSection) -> BaselineTerms.Adjustment? {
    let kind = section.required("type", YAMLForm<Adjustment.Kind>.word())
    let upOnly = section.optional(
      "direction", .words(["both": false, "upOnly": true]), default: false)
    let windows = section.required(
      "windows", YAMLForm<[Adjustment.AnchoredWindow]>.list(of: .section(window), 1...4))
    let capOf = section.optional(
      "capOf", YAMLForm<Adjustment.CapOf>.word(), default: .windowBaseline)
    let caps = caps(section, isPower: capOf == .absoluteKW, upOnly: upOnly)
    let refuses = section.optional(
      "onMissing", .words(["skip": false, "refuse": true]), default: false)
    guard let kind, let windows, let caps else { return nil }
    if kind == .multiplicative, capOf != .windowBaseline {
      section.fault("capOf", allowed: "windowBaseline with multiplicative, which limits the factor")
    }
    return BaselineTerms.Adjustment(
      kind: kind, windows: windows, capUp: caps.up, capDown: caps.down, capOf: capOf,
      refusesOnMissing: refuses)
  }

  /// One cap for both ways or one for each; with `upOnly` nothing is cut.
  private static func caps(
    _ section: YAMLSection, isPower: Bool, upOnly: Bool
  ) -> (up: Ratio?, down: Ratio?)? {
    let form = (isPower ? power : share).orNothing()
    let both = section.optional("cap", form)
    let up = section.optional("capUp", form)
    let down = section.optional("capDown", form)
    let none = Ratio(0, 1)
    if section.has("cap") {
      for key in ["capUp", "capDown"] where section.has(key) {
        section.fault(key, found: "there beside cap", allowed: "cap, or capUp and capDown")
      }
      return both.map { ($0, upOnly ? none : $0) }
    }
    if !section.has("capUp") {
      section.fault(
        "capUp", allowed: "\(form.allowed); or cap for both ways", code: YAMLFault.Code.missing)
    }
    if !section.has("capDown"), !upOnly {
      section.fault(
        "capDown", allowed: "\(form.allowed); or cap for both ways", code: YAMLFault.Code.missing)
    }
    if upOnly, let down, down != none {
      section.fault("capDown", allowed: "0 or nothing with direction upOnly, which cuts nothing")
    }
    guard let up, let down = upOnly ? .some(none) : down else { return nil }
    return (up, down)
  }

  private static var share: YAMLForm<Ratio> {
    .scalar("a decimal 0…0.4 or a ratio such as 2/7", isNumber: true, shape: .text) { text in
      guard let ratio = Ratio(policyText: text) else { return nil }
      return ratio.numerator * 5 <= ratio.denominator * 2 ? ratio : nil
    }
  }

  private static var power: YAMLForm<Ratio> {
    YAMLForm.decimal(places: 3, 0...1_000_000).map { Ratio.reduced($0, 1_000) }
  }

  private static func window(_ section: YAMLSection) -> BaselineTerms.Adjustment.AnchoredWindow? {
    let anchor = section.required("anchor", YAMLForm<Adjustment.Anchor>.word())
    let from = section.required("fromMinutes", .int(-1_440...1_440))
    let to = section.required("toMinutes", .int(-1_440...1_440))
    guard let anchor, let from, let to else { return nil }
    switch anchor {
    case .start where to > 0:
      section.fault("toMinutes", allowed: "0 or less: a window at the start ends before the event")
    case .end where from < 0:
      section.fault("fromMinutes", allowed: "0 or more: a window at the end begins after the event")
    case .start, .end: break
    }
    guard from < to else {
      section.fault("toMinutes", allowed: "more than fromMinutes, \(from)")
      return nil
    }
    return Adjustment.AnchoredWindow(anchor: anchor, fromMinutes: from, toMinutes: to)
  }
}

extension Ratio {
  /// A fraction in its lowest terms.
  static func reduced(_ numerator: Int64, _ denominator: Int64) -> Ratio {
    var (a, b) = (numerator, denominator)
    while b != 0 { (a, b) = (b, a % b) }
    return a == 0 ? Ratio(0, 1) : Ratio(numerator / a, denominator / a)
  }

  /// `0.4` or `2/7`, not negative, else nil.
  init?(policyText text: String) {
    let parts = text.split(separator: "/", omittingEmptySubsequences: false)
    if parts.count == 2 {
      let digits = parts.allSatisfy {
        (1...6).contains($0.count) && $0.utf8.allSatisfy { (48...57).contains($0) }
      }
      guard digits, let above = Int64(parts[0]), let below = Int64(parts[1]), below > 0 else {
        return nil
      }
      self = .reduced(above, below)
    } else {
      guard let value = try? FixedDecimal.parse(text, places: 6, maximumDigits: 3), value >= 0
      else { return nil }
      self = .reduced(value, 1_000_000)
    }
  }
}
