import Controller
import Grid
import Ledger

extension Bench {
  /// How long one entry waits until it is durable, when a thousand a second come one by one.
  func acknowledgeFigures(_ world: BenchBook, from number: Int) async throws -> [BenchFigure] {
    let count = min(5_000, batteries)
    let group = GroupCommit(world.book, currency: world.currency) { world.now }
    let postings = (0..<count).map { world.posting(number: number + $0) }
    let times = try await withThrowingTaskGroup(of: Double?.self) { tasks in
      tasks.addTask {
        await group.run()
        return nil
      }
      let start = ContinuousClock.now
      for (place, posting) in postings.enumerated() {
        let due = start + .milliseconds(place)
        try await Task.sleep(until: due, clock: .continuous)
        tasks.addTask {
          let asked = ContinuousClock.now
          _ = try await group.post(posting)
          return (ContinuousClock.now - asked) / .milliseconds(1)
        }
      }
      var times: [Double] = []
      while times.count < count, let time = try await tasks.next() {
        if let time { times.append(time) }
      }
      tasks.cancelAll()
      return times.sorted()
    }
    let file = try DurableFile(folder + "/single")
    let entry = Array(repeating: UInt8(7), count: 350)
    let limits = (0..<200).map { _ in 1_000 * Stopwatch.seconds { file.append([entry]) } }.sorted()
    return [("p50", 50), ("p99", 99)].map { name, percent in
      BenchFigure(
        name: "ledger-acknowledge-\(name)", unit: "ms",
        value: times[(times.count - 1) * percent / 100],
        limit: limits[(limits.count - 1) * percent / 100],
        limitName: "one durable append of an entry to a file, nothing else waiting")
    }
  }
}
