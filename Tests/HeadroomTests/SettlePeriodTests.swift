import Foundation
import Testing

/// Golden numbers of settlement, reached by a shipped policy file and the command line.
@Suite struct `headroom settle of several events` {
  typealias Event = PeriodFiles.Event
  let times = PeriodFiles.times

  // S1: 15, 12, 0 and 13.5 kWh in events of three hours.
  private func season(_ flags: String = "") -> [Event] {
    ["1.25", "1", "0", "1.125"].enumerated().map { day, delivered in
      Event(
        id: "E-\(day)", start: "2026-07-0\(day + 6)T18:00:00Z", committed: times(12, "1.25"),
        delivered: times(12, delivered), flags: day == 2 ? flags : "")
    }
  }

  @Test(arguments: [
    ("", "zero", "928.13", "27/8"), ("optedOut", "zero", "928.13", "27/8"),
    ("optedOut", "excluded", "1237.50", "9/2"),
  ])
  func `pays the mean power of a season`(
    flags: String, optedOut: String, paid: String, mean: String
  ) throws {
    let settled = try PeriodFiles.settle(
      "ma-connected-solutions", [("    optedOut: zero", "    optedOut: \(optedOut)")],
      season(flags), minutes: 15)
    #expect(settled.of("reward.capacity") == [paid])
    #expect(settled.of("reward.capacity", "quantity") == [mean])
    #expect(settled.of("reward.capacity", "period") == ["summer 2026"])
    #expect(settled.parties == ["owner": paid, "payer": "-\(paid)"])
  }

  private func reserve(
    _ days: [(String, String)], _ count: Int = 16
  ) throws -> PeriodFiles.Settled {
    try PeriodFiles.settle(
      "coned-dlrp", [],
      days.enumerated().map { number, day in
        Event(
          id: "E-\(number)", start: "2026-\(day.0)T16:00:00Z", committed: times(count, "25"),
          delivered: times(count, day.1))
      }, minutes: 15, homes: "H1,O1,100,\n")
  }

  @Test func `pays reservation by performance, and energy beside it`() throws {
    let settled = try reserve([("07-06", "24"), ("07-07", "17.5")])
    #expect(settled.of("reward.availability") == ["1494.00"])
    #expect(settled.of("reward.energy") == ["384.00", "280.00"])
    #expect(settled.of("reward.energy", "kind") == times(2, "additionalReward"))
    #expect(settled.parties["payer"] == "-2158.00")
    let low = try reserve([("07-06", "5"), ("07-07", "6")])
    #expect(low.of("reward.availability") == ["0.00"])
    #expect(low.of("reward.availability", "reason") == ["performanceFloor"])
    let fifth = try reserve(
      [("06-01", "25"), ("06-02", "25"), ("06-03", "25"), ("06-04", "25"), ("07-06", "25")], 4)
    #expect(fifth.of("reward.availability", "period") == ["2026-06", "2026-07"])
    #expect(fifth.of("reward.availability") == ["1800.00", "2300.00"])
  }

  @Test(arguments: [("event", "20.00"), ("interval", "22.00")])
  func `nets in the event or by the interval`(netting: String, paid: String) throws {
    let settled = try PeriodFiles.settle(
      "ca-elrp-a4", [("netting: event", "netting: \(netting)")],
      [
        Event(
          id: "E", start: "2026-07-07T00:00:00Z", committed: times(4, "5"),
          delivered: ["5", "4", "2", "-1"])
      ], minutes: 15)
    #expect(settled.of("reward.energy") == [paid])
  }

  @Test func `pays tiers over the event hours of a month`() throws {
    let settled = try PeriodFiles.settle(
      "capacity-tiers", [],
      [
        Event(
          id: "E", start: "2026-07-07T20:00:00Z", committed: times(6, "500"),
          delivered: ["550", "450", "375", "350", "250", "0"])
      ], minutes: 60, homes: "H1,O1,500,\n")
    #expect(settled.of("reward.availability") == ["2300.00"])
    #expect(settled.parties == ["owner": "1840.00", "aggregator": "460.00", "payer": "-2300.00"])
  }

  private func levels(_ third: String) throws -> PeriodFiles.Settled {
    try PeriodFiles.settle(
      "surge-levels", [],
      [
        Event(
          id: "E", start: "2026-07-07T20:00:00Z", committed: times(4, "4"),
          delivered: ["4", "4.6", third, "4"], levels: [0, 1, 2, 2])
      ], minutes: 60)
  }

