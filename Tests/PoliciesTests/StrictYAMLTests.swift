import Grid
import Policies
import Testing

@Suite struct `A strict YAML file` {
  struct Broker: Equatable {
    var host: String
    var port: Int64
  }

  private func read<Value>(
    _ text: String, _ form: YAMLForm<Value>, limits: YAMLLimits = YAMLLimits()
  ) throws -> Value {
    let reader = try YAMLReader(bytes: Array(text.utf8), file: "f.yaml", limits: limits)
    return try reader.read { $0.required("v", form) }
  }

  private func faults<Value>(
    _ text: String, _ form: YAMLForm<Value>, limits: YAMLLimits = YAMLLimits()
  ) -> [String] {
    do {
      _ = try read(text, form, limits: limits)
      return []
    } catch let faults as YAMLFaults {
      return faults.list.map(\.description)
    } catch {
      return ["another error"]
    }
  }

  @Test func `reads each value from its own text`() throws {
    #expect(try read("v: NO", .text(5)) == "NO")
    #expect(try read("v: 2.00", .text(5)) == "2.00")
    #expect(try read("v: 2.00", .decimal(places: 6, 0...10_000_000)) == 2_000_000)
    #expect(try read("v: 0.000001", .decimal(places: 6, 0...10)) == 1)
    #expect(try read("v: 16:00", .clock()) == 960)
    #expect(try read("v: \"24:00\"", .clock(endOfDay: true)) == 1_440)
    #expect(try read("v: 12.5", .percent()) == Percent(hundredths: 1_250))
    #expect(try read("v: 2026-05-25", .date) == CivilDate(year: 2_026, month: 5, day: 25))
    #expect(try read("v: 12-31", .monthDay).month == 12)
    #expect(try read("v: false", .bool) == false)
    #expect(try read("v: -7", .int(-10...10)) == -7)
    #expect(try read("v: a-1", .id) == "a-1")
    #expect(try read("v: none", YAMLForm.int(1...9).orNothing()) == .some(nil))
    #expect(try read("v: high", YAMLForm<Bool>.words(["high": true, "low": false])))
  }

