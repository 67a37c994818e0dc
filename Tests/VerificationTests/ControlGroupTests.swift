import Grid
import Testing
import Verification

/// Homes that were not asked, and those that were.
@Suite struct `A control group` {
  static let event = Samples.event("2025-08-14T17:00", "2025-08-14T19:00")

  static func plan(minimum: Int = 2) -> PreparedEvent {
    PreparedEvent(
      event,
      terms: Samples.terms(
        baseline: BaselineTerms(kind: .controlGroup, minimumControlHomes: minimum)))
  }

  /// A home that follows the day's level: `percent` of it, and `event` watt-hours in the event.
  static func home(
    _ name: String, percent: Int64 = 100, spread: Int64 = 0, event: Int64? = nil,
    from first: String = "2025-07-10"
  ) -> SiteData {
    let series = Samples.series(from: first, through: "2025-08-14") { date, minute in
      if let event, date == Samples.date("2025-08-14"), (1_020..<1_140).contains(minute) {
        return event
      }
      return (2_000 + 100 * (date.dayNumber % 7) + minute) * percent / 100 + spread
    }
    return SiteData(site: SiteID(name)!, siteMeter: series)
  }

  @Test func `is the mean of the homes that were not asked`() {
    let control = [Self.home("C-1", spread: -100), Self.home("C-2", spread: 100)]
    let treated = Self.home("T-1", event: 500)
    let group = ControlGroup(control: control, treated: [treated], using: Self.plan())
    #expect(group.fault == nil)
    #expect(group.homes == 2)
    var site = treated
    site.control = group
    let result = Verifier.verify(site, using: Self.plan())
    #expect(result.verdict == .verified)
    let level = 2_000 + 100 * (Samples.date("2025-08-14").dayNumber % 7)
    #expect(result.baselineWattHours == [level + 1_020, level + 1_080])
    #expect(result.reductionWattHours == [level + 520, level + 580])
  }

  @Test func `is refused where it is no measure`() {
    let control = [Self.home("C-1"), Self.home("C-2")]
    let treated = [Self.home("T-1")]
    func fault(_ control: [SiteData], _ treated: [SiteData], minimum: Int = 2)
      -> ControlGroup.Fault?
    {
      ControlGroup(control: control, treated: treated, using: Self.plan(minimum: minimum)).fault
    }
    #expect(fault(control, treated, minimum: 3) == .tooFewHomes(found: 2, needed: 3))
    let late = control.map { Self.home($0.site.text, from: "2025-08-01") }
    #expect(fault(late, treated) == .tooFewDays(found: 13, needed: 20))
    #expect(fault(control, [Self.home("T-1", percent: 110)]) == .slope(hundredths: 11_000))
    #expect(fault(control, [Self.home("T-1", percent: 105)]) == nil)
    #expect(
      fault([Self.home("C-1", spread: -1_500), Self.home("C-2", spread: 1_500)], treated)
        == .tooImprecise)
    var site = treated[0]
    #expect(
      Verifier.verify(site, using: Self.plan()).verdict
        == .refused(.controlGroupInvalid(.tooFewHomes(found: 0, needed: 2))))
    site.control = ControlGroup(control: late, treated: treated, using: Self.plan())
    let refused = Verifier.verify(site, using: Self.plan())
    #expect(refused.verdict == .refused(.controlGroupInvalid(.tooFewDays(found: 13, needed: 20))))
    guard case .refused(let reason) = refused.verdict else { return }
    #expect(reason.code == "controlGroupInvalid")
    #expect(reason.sentence.contains("13 days without event; 20 are needed"))
  }

  @Test func `leaves the days of events out of the comparison`() {
    var control = [Self.home("C-1"), Self.home("C-2")]
    control[0].eventDays = Set((10...31).map { Samples.date("2025-07-\($0)") })
    let group = ControlGroup(
      control: control, treated: [Self.home("T-1")], using: Self.plan())
    #expect(group.fault == .tooFewDays(found: 13, needed: 20))
  }

  @Test func `is drawn by hash`() {
    // The published vector: S-00001 gives 5474 of 10,000 and S-00005 3629.
    #expect(!ControlGroup.isDrawn(hash: 0x7cc2_1cf3_686b_02a2, shareBasisPoints: 5_474))
    #expect(ControlGroup.isDrawn(hash: 0x7cc2_1cf3_686b_02a2, shareBasisPoints: 5_475))
    #expect(ControlGroup.isDrawn(hash: 0x031f_0a65_8ff6_2b4d, shareBasisPoints: 3_630))
    #expect(!ControlGroup.isDrawn(hash: 0x031f_0a65_8ff6_2b4d, shareBasisPoints: 3_629))
  }
}
