import ArgumentParser
import Controller
import FoundationEssentials
import Grid
import Ledger
import Signing
import Storage

/// A new ledger.
struct LedgerInitCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "init", abstract: "Found a ledger, optionally with a chart of accounts.",
    discussion: """
      The first entries are the log's own key and the operator's. The key file is made, with mode \
      0600, when it is not there; whoever has it writes the ledger, so keep a copy in a safe. An \
      existing ledger is left as it is (exit 65). A controller founds its ledger by itself; init \
      is for deposits before the first start.

      A chart is YAML; the name of an account says what it is for:
        commodities:
          - {code: USD, kind: money, digits: 2}
        accounts:
          - path: bank:main
          - path: utility:acme:funding
            mayGoNegative: true      # a utility that pays afterwards

      EXAMPLE
        headroom ledger init --config config/headroom.yaml
        headroom ledger init --ledger data/headroom.db --origin example.org/ledger \\
          --key data/ledger.key --chart chart.yaml
      """)

  @OptionGroup var place: LedgerPlace
  @Option(help: "Name of the log and its key, for ever; by default that of the configuration.")
  var origin: String?
  @Option(help: "File of the log's private key; by default that of the configuration.")
  var key: String?
  @Option(help: "Commodities and accounts to open with.") var chart: String?
  @Flag(help: "Print the result as JSON.") var json = false

  func run() throws {
    let file = try place.file()
    guard let origin = try origin ?? place.configuration()?.ledgerOrigin else {
      throw ValidationError("--origin is needed with --ledger")
    }
    let chart = try chart.map {
      try InputFile.parse($0) { try LedgerChart.read(bytes: $0, file: $1) }
    }
    let keyFile = try place.keyFile(key)
    let desk = try LedgerFailure.told {
      // Before a key is made for nothing.
      try LedgerDesk.refuseExisting(file)
      let isNew = !FileManager.default.fileExists(atPath: keyFile)
      let key = try SecretFile.ledgerKey(keyFile, origin: origin, makesIfMissing: true)
      if isNew { Console.note("made the private key \(keyFile); keep a copy in a safe") }
      return try LedgerDesk(
        founding: file, key: key, chart: chart ?? .empty, now: place.now())
    }
    let log = desk.book.logKey!
    if json {
      let result = JSONResult.object([
        ("origin", .text(log.name)), ("logKey", .text(log.description)),
        ("entries", .integer(Int64(desk.book.size))), ("rootHash", .text("\(desk.book.tree.root)")),
      ])
      Console.result(result.line)
    } else {
      Console.result("\(LedgerAddress(file)): ledger of \(desk.book.size) entries\nlog key: \(log)")
    }
  }
}
