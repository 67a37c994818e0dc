import FoundationEssentials
import Signing

/// What somebody objects to: one line of one home in one run, as it is kept beside the ledger.
///
/// Its bytes are evidence: the hold in the ledger cites their hash.
public struct Dispute: Hashable, Sendable, Codable {
  /// Who may object, and for whom a dispute may be decided.
  public enum Side: String, Hashable, Sendable, Codable, CaseIterable {
    case owner, utility
  }

  /// `headroom.dispute/1`.
  public var format = "headroom.dispute/1"
  /// The event.
  public var event: String
  /// The run that posted the line.
  public var run: String
  /// The home.
  public var site: String
  /// The line's type, such as `premium`.
  public var line: String
  /// The ledger entry that posted it.
  public var entry: UInt64
  /// The owner's part of the line, as decimal text without sign.
  public var amount: String
  /// Its currency.
  public var currency: String
  /// A code in one word, such as `meterFault`.
  public var reason: String
  /// Why, in the words of who objects.
  public var text: String
  /// Who objects.
  public var by: Side
  /// When it was filed.
  public var openedAt: String
  /// When it is to be decided; after it the hold runs out and nothing has changed.
  public var decideBy: String
  /// SHA-256 of what was handed in with it, or nil.
  public var evidence: String?

  /// The canonical bytes, whose hash is cited.
  public var bytes: [UInt8] { CanonicalDocument.bytes(self) }

  /// A dispute that was kept; nil for other evidence.
  public init?(bytes: [UInt8]) {
    guard let found = try? JSONDecoder().decode(Dispute.self, from: Data(bytes)),
      found.format == "headroom.dispute/1"
    else { return nil }
    self = found
  }

  init(
    event: String, run: String, site: String, line: String, entry: UInt64, amount: String,
    currency: String, reason: String, text: String, by: Side, openedAt: String, decideBy: String,
    evidence: String?
  ) {
    self.event = event
    self.run = run
    self.site = site
    self.line = line
    self.entry = entry
    self.amount = amount
    self.currency = currency
    self.reason = reason
    self.text = text
    self.by = by
    self.openedAt = openedAt
    self.decideBy = decideBy
    self.evidence = evidence
  }
}

/// How a dispute was decided.
public struct DisputeDecision: Hashable, Sendable, Codable {
  /// `headroom.decision/1`.
  public var format = "headroom.decision/1"
  /// The entry of the hold.
  public var hold: UInt64
  /// Who is right.
  public var decidedFor: Dispute.Side
  /// Why.
  public var text: String
  /// When.
  public var decidedAt: String

  var bytes: [UInt8] { CanonicalDocument.bytes(self) }

  init(hold: UInt64, decidedFor: Dispute.Side, text: String, decidedAt: String) {
    self.hold = hold
    self.decidedFor = decidedFor
    self.text = text
    self.decidedAt = decidedAt
  }

  init?(bytes: [UInt8]) {
    guard let found = try? JSONDecoder().decode(DisputeDecision.self, from: Data(bytes)),
      found.format == "headroom.decision/1"
    else { return nil }
    self = found
  }
}

/// JSON with sorted keys: the same value has the same bytes on every machine.
enum CanonicalDocument {
  static func bytes(_ value: some Encodable) -> [UInt8] {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    // Strings and integers alone: there is nothing that could not be encoded.
    return Array(try! encoder.encode(value)) + [UInt8(ascii: "\n")]
  }
}
