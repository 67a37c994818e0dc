import Grid
import Testing
import Wire

@Suite struct `A file of enrolments` {
  static let header = "site_id,programme_id,step,from,to,by,consent\n"

  @Test func `gives its steps in order`() throws {
    let enrolments = try EnrolmentsFile.parse(
      Array(
        (Self.header + "S-1,summer,enrol,2026-08-10,,anna,doc-7\n"
          + "S-1,summer,suspend,2026-08-12,2026-08-15,\"boris, owner\",\n").utf8), file: "e.csv")
    #expect(enrolments.steps.map(\.kind) == [.enrol, .suspend])
    #expect(enrolments.steps.map(\.by) == ["anna", "boris, owner"])
    #expect(enrolments.steps.map(\.consent) == ["doc-7", nil])
    #expect(enrolments.steps[1].to == CivilDate(text: "2026-08-15"))
  }

  @Test(arguments: [
    ("S 1,summer,enrol,2026-08-10,,anna,doc", "site_id"),
    ("S-1,,enrol,2026-08-10,,anna,doc", "programme_id"),
    ("S-1,summer,join,2026-08-10,,anna,doc", "step"),
    ("S-1,summer,enrol,2026-02-30,,anna,doc", "from"),
    ("S-1,summer,enrol,2026-08-10,2026-08-11,anna,doc", "to"),
    ("S-1,summer,enrol,2026-08-10,,,doc", "by"),
    ("S-1,summer,enrol,2026-08-10,,anna,", "consent"),
    ("S-1,summer,withdraw,2026-08-10,,anna,", "step"),
  ]) func `is refused with line and field`(_ row: String, _ field: String) {
    let faults = #expect(throws: FileFaults.self) {
      try EnrolmentsFile.parse(Array((Self.header + row + "\n").utf8), file: "e.csv")
    }
    #expect(faults?.list.map(\.field) == [field])
    #expect(faults?.list.map(\.line) == [2])
  }

  @Test func `says every fault at once`() {
    let rows = "S-1,summer,enrol,x,,anna,doc\nS-2,summer,resume,2026-08-01,,anna,\n"
    let faults = #expect(throws: FileFaults.self) {
      try EnrolmentsFile.parse(Array((Self.header + rows).utf8), file: "e.csv")
    }
    #expect(
      faults?.list.map(\.description) == [
        "e.csv:2: from is x; allowed: a date YYYY-MM-DD",
        "e.csv:3: step is resume; allowed: enrol: the site is not enrolled",
      ])
  }
}
