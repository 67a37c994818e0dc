import ArgumentParser
import Controller
import Engine
import Grid
import Ledger
import Signing
import Wire

/// Carries out a transfer, or says everything that is against it.
struct ObligationTransferCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "transfer", abstract: "Carry out a transfer that both parties signed.",
    discussion: """
      The obligations are a CSV of participant_id,programme_id,zone_id,obligation_w,headroom_w; \
      headroom_w is the most that a participant can hold, what he owes in it. The result is the \
      same file with what is owed now. The gate closes so many minutes before the event starts.

      Ends with 1 and every reason when it does not count: toHimself, gateClosed, notSigned, \
      unknownParticipant, otherProgramme, otherZone, beyondObligation, beyondHeadroom.

      With --post FILE it also writes the request that enters the transfer in the ledger's \
      promised layer, for `headroom ledger post FILE`; posted twice it is entered once.

      EXAMPLE
        headroom obligation transfer signed.note --obligations obligations.csv \\
          --signal signal.json --gate-closure-minutes 60 \\
          --party "$(cat x.vkey)" --party "$(cat y.vkey)" > after.csv
      """)

  @Argument(help: "The signed transfer; - is standard input.") var file: String
  @Option(help: "Who owes what, as CSV.") var obligations: String
  @Option(help: "The event's signal, as JSON.") var signal: String
  @Option(help: "Minutes before the event's start at which the gate closes, 0 to 10080.")
  var gateClosureMinutes: Int64
  @Option(help: "A participant's public key (vkey); its name is the participant.")
  var party: [String]
  @Option(help: "When it came (RFC 3339, Z), to check an earlier one; by default now.")
  var at: String?
  @Option(help: "Write the ledger's request into this new file.") var post: String?
  @Flag(help: "Print the result as JSON.") var json = false

  func run() throws {
    var files = InputFiles()
    let note = files.parse(file) { _, _ in try TransferNote.read(file) }
    let owed = files.parse(obligations) { try ObligationsFile.parse($0, file: $1) }
    let event = files.parse(signal) { try SignalFile.parse($0, $1).signal }
    if !(0...10_080).contains(gateClosureMinutes) {
      files.fault("--gate-closure-minutes is \(gateClosureMinutes); allowed: 0 to 10080")
    }
    let now = at.map { Timestamp(rfc3339: $0) } ?? WallClock().now
    if now == nil {
      files.fault("--at is \(at ?? ""); allowed: a time such as 2026-09-15T12:00:00Z")
    }
    var keys: [VerifierKey] = []
    for text in party {
      do { keys.append(try VerifierKey(text)) } catch { files.fault("--party: \(error)") }
    }
    if let event, event.content == nil { files.fault("\(signal): a cancel; allowed: an event") }
    if let event, let note, event.event != note.1.event {
      files.fault("\(file): event is \(note.1.event); allowed: \(event.event), as the signal says")
    }
    try files.finish()
    guard let (note, transfer) = note, let owed, let window = event?.content?.window, let now else {
      preconditionFailure("files without faults have values")
    }
    let signers = try Self.signers(note, keys, file)
    let closesAt = window.start.adding(seconds: -60 * gateClosureMinutes)
    let refusals = transfer.refusals(
      among: owed, signers: signers, closesAt: closesAt, at: now)
    let after = refusals.isEmpty ? transfer.applied(to: owed) : owed
    if let post, refusals.isEmpty {
      try TransferRequest.write(transfer, note, window: window, now: now, to: post)
    }
    show(transfer, refusals, after)
    if !refusals.isEmpty {
      throw Outcome.no.failure(refusals.map(\.sentence).joined(separator: "\n"))
    }
  }

  /// Whose signatures are good; a bad one of a known key is a fault of the file.
  private static func signers(
    _ note: Note, _ keys: [VerifierKey], _ file: String
  ) throws -> Set<OwnerID> {
    do throws(NoteFault) {
      return Set(try note.verified(by: keys).compactMap { OwnerID($0.key.name) })
    } catch .noKnownKey {
      return []
    } catch {
      throw Outcome.badInput.failure("\(file): \(error)")
    }
  }

  private func show(
    _ transfer: ObligationTransfer, _ refusals: [ObligationTransfer.Refusal],
    _ after: [Obligation]
  ) {
    guard json else {
      if refusals.isEmpty { Console.result(String(ObligationsFile.write(after).dropLast())) }
      return
    }
    OrderedJSON.write(to: { Console.result($0) }) { json in
      json.text("eventId", transfer.event.text)
      json.flag("accepted", refusals.isEmpty)
      json.array("refusals") { json in
        for refusal in refusals {
          json.object(nil) { json in
            json.text("code", refusal.code)
            json.text("why", refusal.sentence)
          }
        }
      }
      json.array("obligations") { json in
        for owed in after {
          json.object(nil) { json in
            json.text("participantId", owed.participant.text)
            json.integer("obligationW", owed.owed.watts)
            json.integer("headroomW", owed.headroom.watts)
          }
        }
      }
      json.integer("sumW", after.reduce(0) { $0 + $1.owed.watts })
    }
  }
}

extension ObligationTransfer.Refusal {
  /// For a person.
  var sentence: String {
    switch self {
    case .toHimself: "toHimself: giver and taker are the same"
    case .gateClosed(let at): "gateClosed: the gate closed at \(at)"
    case .notSigned(let who): "notSigned: \(who) has not signed it with a key that is given"
    case .unknownParticipant(let who): "unknownParticipant: \(who) has no obligation on the list"
    case .otherProgramme(let a, let b): "otherProgramme: one owes in \(a), the other in \(b)"
    case .otherZone(let a, let b): "otherZone: one owes in \(a), the other in \(b)"
    case .beyondObligation(let owed): "beyondObligation: the giver owes \(owed.watts) W"
    case .beyondHeadroom(let owed, let most):
      "beyondHeadroom: the taker owes \(owed.watts) W and can hold \(most.watts) W"
    }
  }
}

/// The ledger's request of a transfer.
enum TransferRequest {
  /// Watts in `kWFlex`, with three decimals; the key follows from the signed text alone.
  static func write(
    _ transfer: ObligationTransfer, _ note: Note, window: Window, now: Timestamp, to path: String
  ) throws {
    let key = SHA256.hash(note.text).description.prefix(32)
    let amount = FixedDecimal.text(transfer.power.watts, places: 3, minimumPlaces: 0)
    let request =
      "{\"key\":\"\(key)\",\"type\":\"transfer\",\"reason\":\"obligation\","
      + "\"event\":\"\(transfer.event)\","
      + "\"effective\":[\"\(window.start)\",\"\(window.end)\"],\"postings\":["
      + "{\"account\":\"owner:\(transfer.from)\",\"commodity\":\"kWFlex\",\"amount\":\"-\(amount)\"},"
      + "{\"account\":\"owner:\(transfer.to)\",\"commodity\":\"kWFlex\",\"amount\":\"\(amount)\"}]}\n"
    try WholeFile.write(Array(request.utf8), to: path)
  }
}
