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
    /// Closes a period until a moment.
    case close(period: String, until: Timestamp)
    /// States the root of all balances.
    case snapshot
    /// Gives an account other flags.
    case flags(account: String, AccountFlags)
    /// Defines what else is counted.
    case commodity(Commodity)
    /// Puts the policy of `rule` in force under a name.
    case policy(name: String)
    /// Lets a right need so many keys.
    case quorum(Right, needs: UInt64)
    /// Continues an older log.
    case continues(Checkpoint)
    /// Enrols or revokes a key.
    case key(vkey: String, [Right], KeyState)
  }

  /// `file:line`, for whoever is told about it.
  public var place: String
  /// The name of the request; the same one never makes two entries.
  public var key: IdempotencyKey
  /// When it counts; always there for what moves something.
  public var effective: Window?
  /// What it rests on.
  public var evidence: [Evidence]
  /// The policy that decided, or nil.
  public var rule: Digest?
  /// What is to be done.
  public var body: Body

  /// A request that moves nothing.
  public static func statement(
    _ body: Body, key: IdempotencyKey, place: String
  ) -> PostRequest {
    PostRequest(
      place: place, key: key, effective: nil, evidence: [], rule: nil, body: body)
  }

  /// Reverses one entry; `place` is what a refusal is said of.
  public static func reversal(
    of entry: UInt64, reason: String, effective: Window, key: IdempotencyKey, place: String
  ) -> PostRequest {
    PostRequest(
      place: place, key: key, effective: effective, evidence: [], rule: nil,
      body: .reverse(reason: reason, entry: entry))
  }
}
