import ArgumentParser
import Controller
import Grid
import Policies
import Verification
import Wire

/// Several ways to make a baseline, tried on events in which no battery moved.
struct CompareCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "compare", abstract: "Say how far several baselines are off when nothing happens.",
    discussion: """
      Every event of the file is measured by every method as if a battery might have moved, though \
      none did: what comes out is the method's error. The days of the other events are no \
      candidates. Homes of one class of data are summed together, and those that would be refused \
      or held are named with the reason.

      Without --with five premises methods are compared on the clock and the intervals of --policy: \
      10 recent, the same with an additive adjustment, high 5 of 10, middle 8 of 10 with a ratio, \
      and meter before and after. With it, the methods are those of the policies.

      EXAMPLE
        gzip -dc meters_ca.csv.gz | headroom compare --meters - --homes homes.csv \\
          --event events_ca.csv --policy policies/surge-hourly.yaml
      """)

  @Option(help: "Readings, as CSV; - is standard input. May be given several times.")
  var meters: [String]
  @Option(help: "Gives the clock and the intervals; it may be a draft.") var policy: String
  @Option(help: "A policy whose premises baseline is a method; may be given several times.")
  var with: [String] = []
  @Option(help: "Events, as CSV; all of them are measured.") var event: String
  @Option(help: "Homes with their data_class, as CSV; without it all are one class.")
  var homes: String?
  @ArgumentParser.Flag(help: "Print the result as JSON.") var json = false

  mutating func run() throws {
    try InputFiles.oneStandardInput(meters + [policy, event, homes] + with)
    var files = InputFiles()
    let clock = files.policy(policy)
    let zone = clock?.measurement.calendar.zone ?? .utc
    let set = files.readings(meters)
    let events = files.parse(event) { try EventsFile.parse($0, file: $1, localIn: zone) }
    let rows = homes.map { path in files.parse(path) { try HomesFile.parse($0, file: $1) } }
    let others = with.map { ($0, files.policy($0)) }
    for case (let path, let other?) in others {
      let terms = other.measurement
      if terms.mode != .premises || terms.baseline.kind == .declared
        || terms.baseline.kind == .controlGroup
      {
        files.fault(
          "\(path): measurement.mode is \(terms.mode.rawValue) with baseline.kind "
            + "\(terms.baseline.kind.rawValue); allowed: premises with dayMatching or "
            + "meterBeforeAfter, which the meters alone make")
      }
    }
    try files.finish()
    guard let clock, let events, let set else {
      preconditionFailure("files without faults have values")
    }
    let methods =
      others.isEmpty
      ? NullEvents.fiveMethods(of: clock)
      : others.compactMap { path, policy in
        policy.map { NullEvents.Method(name: $0.id.text, terms: $0.measurement) }
      }
    let classes = (rows ?? nil).map { rows in
      Dictionary(rows.map { ($0.meter, $0.dataClass) }, uniquingKeysWith: { first, _ in first })
    }
    let comparison = MethodComparison(
      readings: set, classes: classes, events: events.map { ($0.event, $0.window) },
      methods: methods)
    let output = CompareOutput(comparison: comparison, zone: zone)
    if json { output.writeJSON { Console.result($0) } } else { Console.result(output.text) }
  }
}
