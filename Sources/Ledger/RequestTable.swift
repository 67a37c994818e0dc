import Grid

/// Which entry each request made, found by its source.
struct RequestTable: Sendable {
  private var sources: [RequestSource] = []
  private var hashes: [Digest] = []
  private var entries: [UInt64] = []
  private var places = PlaceTable()

  var count: Int { sources.count }

  /// The entry that a request of `source` made and the request's hash.
  func find(_ source: RequestSource) -> (index: UInt64, hash: Digest)? {
    let sources = sources.span
    guard
      let place = places.find(Self.hash(source, places.hasher), where: { sources[$0] == source })
    else {
      return nil
    }
    return (entries[place], hashes[place])
  }

  /// Adds a source that is not there yet.
  mutating func add(_ source: RequestSource, index: UInt64, hash: Digest) {
    let hasher = places.hasher
    places.add(Self.hash(source, hasher)) { Self.hash(sources[$0], hasher) }
    sources.append(source)
    hashes.append(hash)
    entries.append(index)
  }

  /// Forgets what was added last, until `count` are left.
  mutating func truncate(to count: Int) {
    while self.count > count {
      places.removeLast(Self.hash(sources.removeLast(), places.hasher))
      hashes.removeLast()
      entries.removeLast()
    }
  }

  mutating func reserve(_ count: Int) {
    sources.reserveCapacity(count)
    hashes.reserveCapacity(count)
    entries.reserveCapacity(count)
    let hasher = places.hasher
    places.reserve(count) { Self.hash(sources[$0], hasher) }
  }

  private static func hash(_ source: RequestSource, _ hasher: WordHasher) -> UInt64 {
    hasher.hash(source.key.high ^ source.author.value, source.key.low)
  }
}
