import ArgumentParser
import Grid
import Policies

/// What a new policy changes.
struct PolicyDiffCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "diff", abstract: "Compare what two policies mean, field by field.",
    discussion: """
      Says for each field what it was and is, which room it concerns, whether owners get less or \
      risk more, and what one home and the fleet see of it. Ends with 0 when both mean the same \
      (a comment or a title may differ; what a file leaves out counts as its default), 1 when they do not, 65 when one \
      is no sound policy.

      EXAMPLE
        headroom policy diff policies/surge-ten-percent.yaml \\
          policies/surge-nameplate.yaml
      """)

  @Argument(help: "The policy that was.") var old: String
  @Argument(help: "The policy that is to be.") var new: String
  @OptionGroup var example: ExampleOptions
  @Flag(help: "Print the result as JSON.") var json = false

  mutating func run() throws {
    try InputFiles.oneStandardInput([old, new])
    var files = InputFiles()
    let load = { (bytes: [UInt8], file: String) in
      (bytes, try Policy.load(bytes: bytes, file: file, allowsProgramme: true))
    }
    let before = files.parse(old, load)
    let after = files.parse(new, load)
    try files.finish()
    guard let before, let after else { preconditionFailure("files without faults have values") }
    let difference = PolicyDifference(
      old: (before.0, before.1), new: (after.0, after.1), home: example.home,
      minutes: example.minutes, homes: example.fleet, level: example.level)
    if json { writeJSON(difference) } else { Console.result(text(difference)) }
    if !difference.isSameMeaning { throw ExitCode(1) }
  }

  private func text(_ difference: PolicyDifference) -> String {
    var text = Amounts.table(
      difference.changes.map { change in
        let owners =
          switch (change.isWorseForOwners, change.isBetterForOwners) {
          case (true, false): "worse for owners: new agreement needed"
          case (true, true): "worse and better for owners: new agreement needed"
          case (false, true): "better for owners"
          case (false, false): ""
          }
        return [
          change.path,
          "\(value(change.old, change.isOldDefault)) -> \(value(change.new, change.isNewDefault))",
          change.room.rawValue, owners,
        ]
      }, left: [0, 1, 2, 3])
    for effect in difference.effects { text += effect + "\n" }
    return text + (difference.isSameMeaning ? "same meaning\n" : "another meaning\n")
  }

  private func value(_ text: String?, _ isDefault: Bool) -> String {
    (text ?? "none") + (isDefault ? " (default)" : "")
  }

  private func writeJSON(_ difference: PolicyDifference) {
    OrderedJSON.write(to: { Console.result($0) }) { json in
      json.flag("sameMeaning", difference.isSameMeaning)
      json.array("changes") { json in
        for change in difference.changes {
          json.object(nil) { json in
            json.text("field", change.path)
            json.text("old", change.old)
            json.text("new", change.new)
            json.flag("oldIsDefault", change.isOldDefault)
            json.flag("newIsDefault", change.isNewDefault)
            json.text("room", change.room.rawValue)
            json.flag("worseForOwners", change.isWorseForOwners)
            json.flag("betterForOwners", change.isBetterForOwners)
          }
        }
      }
      json.texts("effects", difference.effects)
    }
  }
}
