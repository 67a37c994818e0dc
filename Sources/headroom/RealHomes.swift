import ArgumentParser
import Controller
import Fleet
import FoundationEssentials
import Grid
import Policies
import Subprocess
import SystemPackage
import Verification
import Wire

/// Real homes of a folder: `homes.csv`, `meters_ca.csv`, `gross_ca.csv` and `events_ca.csv`, the
/// two large ones plain or with gzip.
struct RealHomes {
  /// The homes, in the order of their file.
  let homes: [HomeRow]
  /// The batteries that are simulated in them.
  let enrolment: [EnrolledBattery]
  /// What each home used and generated, in the same order.
  let gross: [RealHome]
  /// All that their meters counted.
  let readings: [Reading]
  /// The same as series, in the order of the homes.
  let meters: [IntervalSeries]
  /// In order of time.
  let events: [EventRow]

  /// State of charge at the start of a run of events.
  static let charge = Percent(whole: 80)!
  /// Names of batteries, gateways and owners are made of the meter's, and have 64 characters.
  static let longestName = 58

  /// Reads the folder; what is wrong is said, and ends the command with 65.
  init(folder: String, policy: Policy) async throws {
    var files = InputFiles()
    let homesFile = folder + "/homes.csv"
    let eventsFile = folder + "/events_ca.csv"
    let homes = files.parse(homesFile) { try HomesFile.parse($0, file: $1) }
    let events = files.parse(eventsFile) { try EventsFile.parse($0, file: $1) }
    let (metersFile, metersBytes) = try await Self.table("meters_ca.csv", in: folder)
    let (grossFile, grossBytes) = try await Self.table("gross_ca.csv", in: folder)
    let meters = files.parse(metersBytes, metersFile) { try MetersFile.parse($0, file: $1) }
    let gross = files.parse(grossBytes, grossFile) { try GrossFile.parse($0, file: $1) }
    try files.finish()
    guard let homes, let events, let meters, let gross else {
      preconditionFailure("files without faults have values")
    }
    let seconds = policy.measurement.intervalMinutes * 60
    let zone = policy.measurement.calendar.zone.name
    for home in homes where !home.zone.isEmpty && home.zone != zone {
      files.fault("\(homesFile): iana_tz of \(home.site) is \(home.zone); allowed: \(zone)")
    }
    if events.isEmpty { files.fault("\(eventsFile):1: rows is 0; allowed: one event or more") }
    let own = Dictionary(grouping: meters, by: \.meter)
    let parts = Dictionary(uniqueKeysWithValues: gross.map { ($0.meter, $0) })
    var series: [IntervalSeries] = []
    var worlds: [RealHome] = []
    for home in homes {
      if !Self.canName(home.meter) {
        files.fault(
          "\(homesFile): meter_id is \(home.meter); allowed: up to \(Self.longestName) characters")
      }
      if let part = parts[home.meter], part.slotSeconds == seconds {
        worlds.append(
          RealHome(
            start: part.start, slotSeconds: part.slotSeconds, loadJ: part.loadJ, pvJ: part.pvJ))
      } else {
        files.fault(
          "\(grossFile): meter \(home.meter) is missing or not \(seconds / 60) minutes; allowed:"
            + " every meter of \(homesFile), in the policy's intervals")
      }
      guard let counted = own[home.meter] else {
        files.fault("\(metersFile): meter \(home.meter) has no reading; allowed: one or more")
        continue
      }
      do {
        series.append(
          try IntervalSeries.build(
            from: counted, meter: home.meter, side: .netImport,
            intervalSeconds: seconds
          ).series)
      } catch {
        files.fault("\(metersFile): meter \(home.meter): \(error)")
      }
    }
    try files.finish()
    self.homes = homes
    self.events = events.sorted { $0.window.start < $1.window.start }
    self.gross = worlds
    self.meters = series
    readings = homes.flatMap { own[$0.meter] ?? [] }
    enrolment = homes.map(Self.battery)
  }

  /// Is a meter's name short enough for the names that are made of it.
  static func canName(_ meter: MeterID) -> Bool { meter.text.utf8.count <= longestName }

  /// The home's battery. What is lost on the way in and out again is all counted on the way out, so
  /// that no energy is promised that the cells cannot give.
  static func battery(_ home: HomeRow) -> EnrolledBattery {
    EnrolledBattery(
      battery: BatteryID("bat-\(home.meter)")!, gateway: GatewayID("gw-\(home.meter)")!,
      site: home.site, owner: OwnerID("owner-\(home.meter)")!, node: home.node,
      capacity: home.capacity, maxDischarge: home.maxDischarge, maxCharge: home.maxCharge,
      dischargeEfficiency: home.roundTrip, reserve: home.reserve, exportLimit: nil,
      charge: charge, siteMeter: home.meter, batteryMeter: MeterID("bat-\(home.meter)")!)
  }

  /// The bytes of a table that lies in the folder plain or compressed, and its name.
  private static func table(
    _ name: String, in folder: String
  ) async throws -> (file: String, bytes: [UInt8]) {
    let plain = folder + "/" + name
    if FileManager.default.fileExists(atPath: plain) { return (plain, try InputFile.read(plain)) }
    let packed = plain + ".gz"
    guard FileManager.default.fileExists(atPath: packed) else {
      throw Outcome.badInput.failure("\(plain): no such file; allowed: \(name) or \(name).gz")
    }
    let outcome = try await Subprocess.run(
      .name("gzip"), arguments: ["-dc", packed], output: .bytes(limit: 256 << 20),
      error: .discarded)
    guard outcome.terminationStatus.isSuccess else {
      throw Outcome.badInput.failure("\(packed): gzip cannot read it; allowed: a whole gzip file")
    }
    return (packed, outcome.standardOutput)
  }
}

extension InputFiles {
  /// What `parse` makes of bytes that are read already; nil when they were refused.
  mutating func parse<Value>(
    _ bytes: [UInt8], _ file: String, _ parse: ([UInt8], String) throws -> Value
  ) -> Value? {
    do {
      return try parse(bytes, file)
    } catch {
      fault("\(error)")
      return nil
    }
  }
}
