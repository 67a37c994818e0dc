/// What one participant owes in an event or period, and the most that he could.
public struct Obligation: Hashable, Sendable {
  /// Who owes it.
  public let participant: OwnerID
  /// The programme in which he owes it.
  public let programme: ProgrammeID
  /// Where: the same reduction elsewhere helps nobody.
  public let zone: NodeID
  /// What he owes.
  public let owed: Power
  /// What he can hold for the whole time, `owed` in it.
  public let headroom: Power

  /// An obligation.
  public init(
    participant: OwnerID, programme: ProgrammeID, zone: NodeID, owed: Power, headroom: Power
  ) {
    self.participant = participant
    self.programme = programme
    self.zone = zone
    self.owed = owed
    self.headroom = headroom
  }
}

/// One participant hands a part of his obligation to another.
///
/// The sum of what is owed does not change; whoever takes it over owes it alone.
public struct ObligationTransfer: Hashable, Sendable {
  /// The event for which it is owed.
  public let event: EventID
  /// Who is relieved of it.
  public let from: OwnerID
  /// Who owes it from then on.
  public let to: OwnerID
  /// How much.
  public let power: Power
  /// When it was offered; two transfers of the same parties and power differ by it.
  public let offeredAt: Timestamp

  /// A transfer.
  public init(
    event: EventID, from: OwnerID, to: OwnerID, power: Power, offeredAt: Timestamp
  ) {
    self.event = event
    self.from = from
    self.to = to
    self.power = power
    self.offeredAt = offeredAt
  }
}
