import COpenSSL

/// Hints about memory that will be asked for soon, to the processor and to the system.
///
/// Where a table is far larger than the caches, waiting for one line of it takes as long as hashing
/// an entry; asked for before the hash, it has come when the hash is done.
public enum MemoryHint {
  /// Brings `table[place]` near, without waiting for it and without changing anything.
  public static func bring(_ table: Span<UInt64>, _ place: Int) {
    precondition(table.indices.contains(place), "a place of the table")
    // Inside of the table, which outlives the call; nothing is read or written.
    unsafe table.withUnsafeBufferPointer { unsafe headroom_prefetch($0.baseAddress! + place) }
  }

  /// Asks the system to give `rows`, which are reserved and not yet written, in large pages.
  ///
  /// For a table of many megabytes that is looked into here and there: with small pages every look
  /// waits for the page's address besides. Where there are no large ones nothing changes.
  public static func wantLargePages<Row>(_ rows: [Row]) {
    let count = rows.capacity * MemoryLayout<Row>.stride
    // The array's own memory, as much as it has reserved; nothing is read or written.
    unsafe rows.withUnsafeBufferPointer { unsafe headroom_want_large_pages($0.baseAddress, count) }
  }
}
