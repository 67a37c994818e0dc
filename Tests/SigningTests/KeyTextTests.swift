import Grid
import Signing
import Testing

@Suite struct `A verifier key` {
  static let peter = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"

  @Test(arguments: [
    (peter, "PeterNeumann", VerifierKey.Kind.note),
    ("TEST+7997405c+AQcC+FTVKf0jlTdHDY3rbevmnKxxPjigCXlVtGe6RIr6", "TEST", .note),
    (
      "remora.n621.de+da77ade7+BOvN63jn/bLvkieywe8R6UYAtVtNbZpXh34x7onlmtw2", "remora.n621.de",
      .cosignature
    ),
  ])
  func `is read and written as C2SP does`(text: String, name: String, kind: VerifierKey.Kind) throws
  {
    let key = try VerifierKey(text)
    #expect(key.name == name && key.kind == kind && key.description == text)
  }

  @Test(arguments: [
    (
      "PeterNeumann+c74e20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
      KeyFault.hashMismatch(found: "c74e20a3", computed: "c74f20a3")
    ),
    ("Peter Neumann+c74f20a3+ARpc2Q==", .badName("Peter Neumann")),
    ("+c74f20a3+ARpc2Q==", .badName("")),
    ("PeterNeumann+c74f20a3", .notAKey),
    (
      "PeterNeumann+C74F20A3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
      .badHash("C74F20A3")
    ),
    ("PeterNeumann+c74f20a3+ARpc2Q=", .badEncoding),
    ("PeterNeumann+c74f20a3+", .badEncoding),
    ("PeterNeumann+c74f20a3+ARpc2Q==", .badType(1, length: 3)),
    ("PeterNeumann+c74f20a3+Ahpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW", .badType(2, length: 32)),
  ])
  func `is refused with its fault`(text: String, fault: KeyFault) {
    #expect(throws: fault) { try VerifierKey(text) }
    #expect(!fault.description.isEmpty)
  }

  @Test func `names the author of an entry by eight bytes`() throws {
    let operatorA = try VerifierKey(
      "utility.example/operator-a+0ddc0240+AYJwlUD/ZmHbvQ0FRuCYl32F6NWemUcC+df8jP170edi")
    #expect(Hex.text(operatorA.authorID) == "0ddc02409b1e3649")
  }
}

@Suite struct `A key file` {
  static let line =
    "PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz\n"

  @Test func `holds the key of its verifier`() throws {
    let key = try SigningKey(keyFile: Self.line)
    #expect(key.verifier.description == `A verifier key`.peter)
    #expect(key.keyFileText == Self.line)
    #expect(key.verifier.key.verify(key.sign([5]), of: [5]))
    #expect(try SigningKey(keyFile: String(Self.line.dropLast())).verifier == key.verifier)
  }

  @Test func `may hold the key of a witness`() throws {
    let key = try SigningKey(keyFile: Self.line, kind: .cosignature)
    #expect(key.verifier.kind == .cosignature)
    #expect(key.verifier.keyHash != "c74f20a3")
    #expect(key.keyFileText == Self.line)
  }

  @Test func `is made for a name of no spaces`() throws {
    let secret = Ed25519.PrivateKey.make()
    let key = try SigningKey(name: "log.example/ledger", key: secret)
    #expect(try SigningKey(keyFile: key.keyFileText).verifier == key.verifier)
    #expect(throws: KeyFault.badName("my key")) { try SigningKey(name: "my key", key: secret) }
  }

  @Test func `is never printed`() throws {
    let key = try SigningKey(keyFile: Self.line)
    var dumped = ""
    dump(key, to: &dumped)
    for text in ["\(key)", String(reflecting: key), dumped] {
      #expect(text.contains("the private key of PeterNeumann") && !text.contains("AYEK"))
    }
  }

  @Test(arguments: [
    ("PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz", KeyFault.notAKey),
    (
      "PRIVATE+KEY+Peter+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz",
      .hashMismatch(found: "c74f20a3", computed: "428d3eed")
    ),
    (
      "PRIVATE+KEY+PeterNeumann+c74f20a3+BIEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz",
      .badType(4, length: 32)
    ),
    ("PRIVATE+KEY+PeterNeumann+c74f20a3+AYEK", .badType(1, length: 2)),
  ])
  func `is refused with its fault`(text: String, fault: KeyFault) {
    #expect(throws: fault) { try SigningKey(keyFile: text) }
  }
}

@Suite struct `Text in base64` {
  // RFC 4648 §10.
  @Test(arguments: [
    ("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg=="),
    ("fooba", "Zm9vYmE="), ("foobar", "Zm9vYmFy"),
  ])
  func `is that of RFC 4648`(plain: String, text: String) {
    #expect(Base64.text(Array(plain.utf8)) == text)
    #expect(Base64.bytes(text) == Array(plain.utf8))
    let short = text.filter { $0 != "=" }
    #expect(Base64.urlText(Array(plain.utf8)) == short)
    #expect(Base64.urlBytes(short) == Array(plain.utf8))
  }

  @Test func `has two alphabets`() {
    #expect(Base64.text([0xFB, 0xFF]) == "+/8=")
    #expect(Base64.urlText([0xFB, 0xFF]) == "-_8")
    #expect(Base64.bytes("-_8=") == nil)
    #expect(Base64.urlBytes("+/8") == nil)
  }

  @Test(arguments: [
    "Zg", "Zg=", "Zg===", "Zh==", "Zm9=", "Z", "====", "Zg==Zg==", "Zm9v\n", "Zm 9v", "Zm8=\n=",
    "=Zm9", "Zé==",
  ])
  func `refuses what is not canonical`(text: String) { #expect(Base64.bytes(text) == nil) }

  @Test(arguments: ["Zg==", "Zh", "Z", "Zm9v\n"])
  func `refuses the same without padding`(text: String) { #expect(Base64.urlBytes(text) == nil) }
}
