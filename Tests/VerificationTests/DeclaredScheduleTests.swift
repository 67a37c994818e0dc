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

  @Test func `is what the site is measured against`() {
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
