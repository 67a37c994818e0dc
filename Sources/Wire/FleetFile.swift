public import Grid

/// The fleet as the operator enrolled it, as CSV.
///
/// `battery_id,gateway_id,site_id,owner_id,node_id,capacity_wh,max_discharge_w,max_charge_w,`
/// `discharge_efficiency_pct,reserve_pct,export_limit_w,soc_pct,site_meter_id,battery_meter_id`.
/// The last three columns may be absent, and so may `kind`, `offered_price`, `contracted_min`,
/// `reliability_pct`, `delivered_wh` and `vendor`; their cells and that of `export_limit_w` may be
/// empty.
public enum FleetFile {
  private enum Column: Int, CSVColumn {
    case battery, gateway, site, owner, node, capacity, maxDischarge, maxCharge, efficiency
    case reserve, exportLimit, charge, siteMeter, batteryMeter
    case kind, offeredPrice, contracted, reliability, delivered, vendor

    static let names = [
      "battery_id", "gateway_id", "site_id", "owner_id", "node_id", "capacity_wh",
      "max_discharge_w", "max_charge_w", "discharge_efficiency_pct", "reserve_pct",
      "export_limit_w", "soc_pct", "site_meter_id", "battery_meter_id", "kind", "offered_price",
      "contracted_min", "reliability_pct", "delivered_wh", "vendor",
    ]
    static let optional: [Column] = [.charge, .siteMeter, .batteryMeter, .vendor] + offers
    /// Written only for a fleet that has something to say in them.
    static let offers: [Column] = [.kind, .offeredPrice, .contracted, .reliability, .delivered]
    static let ignored: [String] = []
  }

  /// The batteries of the file, in its order.
  /// - Throws: every fault; a battery and a battery's meter may stand once.
  public static func parse(
    _ bytes: [UInt8], file: String
  ) throws(FileFaults) -> [EnrolledBattery] {
    var table = CSVTable<Column>(bytes, file: file)
    var fleet: [EnrolledBattery] = []
    var lines: [BatteryID: Int] = [:]
    var meters: [MeterID: Int] = [:]
    while table.next() {
      guard let battery = row(&table) else { continue }
      if let first = lines.updateValue(table.line, forKey: battery.battery) {
        table.fault(.battery, allowed: "each battery once; it stands on line \(first)")
      } else if let first = meters.updateValue(table.line, forKey: battery.batteryMeter) {
        table.fault(
          .batteryMeter, allowed: "each battery's meter once; it stands on line \(first)",
          found: battery.batteryMeter.text)
      }
      if table.rowIsGood { fleet.append(battery) }
    }
    guard table.faults.isEmpty else { throw table.faults.faults }
    return fleet
  }

  private static func row(_ table: inout CSVTable<Column>) -> EnrolledBattery? {
    let battery = table.id(.battery, as: BatteryKind.self)
    let gateway = table.id(.gateway, as: GatewayKind.self)
    let site = table.id(.site, as: SiteKind.self)
    let owner = table.id(.owner, as: OwnerKind.self)
    let node = table.id(.node, as: NodeKind.self)
    let capacity = table.integer(.capacity, 0...WireLimits.wattHours)
    let maxDischarge = table.power(.maxDischarge)
    let maxCharge = table.power(.maxCharge)
    let efficiency = table.percent(.efficiency)
    if efficiency == .zero { table.fault(.efficiency, allowed: "above 0, up to 100") }
    let reserve = table.percent(.reserve)
    let exportLimit = table.isEmpty(.exportLimit) ? nil : table.power(.exportLimit)
    let charge = table.isEmpty(.charge) ? nil : table.percent(.charge)
    let siteMeter =
      table.isEmpty(.siteMeter) ? nil : table.id(.siteMeter, as: MeterKind.self)
    let batteryMeter =
      table.isEmpty(.batteryMeter) ? nil : table.id(.batteryMeter, as: MeterKind.self)
    let offer = offer(&table)
    if offer.kind == .evCharger {
      if let maxDischarge, maxDischarge > .zero {
        table.fault(.maxDischarge, allowed: "0 for an evCharger, which never discharges")
      }
      if maxCharge == .zero { table.fault(.maxCharge, allowed: "above 0 for an evCharger") }
      if charge != nil {
        table.fault(.charge, allowed: "nothing for an evCharger: the car's charge is not known")
      }
    }
    let vendor = table.isEmpty(.vendor) ? nil : table.id(.vendor, as: VendorKind.self)
    guard table.rowIsGood, let battery, let gateway, let site, let owner, let node, let capacity,
      let maxDischarge, let maxCharge, let efficiency, let reserve
    else { return nil }
    return EnrolledBattery(
      battery: battery, gateway: gateway, site: site, owner: owner, node: node,
      capacity: Energy(wattHours: capacity), maxDischarge: maxDischarge, maxCharge: maxCharge,
      dischargeEfficiency: efficiency, reserve: reserve, exportLimit: exportLimit, charge: charge,
      siteMeter: siteMeter, batteryMeter: batteryMeter, offer: offer, vendor: vendor)
  }

