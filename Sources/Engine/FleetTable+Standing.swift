public import Grid

extension FleetTable {
  /// What is known of a battery now: its last report, its owner's reserve, the limits that hold.
  public struct Standing: Hashable, Sendable {
    /// When it was last heard from; nil is never.
    public let heardAt: Timestamp?
    /// Its charge, or nil.
    public let charge: Percent?
    /// What it gave, or nil.
    public let discharge: Power?
    /// What its site took from the grid, or nil.
    public let netImport: Power?
    /// Its owner's reserve.
    public let reserve: Percent
    /// The least charge that the device itself allows.
    public let deviceFloor: Percent
    /// What it can give.
    public let rated: Power
    /// The site's export limit, or nil where nothing limits.
    public let exportLimit: Power?
    /// The time for which its owner has left, or nil.
    public let optOut: Window?
  }

  /// How the battery in `row` stands.
  public func standing(row: Int) -> Standing {
    let limit = canExport[row] ? exportLimitW[row] : 0
    return Standing(
      heardAt: heardAt(row: row), charge: Percent(hundredths: chargeHundredths[row]),
      discharge: Self.power(dischargeW[row]), netImport: Self.power(netImportW[row]),
      reserve: Percent(hundredths: reserve[row])!,
      deviceFloor: Percent(hundredths: deviceFloor[row])!, rated: Power(watts: ratedW[row]),
      exportLimit: limit == .max ? nil : Power(watts: limit), optOut: optOut[row])
  }

  private static func power(_ watts: Int64) -> Power? {
    watts == .min ? nil : Power(watts: watts)
  }
}
