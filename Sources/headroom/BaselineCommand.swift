import ArgumentParser
import Controller
import Grid
import Verification

/// What was used instead of what would have been used.
struct BaselineCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "baseline", abstract: "Measure an event against its baseline, meter by meter.",
    discussion: """
      The last row of the events file is measured; the other rows are event days, which are no \
      candidates for a baseline. Without a fleet every meter is a site meter. Ends with 1 when not \
      one site could be verified.

      EXAMPLE
        headroom baseline --meters meters.csv --policy policies/surge-ten-percent.yaml \
      --event events.csv --site S-0042 --explain
        headroom baseline --meters meters.csv.gz --policy policy.yaml --event events.csv
      """)

  @Option(help: "Readings, as CSV; - is standard input. May be given several times.")
  var meters: [String]
  @Option(help: "The programme's policy; it may be a draft.") var policy: String
  @Option(help: "Events, as CSV.") var event: String
  @Option(help: "The event_id that is measured instead of the last row.") var measure: String?
  @Option(help: "The batteries, as CSV; it says which meters are a battery's.") var fleet: String?
  @Option(help: "Only this site; may be given several times.", transform: SiteArgument.parse)
  var site: [SiteID] = []
  @ArgumentParser.Flag(help: "Name every day of the look-back and why it counts or not.")
  var explain = false
  @ArgumentParser.Flag(help: "Print the result as JSON.") var json = false

  mutating func run() async throws {
    let files = try MeasuredFiles(
      meters: meters, policy: policy, events: event, measure: measure, fleet: fleet)
    let measured = try files.uncommitted(only: site)
    let measurement = CaseMeasurement(readings: files.readings, policy: files.policy)
    let performances = try await measurement.verify(measured)
    let output = BaselineOutput(event: measured, performances: performances, policy: files.policy)
    if json {
      output.writeJSON { Console.result($0) }
      if explain { Console.note("--explain prints for people; with --json it is left out") }
    } else if explain {
      for home in measured.homes.indices {
        if home > 0 { Console.result("\n") }
        Console.result(try measurement.explain(measured, home: home).text)
      }
    } else {
      Console.result(output.text)
    }
    if !performances.isEmpty, performances.allSatisfy(\.isRefused) {
      throw ExitCode(Outcome.no.rawValue)
    }
  }
}
