import Grid
import Testing

@testable import Wire

@Suite struct `A homes file` {
  private static let header =
    "home_id,meter_id,iana_tz,battery_usable_kwh,max_discharge_kw,max_charge_kw,round_trip_eff,"
    + "min_reserve_pct,service_xfmr,data_class,note"

  @Test func `has a home in each row, with the battery that is put into it`() throws {
    let text = """
      \(Self.header),pv_kwp,phase
      H-1,M1,America/Los_Angeles,6.4,5.0,4.75,0.9,20,T1-B,defective,"mis-wired, by the sun",4,B
      H-2,M2,,13.5,5,5,1,12.5,T1-B,,,4,B

      """
    let homes = try HomesFile.parse(text.bytes, file: "homes.csv")
    #expect(homes.map(\.site.text) == ["H-1", "H-2"])
    #expect(homes[0].meter.text == "M1" && homes[0].zone == "America/Los_Angeles")
    #expect(homes[0].capacity == Energy(wattHours: 6_400))
    #expect(homes[0].maxDischarge == Power(watts: 5_000))
    #expect(homes[0].maxCharge == Power(watts: 4_750))
    #expect(homes[0].roundTrip == Percent(whole: 90) && homes[1].roundTrip == .hundred)
    #expect(homes[0].reserve == Percent(whole: 20))
    #expect(homes[1].reserve == Percent(hundredths: 1_250))
    #expect(homes[0].node.text == "T1-B")
    #expect(homes[0].dataClass == "defective" && homes[0].note == "mis-wired, by the sun")
    #expect(homes[1].dataClass == "clean" && homes[1].zone == "")
  }

  @Test func `is refused with every fault at once`() {
    let text = """
      \(Self.header),colour
      H 1,M1,,6.4 kWh,-5,5,1.5,200,T1,clean,,red
      H-2,M2,,6.4,5,5,0.9,20,T1,clean,,red
      H-2,M2,,6.4,5,5,0,20,T1,clean,,red
      """
    #expect(
      faults { () throws(FileFaults) in _ = try HomesFile.parse(text.bytes, file: "h.csv") } == [
        "h.csv:1: colour is an unknown column; allowed: \(Self.header)",
        "h.csv:2: home_id is H 1; allowed: 1...64 of A-Z a-z 0-9 _ -",
        "h.csv:2: battery_usable_kwh is 6.4 kWh; allowed: kilowatt-hours of 0 or more with at most"
          + " three decimals, no unit",
        "h.csv:2: max_discharge_kw is -5; allowed: kilowatts of 0 or more with at most three"
          + " decimals, no unit",
        "h.csv:2: round_trip_eff is 1.5; allowed: a share above 0, up to 1, with at most four"
          + " decimals",
        "h.csv:2: min_reserve_pct is 200; allowed: a number of 0...100 with at most two decimals",
        "h.csv:4: round_trip_eff is 0; allowed: a share above 0, up to 1, with at most four"
          + " decimals",
      ])
    let twice = """
      \(Self.header)
      H-2,M2,,6.4,5,5,0.9,20,T1,clean,
      H-2,M2,,6.4,5,5,0.9,20,T1,clean,
      """
    #expect(
      faults { () throws(FileFaults) in _ = try HomesFile.parse(twice.bytes, file: "h.csv") } == [
        "h.csv:3: home_id is H-2; allowed: each home once; it stands on line 2",
        "h.csv:3: meter_id is M2; allowed: each meter once; it stands on line 2",
      ])
  }
}

@Suite struct `A file of load and generation` {
  private static let header = "meter_id,start,duration_min,load_kwh,pv_kwh"

  @Test func `is one series a meter, without a gap even where clocks change`() throws {
    let text = """
      \(Self.header)
      M1,2016-11-06T01:00:00-07:00,60,0.5,0.0
      M2,2016-11-06T01:00:00-07:00,60,0.25,1.5
      M1,2016-11-06T01:00:00-08:00,60,0.00001,0
      """
    let series = try GrossFile.parse(text.bytes, file: "gross.csv")
    #expect(series.map(\.meter.text) == ["M1", "M2"])
    #expect(series[0].start == Timestamp(rfc3339: "2016-11-06T08:00:00Z"))
    #expect(series[0].slotSeconds == 3_600)
    #expect(series[0].loadJ == [1_800_000, 36] && series[0].pvJ == [0, 0])
    #expect(series[1].loadJ == [900_000] && series[1].pvJ == [5_400_000])
  }

  @Test func `is refused with every fault at once`() {
    let text = """
      \(Self.header)
      M1,2016-08-01T00:00:00Z,60,0.5,-1
      M1,2016-08-01T01:00:00Z,60,,0
      M1,2016-08-01T02:00:00Z,60,1,0
      M1,2016-08-01T04:00:00Z,60,1,0
      M1,2016-08-01T03:00:00Z,30,1,0
      """
    let energy = "kilowatt-hours of 0 or more, no unit, never empty"
    #expect(
      faults { () throws(FileFaults) in _ = try GrossFile.parse(text.bytes, file: "g.csv") } == [
        "g.csv:2: pv_kwh is -1; allowed: \(energy)",
        "g.csv:3: load_kwh is empty; allowed: \(energy)",
        "g.csv:5: start is 2016-08-01T04:00:00Z; allowed: 2016-08-01T03:00:00Z, where the meter's"
          + " row before ends",
        "g.csv:6: duration_min is 30; allowed: 60, as in the meter's first row",
      ])
  }
}
