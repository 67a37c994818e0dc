/// What was found, short enough for an error.
enum Excerpt {
  /// The bytes as text, cut to `limit` bytes at the start of a character.
  ///
  /// What a cut or broken sequence became, and what would spoil a line of a log, is shown as `?`.
  static func of(_ bytes: some Collection<UInt8>, upTo limit: Int = 100) -> String {
    var text = ""
    var count = 0
    for scalar in String(decoding: bytes.prefix(limit), as: UTF8.self).unicodeScalars {
      let isShown = scalar.value >= 0x20 && scalar.value != 0x7F && scalar.value != 0xFFFD
      let shown = isShown ? scalar : "?"
      count += UTF8.width(shown)
      guard count <= limit else { break }
      text.unicodeScalars.append(shown)
    }
    return text
  }
}
