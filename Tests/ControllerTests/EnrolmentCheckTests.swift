import Controller
import Engine
import Foundation
import Grid
import Policies
import Testing

@Suite struct `Enrolments beside fleet and programmes` {
  static func battery(_ site: String) -> EnrolledBattery {
    EnrolledBattery(
      battery: BatteryID("b-\(site)")!, gateway: GatewayID("g")!, site: SiteID(site)!,
      owner: OwnerID("o")!, node: NodeID("n")!, capacity: Energy(wattHours: 1),
      maxDischarge: Power(watts: 1), maxCharge: Power(watts: 1), dischargeEfficiency: .hundred,
      reserve: .zero, exportLimit: nil, charge: nil)
  }

  static func enrol(_ site: String, _ programme: String) -> EnrolmentStep {
    EnrolmentStep(
      site: SiteID(site)!, programme: ProgrammeID(programme)!, kind: .enrol,
      from: CivilDate(text: "2026-08-01")!, by: "anna", consent: "doc")
  }

  static func terms(_ id: String, allows other: String? = nil) throws -> DispatchTerms {
    let folder = #filePath.components(separatedBy: "/Tests/")[0]
    let file = folder + "/policies/surge-ten-percent.yaml"
    var terms = try Policy.load(
      bytes: Array(try Data(contentsOf: URL(filePath: file))), file: file
    ).dispatch
    terms.programme = ProgrammeID(id)!
    terms.enrolment.allowedWith = Set(other.map { [ProgrammeID($0)!] } ?? [])
    return terms
  }

  @Test func `fit when each programme lists the other, and not when only one does`() throws {
    let enrolments = try Enrolments([Self.enrol("S-1", "a"), Self.enrol("S-1", "b")])
    func codes(_ first: String?, _ second: String?) throws -> [String] {
      EnrolmentCheck.findings(
        enrolments, fleet: [Self.battery("S-1")],
        terms: [try Self.terms("a", allows: first), try Self.terms("b", allows: second)]
      ).map(\.code)
    }
    #expect(try codes("b", "a") == [])
    #expect(try codes("b", nil) == ["dualEnrolment"])
    #expect(try codes(nil, nil) == ["dualEnrolment"])
  }

  @Test func `say which site and programme nobody knows`() throws {
    let enrolments = try Enrolments([Self.enrol("S-1", "a"), Self.enrol("S-2", "b")])
    let found = EnrolmentCheck.findings(
      enrolments, fleet: [Self.battery("S-1")], terms: [try Self.terms("a")])
    #expect(
      found.map(\.description) == [
        "unknownSite: no battery of the fleet stands at S-2",
        "unknownProgramme: no policy has the id b",
      ])
  }

  @Test func `count no meter below another, also where everybody takes part`() throws {
    let fleet = [Self.battery("S-1"), Self.battery("S-2")]
    func place(_ node: String, below parent: String?) -> ConsumerPlace {
      ConsumerPlace(
        node: ConsumerID(node)!, parent: parent.map { ConsumerID($0)! }, kind: .meter,
        from: CivilDate(text: "2026-01-01")!, to: nil)
    }
    let tree = try ConsumerTree([place("S-1", below: nil), place("b-S-2", below: "S-1")])
    let terms = [try Self.terms("a")]
    #expect(
      EnrolmentCheck.findings(nil, fleet: fleet, terms: terms, tree: tree).map(\.description) == [
        "dualEnrolment: meter b-S-2 of S-2 in a is below S-1, which is in a already, as S-1, from"
          + " 2026-01-01"
      ])
    #expect(EnrolmentCheck.findings(nil, fleet: fleet, terms: terms) == [])
    let enrolments = try Enrolments([Self.enrol("S-1", "a"), Self.enrol("S-2", "a")])
    let found = EnrolmentCheck.findings(enrolments, fleet: fleet, terms: terms, tree: tree)
    #expect(found.map(\.code) == ["dualEnrolment"])
  }

  @Test func `are asked for by a programme that wants agreements`() throws {
    var terms = try Self.terms("a")
    terms.enrolment.agreementRequired = true
    let found = EnrolmentCheck.findings(nil, fleet: [], terms: [terms])
    #expect(found.map(\.code) == ["agreementsMissing"])
    #expect(found[0].description.contains("fleet.enrolments"))
    #expect(EnrolmentCheck.findings(nil, fleet: [], terms: [try Self.terms("a")]) == [])
  }
}
