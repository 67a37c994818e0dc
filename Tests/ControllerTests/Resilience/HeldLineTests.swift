import Fleet
import Foundation
import Grid
import Ledger
import Policies
import Settlement
import Signing
import Testing

@testable import Controller

/// Lines that settlement itself lets wait, from the run that holds them to the one after the decision.
@Suite(.needsBroker, .serialized) struct `A line that settlement holds` {
  static let window = `A controller in trouble`.window

  /// Site meter and battery never agree to the watt-hour: every home's lines are held.
  private static func settled() async throws -> Plant {
    let world = try Installation.make(
      batteries: 3, scenario: Scenario(name: "held"), begin: `A controller in trouble`.begin,
      edits: [
        "reconcile: {percent: 5, kWh: 0.2}": "reconcile: {percent: 0, kWh: 0}",
        "runs: [{name: initial, afterDays: 0, payable: true}]": `A later settlement run`.runs,
      ])
    var plant = try await Plant(world)
    try await plant.run(to: window.start.adding(seconds: -240), stride: 20_000)
    try await plant.signal(window: window)
    try await plant.run(to: window.end.adding(seconds: 960), stride: 20_000)
    try await plant.go(toDay: 7)
    return plant
  }

  private static func balance(_ plant: Plant, _ path: String) throws -> Int64 {
    let book = try plant.installation.openBook()
    let currency = plant.installation.policy.settlement.currency
    return Int64(book.position(of: path, currency: currency)?.available ?? 0)
  }

  @Test("V12: a line that meter and battery contradict is held, listed, and decided, once")
  func decision() async throws {
    var plant = try await Self.settled()
    try await plant.stop()
    let installation = plant.installation
    let homes = installation.makeFleet().enrolment
    let reports = ReportFolder(installation.data + "/reports")
    let escrow = "event:peak:escrow"
    var desk = try LedgerDesk(opening: installation.database)
    let held = try desk.heldLines(reports).filter { $0.line == "premium" }
    #expect(held.map(\.site) == homes.map(\.site.text).sorted())
    #expect(held.allSatisfy { $0.reason == "meterDeviceMismatch" && $0.decision == nil })
    #expect(held.allSatisfy { $0.run == "initial" && $0.currency == "USD" })
    // The money of each waits in the escrow, and nobody has got anything.
    let amounts = held.map { RunTables.money($0.amount)!.millionths }
    #expect(amounts.allSatisfy { $0 > 0 })
    #expect(try Self.balance(plant, escrow) == amounts.reduce(0, +))
    for home in homes { #expect(try Self.balance(plant, "owner:\(home.owner)") == 0) }

    let key = try SecretFile.key(installation.data + "/ledger.key")
    let now = plant.clock.now
    let policy = installation.policy
    func release(
      _ place: Int, _ side: Dispute.Side, _ key: SigningKey
    ) throws -> [UInt64] {
      try desk.release(
        "peak", site: held[place].site, for: side, text: "Looked at.", reports: reports,
        policy: { hash in
          #expect(hash == policy.hash)
          return policy
        }, key: key, now: now)
    }
    let stranger = try SigningKey(name: "stranger", key: .make())
    #expect(throws: LedgerDesk.DisputeFault.notTheLogsKey("stranger")) {
      try release(0, .owner, stranger)
    }
    let funding = "utility:\(Installation.utility):funding"
    let before = try Self.balance(plant, funding)
    #expect(try release(0, .owner, key).count >= 1)
    #expect(try release(1, .utility, key).count == 1)
    #expect(throws: LedgerDesk.DisputeFault.holdDecided(event: "peak", site: held[0].site)) {
      try release(0, .utility, key)
    }
    #expect(throws: LedgerDesk.DisputeFault.nothingHeld(event: "peak", site: "H9")) {
      try desk.release(
        "peak", site: "H9", for: .owner, text: "No.", reports: reports, policy: { _ in policy },
        key: key, now: now)
    }
    let owners = held.map { line in
      "owner:\(homes.first { $0.site.text == line.site }!.owner)"
    }
    let paid = try Self.balance(plant, owners[0])
    #expect(paid > 0 && paid <= amounts[0])
    #expect(try Self.balance(plant, owners[1]) == 0)
    #expect(try Self.balance(plant, funding) >= before + amounts[1])
    let listed = try LedgerDesk(opening: installation.database).heldLines(reports)
    #expect(
      listed.filter { $0.line == "premium" }.map { $0.decision?.decidedFor } == [
        .owner, .utility, nil,
      ])

    // The next run settles the released home without its hold, and so posts nothing more.
    try await plant.restart()
    try await plant.go(toDay: 30)
    #expect(try Self.balance(plant, owners[0]) == paid)
    #expect(try Self.balance(plant, owners[2]) == 0)
    let lines = try #require(plant.lines(of: "recalculation"))
    let first = try #require(
      lines.first { $0["site_id"] == held[0].site && $0["line_type"] == "premium" })
    #expect(first["status"] == "payable" && first["difference"] == "0.00")
    let third = try #require(
      lines.first { $0["site_id"] == held[2].site && $0["line_type"] == "premium" })
    #expect(third["status"] == "held")
    #expect(try plant.installation.difference() == nil)
    try await plant.end()
    // Whoever has the evidence gets the same entries.
    try plant.keepPolicy()
    let check = try EvidenceCheck(
      installation.database, entry: nil, source: EvidenceSource(installation.database))
    #expect(check.findings.map(\.detail) == [])
    #expect(check.settled >= 1)
  }

  @Test func `faults say what is allowed`() {
    typealias Fault = LedgerDesk.DisputeFault
    #expect("\(Fault.noEvidence(event: "E", run: "r", site: "H"))".contains("allowed"))
    #expect("\(Fault.stillHeld(event: "E", site: "H"))".contains("readings are missing"))
    #expect("\(Fault.nothingHeld(event: "E", site: "H"))".contains("dispute held"))
    #expect("\(Fault.holdDecided(event: "E", site: "H"))".contains("decided already"))
    #expect("\(Fault.notTheLogsKey("k"))".contains("allowed: the log's own"))
    #expect("\(PeriodAccount.Fault.heardMissing)".contains("allowed: heard"))
  }
}
