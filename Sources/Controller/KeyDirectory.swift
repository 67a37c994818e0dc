public import Grid
public import Signing

/// The keys that the operator enrolled, and whose they are.
public struct KeyDirectory: Sendable {
  /// Whose a key is.
  public enum Owner: Hashable, Sendable, CustomStringConvertible {
    /// A utility signs signals.
    case utility(UtilityID)
    /// A gateway may sign anything of its own.
    case gateway(GatewayID)

    /// `utility acme` or `gateway gw-1`.
    public var description: String {
      switch self {
      case .utility(let id): "utility \(id)"
      case .gateway(let id): "gateway \(id)"
      }
    }
  }

  /// One enrolled key.
  public struct Key: Sendable {
    /// Whose it is.
    public var owner: Owner
    /// What verifies.
    public var publicKey: Ed25519.PublicKey
    /// Refused from here on; earlier evidence stays valid.
    public var revokedAt: Timestamp?

    /// A key.
    public init(owner: Owner, publicKey: Ed25519.PublicKey, revokedAt: Timestamp? = nil) {
      self.owner = owner
      self.publicKey = publicKey
      self.revokedAt = revokedAt
    }
  }

  private var keys: [String: Key] = [:]
  private var owners: Set<Owner> = []

  /// Keys by their id.
  public init(_ keys: [Key] = []) {
    for key in keys {
      self.keys[key.publicKey.kid] = key
      owners.insert(key.owner)
    }
  }

  /// Whoever has a key must sign, also when all his keys are revoked.
  public func mustSign(_ owner: Owner, at now: Timestamp) -> Bool { owners.contains(owner) }

  /// Returns when `signature` over `bytes` is good and its key belongs to `owner`.
  /// - Throws: `badSignature`, `wrongPrincipal` or `revokedKey`.
  public func verify(
    _ bytes: [UInt8], signature: [UInt8], keyID: String, owner: Owner, at now: Timestamp
  ) throws(Rejection) {
    guard let key = keys[keyID] else {
      throw Rejection(.badSignature, field: "kid", found: keyID, allowed: "an enrolled key")
    }
    guard key.owner == owner else {
      throw Rejection(
        .wrongPrincipal, field: "kid", found: keyID, allowed: "a key enrolled for \(owner)")
    }
    if let revokedAt = key.revokedAt, now >= revokedAt {
      throw Rejection(
        .revokedKey, field: "kid", found: "\(keyID), revoked at \(revokedAt)",
        allowed: "a key in force")
    }
    guard key.publicKey.verify(signature, of: bytes) else {
      throw Rejection(
        .badSignature, field: "signature", allowed: "the key's signature of topic and message")
    }
  }
}
