public import Grid

/// One row of a homes file: a real home, its meter and the battery that is put into it.
public struct HomeRow: Hashable, Sendable {
  /// The home.
  public let site: SiteID
  /// Its site meter.
  public let meter: MeterID
  /// Name of the time zone of its clock; empty when the file does not say.
  public let zone: String
  /// Usable capacity of the battery.
  public let capacity: Energy
  /// Discharge rating.
  public let maxDischarge: Power
  /// Charge rating.
  public let maxCharge: Power
  /// AC energy out for AC energy in.
  public let roundTrip: Percent
  /// The owner's reserve.
  public let reserve: Percent
  /// The feeder node that it hangs on.
  public let node: NodeID
  /// `clean`, `degraded`, `defective`, or whatever else the file says of its data.
  public let dataClass: String
  /// A remark for people; may be empty.
  public let note: String
}

/// Homes with recorded meters, as CSV: one row a home, with the battery that is simulated in it.
///
/// `home_id,meter_id,iana_tz,battery_usable_kwh,max_discharge_kw,max_charge_kw,round_trip_eff,`
/// `min_reserve_pct,service_xfmr,data_class,note`. `iana_tz`, `data_class` and `note` may be absent;
/// without a class a home is `clean`. Columns that describe the home to people (`fleet`,
/// `meter_clock`, `interval_min`, `pv_kwp`, `battery_model`, `battery_origin`, `phase`) may be
/// there and are not read.
public enum HomesFile {
  private enum Column: Int, CSVColumn {
    case home, meter, zone, capacity, discharge, charge, roundTrip, reserve, node, dataClass, note

    static let names = [
      "home_id", "meter_id", "iana_tz", "battery_usable_kwh", "max_discharge_kw",
      "max_charge_kw", "round_trip_eff", "min_reserve_pct", "service_xfmr", "data_class", "note",
    ]
    static let optional: [Column] = [.zone, .dataClass, .note]
    static let ignored = [
      "fleet", "meter_clock", "interval_min", "pv_kwp", "battery_model", "battery_origin", "phase",
    ]
  }

  /// The homes of the file, in its order.
  /// - Throws: every fault; a home and a meter may stand once.
  public static func parse(_ bytes: [UInt8], file: String) throws(FileFaults) -> [HomeRow] {
    var table = CSVTable<Column>(bytes, file: file)
    var homes: [HomeRow] = []
    var sites: [SiteID: Int] = [:]
    var meters: [MeterID: Int] = [:]
    while table.next() {
      guard let home = row(&table) else { continue }
      if let first = sites.updateValue(table.line, forKey: home.site) {
        table.fault(.home, allowed: "each home once; it stands on line \(first)")
      }
      if let first = meters.updateValue(table.line, forKey: home.meter) {
        table.fault(.meter, allowed: "each meter once; it stands on line \(first)")
      }
      if table.rowIsGood { homes.append(home) }
    }
    guard table.faults.isEmpty else { throw table.faults.faults }
    return homes
  }

  private static func row(_ table: inout CSVTable<Column>) -> HomeRow? {
    let site = table.id(.home, as: SiteKind.self)
    let meter = table.id(.meter, as: MeterKind.self)
    let capacity = thousandths(&table, .capacity, "kilowatt-hours")
    let discharge = thousandths(&table, .discharge, "kilowatts")
    let charge = thousandths(&table, .charge, "kilowatts")
    let roundTrip = share(&table)
    let reserve = table.percent(.reserve)
    let node = table.id(.node, as: NodeKind.self)
    let dataClass = table.text(.dataClass)
    guard table.rowIsGood, let site, let meter, let capacity, let discharge, let charge,
      let roundTrip, let reserve, let node
    else { return nil }
    return HomeRow(
      site: site, meter: meter, zone: table.text(.zone), capacity: Energy(wattHours: capacity),
      maxDischarge: Power(watts: discharge), maxCharge: Power(watts: charge),
      roundTrip: roundTrip, reserve: reserve, node: node,
      dataClass: dataClass.isEmpty ? "clean" : dataClass, note: table.text(.note))
  }

  /// Thousandths of the cell's unit: watt-hours or watts.
  private static func thousandths(
    _ table: inout CSVTable<Column>, _ column: Column, _ unit: String
  ) -> Int64? {
    if let value = try? FixedDecimal.parse(table.text(column), places: 3, maximumDigits: 6),
      value >= 0
    {
      return value
    }
    table.fault(column, allowed: "\(unit) of 0 or more with at most three decimals, no unit")
    return nil
  }

  private static func share(_ table: inout CSVTable<Column>) -> Percent? {
    if let value = try? FixedDecimal.parse(table.text(.roundTrip), places: 4, maximumDigits: 1),
      let hundredths = Int32(exactly: value), hundredths > 0,
      let percent = Percent(hundredths: hundredths)
    {
      return percent
    }
    table.fault(.roundTrip, allowed: "a share above 0, up to 1, with at most four decimals")
    return nil
  }
}
