import Policies
import Testing

/// One edit of a sound policy and the one fault that it makes.
struct Edit: Sendable, CustomTestStringConvertible {
  var old: String
  var new: String
  var path: String
  var code: String
  /// Lines from that of `old` to that of the fault.
  var down = 0

  init(_ old: String, _ new: String, _ path: String, _ code: String = "badValue", down: Int = 0) {
    self.old = old
    self.new = new
    self.path = path
    self.code = code
    self.down = down
  }

  var testDescription: String { "\(path): \(new)" }

  /// The edit makes this one fault, on its line, and no other.
  func check() throws {
    let (text, line) = try Fixture.edited(old, new)
    let faults = Fixture.faults(text)
    try #require(faults.count == 1, "\(faults)")
    #expect(faults[0].path == path)
    #expect(faults[0].code == code, "\(faults[0])")
    #expect(faults[0].line == line + down, "\(faults[0])")
    #expect(faults[0].file == "p.yaml")
  }
}
