public import Grid
import Signing

/// A book within the book; each sums to zero alone.
public enum Layer: UInt8, Hashable, Sendable, CaseIterable {
  /// What is final.
  case settled = 0
  /// What is held.
  case pending = 1
  /// What is promised and never paid from.
  case promised = 2
}

/// One side of a movement. Positive is into the account.
public struct Leg: Hashable, Sendable {
  /// The account.
  public let account: AccountID
  /// The number of the commodity, from 1.
  public let commodity: UInt32
  /// The layer.
  public let layer: Layer
  /// In smallest units, never zero.
  public let amount: Int64

  /// A side of a movement.
  public init(account: AccountID, commodity: UInt32, layer: Layer = .settled, amount: Int64) {
    self.account = account
    self.commodity = commodity
    self.layer = layer
    self.amount = amount
  }
}

/// What a piece of evidence is.
public enum EvidenceKind: UInt64, Hashable, Sendable, CaseIterable {
  /// The signal.
  case signal = 1
  /// The enrolment.
  case enrolment = 2
  /// The baseline.
  case baseline = 3
  /// The root of the readings of a day.
  case readings = 4
  /// The prices.
  case prices = 5
  /// The performance.
  case performance = 6
  /// The report.
  case report = 7
  /// A document of a bank, a contract.
  case document = 8
  /// A decision.
  case decision = 9
}

/// What an entry rests on, by its hash.
public struct Evidence: Hashable, Sendable {
  /// What it is.
  public let kind: EvidenceKind
  /// SHA-256 of its bytes; for readings the root of the day.
  public let hash: Digest

  /// A piece of evidence.
  public init(_ kind: EvidenceKind, _ hash: Digest) {
    self.kind = kind
    self.hash = hash
  }
}

/// One key's consent to a request.
public struct Approval: Hashable, Sendable {
  /// The key that consents.
  public let key: AuthorID
  /// Its signature over "hr/approve1\n" || request hash: 64 bytes.
  public let signature: [UInt8]

  /// A consent; verified when the entry is taken.
  public init(key: AuthorID, signature: [UInt8]) {
    self.key = key
    self.signature = signature
  }

  /// What an approval signs.
  public static func message(requestHash: Digest) -> [UInt8] {
    Array("hr/approve1\n".utf8) + requestHash.bytes
  }
}

/// Who asks for an entry, and his own name for the request.
public struct RequestSource: Hashable, Sendable {
  /// The author, by his key.
  public let author: AuthorID
  /// The name of the request; the same one never makes two entries.
  public let key: IdempotencyKey

  /// A source.
  public init(author: AuthorID, key: IdempotencyKey) {
    self.author = author
    self.key = key
  }
}

/// What somebody wants written; the book adds time, ordinals and balances.
public struct EntryRequest: Hashable, Sendable {
  /// Who asks; nil for what the writer adds by itself.
  public var source: RequestSource?
  /// When it counts; needed for the types that move something.
  public var effective: Window?
  /// The sides of the movement; empty where nothing moves.
  public var legs: [Leg]
  /// What it rests on.
  public var evidence: [Evidence]
  /// The entry this one answers.
  public var reference: UInt64?
  /// The hash of the policy that decided.
  public var rule: Digest?
  /// What it does.
  public var data: EntryData
  /// Who consents, where several must.
  public var approvals: [Approval]

  /// A request; nothing is checked before it is written.
  public init(
    _ data: EntryData, source: RequestSource? = nil, effective: Window? = nil, legs: [Leg] = [],
    evidence: [Evidence] = [], reference: UInt64? = nil, rule: Digest? = nil,
    approvals: [Approval] = []
  ) {
    self.source = source
    self.effective = effective
    self.legs = legs
    self.evidence = evidence
    self.reference = reference
    self.rule = rule
    self.data = data
    self.approvals = approvals
  }

  /// The canonical bytes that are hashed and approved: the keys 1, 3, 4, 8, 9, 10 and 11.
  public var hashedBytes: [UInt8] {
    var writer = CBOR.Writer(capacity: 256)
    write(to: &writer)
    return writer.bytes
  }

  /// SHA-256 of `hashedBytes`.
  public var hash: Digest {
    var writer = CBOR.Writer(capacity: 512)
    write(to: &writer)
    return writer.hash
  }
}
