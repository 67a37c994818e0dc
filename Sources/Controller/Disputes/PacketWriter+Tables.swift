import Reports

// What the run's own tables say of the home.
extension PacketWriter {
  private typealias Column = DisputePacket.Column

  /// The columns of `lines.csv` that go into a packet.
  static let lineColumns: [DisputePacket.Column] = [
    Column("line_type", "line"), Column("policy_field", "field"),
    Column("quantity", "quantity", isNumber: true), Column("unit", "unit"),
    Column("rate", "rate", isNumber: true), Column("exact_amount", "exact", isNumber: true),
    Column("amount", "rounded", isNumber: true), Column("charged", "charged", isNumber: true),
    Column("prior_amount", "posted before", isNumber: true),
    Column("difference", "this run", isNumber: true), Column("status", "status"),
    Column("reason", "reason"), Column("entry_index", "entry", isNumber: true),
  ]

  /// The same of `parties.csv`.
  static let shareColumns: [DisputePacket.Column] = [
    Column("party", "party"), Column("amount", "amount", isNumber: true),
    Column("prior_amount", "posted before", isNumber: true),
    Column("difference", "this run", isNumber: true),
    Column("entry_index", "entry", isNumber: true),
  ]

  private static let readingColumns: [DisputePacket.Column] = [
    Column("interval_start", "from"), Column("interval_min", "minutes", isNumber: true),
    Column("commitment_j", "committed, J", isNumber: true),
    Column("penalty_base_j", "penalty base, J", isNumber: true),
    Column("unadjusted_j", "days' mean, J", isNumber: true),
    Column("baseline_j", "baseline, J", isNumber: true),
    Column("actual_j", "metered, J", isNumber: true), Column("quality", "quality"),
    Column("reduction_j", "reduction, J", isNumber: true),
    Column("credited_j", "counts, J", isNumber: true),
    Column("shortfall_j", "short, J", isNumber: true), Column("excusal", "excusal"),
    Column("flags", "flags"),
  ]

  private static let priceColumns: [DisputePacket.Column] = [
    Column("level", "level", isNumber: true), Column("energy_price", "energy", isNumber: true),
    Column("premium_price", "premium", isNumber: true),
    Column("penalty_price", "penalty", isNumber: true), Column("price_source", "source"),
  ]

  private static let baselineColumns: [DisputePacket.Column] = [
    Column("baseline_kind", "kind"), Column("baseline_days", "days"),
    Column("adjustment_type", "adjustment"), Column("adjustment", "by"),
    Column("adjustment_capped", "capped"), Column("loss_factor", "losses"),
    Column("input_sha256", "SHA-256 of what was read"),
  ]

  /// The columns of `intervals.csv` that go into a packet, in the order of its parts.
  static let intervalColumns = readingColumns + priceColumns + baselineColumns

  /// Rows of `lineColumns`.
  func money(_ rows: [[String]]) -> DisputePacket.Part {
    .init(
      "lines", "Money, line by line",
      "Each amount follows from the quantity, the price and the field of the policy that is named.",
      .table(Self.lineColumns, rows))
  }

  /// The rule of each of these rows in a sentence.
  func rules(_ rows: [[String]]) -> DisputePacket.Part {
    .init("rules", "The rule of each cent", "", .lines(rows.map(rule)))
  }

  private func rule(_ cells: [String]) -> String {
    let cell = Dictionary(uniqueKeysWithValues: zip(Self.lineColumns.map(\.key), cells))
    func value(_ key: String) -> String { cell[key] ?? "" }
    let energy = "\(value("quantity")) \(value("unit"))"
    let what =
      value("line_type") == "penalty"
      ? "\(energy) short of what was promised" : "\(energy) that count"
    let price =
      value("rate").isEmpty
      ? "each interval at its own price" : "at \(value("rate")) \(about.currency)"
    var text = "\(value("policy_field")): \(what), \(price), are \(value("exact_amount")),"
    text += " rounded once \(value("amount"))"
    if value("amount") != value("charged") { text += ", charged \(value("charged"))" }
    return value("reason").isEmpty ? text : text + " (\(value("reason")))"
  }

  /// Rows of `shareColumns`.
  func shares(_ rows: [[String]]) -> DisputePacket.Part {
    .init(
      "shares", "Shares", "What each party has of this home's money.",
      .table(Self.shareColumns, rows))
  }

  /// Of rows of `intervalColumns` what was read, with what is missing and estimated said above.
  func readings(_ rows: [[String]]) -> DisputePacket.Part {
    let columns = Self.readingColumns
    let (actual, quality) = (place("actual_j"), place("quality"))
    func starts(_ wanted: ([String]) -> Bool) -> String {
      let found = rows.filter(wanted).map { $0[0] }
      return found.isEmpty ? "none" : found.joined(separator: ", ")
    }
    let missing = starts { $0[actual].isEmpty }
    let estimated = starts { $0[quality] == "E" }
    return .init(
      "readings", "Readings",
      "Whole joules. Intervals without a reading: \(missing). Estimated: \(estimated).",
      .table(columns, rows.map { Array($0.prefix(columns.count)) }))
  }

  /// Of rows of `intervalColumns` the price of each.
  func prices(_ rows: [[String]]) -> DisputePacket.Part {
    let first = Self.readingColumns.count
    let columns = [Self.readingColumns[0]] + Self.priceColumns
    return .init(
      "prices", "Prices", "\(about.currency) a kilowatt-hour, and where each comes from.",
      .table(
        columns,
        rows.map { [$0[0]] + Array($0[first..<first + Self.priceColumns.count]) }))
  }

  /// Of rows of `intervalColumns` how the baseline came about, which all have in common.
  func baseline(_ rows: [[String]]) -> DisputePacket.Part {
    let first = Self.intervalColumns.count - Self.baselineColumns.count
    let cells = rows.first.map { Array($0[first...]) } ?? []
    return .init(
      "baseline", "Baseline", "",
      .facts(
        zip(Self.baselineColumns, cells).map {
          DisputePacket.Fact($0.key, $0.name, $1.replacingOccurrences(";", ", "))
        }))
  }

  private func place(_ key: String) -> Int {
    Self.intervalColumns.firstIndex { $0.key == key }!
  }
}

extension String {
  fileprivate func replacingOccurrences(_ old: Character, _ new: String) -> String {
    split(separator: old, omittingEmptySubsequences: false).joined(separator: new)
  }
}
