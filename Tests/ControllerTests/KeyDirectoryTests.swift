import Grid
import Signing
import Testing

@testable import Controller

@Suite struct `The key directory` {
  static let acme = Ed25519.PrivateKey(seed: [UInt8](repeating: 1, count: 32))!
  static let gateway = Ed25519.PrivateKey(seed: [UInt8](repeating: 2, count: 32))!
  static let noon = Timestamp(rfc3339: "2026-07-12T12:00:00Z")!
  static let directory = KeyDirectory([
    .init(owner: .utility(UtilityID("acme")!), publicKey: acme.publicKey, revokedAt: noon),
    .init(owner: .gateway(GatewayID("gw-1")!), publicKey: gateway.publicKey),
  ])
  static let bytes: [UInt8] = [1, 2, 3]

  static func verdict(
    _ signature: [UInt8], _ keyID: String, _ owner: KeyDirectory.Owner, _ now: Timestamp
  ) -> Rejection? {
    do throws(Rejection) {
      try directory.verify(bytes, signature: signature, keyID: keyID, owner: owner, at: now)
      return nil
    } catch {
      return error
    }
  }

  @Test func `takes a good signature of an enrolled key, until it is revoked`() {
    let signature = Self.acme.sign(Self.bytes)
    let kid = Self.acme.publicKey.kid
    let owner = KeyDirectory.Owner.utility(UtilityID("acme")!)
    #expect(Self.verdict(signature, kid, owner, Self.noon.adding(seconds: -60)) == nil)
    for late in [Self.noon, Self.noon.adding(seconds: 60)] {
      let refused = Self.verdict(signature, kid, owner, late)
      #expect(refused?.code == .revokedKey)
      #expect(refused?.found == "\(kid), revoked at 2026-07-12T12:00:00Z")
    }
  }

  @Test func `refuses a stranger, another's key and a wrong signature`() {
    let signature = Self.gateway.sign(Self.bytes)
    let kid = Self.gateway.publicKey.kid
    let mine = KeyDirectory.Owner.gateway(GatewayID("gw-1")!)
    let other = KeyDirectory.Owner.gateway(GatewayID("gw-2")!)
    #expect(Self.verdict(signature, "0123456789abcdef", mine, Self.noon)?.code == .badSignature)
    let foreign = Self.verdict(signature, kid, other, Self.noon)
    #expect(foreign?.code == .wrongPrincipal)
    #expect(foreign?.allowed == "a key enrolled for gateway gw-2")
    #expect(Self.verdict(Self.acme.sign(Self.bytes), kid, mine, Self.noon)?.code == .badSignature)
    #expect(Self.verdict(signature, kid, mine, Self.noon) == nil)
  }

  @Test func `asks whoever has a key to sign, also after it was revoked`() {
    let later = Self.noon.adding(seconds: 86_400)
    #expect(Self.directory.mustSign(.utility(UtilityID("acme")!), at: later))
    #expect(!Self.directory.mustSign(.utility(UtilityID("other")!), at: later))
  }
}
