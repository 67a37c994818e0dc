import Foundation
import Grid
import Testing
import Verification

@Suite struct `A declared schedule` {
  static let event = Samples.event("2025-08-14T17:00", "2025-08-14T19:00")
  static let digest = Digest(bytes: Array(repeating: 1, count: 32))!

  static func schedule(
    _ wattHours: [Int64] = [100_000, 100_000], at: String = "2025-08-14T12:00",
    found: Digest = digest, site: SiteID = Samples.site
  ) -> DeclaredSchedule {
    DeclaredSchedule(
      site: site, start: event.window.start, intervalSeconds: 3_600,
      energies: wattHours.map { Energy(wattHours: $0) }, declaredAt: Samples.moment(at),
      digest: found, frozenDigest: digest)
  }

  static func verify(_ schedule: DeclaredSchedule?, _ measured: [Int64] = [85_000, 78_000])
    -> Performance
  {
    var terms = Samples.terms(baseline: BaselineTerms(kind: .declared))
    terms.baseline.gateClosureMinutes = 120
    let meter = IntervalSeries(
      meter: Samples.meter, startSecond: event.window.start.seconds, intervalSeconds: 3_600,
      energies: measured.map { Energy(wattHours: $0) })
    var data = Samples.data(meter)
    data.declared = schedule
    return Verifier.verify(data, event: event, terms: terms)
  }

  @Test func `V2: is what the site is measured against`() {
    // V2: plan 100 kW, measured 85 and 78.
    let result = Self.verify(Self.schedule())
    #expect(result.verdict == .verified)
    #expect(result.reductionWattHours == [15_000, 22_000])
    #expect(Self.verify(Self.schedule(), [100_000, 100_000]).reduction == .zero)
  }

  @Test func `counts only if it came before the gate and covers the event`() {
    #expect(Self.verify(nil).verdict == .refused(.notDeclared))
    #expect(Self.verify(Self.schedule(at: "2025-08-14T15:00")).verdict == .verified)
    #expect(Self.verify(Self.schedule(at: "2025-08-14T15:01")).verdict == .refused(.notDeclared))
    #expect(Self.verify(Self.schedule([100_000])).verdict == .refused(.notDeclared))
    let other = Self.schedule(site: SiteID("S-1")!)
    #expect(Self.verify(other).verdict == .refused(.notDeclared))
  }

  @Test func `that was changed after the gate is refused`() {
    let found = Digest(bytes: Array(repeating: 2, count: 32))!
    #expect(
      Self.verify(Self.schedule(found: found)).verdict
        == .refused(.scheduleChanged(frozen: Self.digest, found: found)))
  }

  @Test func `in force is the last one before the gate`() {
    let versions = ["12:00", "14:59", "14:00", "15:01"].map {
      Self.schedule(at: "2025-08-14T" + $0)
    }
    let found = DeclaredSchedule.inForce(
      versions, eventStart: Self.event.window.start, gateClosureMinutes: 120)
    #expect(found?.declaredAt == Samples.moment("2025-08-14T14:59"))
    #expect(
      DeclaredSchedule.inForce(
        [versions[3]], eventStart: Self.event.window.start, gateClosureMinutes: 120) == nil)
  }

  @Test func `has canonical bytes`() {
    let bytes = DeclaredSchedule.canonicalBytes(
      site: SiteID("S-00001")!, start: Timestamp(microseconds: 1_784_124_000_000_000),
      intervalSeconds: 3_600,
      energies: [Energy(joules: 360_000_000), Energy(joules: 360_000_000)])
    #expect(bytes.count == 73)
    #expect(
      String(decoding: bytes, as: UTF8.self)
        == "headroom-schedule-v1\nS-00001\n3600\n1784124000000000\n2\n360000000\n360000000\n")
    #expect(Self.schedule().canonicalBytes.starts(with: Array("headroom-schedule-v1\n".utf8)))
  }

  @Test(.enabled(if: FileManager.default.isExecutableFile(atPath: "/usr/bin/sha256sum")))
  func `has the digest of the published example`() throws {
    let bytes = DeclaredSchedule.canonicalBytes(
      site: SiteID("S-00001")!, start: Timestamp(microseconds: 1_784_124_000_000_000),
      intervalSeconds: 3_600,
      energies: [Energy(joules: 360_000_000), Energy(joules: 360_000_000)])
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/sha256sum")
    let input = Pipe()
    let output = Pipe()
    process.standardInput = input
    process.standardOutput = output
    try process.run()
    input.fileHandleForWriting.write(Data(bytes))
    try input.fileHandleForWriting.close()
    let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    #expect(
      text.prefix(64) == "d4fd82adeb98ed3a35a9327e1b7d7aa7f9fa183649f459fc890f6ad706171562")
  }
}

