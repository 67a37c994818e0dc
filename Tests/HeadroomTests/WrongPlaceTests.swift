import Foundation
import Testing

/// Wrong paths and files of another kind: told in plain words, and nothing is made of them.
@Suite struct `A wrong path` {
  /// What the system's errors look like when nobody puts them into words.
  private static func isPlain(_ text: String) -> Bool {
    !["Domain", "SQLite error", "Error:", "Optional("].contains { text.contains($0) }
  }

  private static func fails(
    _ arguments: [String], with status: Int32 = 65, _ notes: String,
    at place: SourceLocation = #_sourceLocation
  ) throws {
    let outcome = try Program.run(arguments)
    #expect(outcome.status == status, "\(outcome.notes)", sourceLocation: place)
    #expect(outcome.notes == notes + "\n", sourceLocation: place)
    #expect(isPlain(outcome.notes), sourceLocation: place)
  }

  private static let meters =
    "meter_id,start,duration_min,import_kwh,export_kwh,quality\n"
    + "m1,2026-07-01T00:00:00Z,15,0.1,0,A\n"

  private static let days = ["--from", "2026-07-01", "--to", "2026-07-02"]

  @Test func `to read that is a folder, or leads through a file, is told so`() throws {
    try World.make { world in
      let file = try world.file("a-file", "x")
      let folder = world.folder
      try Self.fails(
        ["policy", "explain", folder],
        "\(folder): file is not readable; allowed: an existing file (it is a folder)")
      try Self.fails(
        ["policy", "explain", file + "/p.yaml"],
        "\(file)/p.yaml: file is not readable; allowed: an existing file"
          + " (a part of its path is no folder)")
      let key = try Program.run(["keys", "generate", "--name", "log", "--out", folder + "/log.key"])
      let vkey = try #require(key.output.split(separator: "\n")[1].split(separator: " ").last)
      try Self.fails(
        ["ledger", "verify", "--tiles", file, "--log-key", String(vkey)],
        "\(file)/checkpoint: file is not readable (a part of its path is no folder)")
    }
  }

  @Test func `to write to is told, and never ends with the code of an answer`() throws {
    try World.make { world in
      let file = try world.file("a-file", "x")
      let below = file + "/below"
      let outcomes = [
        try Program.run(["simulate", "--batteries", "1", "--prepare", below]),
        try Program.run(["keys", "generate", "--name", "x", "--out", below]),
        try Program.run([
          "ledger", "init", "--ledger", below, "--origin", "a/b", "--key", world.folder + "/k",
        ]),
        try Program.run(["demo", "--batteries", "1", "--keep", below]),
      ]
      for outcome in outcomes {
        #expect(outcome.status == 65, "\(outcome.notes)")
        #expect(Self.isPlain(outcome.notes), "\(outcome.notes)")
        #expect(outcome.notes.contains(file), "\(outcome.notes)")
      }
    }
  }

  @Test func `of a database is told, and no database is made of an empty file`() throws {
    try World.make { world in
      let empty = try world.file("empty", "")
      let text = try world.file("notes.txt", String(repeating: "no database\n", count: 50))
      let allowed = "allowed: one made by `headroom ledger init` or by a controller"
      try Self.fails(
        ["ledger", "balance", "--ledger", empty], "\(empty): there is no ledger; \(allowed)")
      try Self.fails(
        ["meter", "history", "--readings", empty] + Self.days,
        "\(empty): file is empty; allowed: a readings database")
      #expect(try Data(contentsOf: URL(filePath: empty)).isEmpty)
      try Self.fails(
        ["ledger", "balance", "--ledger", text],
        "cannot open the store \(text): it is not a database")
      try Self.fails(
        ["ledger", "balance", "--ledger", world.folder],
        "cannot open the store \(world.folder): it is a folder")
      let nowhere = world.folder + "/no/such/readings.db"
      let meters = try world.file("m.csv", Self.meters)
      try Self.fails(
        ["meter", "import", "--into", nowhere, meters],
        "\(nowhere): cannot open the store \(nowhere): its folder is not there, or takes no file")
    }
  }

