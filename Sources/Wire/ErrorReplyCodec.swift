public import Grid

/// An answer to what cannot be answered otherwise.
///
/// Source: the MQTT contract, §11.
public struct ErrorReply: Hashable, Sendable {
  /// The topic's kind: `signal`, `meter`, `cmd`...
  public let about: String
  /// Why, with field, found and allowed as far as they are known.
  public let rejection: Rejection
  /// When it was so.
  public let at: Timestamp
  /// How many since the last reply of this code to this sender, this one included.
  public let count: Int64
  /// What it was about, where a name could be read.
  public let id: String?

  /// A reply.
  public init(about: String, rejection: Rejection, at: Timestamp, count: Int64, id: String?) {
    self.about = about
    self.rejection = rejection
    self.at = at
    self.count = count
    self.id = id
  }
}

/// Error replies: `headroom.err/1`.
///
/// Source: the MQTT contract, §11.
public enum ErrorReplyCodec {
  private static let schema = "headroom.err/1"

  private enum Name: Int, Member {
    case about, code, at, count, id, field, found, allowed
    static let names = MemberNames(Name.self)
  }

  /// A message.
  public static func encode(_ item: ErrorReply) -> [UInt8] {
    JSONWriter.message(schema) { writer in
      writer.text("about", item.about)
      writer.plain("code", item.rejection.code.rawValue)
      writer.time("at", item.at)
      writer.integer("count", item.count)
      writer.text("id", item.id)
      item.rejection.write(to: &writer)
    }
  }

  /// The reply in `bytes`.
  /// - Throws: what is wrong with it.
  public static func decode(_ bytes: [UInt8]) throws(Rejection) -> ErrorReply {
    let document = try JSONDocument(bytes)
    try document.expect(schema)
    let fields = try Fields<Name>(document, 0)
    let about = try fields.required(.about, fields.text(.about))
    let code = try fields.required(.code, fields.word(.code, as: Rejection.Code.self))
    return ErrorReply(
      about: about,
      rejection: Rejection(
        code, field: try fields.text(.field) ?? "", found: try fields.text(.found) ?? "",
        allowed: try fields.text(.allowed) ?? ""),
      at: try fields.required(.at, fields.time(.at)),
      count: try fields.required(.count, fields.integer(.count, 1...WireLimits.integer)),
      id: try fields.text(.id))
  }
}
