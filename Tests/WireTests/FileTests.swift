import Grid
import Testing

@testable import Wire

/// The faults of `body`, one line each; empty when there are none.
func faults(_ body: () throws(FileFaults) -> Void) -> [String] {
  do throws(FileFaults) {
    try body()
    return []
  } catch {
    return error.list.map(\.description)
  }
}

@Suite struct `A fleet file` {
  private static let header =
    "battery_id,gateway_id,site_id,owner_id,node_id,capacity_wh,max_discharge_w,max_charge_w,"
    + "discharge_efficiency_pct,reserve_pct,export_limit_w"

  @Test func `has a battery in each row, in its order`() throws {
    let text = """
      \(Self.header),soc_pct,site_meter_id,battery_meter_id
      b2,g1,s1,o1,n1,13500,5000,4800,95.5,20,,80.25,m1,m2
      b1,g1,s2,o1,n1,13500,5000,4800,95.5,20,0,,,

      """
    let fleet = try FleetFile.parse(text.bytes, file: "fleet.csv")
    #expect(fleet.map(\.battery.text) == ["b2", "b1"])
    #expect(fleet[0].capacity == Energy(wattHours: 13_500))
    #expect(fleet[0].dischargeEfficiency == Percent(hundredths: 9_550))
    #expect(fleet[0].exportLimit == nil && fleet[1].exportLimit == .zero)
    #expect(fleet[0].charge == Percent(hundredths: 8_025) && fleet[1].charge == nil)
    #expect(fleet[0].siteMeter.text == "m1" && fleet[0].batteryMeter.text == "m2")
    #expect(fleet[1].siteMeter.text == "s2" && fleet[1].batteryMeter.text == "b1")
    #expect(try FleetFile.parse(FleetFile.encode(fleet), file: "again") == fleet)
    #expect(fleet.allSatisfy { $0.vendor == nil })
    #expect(!String(decoding: FleetFile.encode(fleet), as: UTF8.self).contains("vendor"))
  }

  @Test func `may name whose interface a battery is reached through`() throws {
    let text = """
      \(Self.header),vendor
      b1,g1,s1,o1,n1,1,2,3,4,5,6,acme-cloud
      b2,g1,s2,o1,n1,1,2,3,4,5,6,
      """
    let fleet = try FleetFile.parse(text.bytes, file: "fleet.csv")
    #expect(fleet.map { $0.vendor?.text } == ["acme-cloud", nil])
    #expect(try FleetFile.parse(FleetFile.encode(fleet), file: "again") == fleet)
  }

  @Test func `may leave out the last columns, and end lines with CRLF`() throws {
    let text = "\u{FEFF}\(Self.header)\r\n\"b\",g,s,o,n,1,2,3,4,5,6\r\n\r\n"
    let fleet = try FleetFile.parse(text.bytes, file: "fleet.csv")
    #expect(fleet.map(\.battery.text) == ["b"])
    #expect(fleet[0].exportLimit == Power(watts: 6))
  }

  @Test func `is refused with every fault at once`() {
    let text = """
      \(Self.header),colour
      b 1,g,s,o,n,"13,5",5 kW,-1,0,20.555,x,red
      b2,g,s,o,n,1,2,3,4,5,6,red
      b2,g,s,o,n,1,2,3,4,5,6,red
      b3,g,s
      b4,g,s,o,,1,2,3,,5,+6,red
      """
    let names =
      Self.header + ",soc_pct,site_meter_id,battery_meter_id,kind,offered_price,contracted_min,"
      + "reliability_pct,delivered_wh,vendor"
    let energy = "an integer of 0...1000000000, no unit or separator"
    let watts = "an integer of 0...100000000, no unit or separator"
    let percent = "a number of 0...100 with at most two decimals"
    let id = "1...64 of A-Z a-z 0-9 _ -"
    #expect(
      faults { () throws(FileFaults) in _ = try FleetFile.parse(text.bytes, file: "f.csv") } == [
        "f.csv:1: colour is an unknown column; allowed: \(names)",
        "f.csv:2: battery_id is b 1; allowed: \(id)",
        "f.csv:2: capacity_wh is 13,5; allowed: \(energy)",
        "f.csv:2: max_discharge_w is 5 kW; allowed: \(watts)",
        "f.csv:2: max_charge_w is -1; allowed: \(watts)",
        "f.csv:2: discharge_efficiency_pct is 0; allowed: above 0, up to 100",
        "f.csv:2: reserve_pct is 20.555; allowed: \(percent)",
        "f.csv:2: export_limit_w is x; allowed: \(watts)",
        "f.csv:4: battery_id is b2; allowed: each battery once; it stands on line 3",
        "f.csv:5: row is 3 cells; allowed: 12 cells",
        "f.csv:6: node_id is empty; allowed: \(id)",
        "f.csv:6: discharge_efficiency_pct is empty; allowed: \(percent)",
        "f.csv:6: export_limit_w is +6; allowed: \(watts)",
      ])
  }

  @Test func `has each battery's meter once, also where a name stands for it`() {
    let text = "\(Self.header),battery_meter_id\nb1,g,s,o,n,1,2,3,4,5,6,b2\nb2,g,s,o,n,1,2,3,4,5,6,"
    #expect(
      faults { () throws(FileFaults) in _ = try FleetFile.parse(text.bytes, file: "f") } == [
        "f:3: battery_meter_id is b2; allowed: each battery's meter once; it stands on line 2"
      ])
  }

  @Test func `lists a thousand faults and counts the rest`() {
    let text = Self.header + "\n" + String(repeating: "x\n", count: 1_500)
    do throws(FileFaults) {
      _ = try FleetFile.parse(text.bytes, file: "f")
      Issue.record("it has faults")
    } catch {
      #expect(error.list.count == 1_000 && error.total == 1_500)
      #expect(error.description.hasSuffix("\nand 500 more"))
    }
  }
}

