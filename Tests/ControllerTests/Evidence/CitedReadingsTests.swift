import Foundation
import Grid
import Ledger
import Policies
import Settlement
import Signing
import Storage
import Testing
import Verification
import Wire

@testable import Controller

/// The pair of homes with hours of two meters over four days, and a run that cites them.
struct CitedPair {
  let pair: SettledPair
  let folder: String
  let archive: MeterArchive
  var readings: String { folder + "/readings.db" }
  /// The entries: both rewards, and the penalty of H2.
  private(set) var entries: [UInt64] = []
  private(set) var cited: [CitedReadings] = []

  init(_ folder: String) throws {
    self.folder = folder
    pair = try SettledPair(folder)
    try pair.keepPolicy()
    archive = try MeterArchive(path: folder + "/readings.db")
    _ = try Self.take(Self.csv(), archive)
    cited = try Self.cite(pair, archive)
    var account = pair.account
    account.readings = cited
    let objects = account.evidence(utility: SettledPair.utility)
    try pair.book.keep(objects)
    entries = try pair.book.post(
      account.postings(
        in: pair.book, utility: SettledPair.utility,
        evidence: [Evidence(.report, SHA256.hash("intervals"))], homes: account.cited(objects)),
      currency: Samples.usd, now: Samples.now)
  }

  /// What the pair is settled from, when the baseline goes back to 9 July.
  static func cite(_ pair: SettledPair, _ archive: MeterArchive) throws -> [CitedReadings] {
    var performances = pair.account.performances
    for place in performances.indices {
      performances[place].oldestDay = CivilDate(text: "2026-07-09")!
    }
    return try ReadingsCiter(archive.store, policy: pair.policy, lastRecord: 0)
      .cite(pair.account.event, performances)
  }

  /// Hours of half a kilowatt-hour, 9 to 12 July; `change` gives another value, empty for no row.
  static func csv(_ change: (String) -> String? = { _ in nil }) -> [UInt8] {
    var text = "meter_id,start,duration_min,import_kwh,export_kwh,quality\n"
    for meter in ["m-H1", "m-H2"] {
      for day in 9...13 {
        for hour in 0..<24 {
          let start = "2026-07-\(day < 10 ? "0" : "")\(day)T\(hour < 10 ? "0" : "")\(hour):00:00Z"
          let value = change("\(meter) \(start)") ?? "0.5"
          if !value.isEmpty { text += "\(meter),\(start),60,\(value),0,A\n" }
        }
      }
    }
    return Array(text.utf8)
  }

  @discardableResult
  static func take(
    _ bytes: [UInt8], _ archive: MeterArchive, edit: (String, String)? = nil
  ) throws -> ImportSummary {
    let delivery = try MeterFiles.read(bytes, file: "m.csv")
    return try archive.take(
      delivery, raw: bytes, options: "", edit: edit.map { (author: $0.0, reason: $0.1) },
      at: Samples.now)
  }

  /// Another database with the same leaves and other readings, as after an edit behind its back.
  func forged(_ change: (String) -> String?) throws -> String {
    let path = folder + "/forged-\(UUID().uuidString).db"
    let other = try MeterArchive(path: path)
    try Self.take(Self.csv(change), other)
    try other.store.keep(cited: try cited.flatMap(\.days).map(kept))
    return path
  }

  /// What the database keeps of a cited day.
  func kept(_ day: CitedReadings.Day) throws -> NotarizedDay {
    try #require(
      try archive.store.cited(day.meter, on: day.day, zone: cited[0].zone, root: day.root))
  }

  func check(_ readings: String?) throws -> EvidenceCheck {
    try EvidenceCheck(
      pair.file, entry: nil, source: EvidenceSource(pair.file), readings: readings)
  }
}

@Suite struct `Readings that a settlement cites` {
  /// 10:00 of the wall clock in Los Angeles, three days before the event.
  static let hour = "2026-07-09T17:00:00Z"

  @Test func `are a root for each meter and day, and the same ones when cited again`() throws {
    try withFolder { folder in
      let world = try CitedPair(folder)
      #expect(world.entries.count == 3)
      #expect(world.cited.map(\.zone) == ["America/Los_Angeles", "America/Los_Angeles"])
      let own = world.cited[0].days
      #expect(own.map(\.meter.text) == Array(repeating: "m-H1", count: 4))
      #expect(own.map(\.day.description) == (9...12).map { "2026-07-\($0 < 10 ? "0" : "")\($0)" })
      // Local days: 07:00 UTC to 07:00 UTC.
      #expect(own.map(\.count) == [24, 24, 24, 24])
      #expect(Set(world.cited.flatMap(\.days).map(\.root)).count == 8, "every day has its own salt")
      #expect(try CitedPair.cite(world.pair, world.archive) == world.cited)
      // Notarizing the day gives the meters the same roots.
      var desk = try LedgerDesk(
        founding: folder + "/other.db", key: Samples.key, now: Samples.now)
      let zone = try TimeZoneFile.load("America/Los_Angeles")
      _ = try ReadingsNotary(world.archive, zone: zone).notarize(
        own[0].day, desk: &desk, notes: try ReadingsNotes(desk), now: Samples.now)
      let notarized = try world.archive.store.notarized(on: own[0].day, zone: zone.name)
      #expect(notarized.map(\.root) == world.cited.map { $0.days[0].root })
    }
  }

