import ArgumentParser
import Grid
import Ledger
import Settlement
import Signing

/// Transfers of obligations that count in a settlement.
struct TransferOptions: ParsableArguments {
  /// A transfer, and the file that it came from.
  typealias Signed = (file: String, transfer: ObligationTransfer)

  @Option(
    name: .customLong("transfer"),
    help: "An obligation that changed hands: a note with both signatures. May be repeated.")
  var files: [String] = []
  @Option(help: "A participant's public key (vkey), for --transfer; its name is the participant.")
  var party: [String] = []

  var isEmpty: Bool { files.isEmpty && party.isEmpty }

  mutating func validate() throws {
    guard files.isEmpty == party.isEmpty else {
      throw ValidationError("--transfer and --party go together: both parties must have signed")
    }
  }

  /// The transfers, each once and signed by both parties; faults are left in `inputs`.
  func read(_ inputs: inout InputFiles) -> [Signed] {
    var keys: [VerifierKey] = []
    for text in party {
      do { keys.append(try VerifierKey(text)) } catch { inputs.fault("--party: \(error)") }
    }
    var found: [Signed] = []
    var texts: [String: String] = [:]
    for file in files {
      guard let (note, transfer) = inputs.parse(file, { _, _ in try TransferNote.read(file) })
      else {
        continue
      }
      if let first = texts.updateValue(file, forKey: note.text) {
        inputs.fault("\(file): is the transfer of \(first); allowed: each transfer once")
        continue
      }
      let signers: Set<OwnerID>
      do throws(NoteFault) {
        signers = Set(try note.verified(by: keys).compactMap { OwnerID($0.key.name) })
      } catch .noKnownKey {
        signers = []
      } catch {
        inputs.fault("\(file): \(error)")
        continue
      }
      let missing = Set([transfer.from, transfer.to]).subtracting(signers).sorted()
      if transfer.from == transfer.to {
        inputs.fault("\(file): from and to are \(transfer.to); allowed: two participants")
      } else if !missing.isEmpty {
        inputs.fault(
          "\(file): is not signed by \(missing.map(\.text).joined(separator: " and ")) with a key"
            + " that is given; allowed: the signatures of both parties")
      } else {
        found.append((file, transfer))
      }
    }
    return found
  }

  /// The events with what was handed on; a transfer that does not fit ends the command with 65.
  static func count(
    _ signed: [Signed], in events: [(input: SettlementInput, signalPrice: Int64?)]
  ) throws -> [(input: SettlementInput, signalPrice: Int64?)] {
    var events = events
    for (file, transfer) in signed {
      guard let place = events.firstIndex(where: { $0.input.event == transfer.event }) else {
        throw Outcome.badInput.failure(
          "\(file): event is \(transfer.event); allowed: one of the intervals, "
            + events.map(\.input.event.text).joined(separator: ", "))
      }
      do throws(TransferFault) {
        try events[place].input.count(transfer)
      } catch {
        let what =
          switch error {
          case .unknownParticipant(let who):
            "\(who) has no home in \(transfer.event); allowed: owners of its homes"
          case .beyondCommitment(let who, let start, let owed):
            "\(transfer.power.watts) W are more than \(who) owes from \(start); allowed: up to "
              + Amounts.energy(owed)
          }
        throw Outcome.badInput.failure("\(file): \(what)")
      }
      Console.note(
        "\(transfer.event): \(transfer.power.watts) W count for \(transfer.to) and not for "
          + "\(transfer.from)")
    }
    return events
  }
}
