import ArgumentParser
import Controller
import FoundationEssentials
import Grid
import Ledger
import Signing

/// A verifier's word for a report.
struct ReportSignCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "sign", abstract: "Sign the root of a report that you computed yourself.",
    discussion: """
      The root is the SHA-256 of a run's report.json, which follows from its inputs alone: settle \
      the event on your own machine (`headroom settle --out`, or a controller's own run) and sign \
      what came out. The result is a signed note that names event, run and root; the name of the \
      key is the verifier. `headroom report final` counts such notes.

      EXAMPLE
        headroom report sign reports/E-17/initial/report.json \\
          --key secrets/owners.key > owners.note
      """)

  @Argument(help: "A report.json; - is standard input.") var file: String
  @Option(help: "The verifier's private key.") var key: String

  func run() throws {
    let root = try ReportRootFile.of(file)
    var note = Note(text: root.text)
    note.sign(with: try LedgerFailure.told { try SecretFile.key(key) })
    Console.note("event \(root.event), run \(root.run), root \(root.root)")
    Console.result(String(note.description.dropLast()))
  }
}

/// Whether enough verifiers came to the same report.
struct ReportFinalCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "final", abstract: "Count the verifiers that signed one root of a report.",
    discussion: """
      Takes the notes of `headroom report sign`, one or more verifiers a note, all of one event \
      and run. A root is final when --quorum verifiers signed it: a count, and more than half of \
      them, so that no two roots are final. Other roots are listed with their signers, never \
      dropped. A verifier that signed two roots counts for none. With --report the final root must \
      also be that of the file. Ends with 1 when nothing is final, or it is another report.

      EXAMPLE
        headroom report final grid.note owners.note audit.note --quorum 2 \\
          --verifier "$(cat grid.vkey)" --verifier "$(cat owners.vkey)" \\
          --verifier "$(cat audit.vkey)" --report report.json
      """)

  @Argument(help: "Signed notes; - is standard input.") var notes: [String]
  @Option(help: "A verifier's public key (vkey).") var verifier: [String]
  @Option(help: "How many verifiers must have signed one root.") var quorum: Int
  @Option(help: "A report.json of yours, to compare.") var report: String?
  @Flag(help: "Print the result as JSON.") var json = false

  func run() throws {
    try InputFiles.oneStandardInput(notes + [report])
    var files = InputFiles()
    let keys = verifiers(&files)
    let mine = report.flatMap { path in files.parse(path) { try ReportRootFile.of($0, $1) } }
    var first: ReportRoot?
    var signed: [(root: Digest, signers: [VerifierKey])] = []
    for path in notes {
      guard let (root, note) = files.parse(path, { try ReportRootFile.note($0, $1) }) else {
        continue
      }
      let expected = mine ?? first ?? root
      first = first ?? root
      guard root.event == expected.event, root.run == expected.run else {
        files.fault(
          "\(path): event \(root.event), run \(root.run); allowed: event \(expected.event),"
            + " run \(expected.run), as the others say")
        continue
      }
      do throws(NoteFault) {
        signed.append((root.root, try note.verified(by: keys).map(\.key)))
      } catch .noKnownKey {
        Console.note("\(path): signed by none of the verifiers; it does not count")
      } catch {
        files.fault("\(path): \(error)")
      }
    }
    try files.finish()
    guard let subject = mine ?? first else { preconditionFailure("there is a note") }
    let tally = ReportTally(signed, verifiers: keys, needed: quorum)
    show(tally, of: subject, verifiers: keys.count)
    guard let final = tally.final else {
      throw Outcome.no.failure(
        "not final: \(tally.lines.first?.signers.count ?? 0) of \(keys.count) verifiers signed"
          + " one root; \(quorum) are needed")
    }
    if let mine, mine.root != final {
      throw Outcome.no.failure("\(report!): root \(mine.root) is not the final one")
    }
  }

  private func verifiers(_ files: inout InputFiles) -> [VerifierKey] {
    var keys: [VerifierKey] = []
    for text in verifier {
      do {
        let key = try VerifierKey(text)
        if keys.contains(where: { $0.name == key.name || $0.key == key.key }) {
          files.fault("--verifier: \(key.name) is there twice; allowed: each verifier once")
        }
        if key.kind != .note {
          files.fault("--verifier: \(key.name) is a witness's key; allowed: one that signs")
        }
        keys.append(key)
      } catch { files.fault("--verifier: \(error)") }
    }
    if quorum * 2 <= verifier.count || quorum > verifier.count {
      files.fault(
        "--quorum is \(quorum); allowed: \(verifier.count / 2 + 1) to \(verifier.count), more than"
          + " half of the verifiers")
    }
    return keys
  }

  private func show(_ tally: ReportTally, of subject: ReportRoot, verifiers: Int) {
    guard json else {
      let word = tally.final == nil ? "not final" : "final"
      var lines = [
        "event \(subject.event), run \(subject.run): \(word), quorum \(quorum) of \(verifiers)"
      ]
      for line in tally.lines {
        let who = line.signers.isEmpty ? "none that counts" : line.signers.joined(separator: ", ")
        lines.append(
          "\(line.root == tally.final ? "final" : "other")  \(line.root)  signed by \(who)")
      }
      if !tally.contradicting.isEmpty {
        lines.append("two roots, counted for none: \(tally.contradicting.joined(separator: ", "))")
      }
      if !tally.silent.isEmpty { lines.append("silent: \(tally.silent.joined(separator: ", "))") }
      return Console.result(lines.joined(separator: "\n"))
    }
    OrderedJSON.write(to: { Console.result($0) }) { json in
      json.text("eventId", subject.event.text)
      json.text("run", subject.run)
      json.flag("final", tally.final != nil)
      json.text("root", tally.final?.description)
      json.count("quorum", quorum)
      json.count("verifiers", verifiers)
      json.array("roots") { json in
        for line in tally.lines {
          json.object(nil) { json in
            json.text("root", line.root.description)
            json.texts("signers", line.signers)
          }
        }
      }
      json.texts("contradicting", tally.contradicting)
      json.texts("silent", tally.silent)
    }
  }
}

/// Roots of reports from files.
enum ReportRootFile {
  private struct Report: Decodable {
    struct Event: Decodable { var id: String }
    struct Run: Decodable { var type: String }
    var format: String
    var event: Event
    var run: Run
  }

  static func of(_ path: String) throws -> ReportRoot {
    try InputFile.parse(path) { try of($0, $1) }
  }

  /// The root of a report's bytes.
  static func of(_ bytes: [UInt8], _ file: String) throws -> ReportRoot {
    guard let report = try? JSONDecoder().decode(Report.self, from: Data(bytes)),
      report.format == "headroom.settlement/1", let event = EventID(report.event.id),
      let root = ReportRoot(event: event, run: report.run.type, root: SHA256.hash(bytes))
    else {
      throw Outcome.badInput.failure(
        "\(file): no report; allowed: the report.json of a settlement run")
    }
    return root
  }

  /// The root that a note states, with the note.
  static func note(_ bytes: [UInt8], _ file: String) throws -> (ReportRoot, Note) {
    let note: Note
    do throws(NoteFault) { note = try Note(String(decoding: bytes, as: UTF8.self)) } catch {
      throw Outcome.badInput.failure("\(file): \(error)")
    }
    guard let root = ReportRoot(text: note.text) else {
      throw Outcome.badInput.failure(
        "\(file): no root of a report; allowed: a note of `headroom report sign`")
    }
    return (root, note)
  }
}
