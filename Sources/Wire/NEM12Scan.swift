import Grid

/// The state machine over the records of a NEM12 file.
struct NEM12Scan {
  private(set) var file: RecordFile
  private let options: ImportOptions
  private var book = ChannelBook()
  private var ignored: [String: Int] = [:]
  private var rounded = 0
  private var sender = ""
  /// A block of 100…900 is open.
  private var isOpen = false
  private var hasEnded = false
  private var stream: Stream?
  private var day: Day?
  /// Meters whose configuration in the file has no register into the grid.
  private var importOnly: Set<MeterID> = []
  private var isFull = false

  /// The data stream of the last 200.
  private struct Stream {
    var meter: Int32
    var isExport: Bool
    var register: Int32
    var minutes: Int64
    var joulesPerUnit: Int64
    /// Not energy from or into the grid: its values are counted and passed over.
    var ignoredAs: String?
  }

  /// The last 300.
  private struct Day {
    var line: Int
    var start: Int64
    var version: Int64
    var joules: [Int64?]
    var qualities: [Quality?]
    /// The next interval that a 400 has to begin with; nil when the day needs none.
    var next: Int?
  }

  init(_ bytes: [UInt8], file: String, options: ImportOptions) {
    self.file = RecordFile(bytes, file: file)
    self.options = options
  }

  /// Reads every record.
  mutating func run() {
    while !isFull, file.next() { record() }
    closeDay()
    if isOpen || !hasEnded {
      file.fault(
        "record", "the end of the file", "900 as the last record: without it the file is cut")
    }
  }

  private mutating func record() {
    let kind = file.cell(0)
    if kind != "100", !isOpen {
      file.fault(
        "record", kind, hasEnded ? "100 or the end of the file" : "100 as the first record")
      return
    }
    switch kind {
    case "100": header()
    case "200":
      closeDay()
      stream = nil
      stream = newStream()
    case "300":
      closeDay()
      dayRecord()
    case "400": qualityRecord()
    case "500": ignored["500", default: 0] += 1
    case "900":
      closeDay()
      stream = nil
      isOpen = false
      hasEnded = true
    default: file.fault("record", kind, "100, 200, 300, 400, 500 or 900")
    }
  }

  private mutating func header() {
    if isOpen { file.fault("record", "100 before 900", "900 at the end of a block") }
    isOpen = true
    if file.cell(1) != "NEM12" { file.fault("100.version", file.cell(1), "NEM12") }
    if Self.moment(file.cell(2), digits: 12) == nil {
      file.fault("100.created", file.cell(2), "YYYYMMDDhhmm")
    }
    if file.cell(3).isEmpty { file.fault("100.from", "", "a participant") }
    sender = file.cell(3)
  }

  private mutating func newStream() -> Stream? {
    let name = file.cell(1)
    var meter: MeterID?
    if let map = options.map, map.has(.nem12) {
      meter = map.meter(name, format: .nem12)
      if meter == nil { file.fault("200.NMI", name, "an NMI of the map") }
    } else {
      meter = MeterID(name)
      if meter == nil { file.fault("200.NMI", name, "1...64 of A-Z a-z 0-9 _ -") }
    }
    let minutes = Int64(file.cell(8)) ?? 0
    if ![5, 15, 30].contains(minutes) {
      file.fault("200.interval length", file.cell(8), "5, 15 or 30")
    }
    let suffix = file.cell(4)
    let unit = file.cell(7)
    guard let meter, [5, 15, 30].contains(minutes), let letter = suffix.uppercased().first else {
      if suffix.isEmpty { file.fault("200.suffix", suffix, "a register such as E1 or B1") }
      return nil
    }
    guard let ordinal = book.ordinal(of: meter) else {
      file.fault("200.NMI", "one more", "\(MetersFile.meters) meters a file")
      return nil
    }
    let register =
      Int32(suffix.utf8.dropFirst().first.map { Int32($0) } ?? 0) << 8
      | Int32(suffix.utf8.dropFirst(2).first.map { Int32($0) } ?? 0)
    var stream = Stream(
      meter: ordinal, isExport: letter == "B", register: register, minutes: minutes,
      joulesPerUnit: NEM12File.joules(ofUnit: unit) ?? 1)
    if letter == "N" {
      file.fault("200.suffix", suffix, "separate registers E and B: a net stream cannot be split")
      return nil
    }
    if letter != "E", letter != "B" { stream.ignoredAs = "suffix \(letter)" }
    if NEM12File.joules(ofUnit: unit) == nil { stream.ignoredAs = "unit \(unit.uppercased())" }
    if stream.ignoredAs == nil, !file.cell(2).isEmpty {
      if Self.hasExport(configuration: file.cell(2)) {
        importOnly.remove(meter)
      } else {
        importOnly.insert(meter)
      }
    }
    return stream
  }

  /// The configuration lists every register of the NMI, two characters each.
  private static func hasExport(configuration: String) -> Bool {
    configuration.uppercased().enumerated().contains { $0.offset % 2 == 0 && $0.element == "B" }
  }

