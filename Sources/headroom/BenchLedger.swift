import Controller
import Grid
import Ledger
import Signing
import Storage

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

extension Bench {
  private static let batch = 10_000

  /// Durable entries in batches beside a durable append of the same bytes, one by one beside the
  /// same, and reading the book again with every rule beside hashing the same bytes.
  func ledgerFigures() async throws -> [BenchFigure] {
    let world = try BenchBook(
      store: try SQLiteMainStore(path: folder + "/\(batteries)-owners.db"), owners: batteries)
    var figures = [try appendFigure(world, "")]
    figures += try await acknowledgeFigures(world, from: 2 * batteries * (runs + 1))
    figures.append(try verifyFigure(world, ""))
    guard let postgresql else { return figures }
    return figures
      + (try Self.inPostgreSQL(postgresql) { store in
        let world = try BenchBook(store: store, owners: batteries)
        return [
          try appendFigure(world, "-postgresql"), try verifyFigure(world, "-postgresql"),
        ]
      })
  }

  private func appendFigure(_ world: BenchBook, _ suffix: String) throws -> BenchFigure {
    let perRun = 2 * batteries
    var times: [Double] = []
    var limits: [Double] = []
    for run in 0...runs {
      try Task.checkCancellation()
      let postings = (0..<perRun).map { world.posting(number: run * perRun + $0) }
      let before = world.book.head.size
      times.append(
        try Stopwatch.seconds {
          for first in stride(from: 0, to: perRun, by: Self.batch) {
            _ = try world.book.post(
              Array(postings[first..<min(first + Self.batch, perRun)]), currency: world.currency,
              now: world.now)
          }
        })
      let file = try DurableFile(folder + "/append-\(run)\(suffix)")
      let entries = try world.entries(from: before)
      limits.append(
        Stopwatch.seconds {
          for first in stride(from: 0, to: perRun, by: Self.batch) {
            file.append(entries[first..<min(first + Self.batch, perRun)].map(\.body))
          }
        })
    }
    let count = Double(perRun)
    return BenchFigure(
      name: "ledger-append\(suffix)", unit: "entries/s", value: count / Stopwatch.median(times),
      limit: count / Stopwatch.median(limits),
      limitName: "appending the same bytes to a file, durably, \(Self.batch) at a time")
  }

  private func verifyFigure(_ world: BenchBook, _ suffix: String) throws -> BenchFigure {
    let entries = try world.entries(from: 0)
    let root = world.book.head.root
    let runs = min(runs, 5)
    let seconds = try Stopwatch.median(runs) {
      try Task.checkCancellation()
      guard try LedgerKeeper.replay(world.store).tree.root == root else {
        throw Outcome.broken.failure("the book that was read is not the one that was written")
      }
    }
    let limit = Stopwatch.median(runs) {
      for entry in entries { Stopwatch.keep(SHA256.hash(entry.body).wordsInMemory.0) }
    }
    let count = Double(entries.count)
    return BenchFigure(
      name: "ledger-verify\(suffix)", unit: "entries/s", value: count / seconds,
      limit: count / limit, limitName: "SHA-256 of the same entries on one core")
  }

  /// Lends an empty ledger in a schema of its own, and removes it.
  private static func inPostgreSQL<Value>(
    _ address: String, _ body: (any LedgerStore) throws -> Value
  ) throws -> Value {
    #if PostgreSQL
      let store = try PostgresLedgerStore(LedgerAddress(address), schema: "headroom_bench")
      defer { try? store.removeAll() }
      return try body(store)
    #else
      // Says that this program has no PostgreSQL.
      return try body(LedgerAddress(address).open())
    #endif
  }
}

/// A book with funded owners in a store of its own.
struct BenchBook {
  let store: any LedgerStore
  let book: LedgerKeeper
  let currency: Currency
  let now = Timestamp(seconds: 1_784_073_600)
  private let owners: Int
  private let salt: [UInt8]
  private let evidence: [Evidence]

  static let source = "event:source:escrow"

  init(
    store: any LedgerStore, owners: Int, currency: Currency = Currency(code: "USD", digits: 2)!
  ) throws {
    self.currency = currency
    self.store = store
    let key = try SigningKey(name: "headroom.bench/ledger", key: .make())
    book = try LedgerKeeper(store: store, key: key, now: now)
    self.owners = owners
    evidence = [Evidence(.signal, SHA256.hash("signal")), Evidence(.performance, SHA256.hash("p"))]
    try book.open(
      [.init("bank:main", .bank), .init(Self.source, .escrow)]
        + (0..<owners).map { .init(Self.owner($0), .owner) }, now: now)
    salt = book.salt(of: Self.source)!
    try fund(Self.source, key: "deposit")
  }

  /// Puts ten thousand millions into an account.
  func fund(_ account: String, key: String) throws {
    let amount = Money(millionths: 10_000_000_000_000_000)
    _ = try book.post(
      [
        posting(
          key: key, reason: "deposit", legs: [("bank:main", -amount), (account, amount)])
      ], currency: currency, now: now)
  }

  /// One payment of a settlement; every number is another.
  func posting(number: Int) -> LedgerKeeper.Posting {
    let amount = Money(millionths: 10_000 * Int64(1 + number % 500))
    return posting(
      key: "\(number)", reason: "settlement",
      legs: [(Self.source, -amount), (Self.owner(number % owners), amount)])
  }

  private func posting(
    key: String, reason: String, legs: [(String, Money)]
  ) -> LedgerKeeper.Posting {
    LedgerKeeper.Posting(
      key: .settlement(
        millisecondsOfEventEnd: UInt64(now.microseconds / 1_000), salt: salt, event: "bench",
        site: key, run: "initial"),
      reason: reason, event: EventID("bench")!, run: "initial",
      effective: Window(start: now, end: now.adding(seconds: 3_600))!,
      legs: legs.map { (path: $0.0, amount: $0.1) }, evidence: evidence,
      rule: evidence[0].hash)
  }

  static func owner(_ number: Int) -> String { "owner:" + Bench.name("owner-", number + 1) }

  /// What the store has from `index` on.
  func entries(from index: Int64) throws -> [StoredEntry] {
    var found: [StoredEntry] = []
    try store.entries(from: index) { _, entry in
      found.append(entry)
      return true
    }
    return found
  }
}

/// A file that bytes are appended to and that waits for the disk.
struct DurableFile: ~Copyable {
  private let descriptor: Int32

  init(_ path: String) throws {
    // Sound: the path is a Swift string that outlives the call.
    // Sound: the text lives for the call and the library keeps no pointer to it.
    descriptor = unsafe open(path, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
    guard descriptor >= 0 else { throw Outcome.badInput.failure("\(path) cannot be written") }
  }

  deinit { close(descriptor) }

  /// Writes all pieces and returns when they are on the disk.
  func append(_ pieces: [[UInt8]]) {
    FileHandle(descriptor: descriptor).write(Array(pieces.joined()))
    fdatasync(descriptor)
  }
}
