import Grid

/// A kind of message that travels alone or, without `schema`, in an envelope.
protocol ItemCodec {
  /// What an item becomes.
  associatedtype Item: Sendable
  /// Schema of a single message, `headroom.cmd/1`.
  static var single: String { get }
  /// Schema of an envelope, `headroom.cmds/1`.
  static var many: String { get }
  /// The member that holds an envelope's items.
  static var list: MemberName { get }
  /// The members that may name an item, the first that is there counts.
  static var ids: [MemberName] { get }
  /// The item whose object stands at `place`.
  static func item(_ document: JSONDocument, _ place: Int) throws(Rejection) -> Item
  /// Writes the members of an item.
  static func write(_ item: Item, to writer: inout JSONWriter)
}

extension ItemCodec {
  static func encodeSingle(_ item: Item) -> [UInt8] {
    JSONWriter.message(single) { write(item, to: &$0) }
  }

  /// As few envelopes as the limits of items and bytes allow, items in order.
  static func encodeMany(_ items: [Item]) -> [[UInt8]] {
    var envelopes: [[UInt8]] = []
    var writer = JSONWriter()
    var count = 0
    func open() {
      writer = JSONWriter()
      writer.begin(UInt8(ascii: "{"))
      writer.plain("schema", many)
      writer.name(list.text)
      writer.begin(UInt8(ascii: "["))
      count = 0
    }
    func close() {
      writer.end(UInt8(ascii: "]"))
      writer.end(UInt8(ascii: "}"))
      envelopes.append(writer.bytes)
    }
    for item in items {
      var single = JSONWriter()
      single.begin(UInt8(ascii: "{"))
      write(item, to: &single)
      single.end(UInt8(ascii: "}"))
      if count == 0 {
        open()
      } else if count == WireLimits.items
        || writer.bytes.count + single.bytes.count + 3 > WireLimits.messageBytes
      {
        close()
        open()
      }
      writer.comma()
      writer.raw(single.bytes)
      count += 1
    }
    if count > 0 { close() }
    return envelopes
  }

  /// A single message or an envelope.
  ///
  /// The envelope is judged first, then each item on its own. A single message is an envelope of
  /// one, so a fault of its members is a refused item with the name that could be read.
  static func decodeEnvelope(_ bytes: [UInt8]) throws(Rejection) -> Envelope<Item> {
    let document = try JSONDocument(bytes)
    let schema = try document.schema()
    if document.equals(schema, single) { return judge(document, [0]) }
    guard document.equals(schema, many) else {
      throw Rejection(
        .unknownSchema, field: "schema", found: document.excerpt(schema),
        allowed: "\(single) or \(many)")
    }
    guard let items = try document.member(list, of: 0) else {
      throw Rejection(
        .missingField, field: list.text, found: "nothing", allowed: "a value; it is required")
    }
    return judge(document, try document.items(items, list.text))
  }

  /// Every item at `places`, or why it is refused.
  static func judge(_ document: JSONDocument, _ places: [Int]) -> Envelope<Item> {
    var items: [Item] = []
    var refused: [RefusedItem] = []
    items.reserveCapacity(places.count)
    for (index, place) in places.enumerated() {
      do throws(Rejection) {
        guard document.nodes[place].kind == .object else {
          throw Rejection(
            .badField, field: list.text, found: document.excerpt(document.nodes[place]),
            allowed: "objects")
        }
        items.append(try item(document, place))
      } catch {
        refused.append(
          RefusedItem(index: index, id: id(document, place), rejection: error))
      }
    }
    return Envelope(items: items, refused: refused)
  }

  private static func id(_ document: JSONDocument, _ place: Int) -> String? {
    guard document.nodes[place].kind == .object else { return nil }
    for name in ids {
      guard let found = try? document.member(name, of: place) else { continue }
      let node = document.nodes[found]
      guard node.kind == .string, let id = LongIdentifier(document.text(node)) else { continue }
      return id.text
    }
    return nil
  }
}

extension JSONDocument {
  private static let schemaName = MemberName("schema")

  /// The schema's value; every message has one.
  func schema() throws(Rejection) -> JSONNode {
    guard let place = try member(Self.schemaName, of: 0) else {
      throw Rejection(
        .missingField, field: "schema", found: "nothing", allowed: "a value; it is required")
    }
    let node = nodes[place]
    guard node.kind == .string else {
      throw Rejection(.badField, field: "schema", found: excerpt(node), allowed: "a text")
    }
    return node
  }

  /// Refuses every message that is not of `schema`.
  func expect(_ schema: String) throws(Rejection) {
    let node = try self.schema()
    guard equals(node, schema) else {
      throw Rejection(
        .unknownSchema, field: "schema", found: excerpt(node), allowed: schema)
    }
  }

  /// True when a string's text is `text`.
  func equals(_ node: JSONNode, _ text: String) -> Bool {
    if node.isEscaped { return self.text(node) == text }
    let found = bytes.span.extracting(Int(node.start)..<Int(node.end))
    let expected = text.utf8Span.span
    guard found.count == expected.count else { return false }
    for place in found.indices where found[place] != expected[place] { return false }
    return true
  }

  /// The places of an array's items, at most 100.
  func items(_ array: Int, _ name: String) throws(Rejection) -> [Int] {
    guard nodes[array].kind == .array else {
      throw Rejection(
        .badField, field: name, found: excerpt(nodes[array]), allowed: "an array")
    }
    let places = children(of: array)
    guard places.count <= WireLimits.items else {
      throw Rejection(
        .oversized, field: name, found: "\(places.count) items",
        allowed: "\(WireLimits.items) items")
    }
    return places
  }
}
