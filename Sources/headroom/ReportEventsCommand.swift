import ArgumentParser
import Controller

/// Which reports there are.
struct ReportEventsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "events", abstract: "List the events that have reports, with their runs.",
    discussion: """
      EXAMPLE
        headroom report events --data data --json
      """)

  @OptionGroup var place: ReportPlace
  @Flag(help: "Print the result as JSON.") var json = false

  func run() throws {
    let folder = try place.folder()
    let events = folder.events.map { ($0, folder.runs(ofEvent: $0)) }
    if json {
      let list = events.map { event, runs in
        JSONResult.object([
          ("event", .text(event)),
          (
            "runs",
            .array(
              runs.map { run in
                let isPayable = folder.isPayable(event: event, run: run)
                return .object([
                  ("run", .text(run)), ("payable", isPayable.map { .bool($0) } ?? .null),
                ])
              })
          ),
        ])
      }
      Console.result(JSONResult.object([("events", .array(list))]).line)
      return
    }
    if events.isEmpty { return Console.note("\(folder.path): no reports yet") }
    for (event, runs) in events { Console.result("\(event)  \(runs.joined(separator: ", "))") }
  }
}
