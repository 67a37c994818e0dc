import Foundation
import Testing

/// The built program, run as a person runs it.
enum Program {
  /// What a run left.
  struct Outcome {
    let status: Int32
    let output: String
    let notes: String

    /// The result as a JSON object.
    func object() throws -> [String: Any] {
      try #require(try JSONSerialization.jsonObject(with: Data(output.utf8)) as? [String: Any])
    }
  }

  /// The package's root.
  static let root = URL(filePath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

  /// The program lies beside the tests that are running.
  static let path: String = {
    let bundle = ProcessInfo.processInfo.arguments.first { $0.contains(".xctest") }
    let folders: [String?] = [
      bundle.map { text -> String in
        let end = text.range(of: ".xctest")!.upperBound
        return URL(filePath: String(text[..<end])).deletingLastPathComponent().path
      },
      root.appending(path: ".build/debug").path,
    ]
    let places = folders.compactMap { $0 }.map { $0 + "/headroom" }
    return places.first(where: FileManager.default.isExecutableFile) ?? places[0]
  }()

  static func run(_ arguments: [String], input: String? = nil) throws -> Outcome {
    try withFolder { folder in
      let files = ["in", "out", "err"].map { folder + "/" + $0 }
      try Data((input ?? "").utf8).write(to: URL(filePath: files[0]))
      for file in files.dropFirst() { try Data().write(to: URL(filePath: file)) }
      let process = Process()
      process.executableURL = URL(filePath: path)
      process.arguments = arguments
      process.standardInput = FileHandle(forReadingAtPath: files[0])
      process.standardOutput = FileHandle(forWritingAtPath: files[1])
      process.standardError = FileHandle(forWritingAtPath: files[2])
      try process.run()
      process.waitUntilExit()
      return Outcome(
        status: process.terminationStatus,
        output: try String(contentsOfFile: files[1], encoding: .utf8),
        notes: try String(contentsOfFile: files[2], encoding: .utf8))
    }
  }

  /// A folder of its own, which is removed afterwards.
  static func withFolder<Value>(_ body: (String) throws -> Value) throws -> Value {
    let folder = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    return try body(folder.path)
  }
}

/// Files for commands, in a folder that lasts as long as the value's scope.
struct World {
  let folder: String

  /// Writes a file and returns its path.
  @discardableResult func file(_ name: String, _ text: String) throws -> String {
    let path = folder + "/" + name
    try Data(text.utf8).write(to: URL(filePath: path))
    return path
  }

  static func make<Value>(_ body: (World) throws -> Value) throws -> Value {
    try Program.withFolder { try body(World(folder: $0)) }
  }

  /// The shipped policy with other words; a word that is not there is a mistake of the test.
  func policy(_ changes: [(String, String)] = []) throws -> String {
    let shipped = Program.root.appending(path: "policies/surge-ten-percent.yaml")
    var text = try String(contentsOf: shipped, encoding: .utf8)
    for (old, new) in changes {
      try #require(text.contains(old), "the shipped policy has no \(old)")
      text = text.replacingOccurrences(of: old, with: new)
    }
    return try file("policy-\(changes.count).yaml", text)
  }

  static let fleetHeader =
    "battery_id,gateway_id,site_id,owner_id,node_id,capacity_wh,max_discharge_w,max_charge_w,"
    + "discharge_efficiency_pct,reserve_pct,export_limit_w,soc_pct\n"

  /// Rows such as `a: 13500,5000,20,80`: capacity, rating, reserve and charge.
  func fleet(_ rows: [(id: String, node: String, figures: [String], exportLimit: String)]) throws
    -> String
  {
    let lines = rows.map { row in
      let (capacity, rating, reserve, charge) = (
        row.figures[0], row.figures[1], row.figures[2], row.figures[3]
      )
      return "\(row.id),g-\(row.id),s-\(row.id),o-\(row.id),\(row.node),\(capacity),\(rating),"
        + "\(rating),100,\(reserve),\(row.exportLimit),\(charge)"
    }
    return try file("fleet.csv", Self.fleetHeader + lines.joined(separator: "\n") + "\n")
  }

  /// Equal batteries of 13.5 kWh and 5 kW at 80 %, reserve 20 %.
  func equalFleet(_ count: Int) throws -> String {
    try fleet(
      (0..<count).map { ("b\($0)", "n\($0 % 7)", ["13500", "5000", "20", "80"], "") })
  }

  /// A signal for some minutes from 17:00 in California on 15 July 2026.
  func signal(_ minutes: Int, _ request: String = "", name: String = "E-1") throws -> String {
    let end = String(format: "2026-07-16T%02d:%02d:00Z", minutes / 60, minutes % 60)
    let asked = request.isEmpty ? "" : "," + request
    return try file(
      "\(name).json",
      """
      {"schema":"headroom.signal/1","signalId":"\(name)","issuer":"example-utility","revision":1,\
      "status":"active","issuedAt":"2026-07-15T18:00:00Z","startsAt":"2026-07-16T00:00:00Z",\
      "endsAt":"\(end)","level":2\(asked)}
      """)
  }
}
