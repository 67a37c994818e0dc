import Engine
import Fleet
import Foundation
import Grid
import Testing
import Wire

@testable import Controller

/// E29 with the real program: a warning is written while it runs.
@Suite(
  .needsBroker, .enabled(if: Installation.isProgramBuilt, "needs the program beside the tests"),
  .serialized)
struct `A program with a file of storm warnings` {
  @Test func `skips the homes of a warning that was added, also on replay without the file`()
    async throws
  {
    var scenario = Scenario(name: "storm")
    scenario.telemetrySeconds = 10
    scenario.historyDays = 0
    let begin = Timestamp(rfc3339: "2026-07-15T00:00:00Z")!
    let installation = try Installation.make(batteries: 4, scenario: scenario, begin: begin)
    try installation.folder.write(
      "storms.csv", String(decoding: StormsFile.encode([]), as: UTF8.self))
    let run = try await LiveRun(installation, rate: 10)
    try await run.wait(until: run.clock.now.adding(seconds: 40))
    let start = Timestamp(seconds: run.clock.now.seconds + 1_800)
    let window = try #require(Window(start: start, end: start.adding(seconds: 3_600)))
    try await run.signal("before", window: window) { $0.answer(.committed) != nil }
    #expect(run.site.answer(.committed)?.commitment?.batteries == 4)

    let warning = StormWarning(
      id: LongIdentifier("w-1")!, node: run.site.fleet.enrolment[0].node,
      window: Window(start: window.end, end: window.end.adding(seconds: 7_200))!,
      issuedAt: run.clock.now, by: "met office")
    try run.installation.folder.write(
      "storms.csv", String(decoding: StormsFile.encode([warning]), as: UTF8.self))
    try await run.wait(for: "the warning") { _ in
      run.log.contains("storm warnings have changed")
    }
    let later = Window(start: window.end, end: window.end.adding(seconds: 3_600))!
    try await run.signal("after", window: later) {
      $0.answer(.committed)?.event.text == "after"
    }
    #expect(run.site.answer(.committed)?.commitment?.skipped == 4)
    try await run.end()
    try FileManager.default.removeItem(atPath: run.installation.folder.path + "/storms.csv")
    #expect(try run.installation.difference() == nil)
    let record = try #require(try run.installation.recorded("after"))
    #expect(record.batteries.allSatisfy { $0.skip == .stormHold })
  }
}