  @Test func `reads lists, mappings and sections`() throws {
    #expect(try read("v: [1, 2]", .list(of: .int(1...2), 1...2)) == [1, 2])
    #expect(try read("v: [b, a]", .set(of: .id, 1...2)) == ["a", "b"])
    #expect(
      try read("v: {0: 5, 1: 6}", .mapping(of: .int(0...9), by: .int(0...3), 1...4))
        == [0: 5, 1: 6])
    let broker = try read(
      "v:\n  host: h\n  port: 1883\n",
      YAMLForm<Broker>.section { section in
        guard let host = section.required("host", .text(50)) else { return nil }
        return Broker(host: host, port: section.optional("port", .int(1...65_535), default: 1))
      })
    #expect(broker == Broker(host: "h", port: 1_883))
  }

  @Test(arguments: [
    ("v: 0x10", "f.yaml:1: v is 0x10; allowed: a whole number 1…20"),
    ("v: 1_0", "f.yaml:1: v is 1_0; allowed: a whole number 1…20"),
    ("v: 010", "f.yaml:1: v is 010; allowed: a whole number 1…20"),
    ("v: +1", "f.yaml:1: v is +1; allowed: a whole number 1…20"),
    ("v: 1.0", "f.yaml:1: v is 1.0; allowed: a whole number 1…20"),
    ("v: 21", "f.yaml:1: v is 21; allowed: a whole number 1…20"),
    ("v:", "f.yaml:1: v is empty; allowed: a whole number 1…20"),
    ("v: [1]", "f.yaml:1: v is a list; allowed: a whole number 1…20"),
    ("v: {a: 1}", "f.yaml:1: v is a mapping; allowed: a whole number 1…20"),
    ("\nw: 1\nv: 1", "f.yaml:2: w is unknown; allowed: v"),
    ("v: 1\nw: 1\nx: 2", "f.yaml:2: w is unknown; allowed: v|f.yaml:3: x is unknown; allowed: v"),
    (
      "w: 1",
      "f.yaml:1: v is missing; allowed: a whole number 1…20|"
        + "f.yaml:1: w is unknown; allowed: v"
    ),
  ]) func `names file, line, path, what was found and what is allowed`(
    _ text: String, _ all: String
  ) {
    #expect(faults(text, .int(1...20)).joined(separator: "|") == all)
  }

  @Test(arguments: [
    ("v: &a 1", "f.yaml:1: v is anchored or an alias; allowed: no anchors, no aliases"),
    ("w: &a 1\nv: *a", "f.yaml:1: w is anchored or an alias"),
    ("v: !!int 1", "f.yaml:1: v is tagged; allowed: no tags"),
    ("v: !x 1", "f.yaml:1: v is tagged"),
    ("v: !!map {a: 1}", "f.yaml:1: v is tagged"),
    ("v: !!seq [1]", "f.yaml:1: v is tagged"),
    ("v: 1\nx:\n  <<: {a: 1}", "f.yaml:3: x is merged with <<; allowed: no merge keys"),
    ("? [a]\n: 1", "f.yaml:1: the file is keyed by something else than text"),
    ("v: 1\nw: 2\nv: 3", "f.yaml:3: v is there twice (first on line 1); allowed: each key once"),
    ("v: 1\n\"v\": 3", "f.yaml:2: v is there twice"),
    ("v: {a: 1, a: 2}", "f.yaml:1: a is there twice"),
    ("x:\n  a: 1\n  b: 2\n  a: 3", "f.yaml:4: a is there twice (first on line 2)"),
    ("v: 1\n---\nv: 2", "f.yaml:2: the file is not YAML: but found another document"),
    ("v: [1", "f.yaml:2: the file is not YAML"),
    ("v: 1\n\tw: 2", "f.yaml:2: the file is not YAML"),
    ("", "f.yaml:1: the file is empty; allowed: one YAML document"),
    ("- 1", "f.yaml:1: the file is not a mapping; allowed: a mapping of fields"),
    ("v: \u{1}", "f.yaml:1: the file is not YAML: control characters are not allowed"),
  ]) func `is refused for what no file of the house uses`(_ text: String, _ start: String) {
    let found = faults(text, .int(1...20))
    #expect(found.first?.hasPrefix(start) == true, "\(found)")
  }

  @Test func `is refused when it is too large, not UTF-8 or nested without end`() {
    func code(_ bytes: [UInt8]) -> String {
      do {
        _ = try YAMLReader(bytes: bytes, file: "f")
        return "accepted"
      } catch {
        return error.isNotYAML ? error.list[0].found : "YAML"
      }
    }
    #expect(code(Array(repeating: 35, count: 65_537)) == "65537 bytes long")
    #expect(code([0x76, 0x3a, 0x20, 0xff]) == "not UTF-8")
    #expect(code(Array(repeating: 91, count: 60_000)).hasPrefix("not YAML"))
    #expect(code(Array(String(repeating: "- ", count: 30_000).utf8)).hasPrefix("not YAML"))
    let deep = String(repeating: "[", count: 900) + String(repeating: "]", count: 900)
    #expect(code(Array("v: \(deep)".utf8)) == "accepted")
    #expect(code(Array("v: \"a & b * c !\" # &a *b".utf8)) == "accepted")
  }

  @Test func `lets a schema say what is not there yet and what has no effect`() {
    let limits = YAMLLimits(
      notYet: ["w", "x.y"], withoutEffect: ["o.by": ["none"], "p": ["0", "[]"]])
    #expect(faults("v: 1\no: {by: none}\np: []", .int(1...20), limits: limits) == [])
    #expect(
      faults("v: 1\nw: 1\no: {by: all, z: 1}\np: 5", .int(1...20), limits: limits) == [
        "f.yaml:2: w is described, but not in this version yet; allowed: leave it out",
        "f.yaml:3: o.by is all; allowed: none, or leave it out: this version has nothing else yet",
        "f.yaml:3: o.z is unknown; allowed: by",
        "f.yaml:4: p is 5; allowed: 0 or [], or leave it out: this version has nothing else yet",
      ])
  }

  @Test func `needs a source for numbers where it is annotated`() {
    let limits = YAMLLimits(isAnnotated: true)
    let form = YAMLForm<Int64>.section { $0.required("n", .int(1...20)) }
    #expect(faults("v: {n: 1, source: project}", form, limits: limits) == [])
    #expect(faults("source: project\nv: {n: 1}", form, limits: limits) == [])
    #expect(
      faults("v:\n  n: 1", form, limits: limits) == [
        "f.yaml:2: v.n is a number without source; allowed: a `source` in its mapping, in one "
          + "above it, or at the top of the file"
      ])
    #expect(
      faults("source: s\nv: {n: 1, toBeConfirmed: {m: why}}", form, limits: limits) == [
        "f.yaml:2: v.toBeConfirmed is naming m; allowed: fields of this mapping"
      ])
    #expect(
      faults("source: s\nv: {n: 1, toBeConfirmed: [n]}", form, limits: limits) == [
        "f.yaml:2: v.toBeConfirmed is a list; allowed: a mapping from fields to reasons"
      ])
    #expect(
      faults("source: s\nv: {n: 1, toBeConfirmed: {n: }}", form, limits: limits) == [
        "f.yaml:2: v.toBeConfirmed.n is empty; allowed: the reason as text"
      ])
  }
}