@Suite struct `The accuracy of declared schedules` {
  /// Hours of 17 and 18 of each day: `actual` used, `declared` told at noon; the event is not
  /// among them.
  static func site(
    declared: [Int64], actual: [Int64] = Array(repeating: 100, count: 10), outside: Int64 = 0
  ) -> SiteData {
    let last = Samples.date("2025-08-14")
    let meter = Samples.series(from: "2025-07-01", through: "2025-08-14") { date, minute in
      guard minute / 60 == 17 || minute / 60 == 18 else { return 50_000 }
      let back = Int(last.dayNumber - date.dayNumber)
      return back >= 1 && back <= actual.count ? actual[back - 1] * 1_000 : 80_000
    }
    var site = Samples.data(meter)
    func schedule(_ back: Int, _ wattHours: [Int64], from hour: Int = 17) -> DeclaredSchedule {
      let day = last.adding(days: Int64(-back))
      let text = hour < 10 ? "0\(hour)" : "\(hour)"
      return DeclaredSchedule(
        site: Samples.site, start: Samples.moment("\(day)T\(text):00"), intervalSeconds: 3_600,
        energies: wattHours.map { Energy(wattHours: $0) },
        declaredAt: Samples.moment("\(day)T00:00"), digest: `A declared schedule`.digest,
        frozenDigest: `A declared schedule`.digest)
    }
    let plain: [Int64] = [50_000, 50_000]
    let inflated: [Int64] = [50_000 + outside, 50_000 + outside]
    site.declared = schedule(0, inflated + [100_000, 100_000], from: 15)
    site.declaredHistory =
      declared.indices.map { place in
        schedule(
          place + 1, plain + [declared[place] * 1_000, declared[place] * 1_000], from: 15)
      } + [site.declared!]
    return site
  }

  static func verify(_ site: SiteData, rrmse: Int32? = 20, bias: Int32? = 4) -> Performance {
    var terms = Samples.terms(baseline: BaselineTerms(kind: .declared))
    terms.baseline.gateClosureMinutes = 120
    terms.baseline.eligibility = .init(
      rrmse: rrmse.map { Percent(whole: $0)! }, bias: bias.map { Percent(whole: $0)! })
    return Verifier.verify(site, event: `A declared schedule`.event, terms: terms)
  }

  @Test func `allows a schedule that is right on the whole`() {
    // 110, 90, 100, 100 for 100: an error of 7.07 %, no bias.
    let declared: [Int64] = [110, 90, 100, 100, 110, 90, 100, 100, 100, 100]
    #expect(Self.verify(Self.site(declared: declared)).verdict == .verified)
  }

  @Test func `refuses an inflated plan by its bias alone`() {
    let declared = Array(repeating: Int64(110), count: 10)
    #expect(
      Self.verify(Self.site(declared: declared)).verdict
        == .refused(
          .scheduleTooInaccurate(
            days: 10, needed: 10, rrmseHundredths: 1_000, biasHundredths: 1_000)))
    #expect(Self.verify(Self.site(declared: declared), bias: nil).verdict == .verified)
  }

  @Test func `wants ten days`() {
    let few = Self.verify(Self.site(declared: Array(repeating: 100, count: 9)))
    guard case .refused(let reason) = few.verdict else {
      Issue.record("nine days are too few")
      return
    }
    #expect(reason.code == "scheduleTooInaccurate")
    #expect(
      reason.sentence == "Schedules of 9 recent days without event can be tried; 10 are needed.")
  }

  @Test func `shows a plan that is inflated on the event's day only`() {
    let honest = Array(repeating: Int64(100), count: 10)
    #expect(!Self.verify(Self.site(declared: honest)).flagCodes.contains("scheduleInflated"))
    let inflated = Self.verify(Self.site(declared: honest, outside: 10_000))
    // 20 kWh above 100 kWh used in the two hours before; nothing on other days.
    #expect(inflated.flags == [.scheduleInflated(biasHundredths: 2_000, usualHundredths: 0)])
    #expect(inflated.verdict == .verified)
    #expect(inflated.flags[0].evidence == "bias 20 %, on other days 0 %")
    #expect(!inflated.flags[0].holdsResult)
  }
}

@Suite struct `Energy that is in doubt as a whole` {
  static let day = Samples.series(from: "2025-08-01", through: "2025-08-14") { _, _ in 1_000 }
  static let event = Samples.event("2025-08-14T17:00", "2025-08-14T18:00")
  static let terms = Samples.terms(baseline: Samples.recent(5))

  @Test func `is not verified again when another programme claimed it first`() {
    var site = Samples.data(Self.day)
    site.claimedBy = "programme other, event E-9,"
    let result = Verifier.verify(site, event: Self.event, terms: Self.terms)
    #expect(result.verdict == .refused(.alreadyClaimed(by: "programme other, event E-9,")))
    #expect(result.reduction == nil)
    guard case .refused(let reason) = result.verdict else { return }
    #expect(reason.sentence == "programme other, event E-9, claimed this energy first.")
  }

  @Test func `waits for a person where two enrolments share a service point`() {
    var site = Samples.data(Self.day)
    site.sharedWith = [SiteID("S-2")!]
    let result = Verifier.verify(site, event: Self.event, terms: Self.terms)
    #expect(result.verdict == .verified)
    #expect(result.flags.contains(.splitSites([SiteID("S-2")!])))
    #expect(result.flags.contains { $0.holdsResult && $0.evidence == "with S-2" })
  }
}
