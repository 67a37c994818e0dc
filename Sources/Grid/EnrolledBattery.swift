/// One battery as the operator enrolled it; a message may lower a figure, never raise it.
public struct EnrolledBattery: Hashable, Sendable {
  /// The battery.
  public let battery: BatteryID
  /// The gateway it is reached through.
  public let gateway: GatewayID
  /// Where it stands.
  public let site: SiteID
  /// Who is paid.
  public let owner: OwnerID
  /// Where it hangs on the feeder.
  public let node: NodeID
  /// Usable capacity.
  public let capacity: Energy
  /// Discharge rating at the AC terminals.
  public let maxDischarge: Power
  /// Charge rating at the AC terminals, as a magnitude.
  public let maxCharge: Power
  /// AC energy out for energy in the cells.
  public let dischargeEfficiency: Percent
  /// Kept for the owner.
  public let reserve: Percent
  /// The site never exports more; nil is no limit of its own.
  public let exportLimit: Power?
  /// State of charge for planning from files; nil without live telemetry is not heard from.
  public let charge: Percent?
  /// The meter between the site and the grid.
  public let siteMeter: MeterID
  /// The battery's own meter.
  public let batteryMeter: MeterID
  /// What it offers to programmes that ask for it.
  public let offer: BatteryOffer
  /// Whose interface it is reached through, where that has a limit; nil is nobody's.
  public let vendor: VendorID?

  /// An enrolment; without meters of their own, the site's and the battery's names are the meters'.
  public init(
    battery: BatteryID, gateway: GatewayID, site: SiteID, owner: OwnerID, node: NodeID,
    capacity: Energy, maxDischarge: Power, maxCharge: Power, dischargeEfficiency: Percent,
    reserve: Percent, exportLimit: Power?, charge: Percent?, siteMeter: MeterID? = nil,
    batteryMeter: MeterID? = nil, offer: BatteryOffer = BatteryOffer(), vendor: VendorID? = nil
  ) {
    self.battery = battery
    self.gateway = gateway
    self.site = site
    self.owner = owner
    self.node = node
    self.capacity = capacity
    self.maxDischarge = maxDischarge
    self.maxCharge = maxCharge
    self.dischargeEfficiency = dischargeEfficiency
    self.reserve = reserve
    self.exportLimit = exportLimit
    self.charge = charge
    self.siteMeter = siteMeter ?? MeterID(site.text)!
    self.batteryMeter = batteryMeter ?? MeterID(battery.text)!
    self.offer = offer
    self.vendor = vendor
  }

  /// The most that it can give, or, a charger, cease to take.
  public var greatestReduction: Power {
    switch offer.kind {
    case .battery, .generator: maxDischarge
    case .evCharger: maxCharge
    }
  }

  /// True for a charger, which can only be paused.
  public var isCharger: Bool { offer.kind == .evCharger }
}