@Suite struct `A CSV file` {
  private func faultsOf(_ text: [UInt8]) -> [String] {
    faults { () throws(FileFaults) in _ = try FeederFile.parse(text, file: "f") }
  }

  private static let columns = "node_id,parent_id,limit_w"

  @Test(arguments: [
    ("", "f:1: header is nothing; allowed: \(columns),rating_kva"),
    ("\n\n", "f:1: header is nothing; allowed: \(columns),rating_kva"),
    ("node_id,limit_w\na,\n", "f:1: parent_id is no such column; allowed: it is required"),
    ("\(columns),node_id\na,,,\n", "f:1: node_id is twice; allowed: each column once"),
    (
      "\(columns)\na,\"x\n",
      "f:2: row is a quote that is not closed; allowed: a closing quote"
    ),
    (
      "\(columns)\na,\"x\"y,\n",
      "f:2: row is text after a closing quote; allowed: `,` or the end of the line"
    ),
    (
      "\(columns)\na,x\"y,\n",
      "f:2: row is a quote inside a cell; allowed: quotes around the whole cell"
    ),
    (
      "\(columns)\na,\u{1},\n",
      "f:2: row is byte 1 at byte 28 of the file; allowed: UTF-8 without control characters"
    ),
  ])
  func `is refused for what RFC 4180 or the header does not allow`(
    _ text: String, _ fault: String
  ) {
    #expect(faultsOf(text.bytes) == [fault])
  }

  @Test func `is UTF-8`() {
    let found = faultsOf("\(Self.columns)\na,".bytes + [0xE2, 0x82] + ",\n".bytes)
    #expect(
      found == [
        "f:2: row is byte 226 at byte 28 of the file; allowed: UTF-8 without control characters"
      ])
  }

  @Test func `has records of at most 16 KiB`() {
    let long = String(repeating: "x", count: 17_000)
    #expect(
      faultsOf("\(Self.columns)\n\(long),,\n".bytes) == [
        "f:2: row is more than 16384 bytes; allowed: 16384 bytes a record"
      ])
  }

  @Test func `counts lines also inside quotes, and goes on after a broken row`() {
    let text = "\(Self.columns)\n\"a\nb\",,\nx\"y\n\nc d,,\n"
    #expect(
      faultsOf(text.bytes) == [
        "f:2: node_id is a?b; allowed: 1...64 of A-Z a-z 0-9 _ -",
        "f:4: row is a quote inside a cell; allowed: quotes around the whole cell",
        "f:6: node_id is c d; allowed: 1...64 of A-Z a-z 0-9 _ -",
      ])
  }

  @Test func `cut at any byte or with any bit flipped never traps`() {
    let bytes = "\(Self.columns)\r\nroot,,\n\"a\",root,5000\nb,\"a\",\"\"\n".bytes
    for place in bytes.indices {
      _ = faultsOf(Array(bytes[..<place]))
      for bit in 0..<8 {
        var flipped = bytes
        flipped[place] ^= 1 << UInt8(bit)
        _ = faultsOf(flipped)
      }
    }
  }
}

