import Grid
import Settlement

/// The rates of `reward`, each in one of several forms.
extension PolicyParts {
  /// What a rate prices, and so which units and forms it may have.
  enum Rated {
    /// Energy of an event.
    case energy
    /// A kilowatt over a month or a season, by the mean of events.
    case capacity
    /// A promised kilowatt or megawatt for a month.
    case availability
    /// A home, for an event, a day, a month or a season.
    case home

    var units: [PriceTable.Unit] {
      switch self {
      case .energy: [.kWh, .MWh, .MWInterval]
      case .capacity: [.kWMonth, .kWSeason]
      case .availability: [.kWMonth, .MWMonth]
      case .home: [.homeEvent, .homeDay, .homeMonth, .homeSeason]
      }
    }
  }

  /// An amount of money of a rate, in millionths of the currency.
  static var price: YAMLForm<Int64> {
    YAMLForm.decimal(places: 6, 0...999_999_999_999_999_999)
  }

  /// A rate in the one form that it has.
  static func rate(_ section: YAMLSection, of rated: Rated) -> PriceTable? {
    let unit = section.required(
      "per", YAMLForm<PriceTable.Unit>.words(listed: rated.units.map { ($0.rawValue, $0) }))
    var forms: [(key: String, form: PriceTable.Form?)] = []
    func form(_ key: String, _ form: PriceTable.Form?) {
      if section.has(key) { forms.append((key, form)) }
    }
    form("amount", section.optional("amount", price).map { .amount($0) })
    if rated == .energy {
      let table = YAMLForm<[Int: Int64]>.mapping(of: price, by: level, 1...4)
      form("byLevel", section.optional("byLevel", table).map { .byLevel($0) })
    }
    let byMonth = YAMLForm<[Int64: Int64]>.mapping(of: price, by: .int(1...12), 1...12)
    form("byMonth", section.optional("byMonth", byMonth).map { .byMonth($0) })
    let byName = YAMLForm<[String: Int64]>.mapping(of: price, by: .id, 1...1_000)
    form("bySeason", section.optional("bySeason", byName).map { .bySeason($0) })
    form("byZone", section.optional("byZone", byName).map { .byZone($0) })
    let byYear = YAMLForm<[Int64: Int64]>.mapping(of: price, by: .int(1_990...2_999), 1...100)
    form("byVintage", section.optional("byVintage", byYear).map { .byVintage($0) })
    let floor = rated == .energy ? section.optional("floor", price) : nil
    let ceiling = section.optional("ceiling", price)
    if rated == .energy {
      let isAsked = section.optional("fromSignal", YAMLForm<Bool>.words(["true": true]))
      form("fromSignal", isAsked.map { _ in .fromSignal(floor: floor, ceiling: ceiling) })
    }
    guard let first = forms.first else {
      section.fault(
        "amount", allowed: "\(price.allowed), or a table instead", code: YAMLFault.Code.missing)
      return nil
    }
    for (key, _) in forms.dropFirst() {
      section.fault(key, found: "there beside \(first.key)", allowed: "one of both")
    }
    if section.has("floor"), first.key != "fromSignal" {
      section.fault(
        "floor", found: "there beside \(first.key)", allowed: "only beside fromSignal")
    }
    if let floor, let ceiling, floor > ceiling {
      section.fault("floor", allowed: "at most the ceiling, \(text(ceiling))")
    }
    check(first.form, floor, ceiling, unit, section)
    guard let unit, let form = first.form, forms.count == 1 else { return nil }
    return PriceTable(form, per: unit)
  }

  /// Every amount stays below the ceiling and makes a whole price of a kilowatt-hour.
  private static func check(
    _ form: PriceTable.Form?, _ floor: Int64?, _ ceiling: Int64?, _ unit: PriceTable.Unit?,
    _ section: YAMLSection
  ) {
    var all: [(key: String, value: Int64)] = []
    func add<Key: Comparable>(_ name: String, _ table: [Key: Int64]) {
      all += table.sorted { $0.key < $1.key }.map { ("\(name).\($0.key)", $0.value) }
    }
    switch form {
    case .amount(let amount): all = [("amount", amount)]
    case .byLevel(let table): add("byLevel", table)
    case .byMonth(let table): add("byMonth", table)
    case .bySeason(let table): add("bySeason", table)
    case .byZone(let table): add("byZone", table)
    case .byVintage(let table): add("byVintage", table)
    case .fromSignal:
      all = [("floor", floor), ("ceiling", ceiling)].compactMap { key, value in
        value.map { (key, $0) }
      }
    case nil: return
    }
    let isOfMegawatts = unit == .MWh || unit == .MWInterval
    for (key, value) in all {
      let path = "\(section.path).\(key)"
      if let ceiling, value > ceiling, key != "floor" {
        section.reader.fault(
          at: path, found: text(value), allowed: "at most the ceiling, \(text(ceiling))",
          code: YAMLFault.Code.badValue)
      }
      if isOfMegawatts, value % 1_000 != 0 {
        section.reader.fault(
          at: path, found: text(value),
          allowed: "at most 3 places per MWh, so that a kWh has a whole price",
          code: YAMLFault.Code.badValue)
      }
    }
  }

  private static func text(_ millionths: Int64) -> String {
    FixedDecimal.text(millionths, places: 6, minimumPlaces: 0)
  }
}

extension PriceTable {
  /// The rate as an event alone can settle it: flat or by level, a kilowatt-hour; otherwise nil.
  var ofEvent: SettlementTerms.Rate? {
    guard unit == .kWh || unit == .MWh else { return nil }
    let over: Int64 = unit == .MWh ? 1_000 : 1
    switch form {
    case .amount(let amount): return .flat(Money(millionths: amount / over))
    case .byLevel(let table): return .byLevel(table.mapValues { Money(millionths: $0 / over) })
    case .byMonth, .bySeason, .byZone, .byVintage, .fromSignal: return nil
    }
  }
}
