import ArgumentParser
import Controller
import Storage

/// A ledger into another place.
struct LedgerCopyCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "copy", abstract: "Copy a ledger from a file into PostgreSQL or back.",
    discussion: """
      Every entry is judged by every rule on the way; the copy has the same root, the same signed \
      checkpoints, names and evidence. TO is new, empty, or an earlier copy, which is then brought \
      up to date; anything else is refused and nothing is written. Stop the writers of both first.

      EXAMPLE
        headroom ledger copy data/headroom.db \\
          postgresql://headroom@db.example/headroom
        headroom ledger copy postgresql://headroom@db.example/headroom backup.db
      """)

  @Argument(help: "The ledger: a file or postgresql://….") var from: String
  @Argument(help: "Where it goes: a file or postgresql://….") var to: String
  @Flag(help: "Print the result as JSON.") var json = false

  func run() throws {
    let progress = ProgressBar()
    let copy = try LedgerFailure.told {
      defer { progress.clear() }
      do {
        return try LedgerCopy(from: from, to: to) { done, all in
          progress.show("\(done) of \(all) entries", Double(done) / Double(max(1, all)))
        }
      } catch let error as LedgerCopy.Fault {
        throw Outcome.no.failure("\(error)")
      }
    }
    if json {
      let result = JSONResult.object([
        ("entries", .integer(copy.entries)), ("copied", .integer(copy.copied)),
        ("rootHash", .text("\(copy.root)")), ("checkpoints", .integer(Int64(copy.checkpoints))),
      ])
      Console.result(result.line)
    } else {
      Console.result(
        "\(LedgerAddress(to)): \(copy.entries) entries, \(copy.copied) of them new\n"
          + "root \(copy.root), \(copy.checkpoints) checkpoints")
    }
  }
}
