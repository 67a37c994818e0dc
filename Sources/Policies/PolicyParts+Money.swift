import Grid
import Settlement

extension PolicyParts {
  static func escrow(_ section: YAMLSection) -> Escrow? {
    let required = section.required("required", .bool)
    let cover = section.optional("coverPercent", .int(100...200), default: 100)
    let releaseAt = section.optional("releaseAt", YAMLForm.id)
    return required.map { Escrow(required: $0, coverPercent: cover, releaseAt: releaseAt) }
  }

  static func settlement(_ section: YAMLSection) -> Settlement? {
    let runs = section.required(
      "runs", YAMLForm<[SettlementTerms.Run]>.list(of: .section(run), 1...20))
    let basis = section.optional(
      "payerBasis", YAMLForm<ProgrammeTerms.PayerBasis>.word(), default: .sumOfHomes)
    let dispute = section.optional("disputeDays", .int(0...730), default: 60)
    let reconcile = section.optional(
      "reconcilePercent", .percent(), default: Percent(whole: 1)!)
    let evidence = section.optional(
      "evidence", YAMLForm<Evidence>.word(), default: .performance)
    let minimum = section.optional(
      "minimumPosting", .decimal(places: 6, 0...1_000_000_000_000), default: 0)
    guard let runs else { return nil }
    for (index, (earlier, later)) in zip(runs, runs.dropFirst()).enumerated()
    where later.afterDays <= earlier.afterDays {
      section.reader.fault(
        at: "\(section.path).runs[\(index + 1)].afterDays", found: "\(later.afterDays)",
        allowed: "more than \(earlier.afterDays), as the run before", code: YAMLFault.Code.badValue)
    }
    for (index, run) in runs.enumerated()
    where runs[..<index].contains(where: { $0.name == run.name }) {
      section.reader.fault(
        at: "\(section.path).runs[\(index)].name", found: "\(run.name), there twice",
        allowed: "each name once", code: YAMLFault.Code.badValue)
    }
    return Settlement(
      runs: runs, disputeDays: dispute, reconcile: reconcile, payerBasis: basis,
      evidence: evidence, minimumPosting: Money(millionths: minimum))
  }

  private static func run(_ section: YAMLSection) -> SettlementTerms.Run? {
    let name = section.required("name", YAMLForm.id)
    let days = section.required("afterDays", .int(0...400))
    let payable = section.required("payable", .bool)
    guard let name, let days, let payable else { return nil }
    return SettlementTerms.Run(name: name, afterDays: days, isPayable: payable)
  }
}
