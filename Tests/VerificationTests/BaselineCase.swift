import Foundation
import Grid
import Verification

/// One of the hand-worked cases in the folder `Cases`: what it asks, as terms.
struct BaselineCase: Decodable {
  struct Spec: Decodable {
    struct Event: Decodable {
      let start: String
      let end: String
    }
    struct Calendar: Decodable {
      let classes: String
      let holidays: [String]?
    }
    struct Rule: Decodable {
      let kind: String
      let y: Int
      let x: Int?
      let min_days: Int
      let drop_high: Int?
      let drop_low: Int?
      let weights: [String]?
    }
    struct Exclude: Decodable {
      let event_days: [String]?
      let other_days: [String]?
    }
    struct LowUsage: Decodable { let threshold: String }
    struct Adjustment: Decodable {
      struct Window: Decodable {
        let anchor: String
        let from_minutes: Int64
        let to_minutes: Int64
      }
      struct Cap: Decodable {
        let basis: String
        let up: String
        let down: String
      }
      let type: String
      let windows: [Window]
      let min_factor: String?
      let max_factor: String?
      let cap: Cap?
    }
    struct Around: Decodable {
      let before_minutes: Int64
      let before_gap_minutes: Int64
      let after_minutes: Int64
      let after_gap_minutes: Int64
      let combine: String
    }
    struct Device: Decodable {
      let charge: String
      let export: String
    }
    let method: String?
    let timezone: String
    let interval_minutes: Int64
    let event: Event
    let calendar: Calendar
    let lookback_days: Int64
    let selection: [String: Rule]
    let rank_by: String?
    let low_usage: LowUsage?
    let shortfall: String?
    let adjustment: Adjustment?
    let floor_baseline_zero: Bool?
    let exclude: Exclude?
    let mbma: Around?
    let mgo: Device?
  }
  struct Expected: Decodable {
    let factor: String?
    let additive: String?
    let baseline: [String]?
    let reduction: [String]?
    let total: String?
    let days: [String]?
    let flags: [String]?
  }

  let name: String
  let spec: Spec
  let expected: Expected

  static let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Cases")

  static func load(_ name: String) throws -> BaselineCase {
    try JSONDecoder().decode(
      BaselineCase.self, from: Data(contentsOf: folder.appending(path: "\(name).json")))
  }

  /// `0.8`, `-1` or `5/7`, exact.
  static func ratio(_ text: String) throws -> Ratio {
    let parts = text.split(separator: "/").map(String.init)
    if parts.count == 2 { return Ratio(Int64(parts[0])!, Int64(parts[1])!) }
    let fraction = Fraction(Int128(try FixedDecimal.parse(text, places: 8)), 100_000_000)
    return Ratio(Int64(fraction.numerator), Int64(fraction.denominator))
  }

  /// Kilowatt-hours as joules, exact.
  static func joules(_ text: String) throws -> Fraction {
    let ratio = try ratio(text)
    return Fraction(Int128(ratio.numerator) * 3_600_000, Int128(ratio.denominator))
  }

  var zone: ZoneOffsets { Zones.zone(spec.timezone)! }

  var event: MeasuredEvent { Samples.event(spec.event.start, spec.event.end, zone: zone) }

  func terms() throws -> MeasurementTerms {
    let classes: BaselineTerms.DayClasses =
      switch spec.calendar.classes {
      case "business_nonbusiness": .businessNonBusiness
      case "wd_sat_sunhol": .weekdaySaturdaySunday
      default: .all
      }
    let kind: BaselineTerms.Kind =
      switch spec.method {
      case "mbma": .meterBeforeAfter
      case "mgo": .typicalOutput
      default: .dayMatching
      }
    let shortfall: BaselineTerms.TooFewDays =
      switch spec.shortfall {
      case "use_available": .useAvailable
      case "fill_event_days_highest": .fillEventDays
      default: .notVerifiable
      }
    var baseline = BaselineTerms(
      kind: kind, lookbackDays: max(1, spec.lookback_days), dayClasses: classes,
      selection: try selection(), rankBy: spec.rank_by == "full_day" ? .fullDay : .eventWindow,
      lowUsage: try spec.low_usage.map { try Self.ratio($0.threshold) }, tooFewDays: shortfall,
      adjustment: try adjustment(), floorAtZero: spec.floor_baseline_zero ?? false,
      chargingNets: spec.mgo?.charge == "net")
    if let around = spec.mbma {
      baseline.beforeAfter = .init(
        beforeMinutes: around.before_minutes, beforeGapMinutes: around.before_gap_minutes,
        afterMinutes: around.after_minutes, afterGapMinutes: around.after_gap_minutes,
        combine: .init(rawValue: around.combine)!)
    }
    return Samples.terms(
      zone: zone, holidays: Set((spec.calendar.holidays ?? []).map(Samples.date)),
      mode: kind == .typicalOutput ? .deviceOutput : .premises,
      exportsCounted: spec.mgo?.export != "exclude", intervalMinutes: spec.interval_minutes,
      baseline: baseline)
  }

