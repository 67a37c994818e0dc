import Foundation
import Testing

/// The hand-worked baseline cases as the files that a person would give to the program.
struct CaseFiles {
  let spec: [String: Any]
  let expected: [String: Any]
  private let name: String

  static let folder = Program.root.appending(path: "Tests/VerificationTests/Cases")

  static let names: [String] = {
    let files = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
    return files.filter { $0.hasSuffix(".json") }.map { String($0.dropLast(5)) }.sorted()
  }()

  init(_ name: String) throws {
    self.name = name
    let bytes = try Data(contentsOf: Self.folder.appending(path: "\(name).json"))
    let object = try #require(try JSONSerialization.jsonObject(with: bytes) as? [String: Any])
    spec = try #require(object["spec"] as? [String: Any])
    expected = try #require(object["expected"] as? [String: Any])
  }

  var isDevice: Bool { spec["method"] as? String == "mgo" }
  private var zone: String { spec["timezone"] as! String }
  private var minutes: Int { spec["interval_minutes"] as! Int }

  /// `kwh` split by its sign; `gen_kwh` is a meter of its own.
  func meters() throws -> String {
    let text = try String(
      contentsOf: Self.folder.appending(path: "\(name).csv"), encoding: .utf8)
    var out = "meter_id,start,duration_min,import_kwh,export_kwh,quality\n"
    func row(_ meter: String, _ start: Substring, _ positive: Substring, battery: Bool) {
      guard !positive.isEmpty else {
        out += "\(meter),\(start),\(minutes),,,M\n"
        return
      }
      let isNegative = positive.hasPrefix("-")
      let magnitude = isNegative ? positive.dropFirst() : positive
      let isImport = isNegative == battery
      out += "\(meter),\(start),\(minutes),\(isImport ? magnitude : "0"),"
      out += "\(isImport ? "0" : magnitude),A\n"
    }
    for line in text.split(whereSeparator: \.isNewline).dropFirst() {
      let cells = line.split(separator: ",", omittingEmptySubsequences: false)
      row("S-1", cells[0], cells[1], battery: false)
      if cells.count > 2, isDevice { row("B-1", cells[0], cells[2], battery: true) }
    }
    return out
  }

  /// The event days first, the event last; local times of the zone.
  func events() -> String {
    let event = spec["event"] as! [String: String]
    let others = (spec["exclude"] as? [String: [String]])?["event_days"] ?? []
    var out = "event_id,start,end\n"
    for day in others {
      out += "D-\(day),\(day)T17:00:00,\(day)T18:00:00\n"
    }
    return out + "E-1,\(event["start"]!):00,\(event["end"]!):00\n"
  }

  static let fleet =
    World.fleetHeader + "B-1,G-1,S-1,O-1,N-1,100000,50000,50000,100,20,,80\n"

  /// A whole policy with the measurement and baseline of the case.
  func policy() throws -> String {
    let calendar = spec["calendar"] as! [String: Any]
    let holidays = (calendar["holidays"] as? [String] ?? []).joined(separator: ", ")
    return """
      headroomPolicy: 1
      id: case
      title: "A case"
      version: "1"
      effective: {from: 2020-01-01}
      timeZone: \(zone)
      currency: USD
      source: project
      calendar:
        seasons:
          - {name: year, from: 01-01, to: 12-31, days: [mon, tue, wed, thu, fri, sat, sun],
             holidays: included, windows: [{from: "00:00", to: "24:00"}]}
        holidays: [\(holidays)]
      events: {minimumMinutes: 60, maximumMinutes: 480}
      signals: {from: [example-utility], forms: [power], signature: required, revise: untilEnd,
                cancel: untilEnd, joinLate: join}
      notice: {minimumMinutes: 0, late: refuse, acknowledgement: required}
      measurement:
        mode: \(isDevice ? "deviceOutput" : "premises")
        exports: \((spec["mgo"] as? [String: String])?["export"] == "exclude" ? "excluded" : "counted")
        intervalMinutes: \(minutes)
      baseline:
      \(try baseline().map { "  " + $0 }.joined(separator: "\n"))
      reward: {unit: home, netting: event, excusals: [], energy: {rate: {amount: 1, per: kWh}}}
      splits: {shares: {owner: 100}}
      escrow: {required: false}
      settlement: {runs: [{name: initial, afterDays: 3, payable: true}], disputeDays: 60}

      """
  }

