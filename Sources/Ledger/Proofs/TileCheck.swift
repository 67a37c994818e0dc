import Grid
import Signing

/// Checks a log from its static files alone: every byte of every tile, the checkpoint, older
/// checkpoints, and the books by replay.
///
/// It is handed a way to read a file by its path, and touches no file itself.
public struct TileCheck: Sendable {
  /// What is known from elsewhere.
  public let policy: TrustPolicy
  /// True for any log of this form: its entries are not read as entries of a ledger.
  public let treeOnly: Bool

  /// The checkpoint, as far as it could be read.
  public private(set) var checkpoint: Checkpoint?
  /// The checkpoint and who stands for it; nil when it is not believed.
  public private(set) var trusted: TrustedCheckpoint?
  /// The tree over the leaves.
  public private(set) var tree = MerkleTree()
  /// The books, as far as they could be replayed.
  public private(set) var book = Book()
  /// What is wrong, at most `Verifier.maximumFindings`.
  public private(set) var findings: [Verifier.Finding] = []
  /// Tiles and bundles that were read.
  public private(set) var files = 0
  /// Tiles of entries after the checkpoint, which nothing vouches for yet.
  public private(set) var ahead = 0

  /// The bytes of the file at a path below the folder, or nil when there is none.
  public typealias Read = (_ path: String) throws -> [UInt8]?

  // Files that may be missing before it is no use to go on.
  private static let maximumMissing = 16
  private var missing = 0
  // False from the first leaf on that is nowhere: those after it have no place in the tree.
  private var isWhole = true
  private var verifier = Verifier()
  private var isReplaying: Bool
  // Leaves whose tile says something else than the entry: what the entry hashes to.
  private var computed: [UInt64: Digest] = [:]

  /// A check by `policy`.
  public init(policy: TrustPolicy, treeOnly: Bool = false) {
    self.policy = policy
    self.treeOnly = treeOnly
    isReplaying = !treeOnly
  }

  /// True when nothing is wrong.
  public var isSound: Bool { findings.isEmpty }

  /// Reads and checks everything.
  ///
  /// - Parameters:
  ///   - older: Checkpoints that somebody kept; this log must extend each.
  ///   - paths: Every file there is; nil when that cannot be known, as over HTTP.
  /// - Throws: What `read` throws.
  public mutating func run(older: [String] = [], paths: [String]? = nil, read: Read) throws {
    guard let note = try read("checkpoint") else {
      return report(.missing, 0..<0, "there is no file checkpoint")
    }
    judge(String(decoding: note, as: UTF8.self))
    guard let checkpoint else { return }
    let size = checkpoint.size
    for number in 0..<(size / TileName.fullWidth + (size % TileName.fullWidth > 0 ? 1 : 0)) {
      let width = min(TileName.fullWidth, size - number * TileName.fullWidth)
      try readEntries(number, width, read)
      if missing >= Self.maximumMissing { return }
    }
    settleTree(checkpoint)
    for name in TileName.all(size: size) where (name.level ?? 0) > 0 { try compare(name, read) }
    if tree.size == size, tree.root != checkpoint.root {
      report(
        .rootMismatch, 0..<size,
        "the checkpoint of size \(size) has \(checkpoint.root), the tiles give \(tree.root)")
    }
    for note in older { compare(older: note, checkpoint) }
    if !treeOnly { finishBooks() }
    for path in paths ?? [] { try compare(path: path, size, read) }
  }

  mutating func report(_ code: Verifier.Code, _ entries: Range<UInt64>, _ detail: String) {
    if findings.count < Verifier.maximumFindings {
      findings.append(Verifier.Finding(code: code, entries: entries, detail: detail))
    }
  }

  private mutating func judge(_ note: String) {
    do throws(TrustFault) {
      trusted = try policy.judge(note)
      checkpoint = trusted?.checkpoint
    } catch {
      if case .quorumNotMet = error {
        report(.quorumNotMet, 0..<0, "the checkpoint: \(error)")
      } else {
        report(.badSignature, 0..<0, "the checkpoint: \(error)")
      }
      // It is not believed, and still says where to look for what was altered.
      checkpoint = (try? Note(note)).flatMap { try? Checkpoint(text: $0.text) }
    }
  }

  /// The bytes of a tile, or of the full one that stands for it; nil when there is neither.
  private mutating func bytes(_ name: TileName, _ read: Read) throws -> (
    bytes: [UInt8], isMore: Bool
  )? {
    files += 1
    if let bytes = try read(name.description) { return (bytes, false) }
    if !name.isFull, let bytes = try read(name.full.description) { return (bytes, true) }
    missing += 1
    let span = Self.entries(name)
    report(.missing, span, "there is no file \(name)")
    return nil
  }

  /// The entries below a tile.
  static func entries(_ name: TileName) -> Range<UInt64> {
    let shift = UInt64(8 * (name.level ?? 0))
    return name.range.lowerBound << shift..<name.range.upperBound << shift
  }

