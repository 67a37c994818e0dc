public import Grid
public import Signing

/// The size and root of a log at one moment (C2SP tlog-checkpoint 1.0).
public struct Checkpoint: Hashable, Sendable {
  /// The name of the log.
  public let origin: String
  /// How many entries it has.
  public let size: UInt64
  /// The root over them.
  public let root: Digest

  /// A checkpoint of the log `origin`, which is one line.
  public init(origin: String, size: UInt64, root: Digest) {
    precondition(VerifierKey.allows(origin), "the origin of a log is the name of its key")
    self.origin = origin
    self.size = size
    self.root = root
  }

  /// The checkpoint that the text of a note states; further lines are read over.
  public init(text: String) throws(CheckpointFault) {
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    guard lines.count >= 4, lines.last == "" else { throw .lines(lines.count - 1) }
    guard VerifierKey.allows(lines[0]) else { throw .badOrigin(String(lines[0])) }
    guard lines[1].utf8.allSatisfy({ (48...57).contains($0) }), let size = UInt64(lines[1]),
      "\(size)" == lines[1]
    else { throw .badSize(String(lines[1])) }
    guard let root = Base64.bytes(lines[2]).flatMap(Digest.init(bytes:)) else {
      throw .badRoot(String(lines[2]))
    }
    guard size > 0 || root == MerkleHash.emptyRoot else { throw .emptyTreeWithRoot }
    self.init(origin: String(lines[0]), size: size, root: root)
  }

  /// Three lines: origin, size in decimal, root in base64.
  public var text: String { "\(origin)\n\(size)\n\(Base64.text(root.bytes))\n" }

  /// The note that the log's own key signs. The same checkpoint always gives the same bytes.
  ///
  /// *Whoever signs makes sure first* that this extends the last checkpoint signed.
  public func signed(with key: SigningKey) -> Note {
    precondition(key.verifier.name == origin, "a log signs under its own name")
    var note = Note(text: text)
    note.sign(with: key)
    return note
  }

  /// The checkpoint of a note, believed because the key of `log` signed it.
  public static func verified(
    _ note: Note, log: VerifierKey
  ) throws(CheckpointFault) -> Checkpoint {
    do throws(NoteFault) { _ = try note.verified(by: [log]) } catch { throw .note(error) }
    let checkpoint = try Checkpoint(text: note.text)
    guard checkpoint.origin == log.name else { throw .badOrigin(checkpoint.origin) }
    return checkpoint
  }
}

/// Why the text of a note is no checkpoint, or none to believe.
public enum CheckpointFault: Error, Hashable, Sendable, CustomStringConvertible {
  /// Not three lines or more.
  case lines(Int)
  /// The origin is no name, or not that of the log.
  case badOrigin(String)
  /// The size is not a decimal without leading zeros.
  case badSize(String)
  /// The root is not 32 bytes in canonical base64.
  case badRoot(String)
  /// An empty tree with another root than the hash of nothing.
  case emptyTreeWithRoot
  /// The note is not signed as it must be.
  case note(NoteFault)

  /// What was found and what is allowed.
  public var description: String {
    switch self {
    case .lines(let count): "the text has \(count) lines; allowed: origin, size and root"
    case .badOrigin(let found): "the origin is \(found); allowed: the name of the log's key"
    case .badSize(let found): "the size is \(found); allowed: a decimal without leading zeros"
    case .badRoot(let found): "the root is \(found); allowed: 32 bytes in base64"
    case .emptyTreeWithRoot: "size 0 has a root; allowed: that of no entries"
    case .note(let fault): fault.description
    }
  }
}