  private func baseline() throws -> [String] {
    let words = [
      "business_nonbusiness": "businessNonBusiness", "wd_sat_sunhol": "weekdaySaturdaySunday",
      "all": "all", "error": "notVerifiable", "use_available": "useAvailable",
      "fill_event_days_highest": "fillEventDays", "event_window": "eventWindow",
      "full_day": "fullDay", "mid": "middle", "nonbusiness": "nonBusiness",
      "sunhol": "sundayHoliday", "adj_window_baseline": "windowBaseline",
      "event_baseline": "eventBaseline", "absolute_kw": "absoluteKW",
    ]
    func word(_ text: Any?) -> String { words[text as? String ?? ""] ?? text as? String ?? "" }
    if let around = spec["mbma"] as? [String: Any] {
      return [
        "kind: meterBeforeAfter",
        "before: {minutes: \(around["before_minutes"]!), gapMinutes: \(around["before_gap_minutes"]!)}",
        "after: {minutes: \(around["after_minutes"]!), gapMinutes: \(around["after_gap_minutes"]!)}",
        "combine: \(around["combine"]!)",
      ]
    }
    let calendar = spec["calendar"] as! [String: Any]
    let classes = word(calendar["classes"])
    let names = [
      "all": ["all"], "businessNonBusiness": ["business", "nonBusiness"],
      "weekdaySaturdaySunday": ["weekday", "saturday", "sundayHoliday"],
    ][classes]!
    var lines = [
      "kind: \(isDevice ? "typicalOutput" : "dayMatching")",
      "lookbackDays: \(spec["lookback_days"]!)", "dayClasses: \(classes)", "selection:",
    ]
    for (name, rule) in spec["selection"] as! [String: [String: Any]] {
      var fields = ["choose: \(word(rule["kind"]))", "y: \(rule["y"]!)"]
      if let x = rule["x"] { fields.append("x: \(x)") }
      if let minimum = rule["min_days"] { fields.append("minimumDays: \(minimum)") }
      if let high = rule["drop_high"] { fields.append("dropHigh: \(high)") }
      if let low = rule["drop_low"] { fields.append("dropLow: \(low)") }
      if let weights = rule["weights"] as? [String] {
        fields.append("weights: [\(weights.joined(separator: ", "))]")
      }
      for each in name == "*" ? names : [word(name)] {
        lines.append("  \(each): {\(fields.joined(separator: ", "))}")
      }
    }
    if let rank = spec["rank_by"] { lines.append("rankBy: \(word(rank))") }
    if let low = spec["low_usage"] as? [String: String] {
      lines.append("lowUsage: \(low["threshold"]!)")
    }
    if let shortfall = spec["shortfall"] { lines.append("tooFewDays: \(word(shortfall))") }
    if spec["floor_baseline_zero"] as? Bool == true { lines.append("floorAtZero: true") }
    if let device = spec["mgo"] as? [String: String] {
      lines.append("charging: \(device["charge"]!)")
    }
    if let adjustment = spec["adjustment"] as? [String: Any] {
      lines += ["adjustment:", "  type: \(adjustment["type"]!)", "  windows:"]
      for window in adjustment["windows"] as! [[String: Any]] {
        lines.append(
          "    - {anchor: \(window["anchor"]!), fromMinutes: \(window["from_minutes"]!), "
            + "toMinutes: \(window["to_minutes"]!)}")
      }
      lines += try Self.caps(adjustment, word)
    }
    return lines
  }

  /// Factors are shares of 1: 5/7 and 1.4 are `capDown: 2/7` and `capUp: 0.4`.
  private static func caps(_ adjustment: [String: Any], _ word: (Any?) -> String) throws
    -> [String]
  {
    if let cap = adjustment["cap"] as? [String: String] {
      return [
        "  capUp: \(cap["up"]!)", "  capDown: \(cap["down"]!)", "  capOf: \(word(cap["basis"]))",
      ]
    }
    let shares = ["0.8": "0.2", "1.2": "0.2", "5/7": "2/7", "1.4": "0.4"]
    let down = try #require(shares[adjustment["min_factor"] as? String ?? ""])
    let up = try #require(shares[adjustment["max_factor"] as? String ?? ""])
    return ["  capUp: \(up)", "  capDown: \(down)"]
  }
}
