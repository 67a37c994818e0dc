public import Grid

// Obligations that move from one participant to another before the gate closes.
extension ObligationTransfer {
  /// Why a transfer does not count.
  public enum Refusal: Hashable, Sendable {
    /// Giver and taker are the same.
    case toHimself
    /// It came at or after the gate closure.
    case gateClosed(Timestamp)
    /// A party has not signed.
    case notSigned(OwnerID)
    /// A party has no obligation on the list.
    case unknownParticipant(OwnerID)
    /// They owe in different programmes.
    case otherProgramme(ProgrammeID, ProgrammeID)
    /// They owe in different zones.
    case otherZone(NodeID, NodeID)
    /// The giver owes less.
    case beyondObligation(owed: Power)
    /// The taker cannot hold so much.
    case beyondHeadroom(owed: Power, headroom: Power)

    /// The word for programs.
    public var code: String {
      switch self {
      case .toHimself: "toHimself"
      case .gateClosed: "gateClosed"
      case .notSigned: "notSigned"
      case .unknownParticipant: "unknownParticipant"
      case .otherProgramme: "otherProgramme"
      case .otherZone: "otherZone"
      case .beyondObligation: "beyondObligation"
      case .beyondHeadroom: "beyondHeadroom"
      }
    }
  }

  /// Everything that is against it at `now`, in the order of `Refusal`; empty when it counts.
  ///
  /// - Parameters:
  ///   - signers: Whose signatures over its text were good.
  ///   - closesAt: The gate closure; a transfer counts before it.
  public func refusals(
    among obligations: [Obligation], signers: Set<OwnerID>, closesAt: Timestamp, at now: Timestamp
  ) -> [Refusal] {
    var refusals: [Refusal] = []
    if from == to { refusals.append(.toHimself) }
    if now >= closesAt { refusals.append(.gateClosed(closesAt)) }
    let parties = from == to ? [from] : [from, to]
    for party in parties where !signers.contains(party) { refusals.append(.notSigned(party)) }
    let known = parties.map { party in obligations.first { $0.participant == party } }
    for (party, obligation) in zip(parties, known) where obligation == nil {
      refusals.append(.unknownParticipant(party))
    }
    guard let giver = known.first ?? nil, let taker = known.last ?? nil else { return refusals }
    if giver.programme != taker.programme {
      refusals.append(.otherProgramme(giver.programme, taker.programme))
    }
    if giver.zone != taker.zone { refusals.append(.otherZone(giver.zone, taker.zone)) }
    if giver.owed < power { refusals.append(.beyondObligation(owed: giver.owed)) }
    if from != to, taker.headroom < taker.owed + power {
      refusals.append(.beyondHeadroom(owed: taker.owed, headroom: taker.headroom))
    }
    return refusals
  }

  /// The obligations after it, in their order; only for a transfer without refusals.
  public func applied(to obligations: [Obligation]) -> [Obligation] {
    obligations.map { old in
      let change: Power = old.participant == from ? .zero - power : power
      guard old.participant == from || old.participant == to else { return old }
      return Obligation(
        participant: old.participant, programme: old.programme, zone: old.zone,
        owed: old.owed + change, headroom: old.headroom)
    }
  }
}
