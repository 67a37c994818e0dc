import Grid

/// Reads the elements of a file of 80020.
struct MacetScan {
  private var scanner: XMLScanner
  let options: ImportOptions
  var faults: FaultCollector
  /// False while every fault is a point or channel that is not known.
  private(set) var isFormatError = false
  private(set) var head = Macet80020.Head()
  private(set) var channels: [Macet80020.Channel] = []
  private(set) var ignored: [String: Int] = [:]
  private(set) var periods = 0
  private(set) var rounded = 0
  private var meter: (id: MeterID?, code: String)?
  private var isRead = false

  init(scanner: XMLScanner, options: ImportOptions) {
    self.scanner = scanner
    self.options = options
    faults = FaultCollector(file: scanner.file)
  }

  /// A fault of the format.
  mutating func fault(line: Int, _ field: String, _ found: String, _ allowed: String) {
    isFormatError = true
    faults.add(
      line: line, field: field, found: found.isEmpty ? "empty" : Excerpt.of(Array(found.utf8)),
      allowed: allowed)
  }

  private mutating func fault(_ field: String, _ found: String, _ allowed: String) {
    fault(line: scanner.line(of: scanner.tokenPlace), field, found, allowed)
  }

  /// Reads the file to its end.
  mutating func run() throws(FileFault) {
    while true {
      switch try scanner.next() {
      case .start: start()
      case .text: text()
      case .end:
        if scanner.name == "measuringchannel" { isRead = false }
        if scanner.name == "value", isRead, scanner.openCount >= 5 { endOfValue() }
      case .finished: return
      }
    }
  }

  private mutating func start() {
    switch scanner.name {
    case "message" where scanner.openCount == 1:
      head.isMessage = true
      let kind = scanner.attribute("class") ?? ""
      if kind != "80020" { fault("message@class", kind, "80020") }
      let version = scanner.attribute("version") ?? ""
      if version != "2" { fault("message@version", version, "2") }
      head.number = scanner.attribute("number") ?? ""
    case "measuringpoint", "accountpoint": point()
    case "deliverypoint", "deliverygroup", "peretok": ignored[scanner.name, default: 0] += 1
    case "measuringchannel": channel()
    case "period" where isRead: period()
    case "period": countIgnored()
    case "value" where isRead: value()
    default: break
    }
  }

  private mutating func point() {
    let code = scanner.attribute("code") ?? ""
    var id: MeterID?
    if let map = options.map, map.has(.macet80020) {
      id = map.meter(code, format: .macet80020)
      if id == nil {
        faults.add(
          line: scanner.line(of: scanner.tokenPlace), field: "\(scanner.path)@code",
          found: code.isEmpty ? "empty" : Excerpt.of(Array(code.utf8)),
          allowed: "a code of the map")
      }
    } else {
      id = MeterID(code)
      if id == nil { fault("\(scanner.path)@code", code, "1...64 of A-Z a-z 0-9 _ -") }
    }
    meter = (id, code)
  }

  private mutating func channel() {
    let code = scanner.attribute("code") ?? ""
    isRead = false
    guard let meter else {
      // A channel of something that is no measuring point.
      ignored["other channel", default: 0] += 1
      return
    }
    switch code {
    case "01", "02":
      guard let id = meter.id else { return }
      let isExport = code == "02"
      if channels.contains(where: { $0.meter == id && $0.isExport == isExport }) {
        fault("\(scanner.path)@code", "\(meter.code) \(code) twice", "each channel once")
        return
      }
      channels.append(
        Macet80020.Channel(
          meter: id, code: meter.code, isExport: isExport,
          line: scanner.line(of: scanner.tokenPlace)))
      isRead = true
    case "03", "04": break
    default:
      faults.add(
        line: scanner.line(of: scanner.tokenPlace), field: "\(scanner.path)@code",
        found: code.isEmpty ? "empty" : Excerpt.of(Array(code.utf8)), allowed: "01, 02, 03 or 04")
    }
  }

  private mutating func countIgnored() {
    ignored[scanner.path.contains("measuringchannel") ? "reactive" : "other period", default: 0] +=
      1
  }

  private mutating func period() {
    let start = Macet80020.minutes(scanner.attribute("start"))
    let end = Macet80020.minutes(scanner.attribute("end")).map { $0 == 0 ? 1_440 : $0 }
    guard let start, let end, start < end, end - start == 30 || end - start == 60,
      start.isMultiple(of: end - start)
    else {
      let shown = "\(scanner.attribute("start") ?? "")-\(scanner.attribute("end") ?? "")"
      fault("\(scanner.path)@start", shown, "half hours or hours, as hhmm, the last end 0000")
      return
    }
    periods += 1
    guard periods <= MetersFile.rows else {
      if periods == MetersFile.rows + 1 {
        fault(scanner.path, "more periods", "\(MetersFile.rows) a file")
      }
      return
    }
    channels[channels.count - 1].periods.append(
      Macet80020.Period(
        start: start, end: end, isSummer: scanner.attribute("summer") == "1", joules: nil,
        isNonCommercial: false, isReplaced: false,
        line: Int32(truncatingIfNeeded: scanner.line(of: scanner.tokenPlace))))
    hasValue = false
  }

  private var hasValue = false

  private mutating func value() {
    guard let last = channels.last?.periods.last, last.joules == nil else { return }
    var period = last
    switch scanner.attribute("status") {
    case nil, "0": break
    case "1": period.isNonCommercial = true
    case let other?: fault("\(scanner.path)@status", other, "0 or 1")
    }
    if scanner.attribute("extendedstatus") == "1114" { period.isReplaced = true }
    if scanner.attribute("summer") == "1" { period.isSummer = true }
    channels[channels.count - 1].periods[channels[channels.count - 1].periods.count - 1] = period
    hasValue = false
  }

  private mutating func endOfValue() {
    if !hasValue { fault("\(scanner.path)/value", "", "kilowatt-hours of the period") }
    hasValue = true
  }

  private mutating func text() {
    switch scanner.openName {
    case "timestamp": head.timestamp = scanner.text
    case "day": head.day = scanner.text
    case "inn" where scanner.path.lowercased() == "message/sender/inn": head.inn = scanner.text
    case "value" where isRead && !(channels.last?.periods.isEmpty ?? true):
      hasValue = true
      let text = String(scanner.text.trimmed)
      guard
        let energy = DecimalEnergy.read(text, joulesPerUnit: 3_600_000, allowsComma: true),
        energy.joules >= 0
      else {
        fault(scanner.path, text, "kilowatt-hours: digits, with point or comma, 0 or more")
        return
      }
      if energy.isRounded { rounded += 1 }
      let count = channels[channels.count - 1].periods.count
      channels[channels.count - 1].periods[count - 1].joules = energy.joules
    default: break
    }
  }
}

extension String {
  /// Without white space around it.
  var trimmed: Substring {
    let isSpace: (Character) -> Bool = { $0 == " " || $0 == "\n" || $0 == "\t" || $0 == "\r\n" }
    var text = drop(while: isSpace)
    while let last = text.last, isSpace(last) { text.removeLast() }
    return text
  }
}
