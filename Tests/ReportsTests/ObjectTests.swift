import Foundation
import Grid
import Reports
import Settlement
import Testing

@Suite struct `The object of a report` {
  private let report = Example.report()

  @Test func `S18: is canonical`() throws {
    let bytes = report.bytes(of: .json)
    let object = try JSONSerialization.jsonObject(with: Data(bytes))
    let sorted = try JSONSerialization.data(
      withJSONObject: object, options: [.sortedKeys, .withoutEscapingSlashes])
    #expect(Array(sorted) + [10] == bytes)
    #expect(report.bytes(of: .json) == bytes)
  }

  @Test func `says what it is and what it is of`() throws {
    let object = try object(report)
    #expect(object["format"] as? String == "headroom.settlement/1")
    #expect((object["run"] as? [String: Any])?["id"] as? String == "E-17.initial")
    #expect((object["policy"] as? [String: Any])?["sha256"] as? String == "\(Example.policy)")
    #expect((object["event"] as? [String: Any])?["start"] as? String == "2026-07-16T00:00:00Z")
    #expect((object["ledger"] as? [String: Any])?["lastIndex"] as? Int == 43)
    #expect((object["inputs"] as? [String: Any])?["readingsRoot"] is NSNull)
  }

  @Test func `has totals that its homes re-add`() throws {
    let object = try object(report)
    let totals = try #require(object["totals"] as? [String: Any])
    #expect(totals["askedWh"] as? Int == 6_000)
    #expect(totals["committedWh"] as? Int == 5_000)
    // H1 1,100 and H2 500, H4 1,000, H5 -50; H3 is not verified.
    #expect(totals["verifiedWh"] as? Int == 2_550)
    #expect(totals["creditedWh"] as? Int == 2_500)
    #expect(totals["shortfallWh"] as? Int == 2_500)
    #expect(totals["rounding"] as? String == "0.00")
    #expect(totals["held"] as? String == "2.00")
    let parties = try #require(totals["byParty"] as? [String: String])
    let homes = try #require(object["homes"] as? [[String: Any]])
    var sums: [String: Int64] = [:]
    for home in homes {
      for party in home["parties"] as? [[String: String]] ?? [] {
        sums[party["party"]!, default: 0] += millionths(party["amount"])
      }
    }
    #expect(sums == parties.mapValues { millionths($0) })
    #expect(parties == ["aggregator": "0.57", "owner": "2.27"])
  }

  @Test func `has exact fractions as text`() throws {
    let homes = try #require(try object(report)["homes"] as? [[String: Any]])
    let lines = try #require(homes[1]["lines"] as? [[String: Any]])
    #expect(lines[0]["exact"] as? [String: String] == ["num": "1", "den": "1"])
    #expect(lines[1]["exact"] as? [String: String] == ["num": "-4", "den": "25"])
    #expect(lines[0]["quantity"] as? [String: String] == ["num": "1", "den": "2"])
  }

  @Test func `escapes what would end a string`() throws {
    let title = "a \"b\" \\ c\n\t\u{1} <é>"
    let object = try object(Example.report(title: title))
    #expect((object["policy"] as? [String: Any])?["title"] as? String == title)
  }

  private func object(_ report: EventReport) throws -> [String: Any] {
    try #require(
      JSONSerialization.jsonObject(with: Data(report.bytes(of: .json))) as? [String: Any])
  }
}
