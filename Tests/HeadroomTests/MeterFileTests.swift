import Foundation
import Testing

/// The files of `Tests/WireTests/Files`.
enum Sent {
  static func path(_ name: String) -> String {
    Program.root.appending(path: "Tests/WireTests/Files/\(name)").path
  }

  static let csv = path("same_day.csv")
  static let espi = path("same_day_espi.xml")
  static let macet = path("80020_7700000001_20250814_418.xml")
  static let points = path("80020_7700000001_20250814_417.xml")
  static let nem12 = path("nem12_example.csv")
  static let d0379 = path("uk_d0379_long_day.txt")
  static let hhWide = path("uk_hh_wide.csv")
}

@Suite struct `headroom meter` {
  /// An import's figures for each file.
  private func imported(_ into: String, _ arguments: [String]) throws -> [[String: Any]] {
    let outcome = try Program.run(["meter", "import", "--json", "--into", into] + arguments)
    try #require(outcome.status == 0, "\(outcome.notes)")
    return try #require(try outcome.object()["files"] as? [[String: Any]])
  }

  private func counts(_ file: [String: Any]) -> [Int?] {
    ["new", "same", "superseding", "missing"].map { file[$0] as? Int }
  }

  /// Scenarios V8 and V10 for files, W8 and W9 for what comes out again.
  @Test func `takes a day by three routes once, and gives it back in every format`() throws {
    try World.make { world in
      let into = world.folder + "/readings.db"
      let files = try imported(into, ["--zone", "Europe/Moscow", Sent.csv, Sent.macet, Sent.espi])
      #expect(files.map { $0["format"] as? String } == ["csv", "80020", "espi"])
      #expect(files.map(counts) == [[96, 0, 0, 0], [0, 96, 0, 0], [0, 96, 0, 0]])
      let again = try imported(into, ["--zone", "Europe/Moscow", Sent.macet])
      #expect(again[0]["known"] as? Bool == true && counts(again[0]) == [0, 96, 0, 0])
      let kept = try FileManager.default.contentsOfDirectory(atPath: world.folder + "/originals")
      let hash = try #require(files[0]["sha256"] as? String)
      #expect(kept.count == 3 && kept.contains(hash))
      let place = ["meter", "export", "--readings", into, "--from", "2025-08-14"]
      let day = ["--to", "2025-08-14", "--zone", "Europe/Moscow"]
      let formats = [
        ["--format", "csv"], ["--format", "espi"],
        [
          "--format", "80020", "--sender", "7700000001", "--number", "900", "--decimals", "3",
        ],
      ]
      for format in formats {
        let first = try Program.run(place + day + format)
        #expect(first.status == 0, "\(first.notes)")
        // Out and in again: another store with the same readings gives the same bytes.
        let copy = world.folder + "/\(format[1]).db"
        let out = try Program.run(place + day + format + ["--out", world.folder + "/out"])
        let path = out.output.trimmingCharacters(in: .newlines)
        #expect(counts(try imported(copy, ["--zone", "Europe/Moscow", path])[0]) == [96, 0, 0, 0])
        let second = try Program.run(
          ["meter", "export", "--readings", copy, "--from", "2025-08-14"] + day + format)
        #expect(second.output == first.output, "\(format)")
      }
      let sums = try Program.run(place + day + ["--group", "1d", "--json"])
      let groups = try #require(try sums.object()["groups"] as? [[String: Any]])
      #expect(groups.map { $0["importJ"] as? Int } == [10_828 * 3_600])
      let hours = try Program.run(place + day + ["--group", "1h", "--json"])
      let hourly = try #require(try hours.object()["groups"] as? [[String: Any]])
      #expect(hourly.count == 24)
      #expect(hourly.compactMap { $0["importJ"] as? Int }.reduce(0, +) == 10_828 * 3_600)
      let month = try Program.run(place + ["--to", "2025-08-30", "--group", "1mo"])
      #expect(month.status == 65 && month.notes.contains("wholeMonthRequired"))
      // A day of UTC is not whole here: what is known stands beside.
      let part = try Program.run(place + ["--to", "2025-08-14", "--group", "1d", "--json"])
      let known = try #require(try part.object()["groups"] as? [[String: Any]])[0]
      #expect(known["importJ"] is NSNull && known["missingIntervals"] as? Int == 6)
      #expect(known["quality"] as? String == "M")
    }
  }

  @Test func `does not read a file that is too long`() throws {
    try World.make { world in
      let path = try world.file("digits.csv", "meter_id,start,duration_min,import_kwh\n")
      // Ten gigabytes without a block on the disk.
      try #require(truncate(path, 10_000_000_000) == 0)
      let outcome = try Program.run(["meter", "import", "--into", world.folder + "/r.db", path])
      #expect(outcome.status == 65)
      #expect(outcome.notes.contains("digits.csv:1: file is longer than it may be; allowed: up to"))
      #expect(!FileManager.default.fileExists(atPath: world.folder + "/r.db"))
    }
  }

