import Grid

extension CSVTable {
  /// A name; a fault of the row when it is none.
  mutating func id<Kind>(_ column: Column, as kind: Kind.Type) -> Identifier<Kind>? {
    if let id = Identifier<Kind>(text(column)) { return id }
    fault(column, allowed: "1...64 of A-Z a-z 0-9 _ -")
    return nil
  }

  /// An integer within `range`; a fault of the row when it is none.
  mutating func integer(_ column: Column, _ range: ClosedRange<Int64>) -> Int64? {
    // Digits only: Swift's own initialiser would also take a plus sign.
    let text = text(column)
    if text.utf8.allSatisfy({ $0 == UInt8(ascii: "-") || ($0 &- UInt8(ascii: "0")) < 10 }),
      let value = Int64(text), range.contains(value)
    {
      return value
    }
    fault(
      column,
      allowed: "an integer of \(range.lowerBound)...\(range.upperBound), no unit or separator")
    return nil
  }

  /// Watts as a magnitude; a fault of the row when it is none.
  mutating func power(_ column: Column) -> Power? {
    integer(column, 0...WireLimits.watts).map { Power(watts: $0) }
  }

  /// A percentage; a fault of the row when it is none.
  mutating func percent(_ column: Column) -> Percent? {
    if let hundredths = try? FixedDecimal.parse(text(column), places: 2, maximumDigits: 3),
      let small = Int32(exactly: hundredths), let percent = Percent(hundredths: small)
    {
      return percent
    }
    fault(column, allowed: "a number of 0...100 with at most two decimals")
    return nil
  }

  /// A moment with `Z` or an offset; a fault of the row when it is none.
  mutating func time(_ column: Column) -> Timestamp? {
    if let cell = cell(column), !cell.hasQuotes,
      let moment = WireTime.readWithOffset(bytes, cell.start, cell.end),
      moment >= Self.earliest, moment < Self.latest
    {
      return moment
    }
    fault(
      column,
      allowed: "a time of 1990...2100 with Z or an offset, like 2025-03-09T01:00:00-08:00")
    return nil
  }

  /// The same, where a local time of `zone` may stand as well: the first of two in a repeated
  /// hour, and a fault in one that the clock skips.
  mutating func time(_ column: Column, localIn zone: ZoneOffsets?) -> Timestamp? {
    guard let zone, let cell = cell(column), !cell.hasQuotes,
      let local = WireTime.local(bytes, cell.start, cell.end), local.isWholeSecond
    else { return time(column) }
    let date = ZoneOffsets.utc.date(at: local)
    switch zone.moments(on: date, secondOfDay: ZoneOffsets.utc.secondOfDay(at: local)) {
    case .once(let moment), .twice(let moment, _):
      if moment >= Self.earliest, moment < Self.latest { return moment }
    case .skipped:
      fault(column, allowed: "a time that the clocks of \(zone.name) show on that day")
      return nil
    }
    fault(column, allowed: "a time of 1990...2100")
    return nil
  }

  /// Kilowatt-hours, nil where the cell is empty; a fault of the row when they are none.
  @inline(__always)
  mutating func energy(
    _ column: Column, ifNegative allowed: String = "0 or more"
  ) -> (energy: Energy, isRounded: Bool)? {
    guard let cell = cell(column), cell.start < cell.end else { return nil }
    switch KilowattHours.read(bytes, cell.start, cell.end) {
    case .energy(let energy, let isRounded): return (energy, isRounded)
    case .negative: fault(column, allowed: allowed)
    case .refused:
      fault(
        column,
        allowed: "kilowatt-hours of 0...\(KilowattHours.largest) with a decimal point, up to "
          + "\(KilowattHours.places) decimals, no exponent, separator or unit")
    }
    return nil
  }

  // Earlier or later is a mistake of units, not a reading.
  private static var earliest: Timestamp { Timestamp(seconds: 631_152_000) }
  private static var latest: Timestamp { Timestamp(seconds: 4_133_980_800) }
}
