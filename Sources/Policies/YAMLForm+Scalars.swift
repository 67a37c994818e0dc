public import Grid
import Yams

extension YAMLForm where Value == String {
  /// Text of 1…`maximum` characters.
  public static func text(_ maximum: Int) -> YAMLForm {
    .scalar("text of 1…\(maximum) characters", shape: .textOf(maximum)) {
      (1...maximum).contains($0.count) ? $0 : nil
    }
  }

  /// A name: a small letter or digit, then at most 62 more or hyphens.
  public static var id: YAMLForm {
    .scalar(
      "a name of a-z, 0-9 and hyphens, 1…63 long, no hyphen first",
      shape: .pattern("^[a-z0-9][a-z0-9-]{0,62}$")
    ) { text in
      let bytes = Array(text.utf8)
      guard (1...63).contains(bytes.count), bytes[0] != UInt8(ascii: "-") else { return nil }
      return bytes.allSatisfy {
        (97...122).contains($0) || (48...57).contains($0) || $0 == UInt8(ascii: "-")
      } ? text : nil
    }
  }
}

extension YAMLForm where Value == Int64 {
  /// A whole number: digits, a leading minus where the range allows it, no leading zero.
  public static func int(_ range: ClosedRange<Int64>) -> YAMLForm {
    .scalar(
      "a whole number \(range.lowerBound)…\(range.upperBound)", isNumber: true,
      shape: .integer(range), write: { "\($0)" }
    ) { text in
      let digits = text.hasPrefix("-") ? text.dropFirst() : text[...]
      guard !digits.isEmpty, digits.utf8.allSatisfy({ (48...57).contains($0) }),
        digits == "0" || digits.first != "0", let value = Int64(text)
      else { return nil }
      return range.contains(value) ? value : nil
    }
  }

  /// An exact decimal times 10^`places`; the range is of the scaled value.
  ///
  /// At most 12 digits before the point and `places` after it; no exponent, sign or separator.
  public static func decimal(places: Int, _ range: ClosedRange<Int64>) -> YAMLForm {
    let low = FixedDecimal.text(range.lowerBound, places: places, minimumPlaces: 0)
    let high = FixedDecimal.text(range.upperBound, places: places, minimumPlaces: 0)
    let allowed = "a decimal \(low)…\(high) with at most \(places) places"
    return .scalar(
      allowed, isNumber: true, shape: .decimal(low, high),
      write: { FixedDecimal.text($0, places: places, minimumPlaces: 0) }
    ) { text in
      guard let value = try? FixedDecimal.parse(text, places: places) else { return nil }
      return range.contains(value) ? value : nil
    }
  }

  /// `HH:MM` as minutes since midnight; `24:00` only where an end may be.
  public static func clock(endOfDay: Bool = false) -> YAMLForm {
    .scalar(
      "a clock HH:MM, 00:00…\(endOfDay ? "24:00" : "23:59")",
      shape: .pattern("^([01][0-9]|2[0-3]):[0-5][0-9]$" + (endOfDay ? "|^24:00$" : ""))
    ) { text in
      let bytes = Array(text.utf8)
      guard bytes.count == 5, bytes[2] == UInt8(ascii: ":"),
        [0, 1, 3, 4].allSatisfy({ (48...57).contains(bytes[$0]) })
      else { return nil }
      let hour = Int64(bytes[0] - 48) * 10 + Int64(bytes[1] - 48)
      let minute = Int64(bytes[3] - 48) * 10 + Int64(bytes[4] - 48)
      let total = hour * 60 + minute
      return minute < 60 && (total < 1_440 || total == 1_440 && endOfDay) ? total : nil
    }
  }
}

extension YAMLForm where Value == Bool {
  /// `true` or `false`, and no other word for them.
  public static var bool: YAMLForm {
    .scalar("true or false", shape: .truth, write: { "\($0)" }) {
      $0 == "true" ? true : $0 == "false" ? false : nil
    }
  }
}

extension YAMLForm where Value == Percent {
  /// A percentage of 0…100 with at most two decimals, not below `minimum`.
  public static func percent(from minimum: Percent = .zero) -> YAMLForm {
    .scalar(
      "a percentage \(minimum)…100 with at most 2 places", isNumber: true,
      shape: .decimal("\(minimum)", "100"), write: { "\($0)" }
    ) { text in
      guard let value = try? FixedDecimal.parse(text, places: 2),
        let small = Int32(exactly: value), let percent = Percent(hundredths: small)
      else { return nil }
      return text.hasPrefix("-") || percent < minimum ? nil : percent
    }
  }
}

extension YAMLForm where Value == CivilDate {
  /// `YYYY-MM-DD`.
  public static var date: YAMLForm {
    .scalar("a date YYYY-MM-DD", shape: .pattern("^[0-9]{4}-[0-9]{2}-[0-9]{2}$")) {
      CivilDate(text: $0)
    }
  }
}

extension YAMLForm where Value == ProgrammeCalendar.MonthDay {
  /// `MM-DD`, never 02-29.
  public static var monthDay: YAMLForm {
    .scalar("a day of every year MM-DD", shape: .pattern("^[0-9]{2}-[0-9]{2}$")) { text in
      guard text.utf8.count == 5, let date = CivilDate(text: "2001-" + text) else { return nil }
      let (_, month, day) = date.components
      return ProgrammeCalendar.MonthDay(month: month, day: day)
    }
  }
}

extension YAMLForm where Value: CaseIterable & RawRepresentable, Value.RawValue == String {
  /// One of the words of an enumeration; `notYet` are words that are described but not there yet.
  public static func word(notYet: Set<String> = []) -> YAMLForm {
    choice(Value.allCases.map { ($0.rawValue, $0) }, notYet: notYet) { $0.rawValue }
  }
}

extension YAMLForm where Value: Equatable {
  /// One of some words, each with its meaning; in a fault they come in this order.
  public static func words(
    _ meanings: KeyValuePairs<String, Value>, notYet: Set<String> = []
  ) -> YAMLForm {
    choice(meanings.map { ($0.key, $0.value) }, notYet: notYet) { value in
      meanings.first { $0.value == value }?.key
    }
  }
}

extension YAMLForm {
  /// The same where the words are no literals.
  static func words(listed meanings: [(String, Value)]) -> YAMLForm {
    choice(meanings, notYet: []) { _ in nil }
  }

  private static func choice(
    _ meanings: [(String, Value)], notYet: Set<String>, write: @escaping (Value) -> String?
  ) -> YAMLForm {
    let allowed = meanings.map(\.0).joined(separator: ", ")
    return YAMLForm(allowed: allowed, shape: .words(meanings.map(\.0)), write: write) { value in
      guard case .scalar(let scalar) = value.node else {
        value.fault(allowed: allowed)
        return nil
      }
      let text = scalar.string
      if let meaning = meanings.first(where: { $0.0 == text }) { return meaning.1 }
      if notYet.contains(text) {
        value.fault(
          found: "\(text), which this version does not have yet", allowed: allowed,
          code: YAMLFault.Code.notYet)
      } else {
        value.fault(allowed: allowed)
      }
      return nil
    }
  }
}
