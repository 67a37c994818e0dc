import Foundation
import Testing

@Suite struct `headroom enrolment` {
  static let steps = """
    site_id,programme_id,step,from,to,by,consent
    s-b0,surge-ten-percent,enrol,2026-07-01,,anna,doc-1
    s-b1,surge-ten-percent,enrol,2026-07-01,,anna,doc-2
    s-b1,surge-ten-percent,suspend,2026-07-15,2026-07-16,boris,

    """

  @Test func `says who takes part on a day, and the plan asks nobody else`() throws {
    try World.make { world in
      let file = try world.file("enrolments.csv", Self.steps)
      let policy = try world.policy()
      let on = try Program.run(
        ["enrolment", "on", "2026-07-15", "--enrolments", file, "--policy", policy])
      #expect(on.status == 0)
      #expect(on.output == "s-b0\n")
      let plan = try Program.run([
        "plan", "--fleet", try world.equalFleet(3), "--policy", policy, "--signal",
        try world.signal(60), "--enrolments", file, "--json",
      ])
      #expect(plan.status == 0)
      let skipped = try #require(try plan.object()["skipped"] as? [[String: String]])
      #expect(skipped.map { $0["batteryId"] } == ["b1", "b2"])
      #expect(skipped.map { $0["reason"] } == ["notEnrolled", "notEnrolled"])
    }
  }

  @Test func `shows every step of a site`() throws {
    try World.make { world in
      let file = try world.file("enrolments.csv", Self.steps)
      let show = try Program.run(["enrolment", "show", "s-b1", "--enrolments", file, "--json"])
      #expect(show.status == 0)
      let object = try show.object()
      #expect((object["steps"] as? [[String: String]])?.map { $0["step"] } == ["enrol", "suspend"])
      #expect(
        (object["takesPart"] as? [[String: String]])?.map { $0["from"] }
          == ["2026-07-01", "2026-07-17"])
      let text = try Program.run(["enrolment", "show", "s-b1", "--enrolments", file])
      #expect(text.output.contains("2026-07-01 to 2026-07-14"))
      let unknown = try Program.run(["enrolment", "show", "s-x", "--enrolments", file])
      #expect(unknown.status == 65)
    }
  }

  @Test func `refuses a meter in two programmes, naming the other`() throws {
    try World.make { world in
      let twice = Self.steps + "s-b0,winter,enrol,2026-07-05,,anna,doc-3\n"
      let file = try world.file("enrolments.csv", twice)
      let winter = try world.policy([("id: surge-ten-percent", "id: winter")])
      let check = try Program.run([
        "enrolment", "check", "--enrolments", file, "--fleet", try world.equalFleet(2),
        "--policy", try world.policy(), "--policy", winter,
      ])
      #expect(check.status == 1)
      #expect(
        check.output.contains(
          "dualEnrolment: meter b0 of s-b0 in winter is in surge-ten-percent already"))
      #expect(check.output.contains("1 findings"))
    }
  }

  @Test func `refuses a meter below another that takes part`() throws {
    try World.make { world in
      let tree = try world.file(
        "tree.csv",
        "node_id,parent_id,kind,from,to\nb0,,meter,2026-01-01,\nb1,b0,meter,2026-07-10,\n")
      let check = try Program.run([
        "enrolment", "check", "--enrolments", try world.file("enrolments.csv", Self.steps),
        "--fleet", try world.equalFleet(2), "--policy", try world.policy(), "--tree", tree,
      ])
      #expect(check.status == 1)
      #expect(
        check.output.contains(
          "dualEnrolment: meter b1 of s-b1 in surge-ten-percent is below b0, which is in"
            + " surge-ten-percent already, as s-b0, 2026-07-10 to 2026-07-14"))
    }
  }

  @Test func `refuses a file with every fault at once`() throws {
    try World.make { world in
      let file = try world.file(
        "enrolments.csv", Self.steps + "s-b9,p,join,x,,,\n")
      let check = try Program.run([
        "enrolment", "check", "--enrolments", file, "--fleet", try world.equalFleet(2),
        "--policy", try world.policy(),
      ])
      #expect(check.status == 65)
      for field in ["step is join", "from is x", "by is empty"] {
        #expect(check.notes.contains("enrolments.csv:5: \(field)"))
      }
    }
  }
}
