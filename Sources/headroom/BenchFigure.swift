import Grid
import Synchronization

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// One figure of speed, and the limit that was measured beside it in the same run.
struct BenchFigure {
  /// Such as `plan-50000`.
  let name: String
  /// A time is better when it is short, a rate (`.../s`) when it is high.
  let unit: String
  let value: Double
  /// In the same unit.
  let limit: Double
  let limitName: String
  /// The most memory that the program had at one time while this was measured, in MiB; nil where it
  /// was not looked at.
  var peakMebibytes: Int64?

  private var isRate: Bool { unit.hasSuffix("/s") }

  /// How much of what the machine could do was reached, in percent.
  private var percentOfLimit: Int {
    let share = isRate ? value / limit : limit / value
    return share.isFinite ? Int((100 * share).rounded()) : 0
  }

  private func text(_ value: Double) -> String {
    isRate
      ? "\(Int64(value.rounded()))"
      : FixedDecimal.text(Int64((value * 1_000).rounded()), places: 3, minimumPlaces: 3)
  }

  /// `{"figures":[...]}` on one line.
  static func json(_ figures: [BenchFigure]) -> String {
    let rows = figures.map {
      "{\"name\":\"\($0.name)\",\"value\":\($0.text($0.value)),\"unit\":\"\($0.unit)\","
        + "\"limit\":\($0.text($0.limit)),\"limitName\":\"\($0.limitName)\""
        + ($0.peakMebibytes.map { ",\"peakMiB\":\($0)" } ?? "") + "}"
    }
    return "{\"figures\":[" + rows.joined(separator: ",") + "]}"
  }

  /// A table for people.
  static func table(_ figures: [BenchFigure]) -> String {
    let head = ["figure", "measured", "limit", "of limit", "memory", "the limit is"]
    let rows =
      [head]
      + figures.map {
        [
          $0.name, "\($0.text($0.value)) \($0.unit)", "\($0.text($0.limit)) \($0.unit)",
          "\($0.percentOfLimit) %", $0.peakMebibytes.map { "\($0) MiB" } ?? "", $0.limitName,
        ]
      }
    let widths = head.indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
    return rows.map { row in
      row.enumerated().map { column, text in
        let space = String(repeating: " ", count: widths[column] - text.count)
        switch column {
        case 0: return text + space
        case head.count - 1: return text
        default: return space + text
        }
      }.joined(separator: "  ")
    }.joined(separator: "\n")
  }
}

/// Takes times.
enum Stopwatch {
  private static let kept = Atomic<UInt64>(0)

  /// Keeps a result, so that the work for it cannot be left out.
  @inline(never) static func keep(_ value: UInt64) {
    kept.wrappingAdd(value, ordering: .relaxed)
  }

  /// Seconds that `work` takes.
  static func seconds(_ work: () throws -> Void) rethrows -> Double {
    let start = ContinuousClock.now
    try work()
    return (ContinuousClock.now - start) / .seconds(1)
  }

  /// Seconds of the processor that `work` takes on this thread.
  ///
  /// For what only computes: others on the machine make it wait, but do not make it longer.
  static func processorSeconds(_ work: () throws -> Void) rethrows -> Double {
    func now() -> Double {
      var time = timespec()
      // Sound: the call writes one value that lives here.
      unsafe clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
      return Double(time.tv_sec) + Double(time.tv_nsec) / 1_000_000_000
    }
    let start = now()
    try work()
    return now() - start
  }

  /// The median of `runs` runs in processor time, after one that is not counted.
  static func median(_ runs: Int, _ work: () throws -> Void) rethrows -> Double {
    try work()
    return median(try (0..<runs).map { _ in try processorSeconds(work) })
  }

  /// The middle one; of two the shorter.
  static func median(_ times: [Double]) -> Double { times.sorted()[(times.count - 1) / 2] }

  /// Adds up a column; what it costs is what the memory costs.
  static func sum<Number: FixedWidthInteger>(_ column: Span<Number>) -> UInt64 {
    var total: Number = 0
    for row in column.indices { total = total &+ column[row] }
    return UInt64(truncatingIfNeeded: total)
  }
}

/// Numbers that look like chance and are the same each time.
struct BenchNumbers {
  private var state: UInt64

  init(seed: UInt64) { state = seed | 1 }

  /// One of 0..<`limit`.
  mutating func next(_ limit: Int64) -> Int64 {
    state ^= state << 13
    state ^= state >> 7
    state ^= state << 17
    return Int64(state % UInt64(limit))
  }
}
