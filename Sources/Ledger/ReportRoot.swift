public import Grid
public import Signing

/// What a verifier signs when he has settled an event himself: which report, and its hash.
///
/// The report's bytes follow from its inputs alone, so whoever settles by the same rules comes to
/// the same root.
public struct ReportRoot: Hashable, Sendable {
  /// The event.
  public let event: EventID
  /// The settlement run, such as `initial`.
  public let run: String
  /// SHA-256 of the run's `report.json`.
  public let root: Digest

  /// The root of one run's report; a run is named as an event is.
  public init?(event: EventID, run: String, root: Digest) {
    guard EventID(run) != nil else { return nil }
    self.event = event
    self.run = run
    self.root = root
  }

  /// The first line of the text.
  public static let schema = "headroom.report-root/1"

  /// Four lines: schema, event, run and root.
  public var text: String { "\(Self.schema)\nevent \(event)\nrun \(run)\nroot \(root)\n" }

  /// The root that the text of a note states; no other text says the same.
  public init?(text: String) {
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    guard lines.count == 5 else { return nil }
    let values = zip(lines[1...3], ["event ", "run ", "root "]).map { line, name in
      String(line.dropFirst(name.count))
    }
    guard let event = EventID(values[0]), let digest = Digest(hex: values[2]) else { return nil }
    self.init(event: event, run: values[1], root: digest)
    guard self.text == text else { return nil }
  }
}

/// The roots that verifiers signed for one report, and which of them is final.
///
/// A quorum is a count, never a percentage: two of three.
public struct ReportTally: Sendable {
  /// A root and who stands for it.
  public struct Line: Hashable, Sendable {
    /// The root.
    public let root: Digest
    /// Names of the verifiers that signed it and no other, in the order of the verifiers.
    public let signers: [String]
  }

  /// How many verifiers must have signed one root.
  public let needed: Int
  /// Every root that somebody signed: most signers first, of equal ones by the root.
  public let lines: [Line]
  /// Verifiers that signed more than one root; they count for none.
  public let contradicting: [String]
  /// Verifiers that signed nothing.
  public let silent: [String]

  /// The root that enough verifiers signed; nil when none has, or none yet.
  public var final: Digest? {
    lines.first { $0.signers.count >= needed }?.root
  }

  /// Counts signatures that were checked.
  ///
  /// - Parameters:
  ///   - signed: Each root that was read with the verifiers whose signatures below it hold.
  ///   - needed: More than half of the verifiers, so that two roots can never both be final.
  public init(
    _ signed: [(root: Digest, signers: [VerifierKey])], verifiers: [VerifierKey], needed: Int
  ) {
    precondition(
      needed * 2 > verifiers.count && needed <= verifiers.count,
      "a quorum is more than half of the verifiers and no more than there are")
    self.needed = needed
    var roots: [VerifierKey: Set<Digest>] = [:]
    for one in signed {
      for key in one.signers { roots[key, default: []].insert(one.root) }
    }
    lines = Set(signed.map(\.root)).map { root in
      Line(root: root, signers: verifiers.filter { roots[$0] == [root] }.map(\.name))
    }.sorted {
      ($1.signers.count, $0.root.description) < ($0.signers.count, $1.root.description)
    }
    contradicting = verifiers.filter { roots[$0, default: []].count > 1 }.map(\.name)
    silent = verifiers.filter { roots[$0] == nil }.map(\.name)
  }
}
