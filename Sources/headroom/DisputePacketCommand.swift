import ArgumentParser
import Controller
import FoundationEssentials
import Grid
import Policies
import Reports
import Signing
import Verification

/// All that is known of one of them, for whoever decides it.
struct DisputePacketCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "packet", abstract: "All about one disputed line, and nothing of another home.",
    discussion: """
      The dispute, each line of money with its rule, readings with what is missing or estimated, \
      prices, the days of the baseline and why others were left out, notices, commands and answers \
      with their times, the owner's reserve and absences, shares, and the ledger entries. The \
      logbook is decided again for it. With --out it is a folder: packet.json, .md, .html and .csv, \
      policy.yaml, the evidence that was settled, each entry with its receipt, and FILES, a list of \
      their SHA-256 that is signed when the key is there. Ends with 1 for what is no dispute.

      EXAMPLE
        headroom dispute packet 4711 --out packet-4711 --config config/headroom.yaml
        headroom dispute packet 4711 --format html --config config/headroom.yaml \\
          > 4711.html
      """)

  @Argument(help: "The entry of its hold, as `dispute list` prints it.") var hold: UInt64
  @OptionGroup var place: DisputePlace
  @Option(help: "csv, json, html or md.") var format = ReportFormat.md
  @Option(help: "A new or empty folder for the packet with all its files.") var out: String?

  mutating func validate() throws {
    if place.json { format = .json }
  }

  func run() throws {
    let configuration = try place.configuration()
    let policies = try DisputePlace.policies(configuration)
    let desk = try place.desk(configuration)
    let standing = try DisputePlace.told {
      guard let found = try desk.disputes().first(where: { $0.hold == hold }) else {
        throw LedgerDesk.DisputeFault.noDispute(hold)
      }
      return found
    }
    let home = try home(of: standing.dispute, configuration)
    let zone = policies.first?.measurement.calendar.zone ?? .utc
    let folder = try DisputePlace.told {
      try desk.packet(
        of: hold, reports: ReportFolder(configuration.dataFolder + "/reports"), home: home,
        zone: zone)
    }
    guard let out else { return Console.result(folder.packet.bytes(format)) }
    let key = try? SecretFile.key(place.key ?? configuration.ledgerKeyFile)
    try write(folder, to: out, key)
    if key == nil { Console.note("no private key is there, so \(out)/FILES is not signed") }
    Console.result("\(out): the packet of dispute \(hold), \(folder.files.count + 5) files")
  }

  private func home(
    of dispute: Dispute, _ configuration: ControllerConfiguration
  ) throws -> DisputedHome? {
    guard let event = EventID(dispute.event), let site = SiteID(dispute.site) else { return nil }
    return try LogbookPlace.reading {
      try DisputedHome.read(
        configuration, event: event, run: dispute.run, site: site, progress: $0)
    }
  }

  private func write(
    _ folder: LedgerDesk.DisputeFolder, to out: String, _ key: SigningKey?
  ) throws {
    let there = (try? FileManager.default.contentsOfDirectory(atPath: out)) ?? []
    guard there.isEmpty else {
      throw Outcome.badInput.failure("\(out): the folder has files; allowed: a new or empty one")
    }
    do {
      try FileManager.default.createDirectory(atPath: out, withIntermediateDirectories: true)
      for (name, bytes) in folder.all + [("FILES", folder.list(signedBy: key))] {
        try OutputFile.write(bytes, to: "\(out)/\(name)")
      }
    } catch {
      throw Outcome.badInput.failure("\(out): files cannot be written; allowed: a writable place")
    }
  }
}