  /// Scenario W8: the same number twice, and a higher one for the day.
  @Test func `orders versions, keeps the old and refuses what contradicts`() throws {
    try World.make { world in
      let into = world.folder + "/readings.db"
      let zone = ["--zone", "Europe/Moscow"]
      func file(_ number: Int, _ value: String, _ folder: String = "a") throws -> String {
        var bytes = Data()
        let text = try String(
          contentsOf: URL(filePath: Sent.macet), encoding: .windowsCP1251
        ).replacingOccurrences(of: "number=\"418\"", with: "number=\"\(number)\"")
          .replacingOccurrences(of: ">0,25<", with: ">\(value)<")
        bytes.append(try #require(text.data(using: .windowsCP1251)))
        let path = "\(world.folder)/\(folder)"
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        let name = "\(path)/80020_7700000001_20250814_\(number).xml"
        try bytes.write(to: URL(filePath: name))
        return name
      }
      #expect(counts(try imported(into, zone + [try file(418, "0,25")])[0]) == [96, 0, 0, 0])
      #expect(counts(try imported(into, zone + [try file(420, "0,75")])[0]) == [0, 95, 1, 0])
      // An older one is history, and does not come back.
      let older = try imported(into, zone + [try file(419, "0,5")])[0]
      #expect(older["older"] as? Int == 1 && older["superseding"] as? Int == 0)
      let other = try Program.run(
        ["meter", "import", "--into", into] + zone + [try file(420, "0,8", "b")])
      #expect(other.status == 65 && other.notes.contains("number 420 is another content"))
      // The CSV of that day has the first value: it has no version, so it is refused.
      let plain = try Program.run(["meter", "import", "--into", into, Sent.csv])
      #expect(plain.status == 65)
      #expect(plain.notes.contains("allowed: 2700000 and 0 J as known, a newer version"))
      let reason = ["--replace", "read by hand", "--author", "op-1"]
      let edit = try imported(into, reason + [Sent.csv])[0]
      #expect(edit["edited"] as? Int == 1)
      let out = try Program.run([
        "meter", "export", "--readings", into, "--from", "2025-08-13", "--to", "2025-08-13",
      ])
      #expect(out.output.contains("2025-08-13T21:00:00Z,30,0.25,0,E\n"))
      try Self.history(of: into)
    }
  }

  /// 0.25 of number 418, 0.75 of 420, 0.5 that came late of 419, and 0.25 again by hand.
  private static func history(of database: String) throws {
    let command = [
      "meter", "history", "--readings", database, "--zone", "Europe/Moscow", "--from", "2025-08-14",
      "--to", "2025-08-14",
    ]
    let table = try Program.run(command)
    let rows = table.output.split(separator: "\n").map { line in
      line.split(separator: " ").map(String.init)
    }
    #expect(rows.count == 5 && table.status == 0)
    #expect(
      rows.dropFirst().map { $0[1...5].joined(separator: " ") } == [
        "2025-08-13T21:00:00Z 0.25 0 A superseded", "2025-08-13T21:00:00Z 0.5 0 A older",
        "2025-08-13T21:00:00Z 0.75 0 A edited", "2025-08-13T21:00:00Z 0.25 0 E present",
      ])
    #expect(rows.count > 3 && rows[3][7...] == ["op-1", "read", "by", "hand"])
    let json = try Program.run(command + ["--json"])
    let intervals = try #require(try json.object()["intervals"] as? [[String: Any]])
    #expect(intervals.count == 1)
    let former = try #require(intervals[0]["former"] as? [[String: Any]])
    #expect(former.map { $0["importJ"] as? Int } == [900_000, 1_800_000, 2_700_000])
    #expect(former.last?["by"] as? String == "op-1")
    let present = try #require(intervals[0]["present"] as? [String: Any])
    #expect(present["importJ"] as? Int == 900_000 && present["quality"] as? String == "E")
    let other = try Program.run(command + ["--meter", "nobody"])
    #expect(other.status == 0 && other.output.split(separator: "\n").count == 1)
    let missing = try Program.run([
      "meter", "history", "--readings", database + "x", "--from", "2025-08-14", "--to",
      "2025-08-14",
    ])
    #expect(missing.status == 65 && missing.notes.contains("x: file is missing; allowed:"))
  }

  @Test(arguments: [
    (Sent.points, ["--zone", "Europe/Moscow"], 1), (Sent.points, [], 3),
  ])
  func `writes the receipt of an 80020`(_ file: String, _ extra: [String], _ status: Int) throws {
    try World.make { world in
      let receipt = world.folder + "/80021.xml"
      let outcome = try Program.run(
        [
          "meter", "import", "--into", world.folder + "/r.db", "--receipt", receipt, "--email",
          "metering@example.org",
        ] + extra + [file])
      #expect(outcome.status == (status == 1 ? 0 : 65))
      let text = try String(contentsOfFile: receipt, encoding: .utf8)
      #expect(text.contains("<reply status=\"\(status)\"/>"))
      if status == 1 {
        let expected = try String(
          contentsOfFile: Sent.path("80021_reply_417.xml"), encoding: .utf8)
        #expect(text == expected)
      }
    }
  }

