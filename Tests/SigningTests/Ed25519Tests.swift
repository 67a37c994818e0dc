import Grid
import Signing
import Testing

@Suite struct `An Ed25519 key` {
  // RFC 8032 §7.1, tests 1 to 3: seed, public key, message, signature.
  static let known: [(String, String, String, String)] = [
    (
      "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
      "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", "",
      "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e06522490155"
        + "5fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b"
    ),
    (
      "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
      "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c", "72",
      "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
        + "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"
    ),
    (
      "c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
      "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025", "af82",
      "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac"
        + "18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a"
    ),
  ]

  @Test(arguments: known)
  func `signs as RFC 8032 does`(seed: String, key: String, message: String, signature: String) {
    let secret = Ed25519.PrivateKey(seed: Hex.bytes(seed)!)!
    let message = Hex.bytes(message)!
    #expect(secret.publicKey.description == key)
    #expect(Hex.text(secret.sign(message)) == signature)
    #expect(secret.publicKey.verify(Hex.bytes(signature)!, of: message))
    #expect(!secret.publicKey.verify(Hex.bytes(signature)!, of: message + [0]))
  }

  @Test func `verifies no altered, short or long signature`() {
    let secret = Ed25519.PrivateKey.make()
    let message: [UInt8] = [1, 2, 3]
    let signature = secret.sign(message)
    for place in signature.indices {
      var altered = signature
      altered[place] ^= 1
      #expect(!secret.publicKey.verify(altered, of: message))
    }
    #expect(!secret.publicKey.verify(Array(signature.dropLast()), of: message))
    #expect(!secret.publicKey.verify(signature + [0], of: message))
    #expect(!Ed25519.PrivateKey.make().publicKey.verify(signature, of: message))
    #expect(secret.publicKey.verify(signature, of: message))
  }

  @Test func `that is no point of the curve verifies nothing`() {
    let key = Ed25519.PublicKey(bytes: Array(repeating: 0xFF, count: 32))!
    #expect(!key.verify(Array(repeating: 0, count: 64), of: []))
  }

  @Test func `has 32 bytes`() {
    #expect(Ed25519.PrivateKey(seed: Array(repeating: 1, count: 31)) == nil)
    #expect(Ed25519.PublicKey(bytes: Array(repeating: 1, count: 33)) == nil)
  }

  @Test func `is never printed when it is private`() {
    let seed = Array(repeating: UInt8(0xAB), count: 32)
    let secret = Ed25519.PrivateKey(seed: seed)!
    var dumped = ""
    dump(secret, to: &dumped)
    for text in ["\(secret)", String(reflecting: secret), dumped, "\([secret])"] {
      #expect(text.contains("a private key"))
      #expect(!text.contains("171") && !text.lowercased().contains("abab"))
    }
  }

  @Test func `signs a message of the wire under its kid`() throws {
    let secret = Ed25519.PrivateKey(seed: Hex.bytes(Self.known[0].0)!)!
    #expect(secret.publicKey.kid == "21fe31dfa154a261")
    let signed =
      "headroom.signed/1\nheadroom/v1/signal/acme-utility/native\n"
      + #"{"schema":"headroom.signal/1","signalId":"peak-0915","revision":3,"#
      + #""status":"cancelled","issuedAt":"2026-09-15T17:30:00Z"}"#
    let signature =
      "YNWIZpf9bmzIXV_X3sgEC-nUNMFBr-ctRSvXSt0KXj1DA0_AhGqRtkYWP56HjgQx"
      + "HVV_mB1HWpzT_I6C0te7BA"
    #expect(Base64.urlText(secret.sign(Array(signed.utf8))) == signature)
    let bytes = try #require(Base64.urlBytes(signature))
    #expect(secret.publicKey.verify(bytes, of: Array(signed.utf8)))
  }
}
