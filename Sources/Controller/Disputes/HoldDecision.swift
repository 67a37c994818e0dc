import FoundationEssentials

/// How somebody decided about lines that settlement itself let wait.
public struct HoldDecision: Hashable, Sendable, Codable {
  /// `headroom.hold-decision/1`.
  public var format = "headroom.hold-decision/1"
  /// The event.
  public var event: String
  /// The run that held them.
  public var run: String
  /// The home.
  public var site: String
  /// Each line's type with the amount that waited, as decimal text.
  public var lines: [String: String]
  /// Their currency.
  public var currency: String
  /// Why settlement let them wait.
  public var reason: String
  /// Who is right.
  public var decidedFor: Dispute.Side
  /// Why.
  public var text: String
  /// When.
  public var decidedAt: String

  /// The canonical bytes, whose hash the entries cite.
  public var bytes: [UInt8] { CanonicalDocument.bytes(self) }

  /// A decision that was kept; nil for other evidence.
  public init?(bytes: [UInt8]) {
    guard let found = try? JSONDecoder().decode(HoldDecision.self, from: Data(bytes)),
      found.format == "headroom.hold-decision/1"
    else { return nil }
    self = found
  }

  init(
    _ held: [LedgerDesk.HeldLine], for side: Dispute.Side, text: String, decidedAt: String
  ) {
    event = held[0].event
    run = held[0].run
    site = held[0].site
    lines = Dictionary(held.map { ($0.line, $0.amount) }, uniquingKeysWith: { first, _ in first })
    currency = held[0].currency
    reason = held[0].reason
    decidedFor = side
    self.text = text
    self.decidedAt = decidedAt
  }
}
