public import Grid
public import Ledger
public import Signing

/// A full copy of somebody's log that is checked anew, rule by rule, each time it grows.
public struct LedgerMirror: Sendable {
  /// Why nothing was copied.
  public enum Fault: Error, Sendable, CustomStringConvertible {
    /// The source is wrong, or does not extend the copy.
    case notVerified([Verifier.Finding])
    /// The checkpoint of the copy cannot be read.
    case checkpointHere(path: String, reason: String)
    /// The copy itself was changed; the source is sound.
    case damagedHere

    /// One line a finding.
    public var description: String {
      switch self {
      case .notVerified(let findings):
        (findings.map(\.description) + ["nothing was overwritten"]).joined(separator: "\n")
      case .checkpointHere(let path, let reason):
        "\(path): \(reason). Nothing was overwritten: mirror into a new folder"
      case .damagedHere:
        "the copy here was changed, the source is sound; `headroom ledger verify --tiles` names what"
          + " was changed. Nothing was overwritten: mirror into a new folder"
      }
    }
  }

  /// What the copy has now.
  public let trusted: TrustedCheckpoint
  /// The books of it.
  public let book: Book
  /// Entries that it had before.
  public let before: UInt64

  // What is small enough is not asked for again when it is written.
  private static let cacheBytes = 64 << 20

  /// Brings the copy in `folder` up to the source's checkpoint.
  ///
  /// - Parameters:
  ///   - policy: What the source's checkpoint must meet.
  ///   - cosigner: A key that says "I hold every entry up to here", or nil.
  public init(
    from source: TileSource, to folder: TileFolder, policy: TrustPolicy,
    cosigner: SigningKey? = nil, now: Timestamp
  ) throws {
    let own = try folder.checkpoint()
    let before: UInt64
    do { before = try own.map { try Checkpoint(text: Note($0).text).size } ?? 0 } catch {
      throw Fault.checkpointHere(path: folder.path + "/checkpoint", reason: "\(error)")
    }
    var cache: [String: [UInt8]] = [:]
    var cached = 0
    func fetch(_ path: String) throws -> [UInt8]? {
      if let bytes = cache[path] { return bytes }
      guard let bytes = try source.read(path) else { return nil }
      if cached + bytes.count <= Self.cacheBytes {
        cache[path] = bytes
        cached += bytes.count
      }
      return bytes
    }
    let check = try Self.check(policy, own, folder, fetch)
    guard let trusted = check.trusted else {
      preconditionFailure("a sound check has a checkpoint that is believed")
    }
    let size = trusted.checkpoint.size
    try folder.write { write in
      for name in TileName.all(size: size, after: before) {
        if name.level != nil {
          try write(name.description, check.tree.tile(name))
        } else {
          try write(name.description, try Self.bundle(name, check.tree, source, fetch))
        }
      }
    }
    var note = trusted.note
    if let own = own.flatMap({ try? Note($0) }) { note = note.merged(with: own) }
    if let cosigner {
      note.cosign(with: cosigner, seconds: UInt64(max(1, now.microseconds / 1_000_000)))
    }
    try folder.publish(note)
    folder.removePartial(of: before, size: size)
    self.trusted = trusted
    self.before = before
    book = check.book
  }

  /// A sound check of the source, against the copy's own last checkpoint.
  private static func check(
    _ policy: TrustPolicy, _ own: String?, _ folder: TileFolder,
    _ fetch: (String) throws -> [UInt8]?
  ) throws -> TileCheck {
    let older = own.map { [$0] } ?? []
    var check = TileCheck(policy: policy)
    try check.run(older: older) { path in
      // What is here need not come again: the checkpoint vouches for it or not.
      if own != nil, TileName(path: path) != nil, let bytes = try folder.read(path) {
        return bytes
      }
      return try fetch(path)
    }
    if check.isSound { return check }
    // Whose fault it is, the source's own files say.
    var second = TileCheck(policy: policy)
    try second.run(older: older, read: fetch)
    if second.isSound { throw Fault.damagedHere }
    throw Fault.notVerified(second.findings)
  }

  /// The bundle as this size has it, once more compared with the tree.
  private static func bundle(
    _ name: TileName, _ tree: MerkleTree, _ source: TileSource,
    _ fetch: (String) throws -> [UInt8]?
  ) throws -> [UInt8] {
    guard let entries = try source.bundle(name, fetch),
      zip(name.range, entries).allSatisfy({ Entry.leafHash($1) == tree.leafHash(Int($0)) })
    else {
      throw Fault.notVerified([
        .init(code: .missing, entries: name.range, detail: "\(name) changed while it was copied")
      ])
    }
    var bundle: [UInt8] = []
    for entry in entries { EntryBundle.append(entry, to: &bundle) }
    return bundle
  }
}
