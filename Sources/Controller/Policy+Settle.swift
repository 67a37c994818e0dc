import Grid
public import Policies
public import Settlement

extension Policy {
  /// Settles one event of a controller: alone, or by the rules of its programme where it has such.
  ///
  /// Whoever settles an event again, from evidence or after a decision, asks here, and so gets the
  /// same cents.
  public func settle(_ input: SettlementInput) -> SettlementResult {
    guard let terms = eventProgramme else { return Settlement.settle(input, terms: settlement) }
    let last = settlement.runs.last?.name
    return ProgrammeSettlement.settle(
      PeriodCalendar(self).event(input, signalPrice: input.signalPrice),
      isFinal: input.run.name == last || input.run.name == last.map(PostedRuns.decided),
      terms: terms)
  }

  /// The terms of an event with the prices that it has, for its report.
  func terms(of input: SettlementInput) -> SettlementTerms {
    guard let terms = eventProgramme else { return settlement }
    let event = PeriodCalendar(self).event(input, signalPrice: input.signalPrice)
    var priced = ProgrammeSettlement.priced(event, terms: terms) ?? settlement
    priced.penalty?.caps = terms.penalty?.rules.caps ?? []
    return priced
  }

  /// The price of a signal in millionths a unit of the rates that take it; nil where none does, and
  /// where the signal has none in the policy's currency.
  func signalPrice(_ content: GridSignal.Content) -> Int64? {
    guard let unit = programmeTerms.signalUnit, let price = content.premium,
      price.currencyCode == settlement.currency.code
    else { return nil }
    let (value, isTooGreat) = price.perKilowattHour.millionths.multipliedReportingOverflow(
      by: unit == .MWh ? 1_000 : 1)
    return isTooGreat ? nil : value
  }
}
