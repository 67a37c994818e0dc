import Engine
import Foundation
import Grid
import Ledger
import Policies
import Settlement
import Signing
import Storage
import Testing
import Verification

@testable import Controller

/// Two homes of one event in a book: one gave all, one gave three tenths.
struct SettledPair {
  static let policyBytes = try! Array(
    Data(
      contentsOf: URL(
        filePath: `A configuration`.root + "/policies/surge-ten-percent.yaml")))
  static let utility = UtilityID("acme")!

  let file: String
  let policy: Policy
  let account: EventAccount
  let book: LedgerKeeper
  let store: SQLiteMainStore
  let objects: [StoredEvidence]
  /// The bytes of its policy.
  let rules: [UInt8]

  /// - Parameters:
  ///   - edits: What is changed in the shipped policy, by the text that it replaces.
  ///   - given: What the homes gave in each quarter of an hour, in watt-hours.
  init(
    _ folder: String, edits: [(String, String)] = [], given: [Int64] = [250, 75],
    signalPrice: Int64? = nil
  ) throws {
    file = folder + "/headroom.db"
    store = try SQLiteMainStore(path: file)
    book = try LedgerKeeper(store: store, key: Samples.key, now: Samples.now)
    var text = String(decoding: Self.policyBytes, as: UTF8.self)
    for (old, new) in edits {
      try #require(text.contains(old), "the shipped policy has no \(old)")
      text = text.replacingOccurrences(of: old, with: new)
    }
    rules = Array(text.utf8)
    policy = try Policy.load(bytes: rules, file: "policy.yaml")
    let intervals = (0..<4).map { quarter in
      EventInterval(
        window: Window(
          start: Samples.hour.start.adding(seconds: quarter * 900),
          end: Samples.hour.start.adding(seconds: quarter * 900 + 900))!, level: 2)
    }
    let each = Energy(wattHours: 250)
    var event = EventCase(
      id: EventID("peak")!, window: Samples.hour, intervals: intervals, isTest: false,
      noticeAt: Samples.hour.start.adding(seconds: -3_600),
      homes: ["H1", "H2"].map { name in
        EventCase.Home(
          site: SiteID(name)!, owner: OwnerID(name)!, batteries: [BatteryID("b-" + name)!],
          siteMeter: MeterID("m-" + name)!, batteryMeters: [], ratedPower: Power(watts: 5_000),
          capacity: Energy(wattHours: 13_500),
          commitment: Commitment(
            intervals: intervals.map { _ in
              CommittedInterval(rewardBase: each, penaltyBase: each)
            }))
      })
    event.signalPrice = signalPrice
    let performances = zip(event.homes, given).map { home, given in
      Performance(
        site: home.site, verdict: .verified,
        intervals: intervals.map { interval in
          let baseline = Energy(wattHours: 800)
          let reduction = Energy(wattHours: given)
          return IntervalPerformance(
            window: interval.window, baseline: baseline, unadjusted: baseline,
            actual: baseline - reduction, reduction: reduction, quality: .actual,
            status: .verified)
        })
    }
    account = EventAccount(
      event, policy: policy, performances: performances,
      run: policy.settlement.runs.first(where: \.isPayable)!, payer: .escrow)
    objects = account.evidence(utility: Self.utility)
    try book.open(
      account.ownerAccounts + [
        .init("bank:main", .bank), .init("event:peak:escrow", .escrow),
        .init("programme:\(policy.dispatch.programme):penalty", .penalty),
      ]
        + (policy.eventProgramme == nil
          ? [] : EscrowCover.accounts(event: event.id, utility: Self.utility, policy: policy)),
      now: Samples.now)
    let money = Money(millionths: 10_000_000)
    _ = try book.post(
      [
        .init(
          key: IdempotencyKey(bytes: [UInt8](repeating: 1, count: 16))!, reason: "deposit",
          event: nil, effective: Samples.hour,
          legs: [("bank:main", -money), ("event:peak:escrow", money)])
      ], currency: Samples.usd, now: Samples.now)
    try book.keep(objects + (account.whole(objects).map { [$0.stored] } ?? []))
  }

  /// What the run posts; with `edit` what a false operator makes of it.
  @discardableResult
  func post(isOlder: Bool = false, _ edit: (inout [LedgerKeeper.Posting]) -> Void = { _ in })
    throws -> [UInt64]
  {
    var postings = account.postings(
      in: book, utility: Self.utility,
      evidence: [Evidence(isOlder ? .performance : .report, SHA256.hash("intervals"))]
        + (account.whole(objects).map { [Evidence(.document, $0.stored.hash)] } ?? []),
      homes: isOlder ? [:] : account.cited(objects))
    edit(&postings)
    return try book.post(postings, currency: Samples.usd, now: Samples.now)
  }

  /// The codes and entries that are found, with the evidence of `source`.
  func found(_ source: String? = nil, policies: String? = nil, entry: UInt64? = nil) throws
    -> [String]
  {
    let check = try EvidenceCheck(
      file, entry: entry, source: EvidenceSource(source ?? file, policies: policies))
    return check.findings.map { "\($0.code) \($0.entries.lowerBound)" }
  }

