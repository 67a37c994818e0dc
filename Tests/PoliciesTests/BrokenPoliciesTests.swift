import Policies
import Testing

@Suite struct `A shipped policy with a fault` {
  private let names = [
    "surge-ten-percent", "surge-levels", "surge-hourly", "surge-nameplate", "peak-power",
    "ca-elrp-a4", "capacity-tiers", "coned-dlrp", "gb-dfs", "ma-connected-solutions",
    "ru-demand-response", "shapeshifter-example",
  ]

  /// Every broken file, each way of breaking a field once.
  private func all() throws -> [BrokenPolicy] {
    var required: Set<String> = []
    func add(_ nodes: [PolicySchema.Node], _ prefix: String) {
      for node in nodes {
        if node.isRequired { required.insert(prefix + node.name) }
        var list = ""
        if case .list = node.shape { list = "[]" }
        add(node.fields, prefix + node.name + list + ".")
      }
    }
    add(PolicySchema().root, "")
    var seen: Set<String> = []
    var broken: [BrokenPolicy] = []
    for name in names {
      let policies = try BrokenPolicies(Fixture.shipped(name))
      for place in policies.places {
        for way in Breakage.allCases where !seen.contains("\(way) \(place.shape)") {
          guard var one = policies.broken(place, way, required: required) else { continue }
          seen.insert("\(way) \(place.shape)")
          one.name = "\(name): \(one.name)"
          broken.append(one)
        }
      }
    }
    return broken
  }

  @Test func `is refused for every one of many faults at once`() throws {
    for name in names {
      let policies = try BrokenPolicies(Fixture.shipped(name))
      // Every value that holds no other field, each out of its range, in one file.
      let (text, expected) = policies.allOutOfRange()
      #expect(expected.count >= 20, "\(name)")
      let said = Set(Fixture.programmeFaults(text).map { "\($0.line) \($0.path)" })
      #expect(expected.subtracting(said).isEmpty, "\(name): \(expected.subtracting(said).sorted())")
    }
  }

  @Test func `is refused for that fault alone, by path, line and code`() throws {
    let broken = try all()
    #expect(broken.count >= 500)
    #expect(Set(broken.map(\.text)).count == broken.count)
    for way in Breakage.allCases {
      let count = broken.count { $0.name.contains(": \(way.rawValue) ") }
      #expect(count >= 10, "\(way): \(count)")
    }
    for one in broken {
      let faults = Fixture.programmeFaults(one.text)
      let said = faults.map { "\($0.line) \($0.path) \($0.code)" }
      #expect(said == ["\(one.line) \(one.path) \(one.code)"], "\(one): \(faults)")
    }
  }
}