  @Test func `agree while nothing is altered`() throws {
    try withFolder { folder in
      let world = try CitedPair(folder)
      let check = try world.check(world.readings)
      #expect(check.findings.map(\.description) == [])
      let readings = try #require(check.readings)
      #expect(readings.days == 8 && readings.cameLater == 0 && readings.without == 0)
      #expect(check.settled == 3)
      // Without the database nothing is said of them.
      #expect(try world.check(nil).readings == nil)
    }
  }

  @Test func `name the one that was altered, with the entry that was settled from it`() throws {
    try withFolder { folder in
      let world = try CitedPair(folder)
      let forged = try world.forged { $0 == "m-H2 \(Self.hour)" ? "0.6" : nil }
      let check = try world.check(forged)
      #expect(check.findings.map(\.code) == ["readingAltered"])
      let finding = try #require(check.findings.first)
      #expect(world.entries[1...].contains(finding.entries.lowerBound))
      #expect(
        finding.detail.hasPrefix(
          "the reading of m-H2 from 2026-07-09T17:00:00Z on 2026-07-09 is now import 2160000 J, "
            + "export 0 J, A; its leaf was "))
      #expect(!check.isSound && check.settled == 3)
    }
  }

  @Test func `name one of a home that is owed nothing, though no entry cites it`() throws {
    try withFolder { folder in
      let pair = try SettledPair(folder)
      let archive = try MeterArchive(path: folder + "/readings.db")
      try CitedPair.take(CitedPair.csv(), archive)
      var account = pair.account
      account.readings = try CitedPair.cite(pair, archive)
      try pair.book.keep(account.evidence(utility: SettledPair.utility))
      func check() throws -> EvidenceCheck {
        try EvidenceCheck(
          pair.file, entry: nil, source: EvidenceSource(pair.file),
          readings: folder + "/readings.db")
      }
      let sound = try check()
      #expect(sound.isSound && sound.settled == 0 && sound.readings?.days == 8)
      let edited = CitedPair.csv { $0 == "m-H2 \(Self.hour)" ? "0.6" : nil }
      try CitedPair.take(edited, archive, edit: ("op-1", "read by hand"))
      let found = try check().findings
      #expect(found.map(\.code) == ["readingReplaced"] && found[0].entries.isEmpty)
    }
  }

  @Test func `name one that a person replaced, and say who and why`() throws {
    try withFolder { folder in
      let world = try CitedPair(folder)
      let edited = CitedPair.csv { $0 == "m-H1 \(Self.hour)" ? "0.6" : nil }
      let summary = try CitedPair.take(edited, world.archive, edit: ("op-1", "read by hand"))
      #expect(summary.edited == 1)
      let check = try world.check(world.readings)
      #expect(check.findings.map(\.code) == ["readingReplaced"])
      #expect(check.findings.map(\.entries) == [world.entries[0]..<world.entries[0] + 1])
      #expect(
        check.findings[0].detail.contains(
          "is now import 2160000 J, export 0 J, E, edited at 2026-07-15T00:00:00Z by op-1: "
            + "read by hand; its leaf was "))
    }
  }

  @Test func `name one that is gone, and only count one that came later`() throws {
    try withFolder { folder in
      let world = try CitedPair(folder)
      let check = try world.check(try world.forged { $0 == "m-H1 \(Self.hour)" ? "" : nil })
      #expect(check.findings.map(\.code) == ["readingMissing"])
      #expect(
        check.findings[0].detail.hasPrefix(
          "the reading of m-H1 from 2026-07-09T17:00:00Z on 2026-07-09 is not there; its leaf was"))
    }
    try withFolder { folder in
      // Settled while an hour was missing, which came afterwards.
      let path = folder + "/late.db"
      let archive = try MeterArchive(path: path)
      try CitedPair.take(CitedPair.csv { $0 == "m-H1 \(Self.hour)" ? "" : nil }, archive)
      let pair = try SettledPair(folder)
      let cited = try CitedPair.cite(pair, archive)
      #expect(cited[0].days.map(\.count) == [23, 24, 24, 24])
      try CitedPair.take(CitedPair.csv(), archive)
      var account = pair.account
      account.readings = cited
      var found = try CitedReadingsCheck(path)
      for (place, object) in account.evidence(utility: SettledPair.utility).enumerated() {
        let evidence = try HomeEvidence(bytes: object.body)
        #expect(evidence.readings == cited[place])
        found.note(evidence, try #require(evidence.readings), entry: UInt64(place))
      }
      try found.run()
      #expect(found.findings.isEmpty && found.cameLater == 1 && found.days == 8)
    }
  }

  @Test func `are not believed without leaves under their root`() throws {
    try withFolder { folder in
      let world = try CitedPair(folder)
      let bare = folder + "/bare.db"
      try CitedPair.take(CitedPair.csv(), try MeterArchive(path: bare))
      let check = try world.check(bare)
      #expect(
        check.findings.count == 8 && check.findings.allSatisfy { $0.code == "readingsMissing" })
      #expect(check.findings[0].detail.contains("keeps no leaves of m-H1 on 2026-07-09 under the"))
      // Leaves that were renewed with the readings do not lead to the root that is cited.
      let renewed = folder + "/renewed.db"
      let other = try MeterArchive(path: renewed)
      try CitedPair.take(CitedPair.csv { $0 == "m-H1 \(Self.hour)" ? "0.6" : nil }, other)
      for day in world.cited.flatMap(\.days) {
        var state = try world.kept(day)
        state.leaves[0] = state.leaves[1]
        try other.store.keep(cited: [state])
      }
      let again = try world.check(renewed)
      #expect(
        again.findings.count == 8 && again.findings.allSatisfy { $0.code == "readingsMissing" })
      #expect(again.findings[0].detail.contains("do not lead to the root"))
    }
  }

  @Test func `of the last run of a home count`() throws {
    try withFolder { folder in
      let world = try CitedPair(folder)
      let edited = CitedPair.csv { $0 == "m-H1 \(Self.hour)" ? "0.6" : nil }
      try CitedPair.take(edited, world.archive, edit: ("op-1", "read by hand"))
      let later = try CitedPair.cite(world.pair, world.archive)
      #expect(later[1] == world.cited[1] && later[0].days[1...] == world.cited[0].days[1...])
      #expect(later[0].days[0].root != world.cited[0].days[0].root)
      var account = world.pair.account
      for readings in [world.cited, later] {
        account.readings = readings
        let evidence = try HomeEvidence(
          bytes: account.evidence(utility: SettledPair.utility)[0].body)
        var check = try CitedReadingsCheck(world.readings)
        check.note(evidence, readings[0], entry: 7)
        try check.run()
        #expect(check.findings.map(\.code) == (readings == later ? [] : ["readingReplaced"]))
      }
      var both = try CitedReadingsCheck(world.readings)
      for (place, readings) in [world.cited, later].enumerated() {
        account.readings = readings
        let evidence = try HomeEvidence(
          bytes: account.evidence(utility: SettledPair.utility)[0].body)
        both.note(evidence, readings[0], entry: UInt64(place))
      }
      try both.run()
      #expect(both.findings.isEmpty && both.days == 4)
    }
  }

  @Test func `make the second version of evidence, and no other form of it`() throws {
    try withFolder { folder in
      let world = try CitedPair(folder)
      var account = world.pair.account
      let first = account.evidence(utility: SettledPair.utility)[0].body
      #expect(try HomeEvidence(bytes: first).readings == nil)
      account.readings = world.cited
      let second = account.evidence(utility: SettledPair.utility)[0].body
      #expect(try HomeEvidence(bytes: second).bytes == second)
      // Key 0, the version, is the first of the map.
      #expect(Array(first[..<3]) == [0xB2, 0, 1] && Array(second[..<3]) == [0xB3, 0, 2])
      for (bytes, version) in [(first, UInt8(2)), (second, 1), (second, 3)] {
        var other = bytes
        other[2] = version
        #expect(throws: HomeEvidence.Fault.self) { try HomeEvidence(bytes: other) }
      }
      // A day that is none, and a count of nothing.
      for (count, day) in [(0, own(world).day), (24, CivilDate(dayNumber: 1))] {
        let cited = CitedReadings(
          zone: "UTC", lastRecord: 0,
          days: [.init(meter: own(world).meter, day: day, count: count, root: own(world).root)])
        account.readings = [cited, world.cited[1]]
        let bytes = account.evidence(utility: SettledPair.utility)[0].body
        #expect(throws: HomeEvidence.Fault.self) { try HomeEvidence(bytes: bytes) }
      }
    }
  }

  private func own(_ world: CitedPair) -> CitedReadings.Day { world.cited[0].days[0] }
}
