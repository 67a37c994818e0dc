/// What is needed to decide about one line of money of one home, and nothing of any other home.
///
/// Values are text as it was recorded; an empty one is *unknown*, never zero.
public struct DisputePacket: Hashable, Sendable {
  /// A value with its name.
  public struct Fact: Hashable, Sendable {
    /// Its key in JSON.
    public var key: String
    /// Its name for people.
    public var name: String
    /// The value.
    public var value: String

    /// A value with its name.
    public init(_ key: String, _ name: String, _ value: String) {
      self.key = key
      self.name = name
      self.value = value
    }
  }

  /// A column of a table.
  public struct Column: Hashable, Sendable {
    /// Its key in JSON and CSV.
    public var key: String
    /// Its head for people.
    public var name: String
    /// Is it set to the right.
    public var isNumber: Bool

    /// A column.
    public init(_ key: String, _ name: String, isNumber: Bool = false) {
      self.key = key
      self.name = name
      self.isNumber = isNumber
    }
  }

  /// What a part holds.
  public enum Content: Hashable, Sendable {
    /// Values with their names.
    case facts([Fact])
    /// Rows of cells, one for each column.
    case table([Column], [[String]])
    /// Lines that are shown as they are.
    case lines([String])
  }

  /// One part of the packet.
  public struct Part: Hashable, Sendable {
    /// Its key in JSON and CSV.
    public var key: String
    /// Its heading.
    public var title: String
    /// What is to be known about it, in a sentence; may be empty.
    public var sentence: String
    /// What it holds.
    public var content: Content

    /// A part.
    public init(_ key: String, _ title: String, _ sentence: String = "", _ content: Content) {
      if case .table(let columns, let rows) = content {
        precondition(
          rows.allSatisfy { $0.count == columns.count }, "a row has a cell for each column")
      }
      self.key = key
      self.title = title
      self.sentence = sentence
      self.content = content
    }
  }

  /// What it is about.
  public var title: String
  /// In a few words above the title.
  public var kicker: String
  /// The dispute in a sentence.
  public var summary: String
  /// The parts in the order in which they are read.
  public var parts: [Part]

  /// A packet.
  public init(title: String, kicker: String, summary: String, parts: [Part]) {
    self.title = title
    self.kicker = kicker
    self.summary = summary
    self.parts = parts
  }
}
