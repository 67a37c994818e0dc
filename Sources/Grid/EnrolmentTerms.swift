/// `enrolment`: who may take part in a programme, and from when.
public struct EnrolmentTerms: Hashable, Sendable {
  /// Other programmes in which a meter of this one may be, too; empty is none.
  public var allowedWith: Set<ProgrammeID>
  /// Every enrolment names the owner's agreement.
  public var agreementRequired: Bool
  /// A new home begins to count on the first day of a month.
  public var startsOnFirstOfMonth: Bool
  /// Smaller batteries do not take part.
  public var minimumBattery: Power
  /// What may take part. A generator may be enrolled with either; it is never commanded.
  public var kinds: Set<BatteryOffer.Kind> = [.battery]
  /// An event is taken only when the fleet's rated power is at least this; nil is any.
  public var minimumFleet: Power?
  /// An event is taken only when the fleet's rated power is at most this; nil is any.
  public var maximumFleet: Power?

  /// Terms; without any, everybody may take part who is in no other programme.
  public init(
    allowedWith: Set<ProgrammeID> = [], agreementRequired: Bool = false,
    startsOnFirstOfMonth: Bool = false, minimumBattery: Power = .zero,
    minimumFleet: Power? = nil, maximumFleet: Power? = nil
  ) {
    self.allowedWith = allowedWith
    self.agreementRequired = agreementRequired
    self.startsOnFirstOfMonth = startsOnFirstOfMonth
    self.minimumBattery = minimumBattery
    self.minimumFleet = minimumFleet
    self.maximumFleet = maximumFleet
  }
}