  private func selection() throws -> [BaselineTerms.DayClass: BaselineTerms.Selection] {
    let names: [String: BaselineTerms.DayClass] = [
      "business": .business, "nonbusiness": .nonBusiness, "weekday": .weekday,
      "saturday": .saturday, "sunhol": .sundayHoliday, "all": .all,
    ]
    var selection: [BaselineTerms.DayClass: BaselineTerms.Selection] = [:]
    for (name, rule) in spec.selection {
      let weights = try (rule.weights ?? []).map {
        let ratio = try Self.ratio($0)
        return 1_000_000 * ratio.numerator / ratio.denominator
      }
      let choice = rule.kind == "mid" ? "middle" : rule.kind
      let value = BaselineTerms.Selection(
        choose: .init(rawValue: choice)!, y: rule.y, x: rule.x, minimumDays: rule.min_days,
        weightsMillionths: weights, dropHigh: rule.drop_high ?? 1, dropLow: rule.drop_low ?? 1)
      for dayClass in name == "*" ? BaselineTerms.DayClass.allCases : [names[name]!] {
        selection[dayClass] = value
      }
    }
    return selection
  }

  private func adjustment() throws -> BaselineTerms.Adjustment? {
    guard let rule = spec.adjustment else { return nil }
    var up = try rule.cap.map { try Self.ratio($0.up) }
    var down = try rule.cap.map { try Self.ratio($0.down) }
    if let text = rule.max_factor {
      let high = try Self.ratio(text)
      up = Ratio(high.numerator - high.denominator, high.denominator)
    }
    if let text = rule.min_factor {
      let low = try Self.ratio(text)
      down = Ratio(low.denominator - low.numerator, low.denominator)
    }
    let basis: BaselineTerms.Adjustment.CapOf =
      switch rule.cap?.basis {
      case "event_baseline": .eventBaseline
      case "absolute_kw": .absoluteKW
      default: .windowBaseline
      }
    return BaselineTerms.Adjustment(
      kind: .init(rawValue: rule.type)!,
      windows: rule.windows.map {
        .init(
          anchor: .init(rawValue: $0.anchor)!, fromMinutes: $0.from_minutes,
          toMinutes: $0.to_minutes)
      }, capUp: up, capDown: down, capOf: basis)
  }

  /// The case's meters.
  func site(_ file: String) throws -> SiteData {
    let text = try String(
      contentsOf: Self.folder.appending(path: "\(file).csv"), encoding: .utf8)
    var net: [Int64: Energy] = [:]
    var output: [Int64: Energy] = [:]
    for line in text.split(whereSeparator: \.isNewline).dropFirst() {
      let cells = line.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
      let second = Timestamp(rfc3339: cells[0])!.seconds
      precondition(net[second] == nil, "a duplicate start is an error")
      if !cells[1].isEmpty { net[second] = Energy(joules: try Self.joules(cells[1]).roundedDown) }
      if cells.count > 2, !cells[2].isEmpty {
        output[second] = Energy(joules: try Self.joules(cells[2]).roundedDown)
      }
    }
    var data = Samples.data(series(net))
    if spec.mgo != nil { data.batteryMeter = series(output) }
    data.eventDays = Set((spec.exclude?.event_days ?? []).map(Samples.date))
    data.excludedDates = Set((spec.exclude?.other_days ?? []).map(Samples.date))
    return data
  }

  private func series(_ values: [Int64: Energy]) -> IntervalSeries? {
    let length = 60 * spec.interval_minutes
    guard let first = values.keys.min(), let last = values.keys.max() else { return nil }
    return IntervalSeries(
      meter: Samples.meter, startSecond: first, intervalSeconds: length,
      energies: stride(from: first, through: last, by: Int(length)).map { values[$0] })
  }
}