  @Test func `of the other database names what it holds`() throws {
    try World.make { world in
      let (ledger, readings) = (world.folder + "/headroom.db", world.folder + "/readings.db")
      let meters = try world.file("m.csv", Self.meters)
      let made = try Program.run([
        "ledger", "init", "--ledger", ledger, "--origin", "a/b", "--key", world.folder + "/k",
      ])
      #expect(made.status == 0, "\(made.notes)")
      #expect(try Program.run(["meter", "import", "--into", readings, meters]).status == 0)
      try Self.fails(
        ["ledger", "balance", "--ledger", readings],
        "cannot open the store \(readings): it holds readings and telemetry;"
          + " allowed: logbook and ledger")
      let other = try Program.run(["meter", "history", "--readings", ledger] + Self.days)
      #expect(other.status == 65)
      #expect(
        other.notes.hasSuffix("it holds logbook and ledger; allowed: readings and telemetry\n"),
        "\(other.notes)")
      let mirror = world.folder + "/no-mirror"
      try Self.fails(
        ["ledger", "verify", "--ledger", ledger, "--against", mirror],
        "\(mirror)/checkpoint: file is not readable (no such file)")
    }
  }

  @Test func `of reports is told; a folder without reports is none`() throws {
    try World.make { world in
      let nowhere = world.folder + "/nowhere"
      for verb in ["events", "review"] {
        try Self.fails(
          ["report", verb, "--data", nowhere],
          "\(nowhere): no such folder; allowed: a controller's data folder")
      }
      let review = try Program.run(["report", "review", "--data", world.folder])
      #expect(review.status == 0)
      #expect(review.notes == "no home's flags came again\n")
    }
  }

  @Test func `of a note is told in words`() throws {
    try World.make { world in
      let key = world.folder + "/x.key"
      _ = try Program.run(["keys", "generate", "--name", "x", "--out", key])
      let note = try world.file("t.note", "a\n\n")
      try Self.fails(
        ["obligation", "sign", note, "--key", key],
        "\(note): the note has no signature")
    }
  }
}

/// Files as editors and spreadsheets of other systems leave them.
@Suite struct `A file of another system` {
  private static let mark = "\u{FEFF}"

  @Test func `is read with a byte-order mark and carriage returns, where people write it`() throws {
    try World.make { world in
      let shipped = try String(contentsOfFile: try world.policy(), encoding: .utf8)
      let text = shipped.drop { $0 != "\n" }.drop { $0.isNewline }
      let policy = try world.file(
        "p.yaml", Self.mark + text.replacingOccurrences(of: "\n", with: "\r\n"))
      let checked = try Program.run(["policy", "check", policy])
      #expect(checked.status == 0, "\(checked.output)\(checked.notes)")
      let config = try world.file("c.yaml", Self.mark + "brokre: {}\n")
      let listed = try Program.run(["event", "list", "--config", config])
      #expect(listed.status == 65)
      #expect(listed.notes.contains("c.yaml:1: brokre is unknown"), "\(listed.notes)")
    }
  }

  @Test func `is refused in words, where its bytes count or cannot be read`() throws {
    try World.make { world in
      let signal = try world.signal(60)
      let marked = try world.file(
        "s.json", Self.mark + String(contentsOfFile: signal, encoding: .utf8))
      let sent = try Program.run(["signal", "send", marked])
      #expect(sent.status == 65)
      #expect(
        sent.notes == "\(marked): it begins with a byte-order mark; allowed: UTF-8 without one\n")
      let wide = world.folder + "/wide.csv"
      try Data([0xFF, 0xFE, 0x6D, 0x00]).write(to: URL(filePath: wide))
      let read = try Program.run(["meter", "import", "--into", world.folder + "/r.db", wide])
      #expect(read.status == 65)
      #expect(read.notes == "\(wide):1: encoding is UTF-16 or UTF-32; allowed: UTF-8\n")
    }
  }
}

/// How a command reaches the broker: told before anything is tried.
@Suite struct `A broker's address` {
  @Test func `and what belongs to it are checked before anything is sent`() throws {
    try World.make { world in
      let signal = try world.signal(60)
      let text = try world.file("no.pem", "no certificate")
      let secure = ["--broker", "mqtts://127.0.0.1:1"]
      let cases: [(options: [String], notes: String)] = [
        (
          ["--password-file", text],
          "--password-file is a password without a user; allowed: with --broker mqtt://USER@HOST"
        ),
        (
          ["--ca", text],
          "--broker is mqtt://127.0.0.1:1883 and would not be encrypted; allowed: mqtts:// with"
            + " --ca, --certificate and --certificate-key"
        ),
        (secure, "mqtts needs --ca FILE"),
        (secure + ["--ca", text], "--ca is \"\(text)\"; allowed: a readable PEM file"),
        (
          secure + ["--ca", world.folder, "--certificate", "/nowhere.pem"],
          "--certificate-key is not given; allowed: --certificate and --certificate-key, or"
            + " neither\n--ca is \"\(world.folder)\"; allowed: a readable PEM file\n"
            + "--certificate is \"/nowhere.pem\"; allowed: a readable PEM file"
        ),
      ]
      for (options, notes) in cases {
        let outcome = try Program.run(["signal", "send", signal, "--patience", "1"] + options)
        #expect(outcome.status == 65)
        #expect(outcome.notes == notes + "\n")
      }
    }
  }
}
