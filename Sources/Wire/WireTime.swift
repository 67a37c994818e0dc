import Grid

/// Times of the wire: RFC 3339 that ends in `Z`, up to six decimals.
enum WireTime {
  /// The moment written in `start..<end`, or nil; leap seconds and lower case are refused.
  @inline(__always)
  static func read(_ bytes: [UInt8], _ start: Int, _ end: Int) -> Timestamp? {
    guard end - start >= 20, bytes[end - 1] == UInt8(ascii: "Z") else { return nil }
    return local(bytes, start, end - 1)
  }

  /// The same for files, where an offset such as `-07:00` may stand instead of `Z`.
  static func readWithOffset(_ bytes: [UInt8], _ start: Int, _ end: Int) -> Timestamp? {
    guard end - start >= 20 else { return nil }
    if bytes[end - 1] == UInt8(ascii: "Z") { return local(bytes, start, end - 1) }
    let sign = bytes[end - 6]
    guard sign == UInt8(ascii: "+") || sign == UInt8(ascii: "-"),
      bytes[end - 3] == UInt8(ascii: ":"), let hours = pair(bytes, end - 5), hours < 24,
      let minutes = pair(bytes, end - 2), minutes < 60,
      let moment = local(bytes, start, end - 6)
    else { return nil }
    let offset = (hours * 60 + minutes) * 60
    return moment.adding(seconds: sign == UInt8(ascii: "+") ? -offset : offset)
  }

  /// Date and time without what tells the offset, as if in UTC.
  @inline(__always)
  static func local(_ bytes: [UInt8], _ start: Int, _ end: Int) -> Timestamp? {
    let count = end - start
    guard count >= 19, count <= 26,
      bytes[start + 4] == UInt8(ascii: "-"), bytes[start + 7] == UInt8(ascii: "-"),
      bytes[start + 10] == UInt8(ascii: "T"), bytes[start + 13] == UInt8(ascii: ":"),
      bytes[start + 16] == UInt8(ascii: ":"),
      let century = pair(bytes, start), let ofCentury = pair(bytes, start + 2),
      let month = pair(bytes, start + 5), let day = pair(bytes, start + 8),
      let hour = pair(bytes, start + 11), hour < 24,
      let minute = pair(bytes, start + 14), minute < 60,
      let second = pair(bytes, start + 17), second < 60,
      let date = CivilDate(year: century * 100 + ofCentury, month: month, day: day)
    else { return nil }
    var microseconds: Int64 = 0
    if count > 19 {
      guard bytes[start + 19] == UInt8(ascii: "."), count > 20 else { return nil }
      var scale: Int64 = 100_000
      for place in start + 20..<end {
        let digit = bytes[place] &- UInt8(ascii: "0")
        guard digit < 10 else { return nil }
        microseconds += Int64(digit) * scale
        scale /= 10
      }
    }
    let seconds = ((date.dayNumber * 24 + hour) * 60 + minute) * 60 + second
    return Timestamp(microseconds: seconds * 1_000_000 + microseconds)
  }

  /// Appends `moment`: whole seconds, or three decimals, or six.
  ///
  /// Beyond the year 9999 there is no such text; a moment there is a fault of ours.
  static func append(_ moment: Timestamp, to bytes: inout [UInt8]) {
    let seconds = moment.seconds
    let fraction = moment.microseconds - seconds * 1_000_000
    let day = seconds >= 0 ? seconds / 86_400 : -((-seconds + 86_399) / 86_400)
    let (year, month, dayOfMonth) = CivilDate(dayNumber: day).components
    precondition((0...9_999).contains(year), "the wire knows the years 0...9999")
    let time = seconds - day * 86_400
    append(year / 100, to: &bytes)
    append(year % 100, to: &bytes)
    bytes.append(UInt8(ascii: "-"))
    append(month, to: &bytes)
    bytes.append(UInt8(ascii: "-"))
    append(dayOfMonth, to: &bytes)
    bytes.append(UInt8(ascii: "T"))
    append(time / 3_600, to: &bytes)
    bytes.append(UInt8(ascii: ":"))
    append(time / 60 % 60, to: &bytes)
    bytes.append(UInt8(ascii: ":"))
    append(time % 60, to: &bytes)
    if fraction > 0 {
      bytes.append(UInt8(ascii: "."))
      var rest = fraction
      var scale: Int64 = 100_000
      // Milliseconds where they are enough: what most devices have.
      let last: Int64 = fraction.isMultiple(of: 1_000) ? 1_000 : 1
      while scale >= last {
        bytes.append(UInt8(ascii: "0") + UInt8(rest / scale))
        rest %= scale
        scale /= 10
      }
    }
    bytes.append(UInt8(ascii: "Z"))
  }

  @inline(__always)
  private static func pair(_ bytes: [UInt8], _ place: Int) -> Int64? {
    let tens = bytes[place] &- UInt8(ascii: "0")
    let ones = bytes[place + 1] &- UInt8(ascii: "0")
    guard tens < 10, ones < 10 else { return nil }
    return Int64(tens) * 10 + Int64(ones)
  }

  @inline(__always)
  private static func append(_ pair: Int64, to bytes: inout [UInt8]) {
    bytes.append(UInt8(ascii: "0") + UInt8(pair / 10))
    bytes.append(UInt8(ascii: "0") + UInt8(pair % 10))
  }
}
