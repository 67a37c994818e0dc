public import Grid

/// What a file brought, ready to be kept with where it came from.
public struct ReadingImport: Sendable {
  /// Readings of consecutive places that came in one version of their source.
  public struct Run: Hashable, Sendable {
    /// Places in `readings`.
    public var range: Range<Int>
    /// A greater one is newer.
    public var version: Int64

    /// A run.
    public init(range: Range<Int>, version: Int64) {
      self.range = range
      self.version = version
    }
  }

  /// Sorted by meter and start; no two overlap.
  public var readings: [Reading]
  /// Their versions; empty for a source without versions.
  public var runs: [Run] = []
  /// Whose versions they are.
  public var source: String?
  /// A document that its sender numbers.
  public var document: (name: String, number: Int64)?
  /// The kind of file.
  public var format: String
  /// SHA-256 of the file as it was received.
  public var hash: Digest
  /// SHA-256 of what was in it, unpacked.
  public var content: Digest
  /// Options that changed what the file means.
  public var options: String
  /// Who replaces values, and why; nil replaces nothing that has no newer version.
  public var edit: (author: String, reason: String)?
  /// When it is imported.
  public var at: Timestamp

  /// An import without versions.
  public init(
    readings: [Reading], format: String, hash: Digest, content: Digest, options: String,
    at: Timestamp
  ) {
    self.readings = readings
    self.format = format
    self.hash = hash
    self.content = content
    self.options = options
    self.at = at
  }
}

/// A value that is not the present one of its interval any more, or never was.
public struct FormerReading: Hashable, Sendable {
  /// The meter and the interval.
  public let meter: MeterID
  /// The interval.
  public let window: Window
  /// From the grid, if it was known.
  public let imported: Energy?
  /// Into the grid, if it was known.
  public let exported: Energy?
  /// How good it was.
  public let quality: Quality
  /// What happened: `superseded`, `edited` or `older`.
  public let kind: String
  /// When.
  public let at: Timestamp
  /// Who replaced it, if a person did.
  public let author: String?
  /// Why.
  public let reason: String?
}
