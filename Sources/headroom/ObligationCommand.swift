import ArgumentParser
import Controller
import Engine
import Grid
import Ledger
import Signing
import Wire

/// Obligations that move between participants before the gate closes.
struct ObligationCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "obligation", abstract: "Hand a part of an obligation to another participant.",
    discussion: """
      One party offers a transfer and signs it, the other one signs the same file, and the \
      operator carries it out before the gate closes. docs/OBLIGATIONS.md has an example.
      """,
    subcommands: [
      ObligationOfferCommand.self, ObligationSignCommand.self, ObligationTransferCommand.self,
    ])
}

/// A transfer, written and signed by one party.
struct ObligationOfferCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "offer", abstract: "Write a transfer and sign it.",
    discussion: """
      The result is a signed note; the name of the key is the participant who signs. Send the file \
      to the other party, who adds his signature with `headroom obligation sign`.

      EXAMPLE
        headroom obligation offer --event peak-0915 --from x --to y --kw 40 \\
          --key secrets/x.key > transfer.note
      """)

  @Option(help: "The event for which it is owed.") var event: String
  @Option(help: "Who is relieved of it.") var from: String
  @Option(help: "Who takes it over.") var to: String
  @Option(help: "How much, in kilowatts with up to three decimals.") var kw: String
  @Option(help: "The private key of the party who signs.") var key: String

  func run() throws {
    guard let event = EventID(event), let from = OwnerID(from), let to = OwnerID(to) else {
      throw Outcome.badInput.failure(
        "--event, --from and --to are names; allowed: 1 to 64 of A-Z a-z 0-9 _ -")
    }
    guard let watts = try? FixedDecimal.parse(kw, places: 3),
      (1...WireLimits.signalWatts).contains(watts)
    else {
      throw Outcome.badInput.failure(
        "--kw is \(kw); allowed: kilowatts above 0 with up to three decimals")
    }
    let transfer = ObligationTransfer(
      event: event, from: from, to: to, power: Power(watts: watts),
      offeredAt: Timestamp(seconds: WallClock().now.seconds))
    var note = Note(text: ObligationTransferText.write(transfer))
    note.sign(with: try LedgerFailure.told { try SecretFile.key(key) })
    Console.result(String(note.description.dropLast()))
  }
}

/// The other party's signature.
struct ObligationSignCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "sign", abstract: "Add a signature to a transfer, after showing what it says.",
    discussion: """
      What is signed is said on standard error; the note with both signatures is the result.

      EXAMPLE
        headroom obligation sign transfer.note --key secrets/y.key > signed.note
      """)

  @Argument(help: "A file of `headroom obligation offer`; - is standard input.") var file: String
  @Option(help: "The private key of the party who signs.") var key: String

  func run() throws {
    var (note, transfer) = try TransferNote.read(file)
    Console.note(
      "\(transfer.from) hands \(transfer.power.watts) W of event \(transfer.event) to \(transfer.to)"
    )
    note.sign(with: try LedgerFailure.told { try SecretFile.key(key) })
    Console.result(String(note.description.dropLast()))
  }
}

/// A note that holds a transfer.
enum TransferNote {
  static func read(_ file: String) throws -> (Note, ObligationTransfer) {
    try InputFile.parse(file) { bytes, file in
      let note: Note
      do throws(NoteFault) {
        note = try Note(String(decoding: bytes, as: UTF8.self))
      } catch {
        throw Outcome.badInput.failure("\(file): \(error)")
      }
      return (note, try ObligationTransferText.parse(note.text, file: file))
    }
  }
}