@Suite struct `A feeder file` {
  private func faultsOf(_ text: String) -> [String] {
    faults { () throws(FileFaults) in
      _ = try FeederFile.parse("node_id,parent_id,limit_w\n\(text)".bytes, file: "f")
    }
  }

  @Test func `is a tree in any order of rows`() throws {
    let text = "limit_w,node_id,parent_id\n5000,leaf,mid\n,root,\n0,mid,root\n"
    let tree = try FeederFile.parse(text.bytes, file: "f")
    #expect(tree.ids.map(\.text) == ["root", "mid", "leaf"])
    #expect(tree.parents == [-1, 0, 1])
    #expect(tree.limits == [.max, 0, 5_000])
    #expect(try FeederFile.parse(FeederFile.encode(tree), file: "again") == tree)
    #expect(
      string(FeederFile.encode(tree))
        == "node_id,parent_id,limit_w\nroot,,\nmid,root,0\nleaf,mid,5000\n")
  }

  @Test func `is refused when it is no tree`() {
    #expect(
      faultsOf("") == ["f:1: parent_id is no root; allowed: one node without parent"])
    #expect(
      faultsOf("a,,\nb,,\n") == [
        "f:2: parent_id is 2 roots, one of them a; allowed: one node without parent",
        "f:3: parent_id is 2 roots, one of them b; allowed: one node without parent",
      ])
    #expect(
      faultsOf("a,,\na,,\n") == [
        "f:3: node_id is a; allowed: each node once; it stands on line 2"
      ])
    #expect(
      faultsOf("a,,\nb,x,\n") == ["f:3: parent_id is x; allowed: a node of this file"])
    #expect(
      faultsOf("a,,\nb,c,\nc,b,\n") == [
        "f:3: parent_id is no way from b to the root; allowed: parents that lead to the root",
        "f:4: parent_id is no way from c to the root; allowed: parents that lead to the root",
      ])
    #expect(
      faultsOf("a,,-1\n") == [
        "f:2: limit_w is -1; allowed: an integer of 0...1000000000000, no unit or separator"
      ])
  }
}

@Suite struct `An events file` {
  @Test func `has events with what is known of them`() throws {
    let text = """
      event_id,start,end,level,target_kw,issued,why
      e1,2016-08-15T16:00:00-07:00,2016-08-15T20:00:00-07:00,emergency_watch,0.5,\
      2016-08-14T22:00:00Z,"hot, dry"
      e2,2016-08-16T23:00:00Z,2016-08-17T03:00:00Z,,,,
      """
    let rows = try EventsFile.parse(text.bytes, file: "events.csv")
    #expect(
      rows == [
        EventRow(
          event: EventID("e1")!,
          window: Window(start: .at("2016-08-15T23:00:00Z"), end: .at("2016-08-16T03:00:00Z"))!,
          level: 2, target: Power(watts: 500), issued: .at("2016-08-14T22:00:00Z")),
        EventRow(
          event: EventID("e2")!,
          window: Window(start: .at("2016-08-16T23:00:00Z"), end: .at("2016-08-17T03:00:00Z"))!,
          level: 1),
      ])
  }

  @Test func `is refused with every fault at once`() {
    let text = """
      event_id,start,end,level,target_kw,mood
      e1,2016-08-15T16:00:00,2016-08-15T20:00:00Z,5,"4,34",bad
      e1,2016-08-15T16:00:00Z,2016-08-15T16:00:00Z,low,0,bad
      """
    let time = "a time of 1990...2100 with Z or an offset, like 2025-03-09T01:00:00-08:00"
    let level = "0...3, economic, emergency_watch, emergency"
    let target = "kilowatts above 0 with at most three decimals, no unit"
    #expect(
      faults { () throws(FileFaults) in _ = try EventsFile.parse(text.bytes, file: "e") } == [
        "e:1: mood is an unknown column; allowed: event_id,start,end,level,target_kw,issued",
        "e:2: start is 2016-08-15T16:00:00; allowed: \(time)",
        "e:2: level is 5; allowed: \(level)",
        "e:2: target_kw is 4,34; allowed: \(target)",
        "e:3: level is low; allowed: \(level)",
        "e:3: target_kw is 0; allowed: \(target)",
        "e:3: event_id is e1; allowed: each event once; it stands on line 2",
        "e:3: end is 2016-08-15T16:00:00Z; allowed: after start",
      ])
  }
}
