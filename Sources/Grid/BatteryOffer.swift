/// What a battery's enrolment says beyond its figures, for programmes that ask for it.
public struct BatteryOffer: Hashable, Sendable {
  /// What may hang on the feeder.
  public enum Kind: String, Hashable, Sendable, CaseIterable {
    /// A battery, which may be commanded.
    case battery
    /// A charger of an electric car: it can be paused, and never gives anything.
    case evCharger
    /// Something that generates, such as a wind farm; it is never commanded.
    case generator
  }

  /// What it is.
  public var kind: Kind
  /// What its owner asks for a kilowatt-hour, wear included; nil when he names no price.
  public var pricePerKilowattHour: Money?
  /// The longest event that the site's contract knows, in minutes; nil for any length.
  public var contractedMinutes: Int64?
  /// Delivered of asked, until the controller has a record of its own; nil when not known.
  public var reliability: Percent?
  /// Delivered in the window of `rotationDebt`, until the controller has a record of its own.
  public var delivered: Energy

  /// An offer; a battery that is like any other unless said otherwise.
  public init(
    kind: Kind = .battery, pricePerKilowattHour: Money? = nil, contractedMinutes: Int64? = nil,
    reliability: Percent? = nil, delivered: Energy = .zero
  ) {
    self.kind = kind
    self.pricePerKilowattHour = pricePerKilowattHour
    self.contractedMinutes = contractedMinutes
    self.reliability = reliability
    self.delivered = delivered
  }
}
