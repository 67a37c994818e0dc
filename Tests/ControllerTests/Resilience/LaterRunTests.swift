import Fleet
import Foundation
import Grid
import Ledger
import MQTT
import Policies
import Settlement
import Storage
import Testing

@testable import Controller

/// The runs after the first payable one, carried out by the controller on their days (V5, L2).
@Suite(.needsBroker, .serialized) struct `A later settlement run` {
  static let window = `A controller in trouble`.window
  static let begin = `A controller in trouble`.begin
  static let runs = """
    runs: [{name: initial, afterDays: 7, payable: true}, {name: recalculation, afterDays: 30, \
    payable: true}, {name: final, afterDays: 90, payable: true}]
      evidence: readings
    """

  /// Meter messages of one gateway that are on their way for days; later all homes are silent.
  final class Withheld {
    let topic: String
    private(set) var messages: [OutgoingMessage] = []
    var isOver = false
    init(_ topic: String) { self.topic = topic }

    func take(_ all: [OutgoingMessage]) -> [OutgoingMessage] {
      if isOver { return [] }
      messages += all.filter { $0.topic == topic }
      return all.filter { $0.topic != topic }
    }
  }

  private static func world(deposit: Int64 = 100_000) throws -> Installation {
    try Installation.make(
      batteries: 4, scenario: Scenario(name: "late"), begin: begin, deposit: deposit,
      edits: ["runs: [{name: initial, afterDays: 0, payable: true}]": runs])
  }

  /// The event is over and settled for the first time, while one home's readings have not come.
  private static func settledWithout(
    _ world: Installation
  ) async throws -> (plant: Plant, withheld: Withheld, home: EnrolledHome) {
    let battery = world.makeFleet().enrolment[0]
    let withheld = Withheld("headroom/v1/gw/\(battery.gateway)/meter")
    var plant = try await Plant(world, disturb: withheld.take)
    try await plant.run(to: window.start.adding(seconds: -240), stride: 20_000)
    try await plant.signal(window: window)
    try await plant.run(to: window.end.adding(seconds: 960), stride: 20_000)
    #expect(!withheld.messages.isEmpty)
    withheld.isOver = true
    try await plant.go(toDay: 7)
    return (plant, withheld, EnrolledHome(site: battery.site, owner: battery.owner))
  }

  struct EnrolledHome {
    let site: SiteID
    let owner: OwnerID
  }

  private static func head(_ plant: Plant) throws -> Int64 {
    try plant.installation.openBook().head.size
  }

  private static func balance(_ plant: Plant, _ path: String) throws -> Int128? {
    try plant.installation.openBook().position(
      of: path, currency: plant.installation.policy.settlement.currency)?.available
  }

