import Grid
import Signing

/// Which entry each request made, found by its source.
struct RequestTable: Sendable {
  // A line of the cache each.
  private struct Row {
    let source: RequestSource
    let hash: Digest
    let entry: UInt64
  }

  private var rows: [Row] = []
  private var places = PlaceTable()

  var count: Int { rows.count }

  /// The entry that a request of `source` made and the request's hash.
  func find(_ source: RequestSource) -> (index: UInt64, hash: Digest)? {
    let rows = rows.span
    guard
      let place = places.find(
        Self.hash(source, places.mixer), where: { rows[$0].source == source })
    else {
      return nil
    }
    return (rows[place].entry, rows[place].hash)
  }

  /// Lets what `find` will look at come near.
  func bringNear(_ source: RequestSource) { places.bringNear(Self.hash(source, places.mixer)) }

  /// Adds a source that is not there yet.
  mutating func add(_ source: RequestSource, index: UInt64, hash: Digest) {
    let mixer = places.mixer
    places.add(Self.hash(source, mixer)) { Self.hash(rows[$0].source, mixer) }
    rows.append(Row(source: source, hash: hash, entry: index))
  }

  /// Forgets what was added last, until `count` are left.
  mutating func truncate(to count: Int) {
    while self.count > count {
      places.removeLast(Self.hash(rows.removeLast().source, places.mixer))
    }
  }

  mutating func reserve(_ count: Int) {
    rows.reserveCapacity(count)
    let mixer = places.mixer
    places.reserve(count) { Self.hash(rows[$0].source, mixer) }
  }

  private static func hash(_ source: RequestSource, _ mixer: WordMixer) -> UInt64 {
    mixer.hash(source.key.high ^ source.author.value, source.key.low)
  }
}
