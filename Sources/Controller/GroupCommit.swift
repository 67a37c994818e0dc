public import Grid
import Synchronization

/// Takes single postings from many and commits them in groups, because the disk takes as long for
/// one as for ten thousand.
///
/// A group closes five milliseconds after its first request or at 10,000. Whoever asks waits until
/// his entry is durable; he is refused alone.
public final class GroupCommit: Sendable {
  /// Requests of one group at most.
  public static let mostRequests = 10_000
  /// How long the first request of a group waits for others.
  public static let wait = Duration.milliseconds(5)

  private struct Request {
    let posting: LedgerKeeper.Posting
    let answer: CheckedContinuation<LedgerKeeper.Receipt, any Error>
  }

  private struct State {
    var requests: [Request] = []
    var hasEnded = false
  }

  private let keeper: LedgerKeeper
  private let currency: Currency
  private let now: @Sendable () -> Timestamp
  private let state = Mutex(State())
  private let bell: AsyncStream<Void>
  private let ring: AsyncStream<Void>.Continuation

  /// Groups for one ledger in one currency; `now` tells the time.
  public init(
    _ keeper: LedgerKeeper, currency: Currency, now: @escaping @Sendable () -> Timestamp
  ) {
    self.keeper = keeper
    self.currency = currency
    self.now = now
    (bell, ring) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
  }

  /// Writes one posting and returns when it is durable.
  /// - Throws: `LedgerKeeper.Fault`; `CancellationError` when `run` has ended.
  public func post(_ posting: LedgerKeeper.Posting) async throws -> LedgerKeeper.Receipt {
    try await withCheckedThrowingContinuation { answer in
      let isTaken = state.withLock { state in
        if !state.hasEnded { state.requests.append(Request(posting: posting, answer: answer)) }
        return !state.hasEnded
      }
      if isTaken { ring.yield() } else { answer.resume(throwing: CancellationError()) }
    }
  }

  /// Commits groups until it is cancelled; whoever still waits then is told so.
  public func run() async {
    for await _ in bell {
      if count < Self.mostRequests { try? await Task.sleep(for: Self.wait) }
      repeat { commit() } while count >= Self.mostRequests
      if count > 0 { ring.yield() }
    }
    let left = state.withLock { state in
      state.hasEnded = true
      defer { state.requests = [] }
      return state.requests
    }
    for request in left { request.answer.resume(throwing: CancellationError()) }
  }

  private var count: Int { state.withLock { $0.requests.count } }

  private func commit() {
    let group = state.withLock { state in
      let group = Array(state.requests.prefix(Self.mostRequests))
      state.requests.removeFirst(group.count)
      return group
    }
    if group.isEmpty { return }
    do {
      let results = try keeper.post(
        each: group.map(\.posting), currency: currency, now: now())
      for (request, result) in zip(group, results) {
        request.answer.resume(with: result.mapError { $0 as any Error })
      }
    } catch {
      for request in group { request.answer.resume(throwing: error) }
    }
  }
}
