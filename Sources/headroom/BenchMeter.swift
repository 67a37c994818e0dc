import Controller
import FoundationEssentials
import Grid
import Storage
import Wire

extension Bench {
  /// A CSV file of a million quarter hours (fewer with a smaller fleet), from its bytes to durable columns in a new database,
  /// beside a scan of the same bytes.
  func meterFigures() async throws -> [BenchFigure] {
    let bytes = Self.meterFile(meters: max(4, batteries * 256 / 50_000), days: 41)
    var parses: [Double] = []
    var imports: [Double] = []
    var limits: [Double] = []
    var rows = 0
    PeakMemory.forget()
    for run in 0...runs {
      let path = "\(folder)/meter-\(run)"
      try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
      var parse = 0.0
      let whole = try Stopwatch.seconds {
        let archive = try MeterArchive(path: path + "/readings.db")
        var delivery: MeterDelivery?
        parse = try Stopwatch.seconds { delivery = try MeterFiles.read(bytes, file: "bench.csv") }
        guard let delivery else { return }
        let summary = try archive.take(
          delivery, raw: bytes, options: "", at: Timestamp(seconds: 1_784_073_600))
        rows = delivery.readings.count
        guard summary.new == 2 * rows else {
          throw Outcome.broken.failure("\(summary.new) of \(2 * rows) values were taken")
        }
      }
      let limit = Stopwatch.seconds { Stopwatch.keep(Stopwatch.scan(bytes.span)) }
      try FileManager.default.removeItem(atPath: path)
      if run > 0 {
        parses.append(parse)
        imports.append(whole)
        limits.append(limit)
      }
    }
    let peak = PeakMemory.mebibytes
    let count = Double(rows)
    let limit = count / Stopwatch.median(limits)
    let name = "a byte scan of the same file"
    return [
      BenchFigure(
        name: "meter-parse", unit: "readings/s", value: count / Stopwatch.median(parses),
        limit: limit, limitName: name),
      BenchFigure(
        name: "meter-import", unit: "readings/s", value: count / Stopwatch.median(imports),
        limit: limit, limitName: name, peakMebibytes: peak),
      try await minuteFigure(),
    ]
  }

  /// Quarter hours of some meters from 2026-06-01 on, in the way that a utility exports them.
  static func meterFile(meters: Int, days: Int) -> [UInt8] {
    var numbers = BenchNumbers(seed: 4)
    var readings: [Reading] = []
    readings.reserveCapacity(meters * days * 96)
    let first = Timestamp(seconds: 1_780_272_000)
    for meter in 1...meters {
      let id = MeterID(name("m-", meter))!
      for slot in 0..<days * 96 {
        let start = first.adding(seconds: Int64(slot) * 900)
        let isSun = (36..<60).contains(slot % 96)
        readings.append(
          Reading(
            meter: id, window: Window(start: start, end: start.adding(seconds: 900))!,
            imported: Energy(wattHours: isSun ? 0 : 50 + numbers.next(900)),
            exported: Energy(wattHours: isSun ? numbers.next(600) : 0), quality: .actual))
      }
    }
    return MetersFile.encode(readings)
  }
}
