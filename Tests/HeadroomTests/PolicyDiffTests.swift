import Foundation
import Testing

@Suite struct `headroom policy diff` {
  @Test func `ends with 0 for the same meaning, 1 for another, 65 for no policy`() throws {
    try World.make { world in
      let shipped = Program.root.appending(path: "policies/surge-ten-percent.yaml").path
      let same = try Program.run(["policy", "diff", shipped, try world.policy()])
      #expect(same.status == 0)
      #expect(same.output == "same meaning\n")
      let cheaper = try world.policy([("rate: {amount: 2.00", "rate: {amount: 1.50")])
      let other = try Program.run(["policy", "diff", shipped, cheaper])
      #expect(other.status == 1)
      #expect(other.output.contains("worse for owners: new agreement needed"))
      #expect(other.output.contains("2.16 USD -> 1.62 USD"))
      let json = try Program.run(["policy", "diff", shipped, cheaper, "--json"])
      #expect(try json.object()["sameMeaning"] as? Bool == false)
      let broken = try world.file("broken.yaml", "id: x\n")
      #expect(try Program.run(["policy", "diff", shipped, broken]).status == 65)
      #expect(try Program.run(["policy", "diff", shipped, shipped, "--level", "9"]).status == 64)
    }
  }
}