  @Test func `pays by level and shares the net, and a correction as the difference`() throws {
    let first = try levels("3.2")
    let penalties = ["owner": "13.26", "aggregator": "3.79", "utility": "1.33", "grid": "0.57"]
    for (party, amount) in penalties { #expect(first.parties[party] == amount) }
    #expect(first.parties["payer"] == "-20.30")
    #expect(first.of("reward.penalty") == ["-1.35"])
    let later = try levels("3.6")
    #expect(later.of("reward.penalty") == [])
    #expect(later.parties["payer"] == "-21.20")
    let parts = ["owner": "14.84", "aggregator": "4.24", "utility": "1.48", "grid": "0.64"]
    for (party, amount) in parts { #expect(later.parties[party] == amount) }
  }

  @Test func `cuts a month for a failed event`() throws {
    let settled = try PeriodFiles.settle(
      "ru-demand-response",
      [("byZone: {1: 350600, 2: 521000}", "amount: 450000")],
      [("06", "2000"), ("07", "1000")].map { day, delivered in
        Event(
          id: "E-\(day)", start: "2020-07-\(day)T10:00:00Z", committed: times(2, "2000"),
          delivered: times(2, delivered))
      }, minutes: 60, homes: "H1,O1,2000,\n")
    #expect(settled.of("reward.availability") == ["675000.00"])
    #expect(settled.of("reward.availability", "reason") == ["failedEvents"])
  }

  static let invented = [
    (
      "    strikes: {failedBelowPercent: 95, cutPercentPerFailure: 25}\n    toBeConfirmed:\n"
        + "      strikes: \"threshold and cut are illustrative; the pilot paid for successful "
        + "reduction\"\n",
      "  energy:\n    rate: {amount: 5, per: kWh}\n    line: additionalReward\n  penalty:\n"
        + "    rate: {amount: 10, per: kWh}\n    deadbandPercent: 0\n    caps: none\n"
    )
  ]

  @Test func `adds availability and energy and takes off the penalty`() throws {
    let settled = try PeriodFiles.settle(
      "ru-demand-response", Self.invented,
      [
        Event(
          id: "E", start: "2020-07-06T10:00:00Z", committed: times(4, "1000"),
          delivered: times(4, "900"))
      ], minutes: 60, homes: "H1,O1,1000,1\n")
    #expect(settled.of("reward.availability") == ["350600.00"])
    #expect(settled.of("reward.energy") == ["18000.00"])
    #expect(settled.of("reward.penalty") == ["-4000.00"])
    #expect(settled.parties["owner"] == "291680.00")  // 80 % of 364,600.00
    #expect(settled.parties["aggregator"] == "72920.00")
  }

  @Test func `pays months without events`() throws {
    let settled = try PeriodFiles.settle(
      "ru-demand-response", [], [], minutes: 60, homes: "H1,O1,1000,1\n",
      more: ["--from", "2020-07-01", "--to", "2020-09-30"])
    #expect(settled.of("reward.availability", "period") == ["2020-07", "2020-08", "2020-09"])
    #expect(settled.parties["payer"] == "-1051800.00")
  }

  @Test func `pays ordered flexibility and fines what is missing`() throws {
    for (delivered, net) in [
      ("750", "14.00"), ("500", "14.00"), ("250", "-4.00"), ("0", "-22.00"), ("-250", "-33.00"),
    ] {
      let settled = try PeriodFiles.settle(
        "shapeshifter-example", [],
        [
          Event(
            id: "E", start: "2026-07-06T10:00:00Z", committed: ["500"], delivered: [delivered])
        ], minutes: 15)
      #expect(settled.parties["aggregator"] == net)
    }
  }

  @Test func `pays an event's own price within its ends`() throws {
    for (price, paid) in [("100", "0.15"), ("2000", "2.00"), ("9000", "3.00")] {
      let settled = try PeriodFiles.settle(
        "gb-dfs", [],
        [
          Event(
            id: "E", start: "2023-12-06T17:00:00Z", committed: ["1"], delivered: ["1"],
            price: price)
        ], minutes: 30)
      #expect(settled.parties["owner"] == paid)
    }
  }

  @Test func `holds a home of which another party has another volume`() throws {
    try World.make { world in
      func file(_ name: String, _ delivered: String) throws -> String {
        try world.file(
          name,
          PeriodFiles.rows(
            [
              Event(
                id: "E", start: "2026-07-07T20:00:00Z", committed: ["1.20"],
                delivered: [delivered])
            ], minutes: 15))
      }
      let arguments = [
        "settle", "--policy", try PeriodFiles.policy(world, "surge-nameplate"), "--intervals",
        try file("ours.csv", "1.20"), "--json", "--other",
      ]
      let held = try Program.run(arguments + [try file("theirs.csv", "1.17")])
      #expect(held.status == 0, "\(held.notes)")
      #expect(held.notes.contains("E, H1: held, 1.2 kWh here and 1.17 kWh there"))
      let lines = try #require(try held.object()["lines"] as? [[String: Any]])
      #expect(lines.map { $0["status"] as? String } == ["held"])
      #expect(lines.map { $0["reason"] as? String } == ["volumesDiffer"])
      #expect(lines.map { $0["charged"] as? String } == ["0.00"])
      let paid = try Program.run(arguments + [try file("theirs.csv", "1.19")])
      #expect(
        try paid.object()["parties"] as? [String: String] == ["owner": "2.40", "payer": "-2.40"])
    }
  }

  @Test func `caps a penalty by what the month has earned`() throws {
    // 1.35 kWh asked of four homes; the third has delivered nothing in its second event.
    func event(_ id: String, _ day: String, _ site: String, _ delivered: String) -> Event {
      Event(
        id: id, start: "2026-07-\(day)T20:00:00Z", site: site, committed: ["1.35"],
        delivered: [delivered])
    }
    let settled = try PeriodFiles.settle(
      "surge-nameplate", [],
      [
        event("E", "07", "H1", "1.35"), event("E", "07", "H2", "0.9"),
        event("E", "07", "H3", "0"), event("E", "07", "H4", "1.6"),
        event("F", "08", "H4", "0"),
      ], minutes: 15)
    #expect(settled.of("reward.premium") == ["2.70", "1.80", "0.00", "2.70", "0.00"])
    #expect(settled.of("reward.penalty", "computed") == ["-0.13", "-0.49", "-0.49"])
    // H3 has earned nothing, H4 enough one day before.
    #expect(settled.of("reward.penalty") == ["-0.13", "0.00", "-0.49"])
    #expect(settled.of("reward.penalty", "reason") == ["", "penaltyCap", ""])
  }
}
