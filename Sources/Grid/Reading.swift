/// The energies of one meter in one interval, as they are stored and verified.
public struct Reading: Hashable, Sendable {
  /// The meter.
  public let meter: MeterID
  /// The interval, half open.
  public let window: Window
  /// From the grid, or charge; nil only when the reading is missing.
  public let imported: Energy?
  /// Into the grid, or discharge; 0 for a one-way meter, nil only when the reading is missing.
  public let exported: Energy?
  /// How much it can be trusted.
  public let quality: Quality
  /// Its sender excludes it from settlement: it is shown, and never paid for.
  public let isNonCommercial: Bool

  /// A reading; without energies its quality is `missing`.
  public init(
    meter: MeterID, window: Window, imported: Energy?, exported: Energy?, quality: Quality,
    isNonCommercial: Bool = false
  ) {
    precondition(
      (quality == .missing) == (imported == nil || exported == nil),
      "a reading without energies is missing, and a missing one has none")
    self.meter = meter
    self.window = window
    self.imported = imported
    self.exported = exported
    self.quality = quality
    self.isNonCommercial = isNonCommercial
  }

  /// Import minus export; nil when missing.
  public var net: Energy? {
    guard let imported, let exported else { return nil }
    return imported - exported
  }
}
