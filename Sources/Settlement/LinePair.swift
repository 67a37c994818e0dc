/// A line of a home beside what earlier runs posted of it; at least one is there.
public struct LinePair: Sendable {
  /// Its type.
  public let type: LineType
  /// The field of the policy that makes it.
  public let field: String
  /// What it is; nil where only earlier runs had it.
  public let line: SettlementLine?
  /// What was posted; nil where nothing was.
  public let posted: PostedHome.PostedLine?

  /// The name of the line among those of its home.
  public var name: String { SettlementLine.name(type, field) }

  /// The kind of entry that posts it.
  public var kind: EntryKind { EntryKind(of: type, field: field) }

  /// Every line that is or was there, in the order of the types, and of a type in that of the
  /// fields.
  public static func all(_ home: HomeSettlement?, _ posted: PostedHome?) -> [LinePair] {
    var pairs = (home?.lines ?? []).map { line in
      LinePair(
        type: line.type, field: line.field, line: line,
        posted: posted?.lines.first { $0.type == line.type && $0.field == line.field })
    }
    for old in posted?.lines ?? []
    where !pairs.contains(where: { $0.type == old.type && $0.field == old.field }) {
      pairs.append(LinePair(type: old.type, field: old.field, line: nil, posted: old))
    }
    return pairs.sorted { ($0.type, $0.field) < ($1.type, $1.field) }
  }
}
