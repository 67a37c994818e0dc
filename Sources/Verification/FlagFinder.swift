public import Grid

/// Looks for what a person should know about one result.
struct FlagFinder {
  private(set) var flags: [Flag] = []
  private(set) var meterFindings: [MeterHealth.Code] = []
  private let site: SiteData
  private let plan: PreparedEvent
  private let baseline: Baseline?
  private let performance: Performance

  init(_ site: SiteData, plan: PreparedEvent, baseline: Baseline?, performance: Performance) {
    self.site = site
    self.plan = plan
    self.baseline = baseline
    self.performance = performance
    if !site.sharedWith.isEmpty { flags.append(.splitSites(site.sharedWith)) }
    findContaminatedHistory()
    if let inflation = ScheduleInflation(site, plan: plan).flag { flags.append(inflation) }
    findWindowAboveHistory()
    if site.batteryMeter != nil {
      findReductionWithoutDischarge()
      findMismatch()
      findPreEventCharge()
    }
    checkMeter()
  }

  private func values(_ quantity: MeterValues.Quantity) -> MeterValues {
    MeterValues(quantity, of: site, terms: plan.terms)
  }

  /// More than half of the days that could be compared are themselves event days.
  private mutating func findContaminatedHistory() {
    guard !site.eventDays.isEmpty else { return }
    let alike = plan.candidates.filter(\.isOfClass)
    let events = alike.count { site.eventDays.contains($0.date) }
    if 2 * events > alike.count {
      flags.append(.contaminatedHistory(eventDays: events, of: alike.count))
    }
  }

  /// A site that knew of the event used more in the window than on any day it is compared with.
  private mutating func findWindowAboveHistory() {
    guard plan.terms.mode == .premises, site.batteryMeter == nil,
      let adjustment = baseline?.adjustment, let matcher = baseline?.matcher,
      let qualified = baseline?.days?.qualified, let first = plan.windowStarts.first,
      let notice = plan.event.noticeAt, notice.seconds < first
    else { return }
    let events = plan.eventStarts.count
    var highest: Int64?
    for day in qualified {
      var sum: Int64 = 0
      for target in events..<matcher.width where matcher.matrix[day.row + target] != DayMatcher.gap
      {
        sum += matcher.matrix[day.row + target]
      }
      highest = max(highest ?? sum, sum)
    }
    if let highest, 2 * adjustment.windowActual.joules > highest {
      flags.append(.windowAboveHistory)
    }
  }

  /// The meter shows a reduction of which the battery gave less than half.
  private mutating func findReductionWithoutDischarge() {
    guard plan.terms.mode == .premises else { return }
    // Where charging nets, ceasing to charge is output.
    let output = values(plan.terms.baseline.chargingNets ? .credited : .output)
    let usual =
      plan.terms.baseline.chargingNets
      ? baseline.flatMap {
        $0.mean(of: output, targets: 0..<plan.eventStarts.count, plan: plan)
      } : nil
    var reduction: Int64 = 0
    var discharge: Int64 = 0
    for (index, interval) in performance.intervals.enumerated() {
      guard let credit = interval.reduction?.joules else { continue }
      let value = output.value(at: plan.eventStarts[index])
      guard value.quality != .missing else { continue }
      reduction += credit
      let typical = usual.map { floorDivide($0.mean.numerators[index], $0.mean.denominator) } ?? 0
      discharge += max(0, value.joules - min(0, typical))
    }
    if reduction > 0, 2 * discharge < reduction { flags.append(.reductionWithoutDischarge) }
  }

  /// The change at the site's meter is not the change at the battery.
  ///
  /// Both against the same days; without selected days, or with a value missing, nothing is said.
  private mutating func findMismatch() {
    guard site.siteMeter != nil, let baseline, baseline.refusal == nil,
      plan.terms.mode != .deviceGross
    else { return }
    let events = 0..<plan.eventStarts.count
    let output = values(.output)
    let net = values(.netImport)
    guard let typical = baseline.mean(of: output, targets: events, plan: plan),
      typical.missing == 0, !typical.mean.isKnown.contains(false)
    else { return }
    var expected = baseline.values
    if plan.terms.mode != .premises {
      guard let usual = baseline.mean(of: net, targets: events, plan: plan), usual.missing == 0,
        !usual.mean.isKnown.contains(false)
      else { return }
      expected = events.map { floorDivide(usual.mean.numerators[$0], usual.mean.denominator) }
    }
    var atSite: Int64 = 0
    var atDevice: Int64 = 0
    for index in events {
      let metered = net.value(at: plan.eventStarts[index])
      let given = output.value(at: plan.eventStarts[index])
      guard metered.quality != .missing, given.quality != .missing else { return }
      atSite += expected[index] - metered.joules
      atDevice +=
        given.joules - floorDivide(typical.mean.numerators[index], typical.mean.denominator)
    }
    if Reconciliation.differs(
      site: Energy(joules: atSite), device: Energy(joules: atDevice), terms: plan.terms)
    {
      flags.append(
        .meterDeviceMismatch(
          site: Energy(joules: atSite), device: Energy(joules: atDevice)))
    }
  }

  /// Between notice and start the battery was filled beyond its habit.
  private mutating func findPreEventCharge() {
    guard let capacity = site.capacity, let baseline, !plan.noticeStarts.isEmpty else { return }
    let width = plan.targetCount
    let charging = values(.charging)
    guard
      let typical = baseline.mean(
        of: charging, targets: width - plan.noticeStarts.count..<width, plan: plan)
    else { return }
    var excess = Fraction(0)
    for (index, second) in plan.noticeStarts.enumerated() {
      let value = charging.value(at: second)
      guard value.quality != .missing, let usual = typical.mean.mean(index) else { continue }
      excess = Fraction(
        (excess.numerator + Int128(value.joules) * excess.denominator) * usual.denominator
          - usual.numerator * excess.denominator,
        excess.denominator * usual.denominator)
    }
    if excess.numerator * 10 > Int128(capacity.joules) * excess.denominator {
      flags.append(.preEventCharge(Energy(joules: excess.roundedDown)))
    }
  }

  private mutating func checkMeter() {
    let findings = MeterHealth.findings(of: site, plan: plan)
    let severe = findings.filter(\.isSevere).map(\.code)
    if !severe.isEmpty { flags.append(.meterSuspect(severe)) }
    meterFindings = findings.map(\.code)
  }
}

extension MeterHealth {
  /// What is doubted of a site's meters, by its values and by its records, by code.
  static func findings(of site: SiteData, plan: PreparedEvent) -> [Finding] {
    var found = site.recordFindings
    if let meter = site.siteMeter, plan.terms.mode == .premises {
      found += findings(
        meter, zone: plan.terms.calendar.zone, battery: site.batteryMeter,
        connectionLimit: site.connectionLimit, until: plan.event.window.end,
        limits: plan.terms.validation)
    }
    return found.sorted { ($0.code, $0.at) < ($1.code, $1.at) }
  }
}

/// Does the site's meter say the same as the battery's.
public enum Reconciliation {
  /// True when the two changes differ by more than `measurement.reconcile` allows: percent of the
  /// battery's change and the fixed energy, both together.
  public static func differs(site: Energy, device: Energy, terms: MeasurementTerms) -> Bool {
    let difference = Int128(site.joules) - Int128(device.joules)
    return Int128(difference.magnitude) * 10_000
      > Int128(device.joules.magnitude) * Int128(terms.reconcilePercent.hundredths)
      + Int128(terms.reconcileEnergy.joules) * 10_000
  }
}
