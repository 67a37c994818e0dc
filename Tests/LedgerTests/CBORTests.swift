import Grid
import Ledger
import Testing

@Suite struct `Canonical CBOR` {
  @Test func `reads and writes every good vector`() throws {
    let good = Vectors.cbor["good"].list
    #expect(good.count == 30)
    for vector in good {
      let value = try CBOR.decode(vector["hex"].bytes)
      #expect(value.description == vector["value"].text)
      #expect(CBOR.encode(value) == vector["hex"].bytes)
    }
  }

  @Test func `refuses every other vector`() {
    let refused = Vectors.cbor["refuse"].list + Vectors.cbor["refuseByOurLimits"]["items"].list
    #expect(refused.count == 35)
    for vector in refused {
      #expect(throws: CBOR.Fault.self, "\(vector["why"].text)") {
        try CBOR.decode(vector["hex"].bytes)
      }
    }
  }

  static let faults: [(String, Int, CBOR.Reason)] = [
    ("1800", 0, .notShortest), ("8201190001", 2, .notShortest), ("1901", 0, .cutShort),
    ("", 0, .cutShort), ("4201", 0, .cutShort), ("8201", 0, .cutShort),
    ("9bffffffffffffffff", 0, .cutShort), ("5f4101ff", 0, .indefinite), ("ff", 0, .indefinite),
    ("fb0000000000000000", 0, .float), ("c000", 0, .tag), ("f7", 0, .simple), ("f820", 0, .simple),
    ("1c", 0, .reserved), ("fc", 0, .reserved), ("a202010102", 3, .keyOrder),
    ("a201020103", 3, .keyTwice), ("a1f500", 1, .keyType), ("61ff", 0, .notUTF8),
    ("63eda080", 0, .notUTF8), ("0000", 1, .trailing), ("81818181818181818100", 9, .tooDeep),
    ("3b8000000000000000", 0, .belowInt64),
  ]

  @Test(arguments: faults)
  func `says where and why`(hex: String, offset: Int, reason: CBOR.Reason) {
    let fault = #expect(throws: CBOR.Fault.self) { try CBOR.decode(Hex.bytes(hex)!) }
    #expect(fault?.offset == offset && fault?.reason == reason)
    #expect(fault?.description == "byte \(offset): \(reason.rawValue)")
  }

  @Test func `sorts the keys of a map by their encoding`() {
    let map = CBOR.Value.map([
      .init(.text("aa"), .unsigned(2)), .init(.integer(-1), .null),
      .init(.unsigned(100), .bool(true)),
      .init(.text("b"), .unsigned(1)), .init(.unsigned(10), .unsigned(3)),
    ])
    #expect(Hex.text(CBOR.encode(map)) == "a50a031864f520f6616201626161" + "02")
  }

  @Test func `of every altered byte of an entry is refused or means something else`() throws {
    for entry in Vectors.entries {
      let value = try CBOR.decode(entry)
      #expect(CBOR.encode(value) == entry)
      for place in entry.indices {
        var altered = entry
        altered[place] ^= 0x01
        guard let other = try? CBOR.decode(altered) else { continue }
        #expect(other != value)
        #expect(CBOR.encode(other) == altered)
      }
    }
  }
}
