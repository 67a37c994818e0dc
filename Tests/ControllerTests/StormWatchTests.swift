import Engine
import Foundation
import Grid
import Testing
import Wire

@testable import Controller

@Suite struct `The file of storm warnings` {
  private static let start = Timestamp(rfc3339: "2026-09-15T12:00:00Z")!
  private static let header = "warning_id,node_id,from,to,issued,by\n"
  private static let row =
    "w-1,N1,2026-09-15T20:00:00Z,2026-09-15T23:00:00Z,2026-09-15T08:00:00Z,met\n"

  @Test func `is read again when it changes, and a broken one changes nothing`() throws {
    let folder = try Folder()
    try folder.write("storms.csv", Self.header)
    var watch = FileWatch(path: folder.path + "/storms.csv") {
      try Assembly.storms($0, feeder: .unlimited(NodeID("N1")!))
    }
    guard case .content([]) = watch.look(at: Self.start) else {
      Issue.record("an empty file was not read")
      return
    }
    try folder.write("storms.csv", Self.header + Self.row)
    try #require(watch.look(at: Self.start.adding(seconds: 9)).isNothing)
    guard case .content(let found) = watch.look(at: Self.start.adding(seconds: 10)) else {
      Issue.record("the change was not seen")
      return
    }
    #expect(found.map(\.id.text) == ["w-1"])
    try #require(watch.look(at: Self.start.adding(seconds: 20)).isNothing)

    try folder.write("storms.csv", Self.header + Self.row + "w-2,N1,soon,,,\n")
    guard case .unusable(let reason) = watch.look(at: Self.start.adding(seconds: 30)) else {
      Issue.record("a broken file was taken")
      return
    }
    #expect(reason.contains("storms.csv:3: from is soon"))
    try #require(watch.look(at: Self.start.adding(seconds: 40)).isNothing)

    try folder.write(
      "storms.csv", Self.header + Self.row.replacingOccurrences(of: "N1", with: "N9"))
    guard case .unusable(let unknown) = watch.look(at: Self.start.adding(seconds: 50)) else {
      Issue.record("an unknown node was taken")
      return
    }
    #expect(unknown.contains("node_id is N9; allowed: nodes of the feeder"))
    try FileManager.default.removeItem(atPath: folder.path + "/storms.csv")
    guard case .unusable = watch.look(at: Self.start.adding(seconds: 60)) else {
      Issue.record("a missing file was taken")
      return
    }
  }

  @Test func `is kept in the logbook as the warnings that stand`() throws {
    let warnings = try StormsFile.parse(Array((Self.header + Self.row).utf8), file: "s")
    let frame = Decider.frame(of: .storms(warnings))
    #expect(frame.kind == .storms)
    #expect(frame.text == Self.header + Self.row)
  }
}

extension Optional {
  fileprivate var isNothing: Bool { if case .none = self { true } else { false } }
}