  func keepPolicy() throws {
    try store.keep(
      evidence: rules, kind: Int(EvidenceKind.document.rawValue), hash: policy.hash)
  }
}

@Suite struct `Settling again from evidence` {
  @Test func `gives every posting of the run, rewards and penalties`() throws {
    try withFolder { folder in
      let pair = try SettledPair(folder)
      let indexes = try pair.post()
      // H1 1 kWh at 2.00; H2 0.3 kWh, and 0.6 kWh missing after the deadband at 0.40.
      #expect(pair.account.result.homes.map(\.rewards.millionths) == [2_000_000, 600_000])
      #expect(pair.account.result.homes.map(\.penalties.millionths) == [0, 240_000])
      #expect(indexes.count == 3)
      #expect(try pair.found() == indexes.map { "policyMissing \($0)" })
      try pair.keepPolicy()
      let check = try EvidenceCheck(pair.file, entry: nil, source: EvidenceSource(pair.file))
      #expect(check.isSound && check.settled == 3 && check.older == 0)
      #expect(try pair.found(entry: indexes[2]) == [])
      #expect(try pair.found(entry: indexes[0] - 1) == ["notSettled \(indexes[0] - 1)"])
      #expect(try pair.found(entry: 99) == ["missing 99"])
      // Again: nothing is added.
      #expect(try pair.post() == indexes)
    }
  }

  @Test func `names evidence that is altered, absent or of another form`() throws {
    try withFolder { folder in
      let pair = try SettledPair(folder)
      let indexes = try pair.post()
      let desk = try LedgerDesk(opening: pair.file)
      let out = folder + "/evidence"
      #expect(try desk.exportEvidence(to: out) == 2)
      let policies = `A configuration`.root + "/policies"
      #expect(try pair.found(out, policies: policies) == [])
      let second = out + "/\(pair.objects[1].hash)"
      // Any one byte: all of them.
      for place in pair.objects[1].body.indices {
        var bytes = pair.objects[1].body
        bytes[place] ^= 1
        try Data(bytes).write(to: URL(filePath: second))
        #expect(
          try pair.found(out, policies: policies)
            == indexes[1...].map { "evidenceAltered \($0)" }, "byte \(place)")
        if place > 8 { break }
      }
      try FileManager.default.removeItem(atPath: second)
      #expect(
        try pair.found(out, policies: policies) == indexes[1...].map { "evidenceMissing \($0)" })
      // What no entry cites is held to its hash, too.
      let uncited = SHA256.hash("of a home that is owed nothing")
      try Data("another".utf8).write(to: URL(filePath: out + "/\(uncited)"))
      try Data("no object".utf8).write(to: URL(filePath: out + "/README"))
      let check = try EvidenceCheck(
        pair.file, entry: nil, source: EvidenceSource(out, policies: policies))
      #expect(
        check.findings.last?.description
          == "evidenceAltered: \(uncited), which no entry cites, has the SHA-256 "
          + "\(SHA256.hash("another"))")
      #expect(check.findings.count == indexes.count)
      try FileManager.default.removeItem(atPath: out + "/\(uncited)")
      // Exporting again brings it back.
      #expect(try desk.exportEvidence(to: out) == 2)
      #expect(try pair.found(out, policies: policies) == [])
      try Data("version: 2".utf8).write(to: URL(filePath: out + "/\(pair.policy.hash)"))
      #expect(try pair.found(out) == indexes.map { "policyAltered \($0)" })
    }
  }

  @Test func `finds an entry that its evidence does not give`() throws {
    try withFolder { folder in
      let pair = try SettledPair(folder)
      try pair.keepPolicy()
      let indexes = try pair.post { postings in
        let more = Money(millionths: 10_000)
        postings[0].legs[0].amount = postings[0].legs[0].amount - more
        postings[0].legs[1].amount = postings[0].legs[1].amount + more
        postings[1].key = IdempotencyKey(bytes: [UInt8](repeating: 9, count: 16))!
        postings[2].rule = SHA256.hash("another policy")
      }
      #expect(
        try pair.found() == [
          "postingsDiffer \(indexes[0])", "keyDiffers \(indexes[1])", "ruleDiffers \(indexes[2])",
        ])
      let detail = try EvidenceCheck(
        pair.file, entry: indexes[0], source: EvidenceSource(pair.file)
      ).findings[0].detail
      #expect(
        detail == "the entry moves event:peak:escrow -2010000, owner:H1 2010000; its evidence "
          + "gives event:peak:escrow -2000000, owner:H1 2000000 (millionths)")
    }
  }

  @Test func `reads entries of older ledgers, and counts them`() throws {
    try withFolder { folder in
      let pair = try SettledPair(folder)
      let indexes = try pair.post(isOlder: true)
      let check = try EvidenceCheck(pair.file, entry: nil, source: EvidenceSource(pair.file))
      #expect(check.isSound && check.settled == 0 && check.older == 3)
      #expect(try pair.found(entry: indexes[0]) == ["noObject \(indexes[0])"])
      // The same run in the newer form is another request under the same key.
      #expect(throws: LedgerKeeper.Fault.self) { try pair.post() }
    }
  }
}
