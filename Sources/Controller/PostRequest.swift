public import Grid
public import Ledger

/// What an operator asks the ledger to write, with names and decimals as he wrote them.
public struct PostRequest: Sendable {
  /// One side of a movement.
  public struct Posting: Sendable {
    /// Name of the account.
    public var account: String
    /// Code of the commodity.
    public var commodity: String
    /// A decimal; positive is into the account.
    public var amount: String
  }

  /// One amount for several.
  public struct Division: Sendable {
    /// Who gives.
    public var from: String
    /// Code of the commodity.
    public var commodity: String
    /// A decimal of whole minor units; negative is the mirror image.
    public var amount: String
    /// Who gets, and by what weight.
    public var to: [(account: String, weight: Int64)]
  }

  /// What moves.
  public enum Movement: Sendable {
    /// Each side as it is.
    case postings([Posting])
    /// Floor in minor units, then one unit each by largest remainder, ties by name.
    case split(Division)
  }

  /// What is to be done.
  public enum Body: Sendable {
    /// Moves for good; with `reference` it corrects that entry.
    case transfer(
      reason: String, event: String?, run: String?, reference: UInt64?, movement: Movement)
    /// Holds until it is posted, voided or expires.
    case reserve(reason: String, expires: Timestamp, movement: Movement)
    /// Makes the whole of a hold final.
    case post(reason: String, hold: UInt64)
    /// Gives a hold back.
    case void(VoidReason, hold: UInt64)
    /// Takes an entry back.
    case reverse(reason: String, entry: UInt64)
  }

  /// `file:line`, for whoever is told about it.
  public var place: String
  /// The name of the request; the same one never makes two entries.
  public var key: IdempotencyKey
  /// When it counts.
  public var effective: Window
  /// What it rests on.
  public var evidence: [Evidence]
  /// The policy that decided, or nil.
  public var rule: Digest?
  /// What is to be done.
  public var body: Body

  /// Reverses one entry; `place` is what a refusal is said of.
  public static func reversal(
    of entry: UInt64, reason: String, effective: Window, key: IdempotencyKey, place: String
  ) -> PostRequest {
    PostRequest(
      place: place, key: key, effective: effective, evidence: [], rule: nil,
      body: .reverse(reason: reason, entry: entry))
  }
}
