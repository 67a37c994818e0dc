import Grid

/// The state machine over the groups of a D0379 file.
struct D0379Scan {
  private(set) var file: RecordFile
  private let options: ImportOptions
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
    self.file = RecordFile(bytes, file: file, separator: UInt8(ascii: "|"))
    self.options = options
  }

  /// Reads every group.
  mutating func run() {
    while !isFull, file.next() { group() }
    closeDay()
    if !hasEnded, !isFull {
      file.fault(
        "group", "the end of the file", "ZPT as the last group: without it the file is cut")
    }
  }

  private mutating func group() {
    let kind = file.cell(0)
    guard !hasEnded else { return file.fault("group", kind, "nothing after ZPT") }
    guard head != nil || kind == "ZHV" else {
      isFull = true
      return file.fault("group", kind, "ZHV as the first group")
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
    default: file.fault("group", kind, "ZHV, 25B, 26B, 66L or ZPT")
    }
  }

  private mutating func header() {
    if head != nil { return file.fault("group", "a second ZHV", "one ZHV a file") }
    if !file.cell(2).hasPrefix("D0379") {
      file.fault("ZHV.flow", file.cell(2), "D0379 and its version")
    }
    if file.cell(1).isEmpty { file.fault("ZHV.file", "", "the file's number") }
    if file.cell(4).isEmpty { file.fault("ZHV.from", "", "a participant") }
    let created = Self.moment(file.cell(7))
    if created == nil { file.fault("ZHV.created", file.cell(7), "YYYYMMDDhhmmss") }
    head = Head(id: file.cell(1), sender: file.cell(4), version: created ?? 0)
  }

  private mutating func newPoint() -> Point? {
    let name = file.cell(1)
    let (meter, allowed) = BritishDay.meter(ofMPAN: name, .d0379, options.map)
    if meter == nil { file.fault("25B.MPAN", name, allowed) }
    let quantity = file.cell(2)
    if !["AI", "AE", "RI", "RE"].contains(quantity) {
      file.fault("25B.quantity", quantity, "AI or AE; RI and RE are passed over")
      return nil
    }
    guard let meter else { return nil }
    guard let ordinal = book.ordinal(of: meter) else {
      file.fault("25B.MPAN", "one more", "\(MetersFile.meters) meters a file")
      return nil
    }
    return Point(
      meter: ordinal, isExport: quantity == "AE",
      ignoredAs: quantity.hasPrefix("R") ? "reactive" : nil)
  }

  private mutating func newDay() {
    guard point != nil else {
      if !isLost { file.fault("group", "26B", "26B after 25B") }
      isLost = true
      return
    }
    guard let date = Macet80020.date(file.cell(1)), date.components.year >= BritishDay.firstYear
    else {
      file.fault("26B.date", file.cell(1), "YYYYMMDD of 1996...2100")
      isLost = true
      return
    }
    isLost = false
    day = Day(date: date, line: file.line)
  }

  private mutating func period() {
    guard let point, let day else {
      if !isLost { file.fault("group", "66L", "66L after 26B") }
      isLost = true
      return
    }
    self.day?.periods += 1
    if let kind = point.ignoredAs {
      ignored[kind, default: 0] += 1
      return
    }
    let quality: Quality
    switch file.cell(1) {
    case "A": quality = .actual
    case "E": quality = .estimated
    default: return file.fault("66L.quality", file.cell(1), "A or E")
    }
    let text = file.cell(2)
    let energy = DecimalEnergy.read(text, joulesPerUnit: 3_600_000)
    guard text.isEmpty || energy.map({ $0.joules >= 0 }) == true else {
      return file.fault("66L.kWh", text, "digits with at most one point, 0 or more")
    }
    if energy?.isRounded == true { rounded += 1 }
    // One too many is named when the day is closed.
    guard day.periods < BritishDay.periods(of: day.date) else { return }
    let isKept = book.add(
      ChannelBook.Value(
        meter: point.meter, isExport: point.isExport,
        start: BritishDay.start(of: day.date) + Int64(day.periods) * BritishDay.periodSeconds,
        seconds: Int32(BritishDay.periodSeconds), joules: energy?.joules,
        quality: energy == nil ? .missing : quality, version: head?.version ?? 0,
        line: Int32(truncatingIfNeeded: file.line)))
    if !isKept {
      file.fault("66L.kWh", "more values", "\(MetersFile.rows) a file")
      isFull = true
    }
  }

  /// A day must have all its periods: which of them a short one lacks cannot be known.
  private mutating func closeDay() {
    guard let day = self.day else { return }
    self.day = nil
    let expected = BritishDay.periods(of: day.date)
    if day.periods != expected {
      file.fault(
        "26B.periods", "\(day.periods)", "\(expected) on \(day.date)", line: day.line)
    }
  }

  private mutating func trailer() {
    hasEnded = true
    if file.cell(1) != head?.id {
      file.fault("ZPT.file", file.cell(1), "\(head?.id ?? ""), as in ZHV")
    }
    if Int(file.cell(2)) != groups {
      file.fault("ZPT.groups", file.cell(2), "\(groups), as in the file")
    }
  }

  /// What was read.
  mutating func delivery() throws(FileFaults) -> MeterDelivery {
    let isOneWay = options.isOneWay
    return try file.delivery(
      .d0379, of: &book, source: "d0379:\(head?.sender ?? "")", rounded: rounded, ignored: ignored,
      halves: "one quantity of two and are missing; --one-way says that the other does not exist"
    ) { _ in isOneWay }
  }

  /// A moment in UTC, as it only orders files.
  private static func moment(_ text: String) -> Int64? {
    guard text.utf8.count == 14 else { return nil }
    return NEM12Scan.moment(text, digits: 14)
  }
}