  private static func offer(_ table: inout CSVTable<Column>) -> BatteryOffer {
    var offer = BatteryOffer()
    if !table.isEmpty(.kind) {
      if let kind = BatteryOffer.Kind(rawValue: table.text(.kind)) {
        offer.kind = kind
      } else {
        table.fault(
          .kind, allowed: BatteryOffer.Kind.allCases.map(\.rawValue).joined(separator: ", "))
      }
    }
    if !table.isEmpty(.offeredPrice) {
      if let price = try? FixedDecimal.parse(
        table.text(.offeredPrice), places: 6, maximumDigits: 12), price >= 0
      {
        offer.pricePerKilowattHour = Money(millionths: price)
      } else {
        table.fault(.offeredPrice, allowed: "a price of a kWh, 0 or more, at most 6 decimals")
      }
    }
    if !table.isEmpty(.contracted) {
      offer.contractedMinutes = table.integer(.contracted, 1...1_440)
    }
    if !table.isEmpty(.reliability) { offer.reliability = table.percent(.reliability) }
    if !table.isEmpty(.delivered) {
      offer.delivered = Energy(
        wattHours: table.integer(.delivered, 0...WireLimits.wattHours) ?? 0)
    }
    return offer
  }

  /// The file with LF at the end of each line and capacities in whole watt-hours; columns of offers
  /// and of vendors only where a battery has something to say in them.
  public static func encode(_ fleet: [EnrolledBattery]) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(fleet.count * 128)
    let hasOffers = fleet.contains { $0.offer != BatteryOffer() }
    let hasVendors = fleet.contains { $0.vendor != nil }
    var names = Column.names
    if !hasVendors { names.removeLast() }
    if !hasOffers {
      names.removeAll { name in Column.offers.contains { Column.names[$0.rawValue] == name } }
    }
    append(names, to: &bytes)
    for battery in fleet {
      var cells = [
        battery.battery.text, battery.gateway.text, battery.site.text, battery.owner.text,
        battery.node.text, String(battery.capacity.wattHoursRoundedDown),
        String(battery.maxDischarge.watts), String(battery.maxCharge.watts),
        battery.dischargeEfficiency.description, battery.reserve.description,
        battery.exportLimit.map { String($0.watts) } ?? "", battery.charge?.description ?? "",
        battery.siteMeter.text, battery.batteryMeter.text,
      ]
      if hasOffers { cells += Self.cells(of: battery.offer) }
      if hasVendors { cells.append(battery.vendor?.text ?? "") }
      append(cells, to: &bytes)
    }
    return bytes
  }

  private static func cells(of offer: BatteryOffer) -> [String] {
    let price = offer.pricePerKilowattHour.map {
      FixedDecimal.text($0.millionths, places: 6, minimumPlaces: 2)
    }
    return [
      offer.kind.rawValue, price ?? "", offer.contractedMinutes.map(String.init) ?? "",
      offer.reliability?.description ?? "", String(offer.delivered.wattHoursRoundedDown),
    ]
  }

  /// A row whose cells need no quotes.
  static func append(_ cells: [String], to bytes: inout [UInt8]) {
    for (place, cell) in cells.enumerated() {
      if place > 0 { bytes.append(UInt8(ascii: ",")) }
      bytes.append(contentsOf: cell.utf8)
    }
    bytes.append(UInt8(ascii: "\n"))
  }
}
