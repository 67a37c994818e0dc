import Engine
import Fleet
import Foundation
import Grid
import Ledger
import MQTT
import Policies
import Storage
import Testing

@testable import Controller

/// What a machine may lack: space, and a clock that goes forward.
@Suite(.needsBroker, .serialized) struct `A controller at its machine's limits` {
  static let window = `A controller in trouble`.window
  static let begin = `A controller in trouble`.begin

  private func installation() throws -> Installation {
    var scenario = Scenario(name: "limits")
    scenario.telemetrySeconds = 60
    scenario.historyDays = 0
    return try Installation.make(batteries: 12, scenario: scenario, begin: Self.begin)
  }

  @Test(.enabled(if: Disk.mayMount, "needs root and tmpfs"))
  func `stops when the disk is full, loses nothing that it took, and resumes`() async throws {
    let disk = try Disk(megabytes: 8)
    var plant = try await Plant(installation(), data: disk.path)
    try await plant.run(to: Self.begin.adding(seconds: 120))
    try disk.fill()
    // The broker has the signal; the controller cannot write it down.
    let signal = plant.installation.signal(window: Self.window, issuedAt: plant.clock.now)
    _ = try await plant.site.client.publishAndWait([plant.installation.message(signal)])
    let failure = try #require(await plant.failure())
    #expect("\(failure)".contains("full"), "\(failure)")
    try await plant.settle()
    #expect(plant.site.answers == [])
    #expect(plant.site.commands.isEmpty)

    try disk.free()
    try await plant.restart()
    try await plant.settle()
    #expect(plant.site.answers.last?.status == .committed)
    try await plant.run(to: Self.window.start.adding(seconds: -200))
    #expect(plant.site.commands.count == 12)
    #expect(try plant.installation.difference() == nil)
    let book = try LedgerKeeper.replay(try SQLiteMainStore(path: plant.installation.database))
    #expect(book.size > 0)
    try await plant.end()
  }

  @Test func `never lets its time go back`() throws {
    let installation = try installation()
    var decider = installation.makeDecider()
    let later = Self.begin.adding(seconds: 600)
    _ = decider.tell([.restarted], at: later)
    let signal = installation.message(
      installation.signal(window: Self.window, issuedAt: Self.begin))
    let inputs = decider.intake.read(
      topic: signal.topic, payload: signal.payload, retained: false, at: Self.begin)
    guard case .inputs(let told) = inputs.result else {
      Issue.record("the signal was not read")
      return
    }
    // The machine's clock jumped back by ten minutes; what is decided bears the latest time.
    let effects = decider.tell(told, at: Self.begin)
    let answers = effects.compactMap { effect -> Timestamp? in
      guard case .answer(let answer, _) = effect else { return nil }
      return answer.at
    }
    #expect(!answers.isEmpty)
    #expect(answers.allSatisfy { $0 == later })
  }

  @Test func `does not serve a draft`() throws {
    let installation = try installation()
    let text = try #require(installation.folder.text("policy.yaml"))
    let open = text.replacingOccurrences(
      of: "disputeDays: 60", with: "toBeConfirmed: {disputeDays: nobody said so}\n  disputeDays: 60"
    )
    #expect(open != text)
    try installation.folder.write("draft.yaml", open)
    do {
      _ = try Assembly.livePolicy(installation.folder.path + "/draft.yaml", hasSchedules: false)
      Issue.record("a draft was taken")
    } catch {
      #expect("\(error)".contains("is a draft"))
      #expect("\(error)".contains("settlement.disputeDays"))
      #expect("\(error)".contains("nobody said so"))
    }
  }
}

/// A small disk of its own, in memory.
final class Disk: Sendable {
  let path: String

  static var mayMount: Bool { geteuid() == 0 && (try? Disk(megabytes: 1)) != nil }

  init(megabytes: Int) throws {
    path = FileManager.default.temporaryDirectory.path + "/headroom-disk-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    let status = try Self.run("mount", "-t", "tmpfs", "-o", "size=\(megabytes)m", "none", path)
    guard status == 0 else {
      try? FileManager.default.removeItem(atPath: path)
      throw Broker.Unusable(reason: "no tmpfs can be mounted")
    }
  }

  deinit {
    _ = try? Self.run("umount", "-l", path)
    try? FileManager.default.removeItem(atPath: path)
  }

  /// Takes all the space that is left.
  func fill() throws {
    _ = try Self.run("dd", "if=/dev/zero", "of=\(path)/ballast", "bs=4096")
  }

  /// Gives it back.
  func free() throws { try FileManager.default.removeItem(atPath: path + "/ballast") }

  private static func run(_ program: String, _ arguments: String...) throws -> Int32 {
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = [program] + arguments
    process.standardOutput = FileHandle.nullDevice
    process.standardError = FileHandle.nullDevice
    try process.run()
    process.waitUntilExit()
    return process.terminationStatus
  }
}
