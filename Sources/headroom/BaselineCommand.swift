import ArgumentParser
import Controller
import Grid
import Policies
import Signing
import Storage
import Verification
import Wire

/// What was used instead of what would have been used.
struct BaselineCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "baseline", abstract: "Measure an event against its baseline, meter by meter.",
    discussion: """
      The last row of the events file is measured; the other rows are event days, which are no \
      candidates for a baseline. Without a fleet every meter is a site meter. Ends with 1 when not \
      one site could be verified. Times of events and schedules without an offset are local times \
      of the policy's zone.

      A declared schedule (baseline.kind declared) is frozen at gate closure with --freeze, which \
      prints one digest a site; --frozen holds the schedule to it afterwards.

      EXAMPLE
        headroom baseline --meters meters.csv \\
          --policy policies/surge-ten-percent.yaml --event events.csv --site S-0042 \\
          --explain
        headroom baseline --meters meters.csv.gz --policy policy.yaml \\
          --event events.csv
        headroom baseline --freeze --schedule plan.csv --policy policy.yaml \\
          --event events.csv
      """)

  @Option(help: "Readings, as CSV; - is standard input. May be given several times.")
  var meters: [String] = []
  @Option(help: "The programme's policy; it may be a draft.") var policy: String
  @Option(help: "Events, as CSV.") var event: String
  @Option(help: "The event_id that is measured instead of the last row.") var measure: String?
  @Option(help: "The batteries, as CSV; it says which meters are a battery's.") var fleet: String?
  @Option(help: "Only this site; may be given several times.", transform: SiteArgument.parse)
  var site: [SiteID] = []
  @OptionGroup var evidence: EvidenceOptions
  @Option(help: "The salt by which homes were drawn into the control group.")
  var controlSalt: String?
  @Option(help: "How many of 10,000 homes were drawn into the control group.")
  var controlShare: Int64?
  @Option(help: "Write what this event claims to this file, for other programmes.")
  var writeClaims: String?
  @ArgumentParser.Flag(
    help: "Print the digests of the schedules in force at gate closure, and measure nothing.")
  var freeze = false
  @ArgumentParser.Flag(help: "Name every day of the look-back and why it counts or not.")
  var explain = false
  @ArgumentParser.Flag(help: "Print the result as JSON.") var json = false

  mutating func validate() throws {
    if freeze {
      guard evidence.schedule != nil, meters.isEmpty else {
        throw ValidationError("--freeze wants --schedule, and no --meters")
      }
    } else if meters.isEmpty {
      throw ValidationError("--meters is missing; allowed: a file, or - for standard input")
    }
    if (controlSalt == nil) != (controlShare == nil) {
      throw ValidationError("--control-salt and --control-share go together")
    }
    if let controlShare, !(1...9_999).contains(controlShare) {
      throw ValidationError("--control-share is \(controlShare); allowed: 1 to 9999")
    }
  }

  mutating func run() async throws {
    let files = try MeasuredFiles(
      meters: meters, policy: policy, events: event, measure: measure, fleet: fleet,
      evidence: evidence)
    if freeze {
      Console.result(files.frozenSchedules(json: json))
      return
    }
    let measurement = CaseMeasurement(files: files.readings, policy: files.policy)
    var measured = try files.uncommitted(only: site)
    if let controlSalt, let controlShare {
      if let draw = files.policy.measurement.baseline.controlDraw,
        draw.shareBasisPoints != controlShare || draw.saltDigest != SHA256.hash(controlSalt)
      {
        throw Outcome.badInput.failure(
          "--control-salt has the SHA-256 \(SHA256.hash(controlSalt)) and --control-share is"
            + " \(controlShare); allowed: \(draw.saltDigest) and \(draw.shareBasisPoints), as the"
            + " policy says")
      }
      measured = try measurement.treated(of: try files.uncommitted(only: []), only: site) {
        CaseMeasurement.isDrawn($0, salt: controlSalt, shareBasisPoints: controlShare)
      }
    }
    let performances = try await measurement.verify(measured)
    let output = BaselineOutput(
      event: measured, performances: performances, policy: files.policy,
      fleet: measured.homes.count > 1 ? try measurement.verifyFleet(measured) : nil)
    if json {
      let explanations =
        explain
        ? try measured.homes.indices.map { try measurement.explain(measured, home: $0) } : nil
      output.writeJSON(explanations) { Console.result($0) }
    } else if explain {
      for home in measured.homes.indices {
        if home > 0 { Console.result("\n") }
        Console.result(try measurement.explain(measured, home: home).text)
      }
    } else {
      Console.result(output.text)
    }
    if let writeClaims { try write(output.claims, to: writeClaims) }
    if !performances.isEmpty, performances.allSatisfy(\.isRefused) {
      throw ExitCode(Outcome.no.rawValue)
    }
  }

  private func write(_ claims: [EnergyClaim], to path: String) throws {
    do {
      try OutputFile.write(ClaimsFile.encode(claims), to: path)
    } catch {
      throw Outcome.badInput.failure("\(path): file is not writable (\(SystemReason.text(error)))")
    }
  }
}
