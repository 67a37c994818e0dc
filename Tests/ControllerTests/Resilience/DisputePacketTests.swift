import Fleet
import Foundation
import Grid
import Ledger
import Policies
import Reports
import Settlement
import Signing
import Testing

@testable import Controller

@Suite(.needsBroker, .serialized) struct `A dispute's packet` {
  static let window = `A controller in trouble`.window

  /// Four homes of one settled event; what the controller left is all that there is.
  private static func settled() async throws -> Plant {
    let world = try Installation.make(
      batteries: 4, scenario: Scenario(name: "packet"), begin: `A controller in trouble`.begin)
    var plant = try await Plant(world)
    try await plant.run(to: window.start.adding(seconds: -240), stride: 20_000)
    try await plant.signal(window: window)
    try await plant.run(to: window.end.adding(seconds: 960), stride: 20_000)
    try await plant.end()
    return plant
  }

  private static func configuration(_ plant: Plant) throws -> ControllerConfiguration {
    let installation = plant.installation
    try installation.configure(
      port: plant.broker.port,
      clock: .init(epoch: installation.begin, realEpoch: installation.begin, rate: 1))
    let file = installation.folder.path + "/headroom.yaml"
    return try ControllerConfiguration.read(
      bytes: Array(try Data(contentsOf: URL(filePath: file))), file: file)
  }

  /// Settled and pending of an owner.
  private static func balance(_ desk: LedgerDesk, _ owner: OwnerID) throws -> [Int64] {
    let account = try #require(desk.accounts["owner:\(owner)"])
    let position = desk.book.position(account, commodity: desk.book.commodity("USD")!)!
    return [position.settled, position.pending]
  }

  @Test("S17: within 60 days only the disputed line waits; its packet has all, of one home alone")
  func scenario() async throws {
    let plant = try await Self.settled()
    let installation = plant.installation
    let homes = installation.makeFleet().enrolment
    let own = homes[1]
    var desk = try LedgerDesk(opening: installation.database)
    let before = try homes.map { try Self.balance(desk, $0.owner) }
    let reports = ReportFolder(installation.data + "/reports")
    let key = try SecretFile.key(installation.data + "/ledger.key")
    let filed = Self.window.end.adding(seconds: 59 * 86_400)
    let standing = try desk.open(
      LedgerDesk.DisputeRequest(
        event: "peak", run: "initial", site: own.site.text, line: "premium", reason: "meterFault",
        text: "The meter stood still.", by: .utility, decideBy: filed.adding(seconds: 86_400),
        evidence: nil), reports: reports, zone: .utc,
      days: { _ in installation.policy.disputeDays }, key: key, now: filed)
    #expect(installation.policy.disputeDays == 60)
    // Only his line waits: what he has and what the others have is settled as before.
    for (home, earlier) in zip(homes, before) {
      #expect(earlier[0] > 0 && earlier[1] == 0)
      let waits = home.owner == own.owner ? -earlier[0] : 0
      #expect(try Self.balance(desk, home.owner) == [earlier[0], waits])
    }
    let read = try DisputedHome.read(
      Self.configuration(plant), event: EventID("peak")!, run: "initial", site: own.site)
    let home = try #require(read)
    try plant.keepPolicy()
    desk = try LedgerDesk(opening: installation.database)
    let folder = try desk.packet(
      of: standing.hold, reports: reports, home: home, zone: .utc)
    let text = String(decoding: folder.packet.bytes(.md), as: UTF8.self)
    // Days, readings, notice, command and acknowledgement, reserve, price, rule of each cent.
    for part in [
      "## Days of the baseline", "selected", "## Readings",
      "Intervals without a reading: none. Estimated: none.", "| notice | sent ",
      "| asked | ", "| answered | completed", "owner's reserve", "## Prices",
      "reward.premium", "rounded once", "headroom ledger prove \(standing.dispute.entry)",
    ] {
      #expect(text.contains(part), "\(part) is missing in\n\(text)")
    }
    let names = folder.files.map(\.name)
    #expect(names.contains("policy.yaml"))
    #expect(names.contains("\(standing.dispute.entry).tlog-proof"))
    #expect(names.contains { $0.hasSuffix(".cbor") })
    try Self.expectNothing(of: homes.filter { $0.site != own.site }, in: folder, desk, installation)
    // The list of hashes is signed by the log, and every file has its line.
    let list = String(decoding: folder.list(signedBy: key), as: UTF8.self)
    let note = try Note(list)
    #expect(try note.verified(by: [key.verifier]).count == 1)
    #expect(note.text.split(separator: "\n").count == 1 + folder.all.count)
    try Self.expectCheck(of: folder, key, site: own.site.text, entry: standing.dispute.entry)
  }