  @Test func `leaves the store alone when a file of any format is broken`() throws {
    try World.make { world in
      let into = world.folder + "/readings.db"
      let cut = try [Sent.csv, Sent.macet, Sent.espi, Sent.nem12, Sent.d0379, Sent.hhWide].map {
        path in
        let bytes = try Data(contentsOf: URL(filePath: path))
        let name = world.folder + "/cut-" + URL(filePath: path).lastPathComponent
        try bytes.prefix(bytes.count / 2).write(to: URL(filePath: name))
        return name
      }
      let hostile = try world.file(
        "dtd.xml", "<!DOCTYPE feed [<!ENTITY a SYSTEM \"file:///etc/hostname\">]><feed>&a;</feed>")
      for file in cut + [hostile] {
        let outcome = try Program.run(
          ["meter", "import", "--zone", "Europe/Moscow", "--into", into, Sent.csv, file])
        #expect(outcome.status == 65, "\(file): \(outcome.notes)")
        #expect(!FileManager.default.fileExists(atPath: into))
      }
    }
  }

  /// Scenario V11.
  @Test func `finds the one reading of 21 days that was altered`() throws {
    try World.make { world in
      let into = world.folder + "/readings.db"
      let ledger = world.folder + "/headroom.db"
      var rows = "meter_id,start,duration_min,import_kwh,export_kwh,quality\n"
      var other = rows
      for day in 1...21 {
        for hour in 0..<24 {
          let start = String(format: "2019-05-%02dT%02d:00:00+03:00", day, hour)
          rows += "H-1,\(start),60,0.\(100 + day + hour),0,A\n"
          if day == 5, hour == 12 { other += "H-1,\(start),60,0.999,0,A\n" }
        }
      }
      #expect(try imported(into, [try world.file("may.csv", rows)])[0]["new"] as? Int == 1_008)
      let key = world.folder + "/log.key"
      let made = try Program.run([
        "ledger", "init", "--ledger", ledger, "--origin", "example.org/log", "--key", key,
      ])
      try #require(made.status == 0, "\(made.notes)")
      let days = ["--from", "2019-05-01", "--to", "2019-05-21"]
      let zone = ["--zone", "Europe/Moscow"]
      let place = ["--ledger", ledger]
      #expect(try Program.run(["meter", "validate"] + place + days).status == 1, "notNotarized")
      func notarize(_ extra: [String] = []) throws -> [[String: Any]] {
        let outcome = try Program.run(
          ["meter", "notarize", "--json", "--key", key] + place + zone + days + extra)
        try #require(outcome.status == 0, "\(outcome.notes)")
        return try #require(try outcome.object()["days"] as? [[String: Any]])
      }
      #expect(try notarize().filter { $0["new"] as? Bool == true }.count == 21)
      #expect(try notarize().filter { $0["new"] as? Bool == true }.isEmpty)
      let sound = try Program.run(["meter", "validate"] + place + days)
      #expect(sound.status == 0 && sound.output.contains("\n21 ok, 0 warn  validated "))
      let proof = try Program.run(
        ["meter", "prove", "--meter", "H-1", "--start", "2019-05-05T12:00:00+03:00"] + place + zone)
      let kept = try world.file("proof.json", proof.output)
      #expect(try Program.run(["meter", "prove", "--check", kept]).status == 0)
      let lie = try world.file(
        "lie.json", proof.output.replacingOccurrences(of: "421200", with: "421201"))
      #expect(try Program.run(["meter", "prove", "--check", lie]).status == 1)

      #expect(
        try imported(
          into, ["--replace", "test", "--author", "me", try world.file("o.csv", other)])[0][
            "edited"]
          as? Int == 1)
      let altered = try Program.run(["meter", "validate"] + place + days)
      #expect(altered.status == 1)
      #expect(altered.output.contains("\n20 ok, 1 warn  validated "))
      #expect(
        altered.output.contains("2019-05-05  H-1  warn  altered\n  2019-05-05T09:00:00Z  altered\n")
      )
      #expect(altered.output.contains("    now        import 0.999 kWh  export 0 kWh  E\n"))
      let json = try Program.run(["meter", "validate", "--json"] + place + days)
      let verdicts = try #require(try json.object()["days"] as? [[String: Any]])
      let warned = try #require(verdicts.first { $0["result"] as? String == "warn" })
      let reading = try #require((warned["differences"] as? [[String: Any]])?.first)
      #expect((reading["notarizedLeaf"] as? String)?.count == 64)
      #expect((reading["presentLeaf"] as? String)?.count == 64)
      // A later version is notarized again, beside the old note.
      let renewed = try notarize().filter { $0["new"] as? Bool == true }
      #expect(renewed.map { $0["day"] as? String } == ["2019-05-05"])
      #expect(try Program.run(["meter", "validate"] + place + days).status == 0)
      #expect(try Program.run(["ledger", "verify", "--ledger", ledger]).status == 0)
    }
  }
}
