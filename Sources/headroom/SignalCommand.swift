import ArgumentParser
import Controller
import Grid
import MQTT
import Signing
import Wire

/// The utility's side.
struct SignalCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "signal", abstract: "Send, cancel and follow grid signals as a utility.",
    discussion: """
      EXAMPLE
        headroom signal send peak.json --key utility.key \\
          --broker mqtt://127.0.0.1:1883
      """,
    subcommands: [Send.self, Cancel.self, Status.self])

  /// What every verb needs.
  struct Sender: ParsableArguments {
    @Option(help: "The utility's private key; without it the signal is not signed.")
    var key: String?
    @Option(help: "Seconds to wait for the broker and for answers.") var patience = 30
    @Flag(help: "Print answers as JSON lines.") var json = false
    @OptionGroup var connection: BrokerOptions

    /// Sends `message` and prints answers until `isLast` says so.
    /// - Returns: The last one.
    /// - Throws: exit 69 without broker or answer, 1 when the answer is no.
    @discardableResult func send(
      _ message: [UInt8], utility: UtilityID, isLast: (SignalAcknowledgement) -> Bool
    ) async throws -> SignalAcknowledgement {
      let key: SigningKey?
      do { key = try self.key.map { try SecretFile.key($0) } } catch {
        throw Outcome.badInput.failure("\(error)")
      }
      let client = try UtilityClient(
        utility, connection: try connection.connection(clientID: utility.text))
      defer { Task { await client.stop() } }
      if let reason = await client.connected(withinSeconds: patience) {
        throw Outcome.unreachable.failure(
          "the broker \(connection.broker) did not answer within \(patience) s: \(reason)")
      }
      let outcome = try await client.send(message, key: key, expirySeconds: 86_400)
      guard outcome?.isSuccess ?? false else {
        throw Outcome.unreachable.failure(
          "the broker refused the signal: \(outcome.map { "\($0)" } ?? "")")
      }
      let deadline = ContinuousClock.now + .seconds(patience)
      while ContinuousClock.now < deadline {
        for answer in await client.answers(waitingAtMost: .milliseconds(200)) {
          switch answer {
          case .failure(let rejection): throw Outcome.no.failure("\(rejection)")
          case .success(let answer):
            Console.result(
              json
                ? SignalAcknowledgementCodec.encode(answer) + [10] : Array(Self.line(answer).utf8))
            if let rejection = answer.rejection { throw Outcome.no.failure("\(rejection)") }
            if isLast(answer) { return answer }
          }
        }
      }
      throw Outcome.unreachable.failure(
        "no controller answered within \(patience) s; the broker has the signal")
    }

    private static func line(_ answer: SignalAcknowledgement) -> String {
      var text =
        "\(answer.at)  \(answer.event) revision \(answer.revision): \(answer.status.rawValue)"
      if let commitment = answer.commitment {
        text +=
          "  asked \(commitment.requested.watts) W, committed \(commitment.committed.watts) W,"
          + " short \(commitment.shortfall.watts) W,"
          + " \(commitment.batteries) batteries, \(commitment.skipped) skipped"
      }
      if let settled = answer.settled {
        text +=
          "  verified \(settled.verifiedWh) Wh, ledger size \(settled.treeSize), root \(settled.root)"
      }
      return text + "\n"
    }
  }

  /// Sends a signal file.
  struct Send: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Send a signal and wait for the commitment.",
      discussion: """
        The file holds one headroom.signal/1 object with `issuer`. Sending the same file again asks \
        for the present status.

        EXAMPLE
          headroom signal send peak.json --key utility.key
        """)
    @Argument(help: "The signal, as JSON.") var file: String
    @OptionGroup var sender: Sender

    mutating func run() async throws {
      let bytes = try InputFile.read(file)
      let signal = try SignalFile.parse(bytes, file)
      try await sender.send(SignalFile.message(bytes), utility: signal.issuer) {
        $0.status != .received
      }
    }
  }

  /// Cancels an event.
  struct Cancel: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Cancel an event, for good.",
      discussion: """
        EXAMPLE
          headroom signal cancel peak-0915 --utility acme-utility --revision 2 \\
            --key utility.key
        """)
    @Argument(help: "The event.") var event: String
    @Option(help: "The utility.") var utility: String
    @Option(help: "A revision above the last one.") var revision: Int64
    @OptionGroup var sender: Sender
    @OptionGroup var time: ClockOptions

    mutating func run() async throws {
      guard let event = EventID(event), let utility = UtilityID(utility), revision >= 1 else {
        throw Outcome.badInput.failure(
          "event, --utility and --revision: allowed are names of A-Z a-z 0-9 _ - and a number from 1"
        )
      }
      let signal = GridSignal(
        event: event, revision: revision, issuedAt: try time.clock().now, content: nil)
      let answer = try await sender.send(
        SignalCodec.encode(signal, issuer: nil), utility: utility
      ) { _ in true }
      if answer.status == .cancelled, answer.commitment == nil {
        Console.note(
          "nothing was committed for \(event), so nothing was taken back; a signal of that name is"
            + " refused from now on")
      }
    }
  }

  /// Asks where a signal stands.
  struct Status: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Ask where a signal that was sent stands.",
      discussion: """
        It sends the same bytes again, which changes nothing and is answered with the status.

        EXAMPLE
          headroom signal status peak.json --key utility.key
        """)
    @Argument(help: "The signal file as it was sent.") var file: String
    @OptionGroup var sender: Sender

    mutating func run() async throws {
      let bytes = try InputFile.read(file)
      let signal = try SignalFile.parse(bytes, file)
      try await sender.send(SignalFile.message(bytes), utility: signal.issuer) { _ in true }
    }
  }
}

/// A signal as a file.
enum SignalFile {
  static func parse(_ bytes: [UInt8], _ file: String) throws -> (
    issuer: UtilityID, signal: GridSignal
  ) {
    guard !bytes.starts(with: [0xEF, 0xBB, 0xBF]) else {
      throw Outcome.badInput.failure(
        "\(file): it begins with a byte-order mark; allowed: UTF-8 without one")
    }
    do throws(Rejection) {
      return try SignalCodec.decodeFile(message(bytes))
    } catch {
      throw Outcome.badInput.failure("\(file): \(error)")
    }
  }

  /// The bytes that are sent: the file without the line break at its end.
  static func message(_ bytes: [UInt8]) -> [UInt8] {
    var message = bytes
    while let last = message.last, [10, 13, 32].contains(last) { message.removeLast() }
    return message
  }
}
