import ArgumentParser
import Controller
import FoundationEssentials

/// A packet's folder, checked by whoever was handed it.
struct DisputeCheckCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "check", abstract: "Check a packet's folder and settle its home again, offline.",
    discussion: """
      Needs the folder and the log's public key, and neither the ledger nor its house: each file is \
      the one of the signed list, each entry is in the log, and the home, settled again from its \
      evidence and policy.yaml, has the lines of the packet to the cent and the amounts that its \
      entries move. Ends with 1 when something is not so, with a line for each finding.

      EXAMPLE
        headroom dispute check packet-4711 --log-key "$(cat log.vkey)"
      """)

  @Argument(help: "The folder that `dispute packet --out` left.") var folder: String
  @OptionGroup var trust: TrustOptions
  @Flag(help: "Print the result as JSON.") var json = false

  func run() throws {
    let trusted = try trust.needed()
    let check = PacketCheck(try files(), trusting: trusted)
    if json {
      let result = JSONResult.object([
        ("verified", .bool(check.isSound)), ("siteId", .optional(check.home)),
        ("files", .integer(Int64(check.files))), ("signedBy", .optional(check.signer)),
        ("entries", .integer(Int64(check.entries))),
        ("linesSettledAgain", .integer(Int64(check.lines))),
        ("findings", .array(check.findings.map { FindingJSON.of($0) })),
      ])
      Console.result(result.line)
    } else if check.isSound {
      Console.result(
        "\(folder): sound\nfiles as in the list, signed by \(check.signer ?? "nobody"): \(check.files)\n"
          + "entries in the log: \(check.entries)\nlines of \(check.home ?? "") settled again from "
          + "evidence and policy, the same to the cent: \(check.lines)")
    } else {
      Console.result(check.findings.map(\.description).joined(separator: "\n"))
    }
    if !check.isSound {
      throw Outcome.no.failure("\(folder): not verified, \(check.findings.count) findings")
    }
  }

  private func files() throws -> [String: [UInt8]] {
    guard let names = try? FileManager.default.contentsOfDirectory(atPath: folder), !names.isEmpty
    else {
      throw Outcome.badInput.failure(
        "\(folder): no such folder, or an empty one; allowed: one of `dispute packet --out`")
    }
    var files: [String: [UInt8]] = [:]
    for name in names { files[name] = try InputFile.read("\(folder)/\(name)") }
    return files
  }
}
