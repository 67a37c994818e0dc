import Fleet
import Grid
import Policies

/// Reads the worlds of `simulators/scenarios/*.yaml`.
///
/// Strict, like every file that a person writes here: a field that nobody knows, a wrong unit or a
/// value out of range refuses the file, and every fault is named with its line. Only `name` is
/// required; what is left out is as `Scenario` has it.
enum ScenarioFile {
  /// Reads a scenario.
  ///
  /// - Parameter file: Its name in faults.
  /// - Throws: `YAMLFaults` with every fault of the file.
  static func parse(bytes: [UInt8], file: String) throws(YAMLFaults) -> Scenario {
    let reader = try YAMLReader(bytes: bytes, file: file)
    return try reader.read { root -> Scenario? in
      var scenario = Scenario(name: root.required("name", .id) ?? "")
      for field in world { field.read(root, &scenario) }
      for group in groups {
        let filled = root.optional(
          group.name,
          .section { section -> Scenario? in
            var filled = scenario
            for field in group.fields { field.read(section, &filled) }
            return filled
          })
        scenario = filled ?? scenario
      }
      scenario.brokerOutage = root.optional("brokerOutage", .section(outage))
      checkShares(scenario, reader)
      return scenario
    }
  }

  /// Every field that a scenario file may have, in the order in which they are read.
  static var fieldPaths: [String] {
    ["name"] + world.map(\.name)
      + groups.flatMap { group in group.fields.map { "\(group.name).\($0.name)" } }
      + outageFields.map { "brokerOutage.\($0.name)" }
  }

  /// A field, and how it gets into the scenario; a missing one changes nothing.
  private struct Field {
    let name: String
    let read: (YAMLSection, inout Scenario) -> Void

    init<Value>(
      _ name: String, _ place: WritableKeyPath<Scenario, Value>, _ form: YAMLForm<Value>
    ) {
      self.name = name
      read = { section, scenario in
        if let value = section.optional(name, form) { scenario[keyPath: place] = value }
      }
    }
  }

  private static var world: [Field] {
    [
      Field("seed", \.seed, YAMLForm.int(0...Int64.max).map { UInt64($0) }),
      Field("batteriesPerGateway", \.batteriesPerGateway, YAMLForm.int(1...100).map { Int($0) }),
      Field("telemetrySeconds", \.telemetrySeconds, .int(1...86_400)),
      Field(
        "meterMinutes", \.meterMinutes,
        .words(["1": 1, "5": 5, "15": 15, "30": 30, "60": 60])),
      Field("historyDays", \.historyDays, YAMLForm.int(0...366).map { Int($0) }),
    ]
  }

  private static var groups: [(name: String, fields: [Field])] {
    [("home", home), ("battery", battery), ("feeder", feeder), ("faults", faults)]
  }

  private static var home: [Field] {
    // The day's curve has quarter hours, as has every zone of the world.
    let offset = YAMLForm.int(-840...840).map(
      allowed: "whole minutes -840…840, a multiple of 15"
    ) { $0.isMultiple(of: 15) ? $0 : nil }
    return [
      Field("baseLoadW", \.home.baseLoadW, .int(0...100_000)),
      Field("eveningPeakW", \.home.eveningPeakW, .int(0...100_000)),
      Field("noisePercent", \.home.noisePercent, .int(0...100)),
      Field("pvSharePercent", \.home.pvSharePercent, .int(0...100)),
      Field("pvPeakW", \.home.pvPeakW, .int(0...100_000)),
      Field("cloudPercent", \.home.cloudPercent, .int(0...100)),
      Field("utcOffsetMinutes", \.home.utcOffsetMinutes, offset),
    ]
  }

  private static var battery: [Field] {
    [
      Field("capacityWh", \.battery.capacityWh, .int(1...1_000_000)),
      Field("maxDischargeW", \.battery.maxDischargeW, .int(0...1_000_000)),
      Field("maxChargeW", \.battery.maxChargeW, .int(0...1_000_000)),
      Field(
        "efficiencyPercent", \.battery.efficiencyPercent,
        .percent(from: Percent(whole: 1)!)),
      Field("chargePercent", \.battery.chargePercent, .percent()),
      Field("reservePercent", \.battery.reservePercent, .percent()),
      Field("recharge", \.battery.recharge, .word()),
      Field("exportLimitW", \.battery.exportLimitW, YAMLForm.int(0...1_000_000).orNothing()),
    ]
  }

  private static var feeder: [Field] {
    [
      Field("homesPerNode", \.feeder.homesPerNode, YAMLForm.int(1...1_000_000).orNothing()),
      Field("nodeLimitW", \.feeder.nodeLimitW, .int(1...1_000_000_000)),
    ]
  }

  private static var faults: [Field] {
    [
      Field("offline", \.faults.offline, .percent()),
      Field("deaf", \.faults.deaf, .percent()),
      Field("late", \.faults.late, .percent()),
      Field("lateSeconds", \.faults.lateSeconds, .int(1...86_400)),
      Field("partial", \.faults.partial, .percent()),
      Field("partialPercent", \.faults.partialPercent, .int(0...100)),
      Field("liar", \.faults.liar, .percent()),
      Field("clockSkew", \.faults.clockSkew, .percent()),
      Field("clockSkewSeconds", \.faults.clockSkewSeconds, .int(-86_400...86_400)),
      Field("optOut", \.faults.optOut, .percent()),
      Field("lossyMeter", \.faults.lossyMeter, .percent()),
      Field("stuck", \.faults.stuck, .percent()),
    ]
  }

  private static let outageFields: [(name: String, range: ClosedRange<Int64>)] = [
    ("afterStartSeconds", -86_400...86_400), ("seconds", 1...86_400),
  ]

  private static func outage(_ section: YAMLSection) -> Scenario.BrokerOutage? {
    let numbers = outageFields.map { section.required($0.name, .int($0.range)) }
    guard let from = numbers[0], let seconds = numbers[1] else { return nil }
    return Scenario.BrokerOutage(afterStartSeconds: from, seconds: seconds)
  }

  /// A battery has one fault at most, so the shares are parts of one fleet.
  private static func checkShares(_ scenario: Scenario, _ reader: YAMLReader) {
    let faults = scenario.faults
    let sum = [
      faults.offline, faults.deaf, faults.late, faults.partial, faults.liar, faults.clockSkew,
      faults.optOut, faults.lossyMeter, faults.stuck,
    ].reduce(Int64(0)) { $0 + Int64($1.hundredths) }
    if sum > 10_000 {
      reader.fault(
        at: "faults",
        found: "\(FixedDecimal.text(sum, places: 2, minimumPlaces: 0)) % in all",
        allowed: "shares of 100 % in all: a battery has one fault at most",
        code: YAMLFault.Code.badValue)
    }
  }
}