  @Test func `V5: posts what late readings change once, and its evidence says so`() async throws {
    var (plant, withheld, home) = try await Self.settledWithout(try Self.world())
    let owner = "owner:\(home.owner)"
    #expect(try Self.balance(plant, owner) ?? 0 == 0)
    let funding = "utility:\(Installation.utility):funding"
    let before = try #require(try Self.balance(plant, funding))
    let entries = try Self.head(plant)

    // The readings come on day 20; nothing is posted until the run of day 30.
    try await plant.go(toDay: 20)
    try await plant.deliver(withheld.messages)
    #expect(try Self.head(plant) == entries)
    try await plant.go(toDay: 30)
    let paid = try #require(try Self.balance(plant, owner))
    #expect(paid > 0)
    #expect(try Self.balance(plant, funding) == before - paid)
    let lines = try #require(plant.lines(of: "recalculation"))
    #expect(lines.allSatisfy { $0["site_id"] == home.site.text || $0["difference"] == "0.00" })
    let own = try #require(lines.first { $0["site_id"] == home.site.text })
    #expect(own["prior_amount"] == "0.00" && own["difference"] == own["charged"])

    // The last run finds nothing new.
    let after = try Self.head(plant)
    try await plant.go(toDay: 90)
    #expect(try Self.head(plant) == after)
    #expect(plant.lines(of: "final") != nil)

    try await plant.restart()
    try await plant.settle()
    #expect(try Self.head(plant) == after)
    #expect(try plant.installation.difference() == nil)
    try await plant.end()
    let file = plant.installation.database
    try plant.keepPolicy()
    let meters = plant.installation.data + "/readings.db"
    let check = try EvidenceCheck(
      file, entry: nil, source: EvidenceSource(file), readings: meters)
    #expect(check.findings.map(\.detail) == [])
    #expect(check.settled == 4)
    // Both meters of every home, at least on the event's day.
    let readings = try #require(check.readings)
    #expect(readings.days >= 8 && readings.without == 0)
    let meter = plant.installation.makeFleet().enrolment[0].siteMeter
    try Self.alter(meters, of: meter)
    let altered = try EvidenceCheck(
      file, entry: nil, source: EvidenceSource(file), readings: meters)
    #expect(altered.findings.first?.code == "readingAltered")
    #expect(
      altered.findings.allSatisfy {
        $0.detail.hasPrefix("the reading of \(meter) from \(Self.window.start)")
      }, "\(altered.findings)")
  }

  /// Puts an archived quarter of an hour in front of one that the meter sent during the event.
  private static func alter(_ path: String, of meter: MeterID) throws {
    let quarter = Window(start: window.start, end: window.start.adding(seconds: 900))!
    _ = try SQLiteReadingStore(path: path).archive([
      Reading(
        meter: meter, window: quarter, imported: Energy(wattHours: 9_999), exported: .zero,
        quality: .actual)
    ])
  }

  @Test func `waits for money, and pays when it is there`() async throws {
    var (plant, withheld, home) = try await Self.settledWithout(try Self.world())
    let owner = "owner:\(home.owner)"
    let funding = "utility:\(Installation.utility):funding"
    // The utility takes its money out.
    try await plant.stop()
    let whole = Int64(try #require(try Self.balance(plant, funding)) / 1_000_000)
    try plant.installation.pay(
      -whole, into: try plant.installation.openBook(), at: plant.clock.now)
    try await plant.restart()
    try await plant.deliver(withheld.messages)
    try await plant.go(toDay: 30)
    #expect(try Self.balance(plant, owner) ?? 0 == 0)
    #expect(plant.lines(of: "recalculation") == nil)

    try await plant.stop()
    try plant.installation.pay(
      whole, into: try plant.installation.openBook(), at: plant.clock.now)
    try await plant.restart()
    plant.clock.advance(to: plant.clock.now.adding(seconds: 2 * RunAgenda.patienceSeconds))
    try await plant.settle()
    #expect(try #require(try Self.balance(plant, owner)) > 0)
    #expect(plant.lines(of: "recalculation") != nil)
    try await plant.end()
  }
}

extension Plant {
  /// Keeps the policy beside the ledger, as a controller from a configuration does.
  func keepPolicy() throws {
    let text = try #require(installation.folder.text("policy.yaml"))
    try SQLiteMainStore(path: installation.database).keep(
      evidence: Array(text.utf8), kind: Int(EvidenceKind.document.rawValue),
      hash: installation.policy.hash)
  }

  /// Days after the event go by in which the homes say nothing.
  mutating func go(toDay day: Int64) async throws {
    clock.advance(
      to: `A later settlement run`.window.end.adding(seconds: day * 86_400 + 1_200))
    try await settle()
  }

  fileprivate mutating func deliver(_ messages: [OutgoingMessage]) async throws {
    let handled = controller.activity.handled
    try await site.client.publish(
      messages.map {
        Message(topic: $0.topic, payload: $0.payload, qos: $0.qos, retain: $0.retain)
      })
    for _ in 0..<2_000 where controller.activity.handled < handled + messages.count {
      try await Task.sleep(for: .milliseconds(10))
    }
    try await settle()
  }

  /// The lines of a run's report by the names of their columns, or nil when it has none.
  func lines(of run: String) -> [[String: String]]? {
    guard let text = installation.folder.text("data/reports/peak/\(run)/lines.csv") else {
      return nil
    }
    let rows = text.split(separator: "\n").map {
      $0.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
    }
    return rows.dropFirst().map { Dictionary(uniqueKeysWithValues: zip(rows[0], $0)) }
  }
}
