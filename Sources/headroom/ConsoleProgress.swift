extension Console {
  /// One line on standard error that each call writes anew; for a terminal only.
  static func progress(_ text: String, isLast: Bool) {
    FileHandle.standardError.write("\r\u{1B}[K" + (isLast ? "" : text))
  }
}
