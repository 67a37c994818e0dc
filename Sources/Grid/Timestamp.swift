/// A moment in microseconds since 1970-01-01T00:00:00Z, leap seconds not counted.
public struct Timestamp: Hashable, Comparable, Sendable, CustomStringConvertible {
  /// Microseconds UTC.
  public var microseconds: Int64

  /// The moment `microseconds` after 1970 began.
  public init(microseconds: Int64) { self.microseconds = microseconds }

  /// The moment `seconds` after 1970 began.
  public init(seconds: Int64) { microseconds = seconds * 1_000_000 }

  /// Whole seconds, rounded toward the past.
  public var seconds: Int64 {
    microseconds >= 0 ? microseconds / 1_000_000 : -((-microseconds + 999_999) / 1_000_000)
  }

  /// True when there is no fraction of a second.
  public var isWholeSecond: Bool { microseconds.isMultiple(of: 1_000_000) }

  /// The moment `seconds` later.
  public func adding(seconds: Int64) -> Timestamp {
    Timestamp(microseconds: microseconds + seconds * 1_000_000)
  }

  /// Whole seconds from `earlier` to this moment, rounded toward the past.
  public func seconds(since earlier: Timestamp) -> Int64 {
    Timestamp(microseconds: microseconds - earlier.microseconds).seconds
  }

  /// Orders by time.
  public static func < (a: Timestamp, b: Timestamp) -> Bool { a.microseconds < b.microseconds }

  /// RFC 3339 in UTC with `Z`: whole seconds, or as many decimals as needed, at most six.
  public var description: String {
    let seconds = self.seconds
    let fraction = microseconds - seconds * 1_000_000
    let date = CivilDate(dayNumber: Self.floorDivide(seconds, 86_400))
    let time = seconds - date.dayNumber * 86_400
    var text =
      "\(date)T\(padded(time / 3_600, 2)):\(padded(time / 60 % 60, 2)):\(padded(time % 60, 2))"
    if fraction > 0 {
      var digits = padded(fraction, 6)
      while digits.last == "0" { digits.removeLast() }
      text += "." + digits
    }
    return text + "Z"
  }

  /// A moment written in RFC 3339 with `Z` or a numeric offset; at most six decimals, else nil.
  ///
  /// A time without offset, a leap second and a lower-case `t` or `z` are refused.
  public init?(rfc3339 text: String) {
    let bytes = Array(text.utf8)
    guard let (moment, end) = Self.utcPart(bytes) else { return nil }
    if end == bytes.count - 1, bytes[end] == UInt8(ascii: "Z") {
      self = moment
      return
    }
    guard end == bytes.count - 6, bytes[end] == 43 || bytes[end] == 45, bytes[end + 3] == 58,
      let hours = Self.digits(bytes, end + 1, 2), hours < 24,
      let minutes = Self.digits(bytes, end + 4, 2), minutes < 60
    else { return nil }
    let offset = (hours * 60 + minutes) * 60
    self = moment.adding(seconds: bytes[end] == 43 ? -offset : offset)
  }

  /// A moment of the wire: RFC 3339 that ends in `Z`, else nil.
  public init?(zulu text: String) {
    guard text.utf8.last == UInt8(ascii: "Z") else { return nil }
    self.init(rfc3339: text)
  }

  /// Date and time before the offset as if UTC, and the place of the first byte after them.
  private static func utcPart(_ bytes: [UInt8]) -> (Timestamp, Int)? {
    guard bytes.count >= 20, bytes[4] == 45, bytes[7] == 45, bytes[10] == UInt8(ascii: "T"),
      bytes[13] == 58, bytes[16] == 58,
      let year = digits(bytes, 0, 4), let month = digits(bytes, 5, 2),
      let day = digits(bytes, 8, 2), let hour = digits(bytes, 11, 2),
      let minute = digits(bytes, 14, 2), let second = digits(bytes, 17, 2),
      let date = CivilDate(year: year, month: month, day: day),
      hour < 24, minute < 60, second < 60
    else { return nil }
    var end = 19
    var fraction: Int64 = 0
    if bytes[end] == UInt8(ascii: ".") {
      end += 1
      var scale: Int64 = 1_000_000
      while end < bytes.count, (48...57).contains(bytes[end]) {
        guard scale > 1 else { return nil }
        scale /= 10
        fraction += Int64(bytes[end] - 48) * scale
        end += 1
      }
      guard end > 20, end < bytes.count else { return nil }
    }
    let seconds = ((date.dayNumber * 24 + hour) * 60 + minute) * 60 + second
    return (Timestamp(microseconds: seconds * 1_000_000 + fraction), end)
  }

  private static func digits(_ bytes: [UInt8], _ start: Int, _ count: Int) -> Int64? {
    guard start + count <= bytes.count else { return nil }
    var value: Int64 = 0
    for byte in bytes[start..<start + count] {
      guard (48...57).contains(byte) else { return nil }
      value = value * 10 + Int64(byte - 48)
    }
    return value
  }

  /// `a` / `b` rounded toward negative infinity; `b` is positive.
  static func floorDivide(_ a: Int64, _ b: Int64) -> Int64 {
    a >= 0 ? a / b : -((-a + b - 1) / b)
  }
}
