import Grid
import Testing

@testable import Wire

@Suite struct `A fleet file for planning` {
  static let header =
    "battery_id,gateway_id,site_id,owner_id,node_id,capacity_wh,max_discharge_w,max_charge_w,"
    + "discharge_efficiency_pct,reserve_pct,export_limit_w,"
    + "kind,offered_price,contracted_min,reliability_pct,delivered_wh\n"

  @Test func `says what each battery offers, and is written with it`() throws {
    let text =
      Self.header + "a,g,s,o,n,1,2,3,4,5,,battery,0.125,120,87.5,1500\n"
      + "b,g,s,o,n,1,2,3,4,5,,generator,,,,\n" + "c,g,s,o,n,1,2,3,4,5,,,0,,,0\n"
    let fleet = try FleetFile.parse(text.bytes, file: "f")
    #expect(
      fleet[0].offer
        == BatteryOffer(
          pricePerKilowattHour: Money(millionths: 125_000), contractedMinutes: 120,
          reliability: Percent(hundredths: 8_750), delivered: Energy(wattHours: 1_500)))
    #expect(fleet[1].offer == BatteryOffer(kind: .generator))
    #expect(fleet[2].offer == BatteryOffer(pricePerKilowattHour: .zero))
    #expect(try FleetFile.parse(FleetFile.encode(fleet), file: "again") == fleet)
    let plain = FleetFile.encode(
      [fleet[0]].map { _ in
        try! FleetFile.parse(
          ("battery_id,gateway_id,site_id,owner_id,node_id,capacity_wh,max_discharge_w,max_charge_w,"
            + "discharge_efficiency_pct,reserve_pct,export_limit_w\na,g,s,o,n,1,2,3,4,5,\n").bytes,
          file: "p")[0]
      })
    #expect(!string(plain).contains("kind"))
  }

  @Test func `has chargers, which give nothing and of whose cars nothing is known`() throws {
    let header = Self.header.replacing("export_limit_w,", with: "export_limit_w,soc_pct,")
    let charger = try FleetFile.parse(
      (header + "a,g,s,o,n,0,0,7000,100,0,,,evCharger,,,,\n").bytes, file: "f")[0]
    #expect(charger.isCharger && charger.greatestReduction == Power(watts: 7_000))
    let found = faults { () throws(FileFaults) in
      _ = try FleetFile.parse(
        (header + "a,g,s,o,n,0,1,0,100,0,,50,evCharger,,,,\n").bytes, file: "f")
    }
    #expect(
      found == [
        "f:2: max_discharge_w is 1; allowed: 0 for an evCharger, which never discharges",
        "f:2: max_charge_w is 0; allowed: above 0 for an evCharger",
        "f:2: soc_pct is 50; allowed: nothing for an evCharger: the car's charge is not known",
      ])
  }

  @Test func `is refused for what is none`() {
    let found = faults { () throws(FileFaults) in
      _ = try FleetFile.parse(
        (Self.header + "a,g,s,o,n,1,2,3,4,5,,windmill,-1,0,101,1.5\n").bytes, file: "f")
    }
    #expect(
      found == [
        "f:2: kind is windmill; allowed: battery, evCharger, generator",
        "f:2: offered_price is -1; allowed: a price of a kWh, 0 or more, at most 6 decimals",
        "f:2: contracted_min is 0; allowed: an integer of 1...1440, no unit or separator",
        "f:2: reliability_pct is 101; allowed: a number of 0...100 with at most two decimals",
        "f:2: delivered_wh is 1.5; allowed: an integer of 0...1000000000, no unit or separator",
      ])
  }
}

@Suite struct `A network model's table` {
  @Test func `limits by its ratings and passes over other facts`() throws {
    let text = """
      node_id,parent_id,kind,phases,rating_kva,length_km,service_xfmrs,customers,base_load_kw
      SUB,,substation_xfmr,ABC,10000,0.0,584,1379,7132.9
      LINE,SUB,primary_section,ABC,,0.0,584,1379,7132.9
      X1,LINE,service_xfmr,A,37.5,0.0,1,3,5.5

      """
    let tree = try FeederFile.parse(text.bytes, file: "f")
    #expect(tree.ids.map(\.text) == ["SUB", "LINE", "X1"])
    #expect(tree.limits == [10_000_000, .max, 37_500])
  }

  @Test func `is refused without limits, with both, or with no number`() {
    func found(_ text: String) -> [String] {
      faults { () throws(FileFaults) in _ = try FeederFile.parse(text.bytes, file: "f") }
    }
    #expect(
      found("node_id,parent_id\na,\n")
        == ["f:1: limit_w is no such column; allowed: limit_w, or rating_kva instead of it"])
    #expect(
      found("node_id,parent_id,limit_w,rating_kva\na,,1,1\n")
        == ["f:1: rating_kva is there beside limit_w; allowed: one of both"])
    #expect(
      found("node_id,parent_id,rating_kva\na,,25 kVA\n")
        == ["f:2: rating_kva is 25 kVA; allowed: kilovolt-amperes, 0 or more, at most 3 decimals"])
  }
}
