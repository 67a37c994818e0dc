public import Grid

/// One party's part of an amount.
public struct PartyShare: Hashable, Sendable {
  /// Who.
  public var party: SettlementTerms.Party
  /// How much, positive into the party's account.
  public var amount: Money

  /// A part.
  public init(party: SettlementTerms.Party, amount: Money) {
    self.party = party
    self.amount = amount
  }
}

extension PartyShare {
  /// The sums of some splits by party, in the order of the names.
  static func sum(_ splits: [[PartyShare]]) -> [PartyShare] {
    var sums: [SettlementTerms.Party: Money] = [:]
    for part in splits.joined() { sums[part.party] = (sums[part.party] ?? .zero) + part.amount }
    return sums.sorted { $0.key < $1.key }.map { PartyShare(party: $0.key, amount: $0.value) }
  }
}

/// Dividing a rounded amount so that nothing is lost and nothing depends on chance.
public enum Split {
  /// Divides `amount` by `weights`: floors in minor units, then one unit each by largest remainder.
  ///
  /// - Parameters:
  ///   - amount: A whole number of minor units; a negative one is split as the mirror image.
  ///   - weights: In the order of the names' bytes, which decides between equal remainders; none
  ///     negative, at least one positive.
  ///   - unit: Millionths in one minor unit.
  /// - Returns: The parts in the order of `weights`; their sum is `amount`.
  public static func largestRemainder(_ amount: Money, weights: [Int64], unit: Int64) -> [Money] {
    precondition(unit > 0 && amount.millionths % unit == 0, "only whole minor units are split")
    var total: Int128 = 0
    for weight in weights {
      precondition(weight >= 0, "no weight of a split is negative")
      total += Int128(weight)
    }
    precondition(total > 0, "a split has at least one positive weight")

    let units = Int128((amount.millionths / unit).magnitude)
    let sign: Int64 = amount.millionths < 0 ? -1 : 1
    var parts: [Int64] = []
    var remainders: [Int128] = []
    parts.reserveCapacity(weights.count)
    remainders.reserveCapacity(weights.count)
    var left = Int64(units)
    for weight in weights {
      let (whole, remainder) = (units * Int128(weight)).quotientAndRemainder(dividingBy: total)
      parts.append(Int64(whole))
      remainders.append(remainder)
      left -= Int64(whole)
    }
    // Fewer units are left than there are weights; the first of equals comes first by name.
    if left > 0 {
      let order = remainders.indices.sorted {
        remainders[$0] == remainders[$1] ? $0 < $1 : remainders[$0] > remainders[$1]
      }
      for place in order.prefix(Int(left)) { parts[place] += 1 }
    }
    return parts.map { Money(millionths: sign * $0 * unit) }
  }

  /// Divides `amount` over the parties of `shares`, in the order of their names' bytes.
  public static func largestRemainder(
    _ amount: Money, shares: [SettlementTerms.Party: Percent], currency: Currency
  ) -> [PartyShare] {
    PartyOrder(shares).split(amount, unit: currency.millionthsPerMinorUnit)
  }
}

/// The parties of one policy in the order of their names, made once for all homes.
struct PartyOrder {
  let parties: [SettlementTerms.Party]
  let weights: [Int64]

  init(_ shares: [SettlementTerms.Party: Percent]) {
    let parties = shares.keys.sorted()
    self.parties = parties
    weights = parties.map { Int64(shares[$0]!.hundredths) }
    precondition(weights.reduce(0, +) == 10_000, "the shares of a policy sum to 100 percent")
  }

  func split(_ amount: Money, unit: Int64) -> [PartyShare] {
    // The shipped policy has one party; it needs no division.
    if parties.count == 1 { return [PartyShare(party: parties[0], amount: amount)] }
    if amount == .zero { return parties.map { PartyShare(party: $0, amount: .zero) } }
    let amounts = Split.largestRemainder(amount, weights: weights, unit: unit)
    return zip(parties, amounts).map { PartyShare(party: $0, amount: $1) }
  }
}
