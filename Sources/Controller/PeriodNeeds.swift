import Grid
import Settlement

/// What a programme's rates ask of events and homes.
struct PeriodNeeds {
  private let terms: ProgrammeTerms
  private var zones: [String] = []
  private var earliest: Int64?
  private var needsWholePrice = false

  init(_ terms: ProgrammeTerms) {
    self.terms = terms
    var tables = [
      terms.energy?.rate, terms.premium?.rate, terms.capacity?.rate, terms.availability?.rate,
      terms.flat?.rate,
    ].compactMap { $0 }
    if case .rate(let table)? = terms.penalty?.price { tables.append(table) }
    for table in tables {
      switch table.form {
      case .byZone(let prices):
        zones = zones.isEmpty ? prices.keys.sorted() : zones.filter { prices[$0] != nil }
      case .byVintage(let prices): earliest = max(earliest ?? 0, prices.keys.min() ?? 0)
      case .fromSignal:
        if table.unit != .kWh { needsWholePrice = true }
      case .amount, .byLevel, .byMonth, .bySeason: break
      }
    }
  }

  func faults(events: [ProgrammeEvent], homes: [ProgrammeHome]) -> [PeriodAccount.Fault] {
    var faults: [PeriodAccount.Fault] = []
    let enrolled = Set(homes.map(\.site))
    var seen: Set<EventID> = []
    for event in events {
      let id = event.event.event
      if !seen.insert(id).inserted { faults.append(.eventTwice(id)) }
      if needsWholePrice, let price = event.signalPrice, price % 1_000 != 0 {
        faults.append(.priceNotWhole(id))
      }
      for home in event.event.homes where !enrolled.contains(home.site) {
        faults.append(.notEnrolled(home.site, event: id))
      }
    }
    for home in homes.sorted(by: { $0.site < $1.site }) {
      if terms.availability != nil, home.committed == .zero {
        faults.append(.committedMissing(home.site))
      }
      if !zones.isEmpty, !(home.zone.map(zones.contains) ?? false) {
        faults.append(.zoneMissing(home.site, zones: zones))
      }
      if let earliest, (home.vintage ?? 0) < earliest {
        faults.append(.vintageMissing(home.site, earliest: earliest))
      }
    }
    if let flat = terms.flat, flat.whileHeard > .zero, homes.allSatisfy({ $0.heard == nil }) {
      faults.append(.heardMissing)
    }
    if terms.isFleet {
      if !zones.isEmpty, Set(homes.map(\.zone)).count > 1 { faults.append(.fleetMixed("zone")) }
      if earliest != nil, Set(homes.map(\.vintage)).count > 1 {
        faults.append(.fleetMixed("year"))
      }
    }
    return faults
  }
}
