import ArgumentParser
import Controller
import Grid
import MQTT

/// How a command reaches a broker: `mqtt://[user@]host[:port]`, or `mqtts://` with TLS.
struct BrokerOptions: ParsableArguments {
  @Option(help: "The broker: mqtt://[user@]host[:port], or mqtts:// with TLS.")
  var broker = "mqtt://127.0.0.1:1883"
  @Option(help: "File whose first line is the user's password; mode 0600.")
  var passwordFile: String?
  @Option(help: "Certificates that the broker's must lead to; for mqtts.") var ca: String?
  @Option(help: "Own certificate, where the broker wants one.") var certificate: String?
  @Option(help: "Private key of that certificate; mode 0600.") var certificateKey: String?

  /// The connection, or exit 65 with what is wrong.
  func connection(clientID: String) throws -> ConnectionOptions {
    let parts = broker.split(separator: "://", maxSplits: 1).map(String.init)
    guard parts.count == 2, ["mqtt", "mqtts"].contains(parts[0]) else { throw wrong() }
    let isTLS = parts[0] == "mqtts"
    let address = parts[1].split(separator: "@", maxSplits: 1).map(String.init)
    guard let hostAndPort = address.last, !hostAndPort.isEmpty else { throw wrong() }
    let pieces = hostAndPort.split(separator: ":").map(String.init)
    let port = pieces.count == 2 ? Int(pieces[1]) : isTLS ? 8_883 : 1_883
    guard let port, (1...65_535).contains(port), (1...2).contains(pieces.count) else {
      throw wrong()
    }
    var options = ConnectionOptions(clientID: clientID, host: pieces[0], port: port)
    if passwordFile != nil, address.count == 1 {
      throw Outcome.badInput.failure(
        "--password-file is a password without a user; allowed: with --broker mqtt://USER@HOST")
    }
    if address.count == 2 {
      do {
        let password = try passwordFile.map { try SecretFile.firstLine($0) } ?? ""
        options.user = .init(name: address[0], password: .init(password))
      } catch {
        throw Outcome.badInput.failure("\(error)")
      }
    }
    if isTLS {
      guard let ca else { throw Outcome.badInput.failure("mqtts needs --ca FILE") }
      let tls = ConnectionOptions.TLS(
        caFile: ca, certificateFile: certificate, keyFile: certificateKey)
      let faults = tls.faults(ca: "--ca", certificate: "--certificate", key: "--certificate-key")
      guard faults.isEmpty else {
        throw Outcome.badInput.failure(faults.map(\.description).joined(separator: "\n"))
      }
      options.tls = tls
    } else if ca ?? certificate ?? certificateKey != nil {
      throw Outcome.badInput.failure(
        "--broker is \(broker) and would not be encrypted; allowed: mqtts:// with --ca,"
          + " --certificate and --certificate-key")
    }
    return options
  }

  private func wrong() -> ExitCode {
    Outcome.badInput.failure(
      "--broker is \(broker); allowed: mqtt://[user@]host[:port] or mqtts://[user@]host[:port],"
        + " with a port from 1 to 65535")
  }
}

/// The clock of a simulation, shared by all who are given the same three numbers.
struct ClockOptions: ParsableArguments {
  @Option(help: "What the clock reads at --real-epoch; without it the machine's own clock.")
  var epoch: String?
  @Option(help: "A moment of the machine's clock; without it now.") var realEpoch: String?
  @Option(help: "How many times as fast the clock runs, 1 to 10000.") var rate: Int64 = 1

  /// The clock, or exit 65 with what is wrong.
  func clock() throws -> any ControllerClock {
    guard (1...10_000).contains(rate) else {
      throw Outcome.badInput.failure("--rate is \(rate); allowed: 1 to 10000")
    }
    guard let epoch else { return WallClock() }
    return ScaledClock(
      epoch: try Self.moment(epoch, "--epoch"),
      at: try realEpoch.map { try Self.moment($0, "--real-epoch") } ?? WallClock().now, rate: rate)
  }

  static func moment(_ text: String, _ option: String) throws -> Timestamp {
    guard let moment = Timestamp(rfc3339: text) else {
      throw Outcome.badInput.failure(
        "\(option) is \(text); allowed: a time like 2026-07-14T23:45:00Z")
    }
    return moment
  }
}
