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
      let place = places.find(Self.hash(source, places.mixer), where: { sources[$0] == source })
    else {
      return nil
    }
    return (entries[place], hashes[place])
  }

  /// Lets what `find` will look at come near.
  func bringNear(_ source: RequestSource) { places.bringNear(Self.hash(source, places.mixer)) }

  /// Adds a source that is not there yet.
  mutating func add(_ source: RequestSource, index: UInt64, hash: Digest) {
    let mixer = places.mixer
    places.add(Self.hash(source, mixer)) { Self.hash(sources[$0], mixer) }
    sources.append(source)
    hashes.append(hash)
    entries.append(index)
  }

  /// Forgets what was added last, until `count` are left.
  mutating func truncate(to count: Int) {
    while self.count > count {
      places.removeLast(Self.hash(sources.removeLast(), places.mixer))
      hashes.removeLast()
      entries.removeLast()
    }
  }

  mutating func reserve(_ count: Int) {
    sources.reserveCapacity(count)
    hashes.reserveCapacity(count)
    entries.reserveCapacity(count)
    let mixer = places.mixer
    places.reserve(count) { Self.hash(sources[$0], mixer) }
  }

  private static func hash(_ source: RequestSource, _ mixer: WordMixer) -> UInt64 {
    mixer.hash(source.key.high ^ source.author.value, source.key.low)
  }
}
