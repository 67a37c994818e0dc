import Grid
import Testing
import Verification

/// What a result rests on, named so that another party can come to the same.
@Suite struct `The inputs of a result` {
  static let event = Samples.event("2025-08-14T17:00", "2025-08-14T19:00")
  static let terms = Samples.terms(baseline: Samples.recent(3))
  static let plan = PreparedEvent(event, terms: terms)

  static func data(_ change: (CivilDate, Int) -> Int64? = { _, _ in 1_000 }) -> SiteData {
    Samples.data(
      Samples.series(from: "2025-06-01", through: "2025-08-15") { change($0, Int($1)) })
  }

  @Test func `are lines that begin with site and event, and follow the readings`() throws {
    let bytes = Self.data().inputBytes(of: Self.plan)
    let lines = String(decoding: bytes, as: UTF8.self).split(
      separator: "\n", omittingEmptySubsequences: false)
    let start = Self.event.window.start
    #expect(
      lines.prefix(3) == [
        "headroom-inputs-v1", "\(Self.data().site)",
        "\(start.microseconds) \(Self.event.window.end.microseconds)",
      ])
    #expect(lines[3] == "site \(Self.data().siteMeter!.meter) 3600")
    #expect(lines.contains("\(start.seconds) 3600000 A"))
    #expect(lines.suffix(3) == ["event days ", "excluded ", ""])
    // 45 days before the event's and a day before them, the event's day to 19:00 and a day more.
    #expect(lines.count == 3 + 1 + (46 * 24 + 24 + 19) + 3)
  }

  @Test func `change with every reading that may count, and with no other`() {
    let bytes = Self.data().inputBytes(of: Self.plan)
    #expect(Self.data().inputBytes(of: Self.plan) == bytes)
    func changed(_ date: String) -> [UInt8] {
      Self.data { $0 == Samples.date(date) && $1 == 1_020 ? 999 : 1_000 }.inputBytes(of: Self.plan)
    }
    #expect(changed("2025-08-14") != bytes)
    #expect(changed("2025-06-30") != bytes)
    #expect(changed("2025-06-10") == bytes)
    var other = Self.data()
    other.eventDays = [Samples.date("2025-08-01")]
    #expect(other.inputBytes(of: Self.plan) != bytes)
  }

  @Test func `stand in the explanation with what came after the event`() {
    var explanation = Verifier.explain(Self.data(), using: Self.plan)
    #expect(explanation.after == Energy(wattHours: 4_000))
    #expect(!explanation.text.contains("inputs"))
    explanation.inputDigest = Digest(bytes: Array(repeating: 0xab, count: 32))!
    #expect(
      explanation.text.contains(
        "inputs  SHA-256 " + String(repeating: "ab", count: 32) + "\n"))
    let gap = Verifier.explain(
      Self.data { $0 == Samples.date("2025-08-14") && $1 == 1_260 ? nil : 1_000 }, using: Self.plan)
    #expect(gap.after == nil, "a missing value is never zero")
  }
}

@Suite struct `A meter whose clock is off` {
  @Test func `is refused for that, and not for its data`() {
    let event = `The inputs of a result`.event
    var data = `The inputs of a result`.data { date, minute in
      date == Samples.date("2025-08-14") && (1_020..<1_140).contains(minute) ? nil : 1_000
    }
    func verdict() -> Verdict {
      Verifier.verify(data, event: event, terms: `The inputs of a result`.terms).verdict
    }
    #expect(verdict() == .refused(.eventDataMissing(missing: 2, of: 2)))
    data.untrustedDates = [Samples.date("2025-08-14")]
    #expect(verdict() == .refused(.clockUntrusted(missing: 2, of: 2)))
    data.untrustedDates = [Samples.date("2025-08-13")]
    #expect(verdict() == .refused(.eventDataMissing(missing: 2, of: 2)))
  }
}
