import Engine
import Fleet
import Grid
import Testing

@testable import Controller

/// C8, the second half, with the real program: its clock is 8 s behind those of all gateways.
@Suite(
  .needsBroker, .enabled(if: Installation.isProgramBuilt, "needs the program beside the tests"),
  .serialized)
struct `A program whose clock is off` {
  @Test func `refuses a signal, says why, and takes it when the clocks agree`() async throws {
    var scenario = Scenario(name: "clock")
    scenario.telemetrySeconds = 10
    scenario.historyDays = 0
    let begin = Timestamp(rfc3339: "2026-07-15T00:00:00Z")!
    let installation = try Installation.make(batteries: 6, scenario: scenario, begin: begin)
    // Ten times as fast as the machine's clock, so 80 s are 8 s of the machine's time.
    let run = try await LiveRun(installation, rate: 10)
    run.homesAhead = 80
    try await run.wait(for: "the alarm") { _ in run.log.contains("nothing new is dispatched") }
    let start = Timestamp(seconds: run.clock.now.seconds + 600)
    let window = try #require(Window(start: start, end: start.adding(seconds: 3_600)))
    try await run.signal(revision: 1, window: window) {
      $0.answers.last?.rejection?.field == "clockOff"
    }
    #expect(run.site.answers.last?.rejection?.found.contains("median of 6 gateways") == true)

    run.homesAhead = 0
    try await run.wait(for: "the right clock") { _ in run.log.contains("the clock is right again") }
    try await run.signal(revision: 1, window: window) { $0.answer(.committed) != nil }
    try await run.end()
    #expect(try run.installation.difference() == nil)
  }
}