  /// Who has the folder and the log's key alone settles the home again, and finds what was changed.
  private static func expectCheck(
    of folder: LedgerDesk.DisputeFolder, _ key: SigningKey, site: String, entry: UInt64
  ) throws {
    let trust = TrustPolicy(log: key.verifier)
    var whole = Dictionary(uniqueKeysWithValues: folder.all.map { ($0.name, $0.bytes) })
    whole["FILES"] = folder.list(signedBy: key)
    let check = PacketCheck(whole, trusting: trust)
    #expect(check.findings == [])
    #expect(check.files == folder.all.count && check.signer == key.verifier.name)
    #expect(check.home == site && check.lines >= 1 && check.entries >= 1)
    func codes(_ change: (inout [String: [UInt8]]) -> Void, relists: Bool = false) -> [String] {
      var files = whole
      change(&files)
      if relists {
        let rows = files.filter { $0.key != "FILES" }.sorted { $0.key < $1.key }
          .map { "\(SHA256.hash($0.value))  \($0.key)\n" }
        files["FILES"] = Array(("headroom.dispute-packet/1\n" + rows.joined()).utf8)
      }
      return PacketCheck(files, trusting: trust).findings.map(\.code)
    }
    func altered(_ name: String, _ old: String, _ new: String) -> (inout [String: [UInt8]]) -> Void
    {
      return { files in
        let text = String(decoding: files[name] ?? [], as: UTF8.self)
        #expect(text.contains(old))
        files[name] = Array(text.replacing(old, with: new).utf8)
      }
    }
    let policy = altered("policy.yaml", "amount: 2.00", "amount: 2.01")
    #expect(codes(policy) == ["fileAltered", "policyAltered"])
    #expect(codes(policy, relists: true) == ["policyAltered"])
    let line = altered("packet.csv", ",charged,", ",charged,9")
    #expect(codes(line) == ["fileAltered"] + codes(line, relists: true))
    #expect(codes(line, relists: true).allSatisfy { $0 == "lineDiffers" })
    #expect(!codes(line, relists: true).isEmpty)
    #expect(codes({ $0["\(entry).tlog-proof"] = nil }) == ["fileMissing", "receiptMissing"])
    #expect(codes({ $0["other.txt"] = [1] }) == ["fileUnlisted"])
    #expect(codes({ $0["FILES"] = nil }).first == "listMissing")
    let evidence = try #require(whole.keys.first { $0.hasSuffix(".cbor") })
    #expect(codes({ $0[evidence] = nil }, relists: true) == ["evidenceMissing"])
    // Another log's key believes nothing of it.
    let otherKey = try SigningKey(
      name: key.verifier.name,
      key: #require(Ed25519.PrivateKey(seed: [UInt8](repeating: 9, count: 32))))
    let other = PacketCheck(whole, trusting: TrustPolicy(log: otherKey.verifier))
    #expect(other.findings.contains { $0.code == "notInLog" })
    #expect(other.findings.first?.code == "badSignature")
  }

  /// No name of another home, and no figure that only another home has.
  private static func expectNothing(
    of others: [EnrolledBattery], in folder: LedgerDesk.DisputeFolder, _ desk: LedgerDesk,
    _ installation: Installation
  ) throws {
    let names = others.flatMap {
      [
        $0.site.text, $0.owner.text, $0.battery.text, $0.gateway.text, $0.siteMeter.text,
        $0.batteryMeter.text,
      ]
    }
    let table = try StoredTable(installation.data + "/reports/peak/initial/intervals.csv")
    var figures: [Bool: Set<String>] = [:]
    let strange = Set(others.map(\.site.text))
    try table.each(["site_id", "baseline_j", "actual_j", "reduction_j"]) { cells in
      for cell in cells.dropFirst() where cell.utf8.count > 4 {
        figures[strange.contains(cells[0]), default: []].insert(cell)
      }
    }
    let theirs = try #require(figures[true]).subtracting(figures[false] ?? [])
    #expect(theirs.count >= 3)
    for (name, bytes) in folder.all {
      let text = String(decoding: bytes, as: UTF8.self)
      for word in names + theirs { #expect(!text.contains(word), "\(word) in \(name)") }
      for other in others {
        let account = try #require(desk.accounts["owner:\(other.owner)"])
        #expect(!Self.contains(bytes, account.bytes), "the account of \(other.owner) in \(name)")
      }
    }
  }

  private static func contains(_ bytes: [UInt8], _ part: [UInt8]) -> Bool {
    guard bytes.count >= part.count else { return false }
    return (0...bytes.count - part.count).contains { Array(bytes[$0..<$0 + part.count]) == part }
  }

  @Test func `says each line's rule with its numbers where there is no logbook`() throws {
    try withFolder { folder in
      let world = try ReportedPair(folder)
      var desk = try LedgerDesk(opening: world.pair.file)
      let standing = try `A dispute`.open(world, &desk, `A dispute`.request("H2", "penalty"))
      let packet = try desk.packet(
        of: standing.hold, reports: world.reports, home: nil, zone: .utc
      ).packet
      let text = String(decoding: packet.bytes(.md), as: UTF8.self)
      #expect(
        text.contains(
          "reward.penalty: 0.6 kWh short of what was promised, at 0.40 USD, are -0.24, rounded once"
            + " -0.24"))
      #expect(
        text.contains(
          "reward.premium: 0.3 kWh that count, at 2.00 USD, are 0.6, rounded once 0.60"))
      #expect(text.contains("0.24 USD of this home's penalty are disputed by the owner"))
      #expect(text.contains("The logbook has no such event"))
      // Without a signed head that covers it an entry has no proof, and that is said.
      #expect(text.contains("is in no signed checkpoint yet"))
      let json = try #require(
        try JSONSerialization.jsonObject(with: Data(packet.bytes(.json))) as? [String: Any])
      #expect(json["format"] as? String == "headroom.dispute-packet/1")
      let readings = try #require(json["readings"] as? [[String: Any]])
      // 800 Wh of baseline less 75 Wh, four times.
      #expect(readings.map { $0["actual_j"] as? String } == Array(repeating: "2610000", count: 4))
      #expect(readings.allSatisfy { $0["excusal"] is NSNull })
      let page = String(decoding: packet.bytes(.html), as: UTF8.self)
      #expect(page.contains("default-src 'none'") && !page.contains("<script"))
      let rows = String(decoding: packet.bytes(.csv), as: UTF8.self).split(separator: "\n")
      #expect(rows[0] == "part,row,name,value" && rows[1] == "dispute,1,hold,\(standing.hold)")
      #expect(throws: LedgerDesk.DisputeFault.noDispute(0)) {
        try desk.packet(of: 0, reports: world.reports, home: nil, zone: .utc)
      }
    }
  }
}
