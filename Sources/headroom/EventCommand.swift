import ArgumentParser
import Controller
import Engine
import Grid
import Storage

/// What happened in events, from the logbook.
struct EventCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "event", abstract: "What happened in an event, and why, from the logbook.",
    discussion: """
      EXAMPLE
        headroom event list --config config/headroom.yaml
        headroom event show peak-0915 --config config/headroom.yaml
        headroom event show peak-0915 --battery bat-00017 \\
          --config config/headroom.yaml
      """,
    subcommands: [EventShowCommand.self, EventListCommand.self])
}

/// A logbook to be read.
struct LogbookPlace: ParsableArguments {
  @Option(help: "The configuration of the controller.") var config: String
  @Option(help: "Another data folder, such as a restored backup.") var data: String?

  func configuration() throws -> ControllerConfiguration {
    var configuration = try InputFile.parse(config) {
      try ControllerConfiguration.read(bytes: $0, file: $1)
    }
    if let data { configuration.dataFolder = data }
    return configuration
  }

  /// Reads with a progress bar and the exit codes of the house.
  static func reading<T>(_ read: (@escaping (Int64, Int64) -> Void) throws -> T) throws -> T {
    let progress = ProgressBar()
    defer { progress.clear() }
    do {
      return try read { done, all in
        progress.show("\(done) of \(all) turns", Double(done) / Double(max(1, all)))
      }
    } catch let error as Assembly.Faults {
      throw Outcome.badInput.failure("\(error)")
    } catch let error as StoreError {
      throw Outcome.badInput.failure("\(error)")
    } catch {
      throw Outcome.no.failure("\(error)")
    }
  }
}

/// One event, or one home in it.
struct EventShowCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "show", abstract: "One event's timeline, or one home's log of it.",
    discussion: """
      Decides the logbook again, as `headroom replay` does, and says what happened: revisions, \
      plans, answers to the utility, commands, corrections with their reasons, alarms, and how many \
      commands each gateway got. With --battery it is that home's log: notice, what it was asked \
      and why no more, or why not at all, what it answered, what its owner changed. Exit 1 when the \
      logbook has no such event. A controller may run meanwhile. With --undelivered only who has not \
      acknowledged his notice: until the event starts somebody may still ring him up, afterwards he \
      is unnotified and pays no penalty.

      EXAMPLE
        headroom event show peak-0915 --config config/headroom.yaml
        headroom event show peak-0915 --battery bat-00017 \\
          --config config/headroom.yaml --json
        headroom event show peak-0915 --undelivered --config config/headroom.yaml
      """)

  @Argument(help: "The event, which has its signal's id.") var event: String
  @OptionGroup var place: LogbookPlace
  @Option(help: "One battery: its home's log.") var battery: String?
  @Flag(help: "Only the homes whose notice was not acknowledged.") var undelivered = false
  @Flag(help: "Print the result as JSON.") var json = false

  mutating func validate() throws {
    guard battery == nil || !undelivered else {
      throw ValidationError("--battery and --undelivered are two questions: ask one")
    }
  }

  func run() throws {
    guard let id = EventID(event) else {
      throw Outcome.badInput.failure("the event is \(event); allowed: an id of a signal")
    }
    let home = try battery.map { text in
      guard let id = BatteryID(text) else {
        throw Outcome.badInput.failure("--battery is \(text); allowed: an id of the fleet file")
      }
      return id
    }
    let configuration = try place.configuration()
    let story = try LogbookPlace.reading {
      try EventStory.read(configuration, event: id, battery: home, progress: $0)
    }
    guard let story else { throw Outcome.no.failure("the logbook has no event \(id)") }
    if undelivered {
      return Console.result(json ? story.undeliveredJSON.line : story.undeliveredText)
    }
    Console.result(json ? story.json.line : story.text)
  }
}

/// All events.
struct EventListCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "list", abstract: "Every event of the logbook.",
    discussion: """
      EXAMPLE
        headroom event list --config config/headroom.yaml --json
      """)

  @OptionGroup var place: LogbookPlace
  @Flag(help: "Print the result as JSON.") var json = false

  func run() throws {
    let configuration = try place.configuration()
    let events = try LogbookPlace.reading { try EventStory.events(configuration, progress: $0) }
    if json {
      let list = events.map { event in
        JSONResult.object([
          ("event", .text(event.id.text)), ("utility", .text(event.utility.text)),
          ("status", .text(event.status.rawValue)),
          ("startsAt", .optional(event.window.map { "\($0.start)" })),
          ("endsAt", .optional(event.window.map { "\($0.end)" })),
          ("committedW", event.commitment.map { .integer($0.committed.watts) } ?? .null),
          ("corrections", .integer(Int64(event.corrections.count))),
        ])
      }
      return Console.result(JSONResult.object([("events", .array(list))]).line)
    }
    if events.isEmpty { return Console.note("the logbook has no event yet") }
    var table = TextTable(["event", "utility", "status", "window", "corrections"], right: [4])
    for event in events {
      table.add([
        event.id.text, event.utility.text, event.status.rawValue,
        event.window.map { "\($0)" } ?? "none", "\(event.corrections.count)",
      ])
    }
    Console.result(table.text)
  }
}
