import Grid

extension Explanation {
  /// The explanation as lines of text, each ended by LF: head, days, adjustment, intervals, and
  /// what there is of estimates, refusal, flags and severe findings on the meter.
  ///
  /// Days older than the first that was not needed are left out. Energies are kilowatt-hours with
  /// three decimals, or as many as they need up to seven.
  public var text: String {
    var lines = [head]
    lines += dayLines
    lines += adjustmentLines
    lines += performance.intervals.indices.map(intervalLine)
    switch performance.verdict {
    case .verified: break
    case .estimated(let reasons): lines.append("estimated  \(reasons.joined(separator: " "))")
    case .refused(let refusal): lines.append("refused  \(refusal.code): \(refusal.sentence)")
    }
    if !performance.flags.isEmpty {
      lines.append("flags  " + performance.flags.map(\.code).joined(separator: ", "))
    }
    for finding in findings where finding.isSevere {
      lines.append("meter  \(finding.code.rawValue): \(finding.sentence)")
    }
    if !isComplete { lines.append("not complete: data are still due") }
    if let inputDigest { lines.append("inputs  SHA-256 \(inputDigest)") }
    return lines.map { $0 + "\n" }.joined()
  }

  private var head: String {
    let zone = terms.calendar.zone
    let kind = terms.baseline.kind.rawValue
    var parts = [
      performance.site.text,
      "event \(date) \(clock(event.window.start))-\(clock(event.window.end)) \(zone.name)",
    ]
    if let selection {
      let chosen =
        switch selection.choose {
        case .recent: "\(selection.y)"
        case .high, .low: "\(selection.x) of \(selection.y)"
        case .middle: "of \(selection.y)"
        }
      parts.append(
        "\(kind) \(selection.choose.rawValue) \(chosen), minimum \(selection.minimumDays)")
      parts.append("class \(dayClass.rawValue)")
    } else {
      parts.append(kind)
    }
    return parts.joined(separator: "  ")
  }

  private var dayLines: [String] {
    var lines: [String] = []
    for day in days {
      var columns = [
        "\(day.date) \(day.date.weekday.abbreviation)",
        day.dayClass.rawValue.padded(to: 11), day.state.code.padded(to: 9),
      ]
      switch day.state {
      case .excluded: columns.append(reasonText(of: day) ?? "")
      case .selected, .qualified:
        if let mean = day.mean { columns.append("\(Self.kilowattHours(mean)) kWh") }
        if let weight = day.weight { columns.append("weight \(weight)") }
      case .notNeeded: break
      }
      lines.append(columns.joined(separator: "  ").trimmedRight)
      if day.state == .notNeeded { break }
    }
    return lines
  }

  /// Why a day is out, with the first interval that is missing; nil for a day that is not.
  public func reasonText(of day: Day) -> String? {
    guard case .excluded(let reason) = day.state else { return nil }
    return switch reason {
    case .dayClass: day.isHoliday ? "class (holiday)" : "class"
    case .missingData(let start): "missingData: \(clock(start))"
    case .holiday, .excludedDay, .wallClockGap, .eventDay, .overlapsEvent, .lowUsage: reason.code
    }
  }

  private var adjustmentLines: [String] {
    guard let adjustment = performance.adjustment else { return [] }
    func change(_ change: AppliedAdjustment.Change) -> String {
      switch change {
      case .factor(let factor): "factor \(factor)"
      case .offset(let offset): "offset \(Self.kilowattHours(offset)) kWh"
      }
    }
    let actual = Self.kilowattHours(Fraction(Int128(adjustment.windowActual.joules)))
    let expected = Self.kilowattHours(adjustment.windowBaseline)
    return [
      "window  A \(actual) kWh  B \(expected) kWh  n \(adjustment.intervals)"
        + "  raw \(change(adjustment.raw))  used \(change(adjustment.used))"
    ]
  }

  private func intervalLine(_ index: Int) -> String {
    let interval = performance.intervals[index]
    var parts = [clock(interval.window.start)]
    if let baseline = interval.baseline {
      let value = Self.kilowattHours(baseline)
      parts.append("baseline \(derivation(index, interval))\(value)")
    }
    if let actual = interval.actual {
      parts.append("actual \(Self.kilowattHours(actual)) \(interval.quality.letter)")
    } else {
      parts.append("actual missing")
    }
    if let reduction = interval.reduction {
      parts.append("reduction \(Self.kilowattHours(reduction))")
    }
    return parts.joined(separator: "  ") + "   \(interval.status.rawValue)"
  }

  /// `(2 + 4 + 9) / 3 = `, when equal weights make that the whole story.
  private func derivation(_ index: Int, _ interval: IntervalPerformance) -> String {
    guard index < values.count, !values[index].isEmpty,
      selection?.weightsMillionths.isEmpty == true
    else { return "" }
    let terms = values[index].map { Self.kilowattHours($0, minimumPlaces: 0) }
    let mean = "(\(terms.joined(separator: " + "))) / \(terms.count)"
    guard let unadjusted = interval.unadjusted, unadjusted != interval.baseline else {
      return "\(mean) = "
    }
    return "\(mean) = \(Self.kilowattHours(unadjusted)), adjusted "
  }

  private func clock(_ moment: Timestamp) -> String {
    let minutes = terms.calendar.zone.secondOfDay(at: moment) / 60
    let text = { (number: Int64) in number < 10 ? "0\(number)" : "\(number)" }
    return "\(text(minutes / 60)):\(text(minutes % 60))"
  }

  private static func kilowattHours(_ energy: Energy) -> String {
    kilowattHours(Fraction(Int128(energy.joules)))
  }

  /// Rounded to seven decimals, half away from zero: for people, never for money.
  private static func kilowattHours(_ joules: Fraction, minimumPlaces: Int = 3) -> String {
    let scaled = joules.numerator * 10_000_000
    let unit = joules.denominator * 3_600_000
    let magnitude = (2 * Int128(scaled.magnitude) + unit) / (2 * unit)
    return FixedDecimal.text(
      scaled < 0 ? -magnitude : magnitude, places: 7, minimumPlaces: minimumPlaces)
  }
}

extension String {
  fileprivate func padded(to width: Int) -> String {
    self + String(repeating: " ", count: max(0, width - utf8.count))
  }

  fileprivate var trimmedRight: String {
    var text = self
    while text.last == " " { text.removeLast() }
    return text
  }
}
