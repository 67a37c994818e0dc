import Glibc
import Grid
import Ledger
import Storage

/// A ledger beside a mirror of it: the first byte in which an entry differs.
public struct LedgerComparison: Sendable {
  /// One entry that is not the same in both.
  public struct Difference: Hashable, Sendable, CustomStringConvertible {
    /// The entry.
    public let index: UInt64
    /// The place of the first byte that differs.
    public let offset: Int
    /// The byte here; nil when the entry is shorter.
    public let here: UInt8?
    /// The byte in the mirror; nil when its entry is shorter.
    public let there: UInt8?

    /// Entry, offset and both bytes.
    public var description: String {
      func text(_ byte: UInt8?) -> String { byte.map { "0x" + Hex.text([$0]) } ?? "nothing" }
      return "entry \(index), byte \(offset): \(text(here)) here, \(text(there)) in the mirror"
    }
  }

  /// Differences that are listed; the rest is not looked for.
  public static let maximumDifferences = 1_000

  /// In the order of the log.
  public let differences: [Difference]
  /// Entries that both have.
  public let compared: UInt64

  /// Compares the entries of `file` with those of a mirror, byte for byte, as far as both go.
  /// - Throws: `WholeFile.Fault` where there is no mirror.
  public init(_ file: String, against mirror: TileFolder) throws {
    let store = try SQLiteMainStore(path: file)
    guard let checkpoint = try mirror.checkpoint() else {
      throw WholeFile.Fault("\(mirror.path)/checkpoint", isRead: true, errno: ENOENT)
    }
    let size = try Checkpoint(text: Note(checkpoint).text).size
    let source = TileSource.folder(mirror)
    var bundle: (number: UInt64, entries: [[UInt8]]) = (.max, [])
    var differences: [Difference] = []
    var compared: UInt64 = 0
    var failure: (any Error)?
    try store.entries(from: 0) { place, stored in
      let index = UInt64(place)
      guard index < size, differences.count < Self.maximumDifferences else { return false }
      let number = index / TileName.fullWidth
      do {
        if bundle.number != number {
          let width = min(TileName.fullWidth, size - number * TileName.fullWidth)
          let name = TileName(level: nil, number: number, width: width)
          bundle = (number, try source.bundle(name) { try mirror.read($0) } ?? [])
        }
      } catch {
        failure = error
        return false
      }
      let offset = Int(index % TileName.fullWidth)
      guard bundle.entries.indices.contains(offset) else { return false }
      compared += 1
      if let one = Self.difference(index, stored.body, bundle.entries[offset]) {
        differences.append(one)
      }
      return true
    }
    if let failure { throw failure }
    self.differences = differences
    self.compared = compared
  }

  private static func difference(
    _ index: UInt64, _ here: [UInt8], _ there: [UInt8]
  ) -> Difference? {
    if here == there { return nil }
    let common = min(here.count, there.count)
    let offset = (0..<common).first { here[$0] != there[$0] } ?? common
    return Difference(
      index: index, offset: offset, here: offset < here.count ? here[offset] : nil,
      there: offset < there.count ? there[offset] : nil)
  }
}
