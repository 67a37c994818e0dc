import ArgumentParser
import Policies

/// The form of policy files, for editors.
struct PolicySchemaCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "schema", abstract: "Print the JSON Schema of policy files, for editors.",
    discussion: """
      JSON Schema of draft 2020-12, made from the fields that this version reads. An editor with \
      it completes names and marks wrong values while you write. Rules between fields are not in \
      it: `headroom policy check` has the last word.

      EXAMPLE
        headroom policy schema > policy.schema.json
        # first line of a policy, for editors with a YAML language server:
        # yaml-language-server: $schema=./policy.schema.json
      """)

  mutating func run() throws {
    OrderedJSON.write(to: { Console.result($0) }) { json in
      json.text("$schema", "https://json-schema.org/draft/2020-12/schema")
      json.text("title", "Headroom policy, form 1")
      Self.object(PolicySchema().root, to: &json)
    }
  }

  private static func object(_ nodes: [PolicySchema.Node], to json: inout OrderedJSON) {
    json.text("type", "object")
    json.flag("additionalProperties", false)
    json.object("properties") { json in
      for node in nodes {
        json.object(node.name) { json in
          json.text("description", node.allowed)
          write(node.shape, node.fields, to: &json)
          if let text = node.standard { write(default: text, of: node.shape, to: &json) }
        }
      }
      annotations(beside: nodes, to: &json)
    }
    let required = nodes.filter(\.isRequired).map(\.name)
    guard !required.isEmpty else { return }
    // What a draft has yet to confirm may be left out of it.
    json.object("if") { $0.object("not") { $0.texts("required", ["toBeConfirmed"]) } }
    json.object("then") { $0.texts("required", required) }
  }

  /// What every mapping may carry.
  private static func annotations(
    beside nodes: [PolicySchema.Node], to json: inout OrderedJSON
  ) {
    if !nodes.contains(where: { $0.name == "source" }) {
      json.object("source") { json in
        json.text("description", "where the numbers of this mapping come from")
        write(.textOf(500), [], to: &json)
      }
    }
    json.object("toBeConfirmed") { json in
      json.text("description", "fields of this mapping that are not certain, with the reason")
      json.text("type", "object")
      json.object("additionalProperties") { $0.text("type", "string") }
    }
  }

  private static func write(
    _ shape: YAMLShape, _ fields: [PolicySchema.Node], to json: inout OrderedJSON
  ) {
    switch shape {
    case .text: json.texts("type", ["string", "number"])
    case .textOf(let most):
      json.text("type", "string")
      json.count("minLength", 1)
      json.count("maxLength", most)
    case .pattern(let pattern):
      json.text("type", "string")
      json.text("pattern", pattern)
    case .number: json.text("type", "number")
    case .integer(let range):
      json.text("type", "integer")
      json.integer("minimum", range.lowerBound)
      json.integer("maximum", range.upperBound)
    case .decimal(let low, let high):
      json.text("type", "number")
      json.decimal("minimum", low)
      json.decimal("maximum", high)
    case .words(let words): write(words, to: &json)
    case .truth: json.text("type", "boolean")
    case .list(let of, let count):
      json.text("type", "array")
      json.count("minItems", count.lowerBound)
      json.count("maxItems", count.upperBound)
      json.object("items") { write(of, fields, to: &$0) }
    case .mapping(let of, let keys, let count):
      json.text("type", "object")
      json.count("minProperties", count.lowerBound)
      json.count("maxProperties", count.upperBound)
      if case .words(let words) = keys {
        // The two that every mapping may carry stand among the names.
        json.object("propertyNames") { $0.texts("enum", words + ["source", "toBeConfirmed"]) }
      }
      json.object("properties") { annotations(beside: [], to: &$0) }
      json.object("additionalProperties") { write(of, fields, to: &$0) }
    case .section: object(fields, to: &json)
    case .either(let shape, let word):
      json.array("anyOf") { json in
        json.object(nil) { write(shape, fields, to: &$0) }
        json.object(nil) { $0.texts("enum", [word]) }
      }
    }
  }

  /// What an editor offers: a number, a truth or a word; lists are left out.
  private static func write(
    default text: String, of shape: YAMLShape, to json: inout OrderedJSON
  ) {
    switch shape {
    case .integer, .decimal, .number: json.decimal("default", text)
    case .truth: json.flag("default", text == "true")
    case .either(let shape, let word):
      if text == word {
        json.text("default", text)
      } else {
        write(default: text, of: shape, to: &json)
      }
    case .text, .textOf, .pattern, .words: json.text("default", text)
    case .list, .mapping, .section: break
    }
  }

  /// Words as YAML reads them: `false`, `0` and `[]` are no text there.
  private static func write(_ words: [String], to json: inout OrderedJSON) {
    if words == ["[]"] {
      json.text("type", "array")
      json.count("maxItems", 0)
    } else if words.allSatisfy({ ["true", "false"].contains($0) }) {
      json.array("enum") { json in for word in words { json.flag(nil, word == "true") } }
    } else if let numbers = try? words.map({ word in try Self.number(word) }) {
      json.array("enum") { json in for number in numbers { json.integer(nil, number) } }
    } else {
      json.texts("enum", words)
    }
  }

  private struct NoNumber: Error {}

  private static func number(_ word: String) throws -> Int64 {
    guard let number = Int64(word) else { throw NoNumber() }
    return number
  }
}
