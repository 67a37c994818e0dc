import Grid
import Policies
import Testing

@Suite struct `A time zone file` {
  private func moment(_ text: String) throws -> Timestamp {
    try #require(Timestamp(rfc3339: text))
  }

  private func offset(_ zone: String, _ at: String) throws -> Int64 {
    try TimeZoneFile.load(zone).offsetSeconds(at: moment(at))
  }

  @Test(arguments: [
    ("America/Los_Angeles", "2016-11-06T08:59:59Z", -25_200),
    ("America/Los_Angeles", "2016-11-06T09:00:00Z", -28_800),
    ("America/Los_Angeles", "2025-03-09T10:00:00Z", -25_200),
    ("America/Los_Angeles", "2090-07-01T00:00:00Z", -25_200),
    ("America/Los_Angeles", "2090-01-01T00:00:00Z", -28_800),
    ("America/Los_Angeles", "2090-03-12T09:59:59Z", -28_800),
    ("America/Los_Angeles", "2090-03-12T10:00:00Z", -25_200),
    ("Australia/Lord_Howe", "2025-01-01T00:00:00Z", 39_600),
    ("Australia/Lord_Howe", "2025-07-01T00:00:00Z", 37_800),
    ("Australia/Lord_Howe", "2025-04-05T14:59:59Z", 39_600),
    ("Australia/Lord_Howe", "2025-04-05T15:00:00Z", 37_800),
    ("Pacific/Auckland", "2025-01-01T00:00:00Z", 46_800),
    ("Pacific/Auckland", "2090-07-01T00:00:00Z", 43_200),
    ("Asia/Tokyo", "2025-07-01T00:00:00Z", 32_400),
    ("Asia/Kolkata", "2090-07-01T00:00:00Z", 19_800),
    ("Europe/Dublin", "2090-07-01T00:00:00Z", 3_600),
    ("Europe/Dublin", "2090-01-01T00:00:00Z", 0),
    ("Europe/Moscow", "2026-01-01T00:00:00Z", 10_800),
    ("Etc/UTC", "2026-01-01T00:00:00Z", 0),
    ("UTC", "2026-01-01T00:00:00Z", 0),
  ]) func `gives the offset of a moment`(_ zone: String, _ at: String, _ seconds: Int64) throws {
    #expect(try offset(zone, at) == seconds)
  }

  @Test func `knows days of 23, 24, 25 and 24 and a half hours`() throws {
    func hours(_ zone: String, _ date: String) throws -> Int64 {
      let table = try TimeZoneFile.load(zone)
      let day = try #require(CivilDate(text: date))
      return table.startOfDay(day.adding(days: 1)).seconds(since: table.startOfDay(day)) / 1_800
    }
    #expect(try hours("America/Los_Angeles", "2016-11-06") == 50)
    #expect(try hours("America/Los_Angeles", "2016-03-13") == 46)
    #expect(try hours("America/Los_Angeles", "2090-11-05") == 50)
    #expect(try hours("Australia/Lord_Howe", "2025-04-06") == 49)
    #expect(try hours("Australia/Lord_Howe", "2025-10-05") == 47)
    #expect(try hours("UTC", "2025-10-05") == 48)
  }

  @Test func `is the table of its name`() throws {
    #expect(try TimeZoneFile.load("Europe/London").name == "Europe/London")
  }

  @Test(arguments: [
    "Mars/Olympus", "", "/etc/passwd", "../etc/passwd", "America/../UTC", "America/", "America",
    "posixrules ", "America/Los Angeles",
  ]) func `is refused when there is no such zone`(_ name: String) {
    #expect(throws: TimeZoneFile.Fault.unknownZone(name)) { try TimeZoneFile.load(name) }
  }

  @Test func `says what to install when the machine has none`() throws {
    let fault = TimeZoneFile.Fault.noZoneFiles(folder: "/nowhere")
    #expect(throws: fault) { try TimeZoneFile.load("Asia/Tokyo", folder: "/nowhere") }
    #expect(fault.description.contains("tzdata"))
  }

  @Test func `is refused when it is no zone file or breaks off`() {
    for bytes in [[], Array("TZif1".utf8), Array(repeating: UInt8(0), count: 200)] {
      #expect(throws: TimeZoneFile.Fault.malformed("X")) {
        try TimeZoneFile.parse(bytes, name: "X")
      }
    }
  }
}
