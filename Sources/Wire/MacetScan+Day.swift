import Grid

extension MacetScan {
  /// Compares what the head says with the name of the file.
  mutating func checkHead(name: String) {
    if !head.isMessage { fault(line: 1, "message", "another element", "message of class 80020") }
    if Int64(head.number).map({ $0 >= 0 }) != true || head.number.utf8.count > 18 {
      fault(line: 1, "message@number", head.number, "an integer")
    }
    if Macet80020.date(head.day) == nil {
      fault(line: 1, "message/datetime/day", head.day, "YYYYMMDD of 1990...2100")
    }
    if head.timestamp.utf8.count != 14 || Macet80020.date(head.timestamp.prefix(8)) == nil {
      fault(line: 1, "message/datetime/timestamp", head.timestamp, "YYYYMMDDhhmmss")
    }
    if head.inn.utf8.count < 10 || head.inn.utf8.count > 12
      || !head.inn.utf8.allSatisfy({ $0 &- UInt8(ascii: "0") < 10 })
    {
      fault(line: 1, "message/sender/inn", head.inn, "10 or 12 digits")
    }
    guard let parts = Macet80020.nameParts(name) else { return }
    let pairs = [
      ("sender", parts.inn, head.inn), ("day", parts.day, head.day),
      ("number", parts.number, head.number),
    ]
    for (what, inName, inFile) in pairs where inName != inFile {
      fault(line: 1, "file name", "\(what) \(inName)", "\(what) \(inFile), as in the file")
    }
  }

  /// The readings of the day; nil when there is a fault.
  mutating func delivery() -> MeterDelivery? {
    guard let day = Macet80020.date(head.day) else { return nil }
    guard let zone = options.zone else {
      fault(line: 1, "zone", "none", "--zone, such as Europe/Moscow: times are local to the area")
      return nil
    }
    var book = ChannelBook()
    for channel in channels { add(channel, on: day, zone, to: &book) }
    guard faults.isEmpty else { return nil }
    let (readings, _) = book.join(&faults) { _ in options.isOneWay }
    guard faults.isEmpty, let number = Int64(head.number) else {
      isFormatErrorAfterJoin()
      return nil
    }
    var delivery = MeterDelivery(format: .macet80020, readings: readings)
    if !readings.isEmpty {
      delivery.runs = [VersionRun(range: 0..<readings.count, version: number)]
    }
    delivery.source = "80020:\(head.inn)"
    delivery.document = NumberedDocument(name: "80020:\(head.inn):\(head.day)", number: number)
    delivery.duplicates = book.duplicates
    delivery.halfMissing = book.halfMissing
    delivery.rounded = rounded
    delivery.ignored = ignored
    if book.halfMissing > 0 {
      delivery.findings.append(
        "halfMissing: \(book.halfMissing) readings have one channel of two; --one-way says that the"
          + " other does not exist")
    }
    return delivery
  }

  private mutating func isFormatErrorAfterJoin() {
    fault(line: 1, "message", "values that contradict each other", "each interval once")
  }

  private mutating func add(
    _ channel: Macet80020.Channel, on day: CivilDate, _ zone: ZoneOffsets,
    to book: inout ChannelBook
  ) {
    let place = "\(channel.code) \(channel.isExport ? "02" : "01")"
    guard let ordinal = book.ordinal(of: channel.meter) else {
      fault(line: channel.line, place, "one more point", "\(MetersFile.meters) points a file")
      return
    }
    guard let length = channel.periods.map({ $0.end - $0.start }).min() else {
      fault(line: channel.line, place, "no period", "48 half hours or 24 hours")
      return
    }
    if let other = channel.periods.first(where: { $0.end - $0.start != length }) {
      fault(line: Int(other.line), place, "half hours and hours", "one length a channel")
      return
    }
    var given: [Int64: Macet80020.Period] = [:]
    for period in channel.periods {
      guard let joules = period.joules else { continue }
      switch zone.moments(on: day, secondOfDay: period.start * 60) {
      case .once(let moment): take(period, at: moment.seconds, place, &given)
      case .twice(let first, let second):
        take(period, at: (period.isSummer ? first : second).seconds, place, &given)
      case .skipped:
        if joules != 0 {
          fault(
            line: Int(period.line), place, "a value in an hour that the clocks skip", "0 or nothing"
          )
        }
      }
    }
    var moment = zone.startOfDay(day).seconds
    let end = zone.startOfDay(day.adding(days: 1)).seconds
    var holes = 0
    while moment < end {
      let period = given[moment]
      if period == nil { holes += 1 }
      let isKept = book.add(
        ChannelBook.Value(
          meter: ordinal, isExport: channel.isExport, start: moment, seconds: Int32(length * 60),
          joules: period?.joules, quality: Self.quality(period),
          isNonCommercial: period?.isNonCommercial ?? false,
          line: period?.line ?? Int32(truncatingIfNeeded: channel.line)))
      if !isKept {
        fault(line: channel.line, place, "more values", "\(MetersFile.rows) a file")
        return
      }
      moment += length * 60
    }
    if holes > 0, !options.allowsGaps {
      let expected = (end - zone.startOfDay(day).seconds) / (length * 60)
      fault(
        line: channel.line, place, "\(expected - Int64(holes)) of \(expected) periods",
        "a whole day; --allow-gaps takes the rest as missing")
    }
  }

  private mutating func take(
    _ period: Macet80020.Period, at second: Int64, _ place: String,
    _ given: inout [Int64: Macet80020.Period]
  ) {
    if given.updateValue(period, forKey: second) != nil {
      fault(line: Int(period.line), place, "a period twice", "each period once")
    }
  }

  private static func quality(_ period: Macet80020.Period?) -> Quality {
    guard let period else { return .missing }
    if period.isNonCommercial { return .estimated }
    return period.isReplaced ? .edited : .actual
  }
}
