/// The encoding of most Russian exchange files: ASCII and 128 characters.
enum Windows1251 {
  /// The characters of 0x80…0xFF; 0x98 is none.
  private static let upper: [UInt16] = [
    0x0402, 0x0403, 0x201A, 0x0453, 0x201E, 0x2026, 0x2020, 0x2021,
    0x20AC, 0x2030, 0x0409, 0x2039, 0x040A, 0x040C, 0x040B, 0x040F,
    0x0452, 0x2018, 0x2019, 0x201C, 0x201D, 0x2022, 0x2013, 0x2014,
    0xFFFF, 0x2122, 0x0459, 0x203A, 0x045A, 0x045C, 0x045B, 0x045F,
    0x00A0, 0x040E, 0x045E, 0x0408, 0x00A4, 0x0490, 0x00A6, 0x00A7,
    0x0401, 0x00A9, 0x0404, 0x00AB, 0x00AC, 0x00AD, 0x00AE, 0x0407,
    0x00B0, 0x00B1, 0x0406, 0x0456, 0x0491, 0x00B5, 0x00B6, 0x00B7,
    0x0451, 0x2116, 0x0454, 0x00BB, 0x0458, 0x0405, 0x0455, 0x0457,
  ]

  private static let toByte: [UInt32: UInt8] = Dictionary(
    uniqueKeysWithValues: (UInt8(0x80)...0xFF).compactMap { byte in
      scalar(byte).map { ($0.value, byte) }
    })

  private static func scalar(_ byte: UInt8) -> Unicode.Scalar? {
    if byte < 0x80 { return Unicode.Scalar(byte) }
    // From 0xC0 on the alphabet follows in order.
    if byte >= 0xC0 { return Unicode.Scalar(0x0410 + UInt32(byte) - 0xC0) }
    let value = upper[Int(byte) - 0x80]
    return value == 0xFFFF ? nil : Unicode.Scalar(value)
  }

  /// The text as UTF-8, or the place of the byte that is no character.
  static func decode(_ bytes: [UInt8]) -> (utf8: [UInt8], badByte: Int?) {
    var utf8: [UInt8] = []
    utf8.reserveCapacity(bytes.count + bytes.count / 4)
    for (place, byte) in bytes.enumerated() {
      if byte < 0x80 {
        utf8.append(byte)
      } else if let scalar = scalar(byte) {
        utf8 += UTF8.encode(scalar)!
      } else {
        return (utf8, place)
      }
    }
    return (utf8, nil)
  }

  /// A character's byte, or nil when the encoding has none.
  static func byte(_ scalar: Unicode.Scalar) -> UInt8? {
    scalar.value < 0x80 ? UInt8(scalar.value) : toByte[scalar.value]
  }
}
