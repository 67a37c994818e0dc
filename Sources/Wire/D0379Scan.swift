import Grid

/// The state machine over the groups of a D0379 file.
struct D0379Scan {
  private var reader: CSVReader
  private let options: ImportOptions
  private(set) var faults: FaultCollector
  private var book = ChannelBook()
  private var ignored: [String: Int] = [:]
  private var rounded = 0
  private var head: Head?
  private var hasEnded = false
  /// Groups between the first and the last.
  private var groups = 0
  private var point: Point?
  private var day: Day?
  /// The last 25B or 26B had a fault; what stands below it is not named again.
  private var isLost = false
  /// There is no reading on.
  private var isFull = false

  /// What `ZHV` says.
  private struct Head {
    var id: String
    var sender: String
    var version: Int64
  }

  /// The quantity of the last 25B; its periods are passed over when it is no active energy.
  private struct Point {
    var meter: Int32
    var isExport: Bool
    var ignoredAs: String?
  }

  /// The last 26B.
  private struct Day {
    var date: CivilDate
    var line: Int
    var periods = 0
  }

  init(_ bytes: [UInt8], file: String, options: ImportOptions) {
    reader = CSVReader(
      bytes.count > PackedFile.fileBytes ? [] : bytes, separator: UInt8(ascii: "|"))
    faults = FaultCollector(file: file)
    self.options = options
    if bytes.count > PackedFile.fileBytes {
      faults.add(
        line: 1, field: "file", found: "\(bytes.count) bytes",
        allowed: "up to \(PackedFile.fileBytes) bytes")
    }
  }

  private mutating func fault(_ field: String, _ found: String, _ allowed: String) {
    faults.add(
      line: max(1, reader.line), field: field,
      found: found.isEmpty ? "empty" : Excerpt.of(Array(found.utf8)), allowed: allowed)
  }

  private func cell(_ place: Int) -> String {
    reader.cells.indices.contains(place) ? reader.text(reader.cells[place]) : ""
  }

  /// Reads every group.
  mutating func run() {
    while !isFull {
      do throws(CSVReader.Fault) {
        guard try reader.next() else { break }
      } catch {
        faults.add(line: reader.line, field: "group", found: error.found, allowed: error.allowed)
        continue
      }
      group()
    }
    closeDay()
    if !hasEnded, !isFull {
      fault("group", "the end of the file", "ZPT as the last group: without it the file is cut")
    }
  }

  private mutating func group() {
    let kind = cell(0)
    guard !hasEnded else { return fault("group", kind, "nothing after ZPT") }
    guard head != nil || kind == "ZHV" else {
      isFull = true
      return fault("group", kind, "ZHV as the first group")
    }
    if kind != "ZHV", kind != "ZPT" { groups += 1 }
    switch kind {
    case "ZHV": header()
    case "25B":
      closeDay()
      point = nil
      point = newPoint()
      isLost = point == nil
    case "26B":
      closeDay()
      newDay()
    case "66L": period()
    case "ZPT":
      closeDay()
      trailer()
    default: fault("group", kind, "ZHV, 25B, 26B, 66L or ZPT")
    }
  }

  private mutating func header() {
    if head != nil { return fault("group", "a second ZHV", "one ZHV a file") }
    if !cell(2).hasPrefix("D0379") { fault("ZHV.flow", cell(2), "D0379 and its version") }
    if cell(1).isEmpty { fault("ZHV.file", "", "the file's number") }
    if cell(4).isEmpty { fault("ZHV.from", "", "a participant") }
    let created = Self.moment(cell(7))
    if created == nil { fault("ZHV.created", cell(7), "YYYYMMDDhhmmss") }
    head = Head(id: cell(1), sender: cell(4), version: created ?? 0)
  }

