import ArgumentParser
import Grid
import Policies

/// Policy files: whether they are sound, and what they say.
struct PolicyCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "policy", abstract: "Check, explain, compare and try policy files.",
    subcommands: [
      PolicyCheckCommand.self, PolicyExplainCommand.self, PolicyDiffCommand.self,
      PolicyBacktestCommand.self, PolicySchemaCommand.self,
    ])
}

/// Every fault of some policies.
struct PolicyCheckCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "check", abstract: "Say every fault of policy files, each with its line.",
    discussion: """
      Ends with 0 when every file is sound, 1 when one has faults, 65 when one is not YAML or \
      cannot be read. Warnings, and what a draft has yet to confirm, do not change the code.

      EXAMPLE
        headroom policy check policies/*.yaml
      """)

  @Argument(help: "Policy files.") var files: [String]
  @Flag(help: "Print the result as JSON.") var json = false

  mutating func run() throws {
    var checks: [(file: String, check: PolicyCheck)] = []
    var unreadable: (any Error)?
    for file in files {
      do {
        let bytes = try InputFile.read(file)
        checks.append((file, PolicyCheck.report(bytes: bytes, file: file)))
      } catch {
        unreadable = error
      }
    }
    if json {
      OrderedJSON.write(to: { Console.result($0) }) { json in
        json.array("files") { json in
          for (file, check) in checks { json.object(nil) { Self.write(file, check, to: &$0) } }
        }
      }
    } else {
      for (_, check) in checks { Console.result(check.text) }
    }
    if let unreadable { throw unreadable }
    let worst = checks.map(\.check.exitCode).max() ?? 0
    if worst != 0 { throw ExitCode(worst) }
  }

  private static func write(_ file: String, _ check: PolicyCheck, to json: inout OrderedJSON) {
    json.text("file", file)
    json.flag("sound", check.exitCode == 0)
    json.integer("exitCode", Int64(check.exitCode))
    json.texts("lines", check.text.split(separator: "\n").map(String.init))
  }
}

/// A policy in sentences and worked numbers.
struct PolicyExplainCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "explain", abstract: "Say what a policy does, each sentence with its field.",
    discussion: """
      EXAMPLE
        headroom policy explain policies/surge-ten-percent.yaml --home 13.5,5,80,20 \\
          --minutes 120
      """)

  @Argument(help: "The policy file.") var file: String
  @OptionGroup var example: ExampleOptions
  @Flag(help: "Print the sentences as JSON.") var json = false

  mutating func run() throws {
    let bytes = try InputFile.read(file)
    let policy: Policy
    do throws(PolicyFaults) {
      policy = try Policy.load(bytes: bytes, file: file, allowsProgramme: true)
    } catch {
      throw (error.isNotYAML ? Outcome.badInput : .no).failure("\(error)")
    }
    let explanation = policy.explain(
      home: example.home, minutes: example.minutes, homes: example.fleet, level: example.level)
    guard json else { return Console.result(explanation.text) }
    OrderedJSON.write(to: { Console.result($0) }) { json in
      json.text("policySha256", "\(policy.hash)")
      json.array("lines") { json in
        for line in explanation.lines {
          json.object(nil) { json in
            json.text("sentence", line.sentence)
            json.text("field", line.field.isEmpty ? nil : line.field)
          }
        }
      }
    }
  }
}

/// `--home KWH,KW,SOC,RESERVE`.
enum HomeArgument {
  static func parse(_ text: String) throws -> ExampleHome {
    let parts = text.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
    guard parts.count == 4,
      let capacity = try? FixedDecimal.parse(parts[0], places: 3, maximumDigits: 6),
      let rating = try? FixedDecimal.parse(parts[1], places: 3, maximumDigits: 6),
      let charge = percent(parts[2]), let reserve = percent(parts[3]), capacity > 0, rating > 0
    else {
      throw ValidationError(
        "\(text) is no home; allowed: KWH,KW,SOC,RESERVE such as 13.5,5,80,20")
    }
    return ExampleHome(
      capacity: Energy(wattHours: capacity), rating: Power(watts: rating), charge: charge,
      reserve: reserve)
  }

  private static func percent(_ text: String) -> Percent? {
    guard let hundredths = try? FixedDecimal.parse(text, places: 2, maximumDigits: 3) else {
      return nil
    }
    return Percent(hundredths: Int32(hundredths))
  }
}
