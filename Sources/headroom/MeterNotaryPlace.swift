import ArgumentParser
import Controller
import FoundationEssentials
import Grid
import Storage

/// Where readings and the ledger that vouches for them lie.
struct MeterNotaryPlace: ParsableArguments {
  @OptionGroup var ledger: LedgerPlace
  @Option(help: "The readings database; beside the ledger when not given.") var readings: String?

  /// The readings, which must be there.
  func archive() throws -> MeterArchive {
    let file =
      try readings
      ?? URL(filePath: ledger.file()).deletingLastPathComponent().path + "/readings.db"
    try ReadingsDatabase.require(file)
    return try LedgerFailure.told { try MeterArchive(path: file) }
  }
}

/// Puts the readings of days into the ledger.
struct MeterNotarizeCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "notarize",
    abstract: "Write a salted root of each day's readings into the ledger.",
    discussion: """
      Of each meter and local day a Merkle root over salted readings is made, and of each day one \
      root over all meters; that one goes into the ledger as a note. The salts stay in the readings \
      database: without them nothing can be guessed. A day that stands in the ledger as it is \
      changes nothing; one that has changed gets a new note that refers to the last. A controller \
      may run; should both write at the same moment, run this again.

      EXAMPLE
        headroom meter notarize --config config/headroom.yaml --zone Europe/Moscow \\
          --from 2019-05-01 --to 2019-05-21
      """)

  @OptionGroup var place: MeterNotaryPlace
  @Option(help: "First day, YYYY-MM-DD.") var from: String
  @Option(help: "Last day, YYYY-MM-DD.") var to: String
  @Option(help: "IANA zone of the days.") var zone: String
  @OptionGroup var signing: SigningOptions
  @Option(help: "Another readings database whose salts are used: equal readings give equal roots.")
  var saltsOf: String?
  @Flag(help: "Print the result as JSON.") var json = false

  mutating func run() throws {
    let zone = try ZoneArgument.load(zone)
    let (first, last) = try MeterDays.parse(from: from, to: to)
    let archive = try place.archive()
    var desk = try place.ledger.desk()
    try signing.refuseOldCopy(desk, place.ledger)
    let notary = ReadingsNotary(archive, zone: zone)
    let other = try saltsOf.map { file in
      try ReadingsDatabase.require(file)
      return try LedgerFailure.told { try SQLiteReadingStore(path: file) }
    }
    var done: [ReadingsNotary.Notarized] = []
    var isSigned = false
    try LedgerFailure.told {
      let notes = try ReadingsNotes(desk)
      var day = first
      while day <= last {
        let salts = try other?.notarized(on: day, zone: zone.name).reduce(into: [:]) {
          $0[$1.meter] = $1.salt
        }
        done.append(
          try notary.notarize(day, desk: &desk, notes: notes, now: place.ledger.now()) {
            salts?[$0]
          })
        day = day.adding(days: 1)
      }
      isSigned = try signing.sign(desk, place.ledger) != nil
    }
    if json {
      OrderedJSON.write(to: { Console.result($0) }) { json in
        json.array("days") { json in
          for day in done {
            json.object(nil) { json in
              json.text("day", "\(day.day)")
              json.text("zone", zone.name)
              json.count("meters", day.meters)
              json.count("readings", day.readings)
              json.text("root", "\(day.root)")
              json.integer("entry", day.entry.map(Int64.init))
              json.flag("new", day.isNew)
            }
          }
        }
      }
      return
    }
    Console.result(
      Amounts.table(
        [["day", "meters", "readings", "entry", "root"]]
          + done.map { day in
            [
              "\(day.day)", Amounts.count(day.meters), Amounts.count(day.readings),
              day.entry.map { "\($0)\(day.isNew ? "" : " known")" } ?? "none", "\(day.root)",
            ]
          }))
    if !isSigned {
      Console.note("the new head is not signed; `headroom ledger checkpoint` signs it")
    }
  }
}

/// Proves one reading and shows no other.
struct MeterProveCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "prove",
    abstract: "Prove one notarized reading without showing the others, or check such a proof.",
    discussion: """
      The proof holds the reading, its own salt, and the hashes that lead from it to the root of \
      the day that stands in the ledger. It opens no other reading. --check needs nothing but the \
      proof; compare the root that it prints with the ledger's entry.

      EXAMPLE
        headroom meter prove --ledger data/headroom.db --zone Europe/Moscow \\
          --meter home-42 --start 2019-05-05T12:00:00+03:00 > proof.json
        headroom meter prove --check proof.json
      """)

  @Option(help: "The ledger's file.") var ledger: String?
  @Option(help: "The readings database; beside the ledger when not given.") var readings: String?
  @Option(help: "IANA zone of the days.") var zone = "UTC"
  @Option(help: "The meter.") var meter: String?
  @Option(help: "Start of the reading, with an offset.") var start: String?
  @Option(help: "A proof to check; - is standard input.") var check: String?

  func validate() throws {
    guard (check == nil) == (ledger != nil && meter != nil && start != nil) else {
      throw ValidationError("--check FILE, or --ledger, --meter and --start")
    }
  }

  func run() throws {
    if let check { return try verify(check) }
    guard let ledger, let name = meter, let text = start else { return }
    guard let meter = MeterID(name) else {
      throw Outcome.badInput.failure("--meter is \(name); allowed: 1...64 of A-Z a-z 0-9 _ -")
    }
    guard let start = Timestamp(rfc3339: text) else {
      throw Outcome.badInput.failure("--start is \(text); allowed: a time with an offset")
    }
    let file =
      readings ?? URL(filePath: ledger).deletingLastPathComponent().path + "/readings.db"
    try ReadingsDatabase.require(file)
    let zone = try ZoneArgument.load(zone)
    let proof = try LedgerFailure.told {
      let desk = try LedgerDesk(opening: ledger)
      let notary = ReadingsNotary(try MeterArchive(path: file), zone: zone)
      do {
        return try notary.prove(meter, at: start, notes: try ReadingsNotes(desk))
      } catch let error as ReadingsNotary.ProofFault {
        throw Outcome.no.failure("\(error)")
      }
    }
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes]
    Console.result(Array(try encoder.encode(proof)) + [UInt8(ascii: "\n")])
  }

  private func verify(_ file: String) throws {
    let proof = try InputFile.parse(file) { bytes, file in
      do {
        return try JSONDecoder().decode(ReadingProof.self, from: Data(bytes))
      } catch {
        throw Outcome.badInput.failure("\(file): not a proof; allowed: what `meter prove` prints")
      }
    }
    if let fault = proof.fault { throw Outcome.no.failure("\(file): does not hold: \(fault)") }
    Console.result(
      "ok  meter \(proof.meter)  \(proof.start)  under root \(proof.root) of \(proof.day)"
        + " \(proof.zone), entry \(proof.entry)")
  }
}
