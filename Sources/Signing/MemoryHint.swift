import COpenSSL

/// A hint to the processor about memory that will be asked for soon.
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
}
