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
      PeriodCalendar(self).event(input, signalPrice: nil),
      isFinal: input.run.name == last || input.run.name == last.map(PostedRuns.decided),
      terms: terms)
  }
}