  private mutating func readEntries(_ number: UInt64, _ width: UInt64, _ read: Read) throws {
    let name = TileName(level: 0, number: number, width: width)
    let first = name.range.lowerBound
    var leaves: [Digest]?
    if let tile = try bytes(name, read) {
      let length = Int(width) * SHA256.size
      if tile.bytes.count == length || (tile.isMore && tile.bytes.count > length) {
        leaves = (0..<Int(width)).map {
          Digest(bytes: Array(tile.bytes[$0 * SHA256.size..<($0 + 1) * SHA256.size]))!
        }
      } else {
        report(
          .malformed, name.range,
          "\(name) has \(tile.bytes.count) bytes; allowed: \(length)")
      }
    }
    let bundle = TileName(level: nil, number: number, width: width)
    var entries: [[UInt8]] = []
    if let found = try bytes(bundle, read) {
      do throws(EntryBundle.Fault) {
        entries = try EntryBundle.entries(
          found.bytes, width: Int(width), takesMore: found.isMore)
      } catch {
        report(.malformed, bundle.range, "\(bundle): \(error)")
      }
    }
    if entries.isEmpty { isReplaying = false }
    for place in 0..<Int(width) {
      let index = first + UInt64(place)
      let leaf = entries.isEmpty ? nil : Entry.leafHash(entries[place])
      if let stored = leaves?[place], let leaf, stored != leaf {
        computed[index] = leaf
        report(
          .leafMismatch, index..<index + 1,
          "\(name) has \(stored), the bytes in \(bundle) hash to \(leaf)")
      }
      if let known = leaves?[place] ?? leaf {
        if isWhole { tree.append(leafHash: known) }
      } else {
        isWhole = false
      }
      if isReplaying { verifier.add(entries[place]) }
    }
  }

  /// If it is the entries and not the tile that the checkpoint vouches for, the tree is theirs.
  private mutating func settleTree(_ checkpoint: Checkpoint) {
    guard !computed.isEmpty, tree.size == checkpoint.size, tree.root != checkpoint.root else {
      return
    }
    var other = MerkleTree()
    for index in 0..<tree.size {
      other.append(leafHash: computed[UInt64(index)] ?? tree.leafHash(index))
    }
    if other.root == checkpoint.root { tree = other }
  }

  private mutating func compare(_ name: TileName, _ read: Read) throws {
    guard name.range.upperBound <= UInt64(tree.size) >> (8 * (name.level ?? 0)),
      let found = try bytes(name, read)
    else { return }
    compare(name, found.bytes, takesMore: found.isMore)
  }

  private mutating func compare(_ name: TileName, _ found: [UInt8], takesMore: Bool) {
    let expected = tree.tile(name)
    guard found.count == expected.count || (takesMore && found.count > expected.count) else {
      let span = Self.entries(name)
      return report(
        .malformed, span, "\(name) has \(found.count) bytes; allowed: \(expected.count)")
    }
    let shift = UInt64(8 * (name.level ?? 0))
    for place in 0..<Int(name.width) {
      let bytes = place * SHA256.size..<(place + 1) * SHA256.size
      if found[bytes] == expected[bytes] { continue }
      let hash = name.range.lowerBound + UInt64(place)
      report(
        .tileMismatch, hash << shift..<(hash + 1) << shift,
        "hash \(place) of \(name) is \(Hex.text(found[bytes])), the level below gives "
          + Hex.text(expected[bytes]))
    }
  }

  private mutating func compare(older note: String, _ checkpoint: Checkpoint) {
    let older: Checkpoint
    do throws(TrustFault) {
      // Its cosignatures were looked at when it was accepted; the log's own word binds it.
      older = try policy.judgeLogOnly(note).checkpoint
    } catch {
      return report(.badSignature, 0..<0, "an older checkpoint: \(error)")
    }
    guard older.size <= checkpoint.size else {
      return report(
        .notAPrefix, checkpoint.size..<older.size,
        "an older checkpoint has \(older.size) entries, this log \(checkpoint.size)")
    }
    guard older.size <= tree.size else { return }
    let root = tree.root(at: Int(older.size))
    if root != older.root {
      report(
        .notAPrefix, 0..<older.size,
        "the older checkpoint of size \(older.size) has \(older.root), this log had \(root)")
    }
  }

  private mutating func finishBooks() {
    for finding in verifier.finish() where finding.code != .leafMismatch {
      report(finding.code, finding.entries, finding.detail)
    }
    book = verifier.book
    guard findings.isEmpty, let log = checkpoint?.origin, let key = book.logKey else { return }
    if !policy.logs.contains(where: { $0.key == key }) {
      report(.wrongLog, 0..<1, "the log's own key is \(key), its checkpoint is that of \(log)")
    }
  }

  /// A file that the checkpoint's own size does not ask for.
  private mutating func compare(path: String, _ size: UInt64, _ read: Read) throws {
    if path == "checkpoint" || path.hasPrefix(".tmp-") { return }
    guard let name = TileName(path: path) else {
      return report(.unexpected, 0..<0, "\(path) is no file of a log")
    }
    guard name.range.upperBound <= UInt64(tree.size) >> (8 * (name.level ?? 0)) else {
      ahead += 1
      return
    }
    // Full ones, and those of this size, were read above.
    if name.isFull || name.range.upperBound == size >> (8 * (name.level ?? 0)) { return }
    guard let found = try read(path) else { return }
    if name.level != nil { return compare(name, found, takesMore: false) }
    do throws(EntryBundle.Fault) {
      let entries = try EntryBundle.entries(found, width: Int(name.width))
      for (index, entry) in zip(name.range, entries)
      where Entry.leafHash(entry) != tree.leafHash(Int(index)) {
        report(
          .leafMismatch, index..<index + 1,
          "the bytes in \(path) hash to \(Entry.leafHash(entry)), the log has "
            + "\(tree.leafHash(Int(index)))")
      }
    } catch {
      report(.malformed, name.range, "\(path): \(error)")
    }
  }
}
