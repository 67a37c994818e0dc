import Foundation
import Testing

@Suite struct `headroom meter receipt` {
  private static let reply = Sent.path("80021_reply_417.xml")

  @Test func `says what became of the export that it answers`() throws {
    let accepted = try Program.run([
      "meter", "receipt", Self.reply, "--export", Sent.points,
    ])
    #expect(accepted.status == 0, "\(accepted.notes)")
    #expect(
      accepted.output
        == "80020_7700000001_20250814_417.xml  number 417  of 20250815013000\n"
        + "1  accepted, some channels non-commercial\n")
    let json = try Program.run(["meter", "receipt", Self.reply, "--json"]).object()
    #expect(json["status"] as? Int == 1 && json["id"] as? String == "417")
    #expect((json["differences"] as? [String])?.isEmpty == true)
  }

  @Test func `names in what it is of another file`() throws {
    let other = try Program.run(["meter", "receipt", Self.reply, "--export", Sent.macet])
    #expect(other.status == 1)
    #expect(
      other.notes.contains(
        "name is 80020_7700000001_20250814_417.xml; allowed: 80020_7700000001_20250814_418.xml, "
          + "as in the file that was sent"))
    #expect(other.notes.contains("number is 417; allowed: 418, as in the file that was sent"))
    let none = try Program.run(["meter", "receipt", Self.reply, "--export", Sent.csv])
    #expect(none.status == 65)
  }

  @Test(arguments: [
    ("2", "unknown points or channels"), ("3", "format error"), ("4", "not XML"),
  ])
  func `ends with 1 when the export was rejected`(_ status: String, _ meaning: String) throws {
    try World.make { world in
      let text = try String(contentsOfFile: Self.reply, encoding: .utf8)
      let file = try world.file(
        "reply.xml",
        text.replacingOccurrences(of: "status=\"1\"", with: "status=\"\(status)\""))
      let outcome = try Program.run(["meter", "receipt", file])
      #expect(outcome.status == 1)
      #expect(outcome.output.hasSuffix("\(status)  rejected, \(meaning)\n"))
      let broken = try world.file("cut.xml", String(text.dropLast(20)))
      let refused = try Program.run(["meter", "receipt", broken])
      #expect(refused.status == 65 && refused.notes.contains("cut.xml:"))
    }
  }
}