  private mutating func newPoint() -> Point? {
    let name = cell(1)
    var meter: MeterID?
    if let map = options.map, map.has(.d0379) {
      meter = map.meter(name, format: .d0379)
      if meter == nil { fault("25B.MPAN", name, "an MPAN of the map") }
    } else {
      let isNumber = name.utf8.count == 13 && name.utf8.allSatisfy { $0 &- 48 < 10 }
      meter = isNumber ? MeterID(name) : nil
      if meter == nil { fault("25B.MPAN", name, "13 digits") }
    }
    let quantity = cell(2)
    if !["AI", "AE", "RI", "RE"].contains(quantity) {
      fault("25B.quantity", quantity, "AI or AE; RI and RE are passed over")
      return nil
    }
    guard let meter else { return nil }
    guard let ordinal = book.ordinal(of: meter) else {
      fault("25B.MPAN", "one more", "\(MetersFile.meters) meters a file")
      return nil
    }
    return Point(
      meter: ordinal, isExport: quantity == "AE",
      ignoredAs: quantity.hasPrefix("R") ? "reactive" : nil)
  }

  private mutating func newDay() {
    guard point != nil else {
      if !isLost { fault("group", "26B", "26B after 25B") }
      isLost = true
      return
    }
    guard let date = Macet80020.date(cell(1)), date.components.year >= 1_996 else {
      fault("26B.date", cell(1), "YYYYMMDD of 1996...2100")
      isLost = true
      return
    }
    isLost = false
    day = Day(date: date, line: reader.line)
  }

  private mutating func period() {
    guard let point, let day else {
      if !isLost { fault("group", "66L", "66L after 26B") }
      isLost = true
      return
    }
    self.day?.periods += 1
    if let kind = point.ignoredAs {
      ignored[kind, default: 0] += 1
      return
    }
    let quality: Quality
    switch cell(1) {
    case "A": quality = .actual
    case "E": quality = .estimated
    default: return fault("66L.quality", cell(1), "A or E")
    }
    let text = cell(2)
    let energy = DecimalEnergy.read(text, joulesPerUnit: 3_600_000)
    guard text.isEmpty || energy.map({ $0.joules >= 0 }) == true else {
      return fault("66L.kWh", text, "digits with at most one point, 0 or more")
    }
    if energy?.isRounded == true { rounded += 1 }
    // One too many is named when the day is closed.
    guard day.periods < D0379File.periods(of: day.date) else { return }
    let isKept = book.add(
      ChannelBook.Value(
        meter: point.meter, isExport: point.isExport,
        start: D0379File.start(of: day.date) + Int64(day.periods) * D0379File.periodSeconds,
        seconds: Int32(D0379File.periodSeconds), joules: energy?.joules,
        quality: energy == nil ? .missing : quality, version: head?.version ?? 0,
        line: Int32(truncatingIfNeeded: reader.line)))
    if !isKept {
      fault("66L.kWh", "more values", "\(MetersFile.rows) a file")
      isFull = true
    }
  }

  /// A day must have all its periods: which of them a short one lacks cannot be known.
  private mutating func closeDay() {
    guard let day = self.day else { return }
    self.day = nil
    let expected = D0379File.periods(of: day.date)
    if day.periods != expected {
      faults.add(
        line: day.line, field: "26B.periods", found: "\(day.periods)",
        allowed: "\(expected) on \(day.date)")
    }
  }

  private mutating func trailer() {
    hasEnded = true
    if cell(1) != head?.id { fault("ZPT.file", cell(1), "\(head?.id ?? ""), as in ZHV") }
    if Int(cell(2)) != groups { fault("ZPT.groups", cell(2), "\(groups), as in the file") }
  }

  /// What was read.
  mutating func delivery() throws(FileFaults) -> MeterDelivery {
    let isOneWay = options.isOneWay
    let (readings, runs) = book.join(&faults) { _ in isOneWay }
    guard faults.isEmpty else { throw faults.faults }
    var delivery = MeterDelivery(format: .d0379, readings: readings)
    delivery.runs = runs
    delivery.source = "d0379:\(head?.sender ?? "")"
    delivery.duplicates = book.duplicates
    delivery.halfMissing = book.halfMissing
    delivery.rounded = rounded
    delivery.ignored = ignored
    if book.halfMissing > 0 {
      delivery.findings.append(
        "halfMissing: \(book.halfMissing) readings have one quantity of two and are missing; "
          + "--one-way says that the other does not exist")
    }
    return delivery
  }

  /// A moment in UTC, as it only orders files.
  private static func moment(_ text: String) -> Int64? {
    guard text.utf8.count == 14 else { return nil }
    return NEM12Scan.moment(text, digits: 14)
  }
}
