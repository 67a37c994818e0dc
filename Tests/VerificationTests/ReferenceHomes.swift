import Foundation
import Grid
import Verification

/// The twelve real homes of the reference data: nothing was dispatched in them.
enum ReferenceHomes {
  /// Beside the project, or where `HEADROOM_REFERENCE_DATA` says; the tests are skipped without it.
  static let folder: URL = {
    if let path = ProcessInfo.processInfo.environment["HEADROOM_REFERENCE_DATA"] {
      return URL(filePath: path)
    }
    var root = URL(filePath: #filePath)
    for _ in 0..<4 { root.deleteLastPathComponent() }
    return root.appending(path: "shared/data")
  }()
  static let isPresent = FileManager.default.fileExists(
    atPath: folder.appending(path: "meters_ca.csv.gz").path)

  static let clean = ["CA01", "CA02", "CA03", "CA05", "CA08", "CA10", "CA11", "CA13", "CA16"]
  static let events: [(id: String, start: String, end: String)] = [
    ("CA-2016-08-15", "2016-08-15T16:00", "2016-08-15T20:00"),
    ("CA-2016-08-16", "2016-08-16T16:00", "2016-08-16T20:00"),
    ("CA-2016-09-26", "2016-09-26T15:00", "2016-09-26T19:00"),
    ("CA-2017-04-21", "2017-04-21T18:00", "2017-04-21T21:00"),
    ("CA-2017-05-03", "2017-05-03T19:00", "2017-05-03T21:00"),
    ("CA-2017-05-22", "2017-05-22T17:00", "2017-05-22T21:00"),
  ]

  /// Net import by home, read once.
  static let net: [String: IntervalSeries] = {
    let rows = lines(of: "meters_ca.csv.gz")
    var readings: [String: [Reading]] = [:]
    for cells in rows.dropFirst() {
      let start = Timestamp(rfc3339: cells[1])!
      readings[cells[0], default: []].append(
        Reading(
          meter: MeterID(cells[0])!,
          window: Window(start: start, end: start.adding(seconds: 3_600))!,
          imported: energy(cells[3]), exported: energy(cells[4]),
          quality: cells[5] == "A" ? .actual : .estimated))
    }
    return readings.mapValues { list in
      try! IntervalSeries.build(
        from: list, meter: list[0].meter, side: .netImport, intervalSeconds: 3_600
      ).series
    }
  }()

  /// The data of one home with the other events' dates.
  static func data(_ home: String, besides event: String) -> SiteData {
    var data = SiteData(site: SiteID("H-" + home)!, siteMeter: net[home])
    data.eventDays = Set(
      events.filter { $0.id != event }.map { Samples.date(String($0.start.prefix(10))) })
    return data
  }

  private static func energy(_ text: String) -> Energy {
    Energy(joules: try! BaselineCase.joules(text).roundedDown)
  }

  private static func lines(of file: String) -> [[String]] {
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = ["gzip", "-dc", folder.appending(path: file).path]
    let pipe = Pipe()
    process.standardOutput = pipe
    try! process.run()
    let bytes = pipe.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    return String(decoding: bytes, as: UTF8.self).split(separator: "\n").map {
      $0.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
    }
  }
}