  private mutating func dayRecord() {
    guard let stream else {
      file.fault("record", "300", "300 after a sound 200")
      return
    }
    let count = Int(1_440 / stream.minutes)
    guard let date = Self.date(file.cell(1)) else {
      file.fault("300.date", file.cell(1), "YYYYMMDD of 1990...2100")
      return
    }
    guard file.count == count + 7 else {
      file.fault(
        "300.values", "\(max(0, file.count - 7)) values",
        "\(count) values of \(stream.minutes) minutes")
      return
    }
    let mark = file.cell(count + 2)
    guard let quality = NEM12File.quality(mark) else {
      file.fault("300.quality", mark, "A, N, V, or E, F, S with a method of two digits")
      return
    }
    let updated = file.cell(count + 5)
    guard let version = updated.isEmpty ? 0 : Self.moment(updated, digits: 14) else {
      file.fault("300.updated", updated, "YYYYMMDDhhmmss")
      return
    }
    if let kind = stream.ignoredAs {
      ignored[kind, default: 0] += count
      day = Day(
        line: file.line, start: 0, version: 0, joules: [],
        qualities: Array(repeating: nil, count: count), next: quality.letter == "V" ? 1 : nil)
      return
    }
    var joules: [Int64?] = []
    for place in 0..<count {
      let text = file.cell(place + 2)
      if text.isEmpty {
        joules.append(nil)
        continue
      }
      guard let energy = DecimalEnergy.read(text, joulesPerUnit: stream.joulesPerUnit),
        energy.joules >= 0
      else {
        file.fault("300.value \(place + 1)", text, "digits with at most one point, 0 or more")
        return
      }
      if energy.isRounded { rounded += 1 }
      joules.append(energy.joules)
    }
    day = Day(
      line: file.line, start: date.dayNumber * 86_400 - NEM12File.offsetSeconds,
      version: version, joules: joules,
      qualities: Array(repeating: quality.letter == "V" ? nil : quality.quality, count: count),
      next: quality.letter == "V" ? 1 : nil)
  }

  private mutating func qualityRecord() {
    guard var day = self.day, let next = day.next else {
      file.fault("record", "400", "400 only after a 300 of quality V")
      return
    }
    guard let first = Int(file.cell(1)), let last = Int(file.cell(2)), first == next, last >= first,
      last <= day.qualities.count
    else {
      file.fault(
        "400.intervals", "\(file.cell(1))-\(file.cell(2))",
        "from \(next) on, up to \(day.qualities.count), without gap or overlap")
      self.day?.next = nil
      return
    }
    guard let quality = NEM12File.quality(file.cell(3)), quality.letter != "V" else {
      file.fault("400.quality", file.cell(3), "A, N, or E, F, S with a method of two digits")
      return
    }
    for place in first...last { day.qualities[place - 1] = quality.quality }
    day.next = last + 1
    self.day = day
  }

  /// Takes the day once its 400s are known.
  private mutating func closeDay() {
    guard let day = self.day else { return }
    self.day = nil
    if let next = day.next, next <= day.qualities.count {
      file.fault(
        "400.intervals", "none for \(next)", "1...\(day.qualities.count), without gap",
        line: day.line)
      return
    }
    guard let stream, stream.ignoredAs == nil, !day.joules.isEmpty else { return }
    for (place, joules) in day.joules.enumerated() {
      let quality = joules == nil ? .missing : day.qualities[place] ?? .missing
      let isKept = book.add(
        ChannelBook.Value(
          meter: stream.meter, isExport: stream.isExport, register: stream.register,
          start: day.start + Int64(place) * stream.minutes * 60,
          seconds: Int32(stream.minutes * 60),
          joules: quality == .missing ? nil : joules, quality: quality, version: day.version,
          line: Int32(truncatingIfNeeded: day.line)))
      if !isKept {
        file.fault("300.values", "more values", "\(MetersFile.rows) a file")
        isFull = true
        return
      }
    }
  }

  /// What was read.
  mutating func delivery() throws(FileFaults) -> MeterDelivery {
    let importOnly = importOnly
    let isOneWay = options.isOneWay
    return try file.delivery(
      .nem12, of: &book, source: "nem12:\(sender)", rounded: rounded, ignored: ignored,
      halves: "one channel of two and are missing"
    ) { isOneWay || importOnly.contains($0) }
  }

  private static func date(_ text: some StringProtocol) -> CivilDate? { Macet80020.date(text) }

  /// A moment of `digits` digits in UTC+10, as Unix seconds.
  static func moment(_ text: String, digits: Int) -> Int64? {
    guard text.utf8.count == digits, let date = date(text.prefix(8)),
      text.utf8.allSatisfy({ $0 &- 48 < 10 }), let clock = Int64(text.dropFirst(8))
    else { return nil }
    let seconds = digits == 14 ? clock % 100 : 0
    let minutes = digits == 14 ? clock / 100 : clock
    guard minutes / 100 < 24, minutes % 100 < 60, seconds < 60 else { return nil }
    return date.dayNumber * 86_400 + minutes / 100 * 3_600 + minutes % 100 * 60 + seconds
      - NEM12File.offsetSeconds
  }
}
