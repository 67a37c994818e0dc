public import Grid

/// `validation` of the policy: limits beyond which a meter's values are doubted.
///
/// They change what is paid, so they are the programme's and not the operator's. The defaults are
/// the project's.
public struct ValidationLimits: Hashable, Sendable {
  /// What a site's connection carries; nil: spikes of site meters are not looked for.
  public var connection: Power?
  /// A value above this much of what the connection or the battery carries is a spike, in percent.
  public var spikePercent: Int64 = 110
  /// Intervals and registers may differ by this much of the register, and one step.
  public var sumCheckPercent = Percent(hundredths: 10)!
  /// One step of a register.
  public var registerStep = Energy(wattHours: 1)
  /// Zeros on a live import channel for longer are a finding.
  public var zeroRunSeconds: Int64 = 86_400
  /// More equal values than this in a row are a finding; 15 minutes and longer.
  public var equalValues = 8
  /// A device clock may be off by this much.
  public var clockSeconds: Int64 = 120
  /// A day of so many times both neighbours was sent in another unit. Days differ by up to twice,
  /// so half of the thousand that lies between Wh and kWh is enough to tell.
  public var unitFactor: Int64 = 500

  /// The defaults.
  public init() {}
}
