import Grid
import Settlement

extension EventReport {
  func writeIntervals(to sink: ([UInt8]) throws -> Void) rethrows {
    var out = TextBytes()
    out.append(Self.intervalColumns + "\n")
    let heads = rowHeads()
    for row in homes.indices {
      appendIntervals(row, heads, to: &out)
      if out.bytes.count >= pieceSize {
        try sink(out.bytes)
        out.removeAll()
      }
    }
    try sink(out.bytes)
  }

  static let intervalColumns =
    "run_id,run_type,policy_sha256,policy_version,event_id,site_id,battery_id,interval_start,"
    + "interval_min,local_date,level,commitment_j,penalty_base_j,baseline_kind,baseline_days,"
    + "unadjusted_j,adjustment_type,adjustment,adjustment_capped,baseline_j,actual_j,quality,"
    + "loss_factor,reduction_j,credited_j,credited_kwh,over_j,shortfall_j,energy_price,"
    + "premium_price,penalty_price,price_source,excusal,flags,input_sha256"

  /// The cells that every home of an interval shares.
  private struct Heads {
    let run: String
    let time: [String]
    let prices: [String]
  }

  private func rowHeads() -> Heads {
    let prices = Settlement.prices(in: settlement.intervals, terms: terms)
    let run =
      [
        CSV.cell(runID), CSV.cell(settlement.run.name), policy.sha256.description,
        CSV.cell(policy.version), event.id.text,
      ].joined(separator: ",") + ","
    return Heads(
      run: run,
      time: settlement.intervals.map { interval in
        let minutes = FixedDecimal.text(
          interval.window.seconds * 1_000 / 60, places: 3, minimumPlaces: 0)
        let date = zone.date(at: interval.window.start)
        return ",\(interval.window.start),\(minutes),\(date),\(interval.level),"
      },
      prices: prices.map { price in
        let penalty = price.penaltyTrillionths.map {
          FixedDecimal.text($0, places: 12, minimumPlaces: currency.digits)
        }
        return [
          price.energy?.text(in: currency) ?? "", price.premium?.text(in: currency) ?? "",
          penalty ?? "", "policy",
        ].joined(separator: ",")
      })
  }

  private func appendIntervals(_ row: Int, _ heads: Heads, to out: inout TextBytes) {
    let home = homes[row]
    let settled = settlement.homes[row].intervals
    let batteries = home.batteries.map(\.text).joined(separator: ";")
    let kind = CSV.cell(home.baseline?.kind ?? "")
    let days = home.baseline?.days.map(\.description).joined(separator: ";") ?? ""
    let adjustment = home.baseline.map { baseline in
      [
        CSV.cell(baseline.adjustmentType), CSV.cell(baseline.adjustment),
        baseline.isAdjustmentCapped.map { $0 ? "true" : "false" } ?? "",
      ].joined(separator: ",")
    }
    let flags = CSV.cell(home.flags.joined(separator: ";"))
    let input = home.inputSHA256?.description ?? ""
    let comma = UInt8(ascii: ",")
    for place in home.intervals.indices {
      let interval = home.intervals[place]
      out.append(heads.run)
      out.append(home.site.text)
      out.append(comma)
      out.append(batteries)
      out.append(heads.time[place])
      out.append(interval.commitment.rewardBase.joules)
      out.append(comma)
      out.append(interval.commitment.penaltyBase.joules)
      out.append(comma)
      out.append(kind)
      out.append(comma)
      out.append(days)
      out.append(comma)
      out.appendCell(interval.unadjusted)
      out.append(adjustment ?? ",,")
      out.append(comma)
      out.appendCell(interval.baseline)
      out.appendCell(interval.actual)
      out.append(interval.quality.letter)
      out.append(comma)
      if let factor = home.lossFactorMillionths { out.append(factor, places: 6, minimum: 0) }
      out.append(comma)
      out.appendCell(interval.reduction)
      out.appendCell(settled[place].credited)
      out.append(CSV.thousandths(settled[place].credited), places: 3, minimum: 3)
      out.append(comma)
      out.appendCell(settled[place].over)
      out.appendCell(settled[place].shortfall)
      out.append(heads.prices[place])
      out.append(comma)
      out.append(interval.excusal?.rawValue ?? "")
      out.append(comma)
      out.append(flags)
      out.append(comma)
      out.append(input)
      out.append(UInt8(ascii: "\n"))
    }
  }
}

extension TextBytes {
  /// Joules and a comma; an unknown energy is an empty cell, never zero.
  mutating func appendCell(_ energy: Energy?) {
    if let energy { append(energy.joules) }
    append(UInt8(ascii: ","))
  }

  /// Money and a comma.
  mutating func appendCell(_ money: Money, _ currency: Currency) {
    append(money, currency)
    append(UInt8(ascii: ","))
  }
}

/// Cells of CSV (RFC 4180).
enum CSV {
  /// The text, in quotes where a comma, a quote or a line break would end the cell.
  static func cell(_ text: String) -> String {
    let special: Set<UInt8> = [34, 44, 10, 13]
    guard text.utf8.contains(where: special.contains) else { return text }
    var quoted = "\""
    for character in text.unicodeScalars {
      if character == "\"" { quoted += "\"" }
      quoted.unicodeScalars.append(character)
    }
    return quoted + "\""
  }

  /// Whole thousandths of a kilowatt-hour, half away from zero.
  static func thousandths(_ energy: Energy) -> Int64 {
    let half: Int64 = energy.joules < 0 ? -1_800 : 1_800
    return (energy.joules + half) / 3_600
  }
}
