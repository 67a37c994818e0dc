import Foundation
import Reports
import Testing

@testable import Controller

@Suite struct `The folder of reports` {
  static func put(_ folder: ReportFolder, _ event: String, _ run: String, payable: Bool, at: Double)
    throws
  {
    let path = folder.folder(event: event, run: run)
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    try write(
      #"{"run":{"id":"x","payable":\#(payable),"type":"\#(run)"}}"#, to: path + "/report.json")
    try write("\(event) \(run)\n", to: path + "/report.md")
    try FileManager.default.setAttributes(
      [.modificationDate: Date(timeIntervalSince1970: at)], ofItemAtPath: path)
  }

  @Test func `lists events and runs, and shows the newest that posted money`() throws {
    try withFolder { path in
      let folder = ReportFolder(path)
      #expect(folder.events == [])
      try Self.put(folder, "E-2", "provisional", payable: false, at: 100)
      try Self.put(folder, "E-1", "provisional", payable: false, at: 100)
      try Self.put(folder, "E-1", "initial", payable: true, at: 200)
      try Self.put(folder, "E-1", "measured-30", payable: false, at: 300)
      #expect(folder.events == ["E-1", "E-2"])
      #expect(folder.runs(ofEvent: "E-1") == ["provisional", "initial", "measured-30"])
      #expect(folder.isPayable(event: "E-1", run: "initial") == true)
      #expect(folder.isPayable(event: "E-1", run: "none") == nil)
      let shown = try folder.read(.markdown, event: "E-1")
      #expect(shown.run == "initial" && shown.bytes == Array("E-1 initial\n".utf8))
      #expect(try folder.read(.markdown, event: "E-2").run == "provisional")
      #expect(try folder.read(.markdown, event: "E-1", run: "measured-30").run == "measured-30")
    }
  }

  @Test func `says which events, runs and files there are when one is not`() throws {
    try withFolder { path in
      let folder = ReportFolder(path)
      try Self.put(folder, "E-1", "initial", payable: true, at: 200)
      for event in ["E-9", "../E-1", ""] {
        #expect(throws: ReportFolder.Fault.noEvent(event, known: ["E-1"])) {
          try folder.read(.markdown, event: event)
        }
      }
      #expect(throws: ReportFolder.Fault.noRun("..", event: "E-1", known: ["initial"])) {
        try folder.read(.markdown, event: "E-1", run: "..")
      }
      #expect(throws: ReportFolder.Fault.noFile(path: path + "/E-1/initial/report.html")) {
        try folder.read(.html, event: "E-1")
      }
      #expect(
        "\(ReportFolder.Fault.noEvent("x", known: []))" == "event x: no report; allowed: none yet")
    }
  }
}
