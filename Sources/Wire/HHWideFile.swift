import Grid

/// British half hours as CSV, a row a day: `mpan,date,HH01…HH50,flags`.
///
/// A day has the periods of its British clocks: 48, 46 and 50 when they change, where the fifth is
/// the second 01:00. `flags` has a letter for each, so that a row that was cut or made for another
/// clock is seen; the periods beyond are empty. The values are import in kilowatt-hours. Files come
/// and none is made.
///
/// *Interpretation:* of the letters only `A` and `E` were seen; `M` is missing, as in plain CSV. An
/// empty value is missing whatever its letter.
public enum HHWideFile {
  /// Most periods of a day.
  private static let most = 50

  /// `mpan`, `date`, the periods, `flags`.
  struct Column: CSVColumn {
    let rawValue: Int

    static let meter = Column(rawValue: 0)
    static let date = Column(rawValue: 1)
    static let flags = Column(rawValue: most + 2)
    static func period(_ number: Int) -> Column { Column(rawValue: number + 1) }

    static let allCases = (0...most + 2).map { Column(rawValue: $0) }
    static let names =
      ["mpan", "date"] + (1...most).map { $0 < 10 ? "HH0\($0)" : "HH\($0)" } + ["flags"]
    static let optional: [Column] = []
    static let ignored: [String] = []

    /// `HH1` is `HH01`.
    static func place(of name: String) -> Int? {
      let isShort = name.utf8.count == 3 && name.hasPrefix("HH")
      return names.firstIndex(of: isShort ? "HH0\(name.dropFirst(2))" : name)
    }
  }

  /// The readings of the file.
  /// - Throws: every fault.
  public static func read(
    _ bytes: [UInt8], file: String, options: ImportOptions = ImportOptions()
  ) throws(FileFaults) -> MeterDelivery {
    var table = CSVTable<Column>(bytes, file: file, upTo: MetersFile.fileBytes)
    var book = ChannelBook()
    var rounded = 0
    rows: while table.next() {
      for value in day(&table, &book, options, &rounded) where !book.add(value) {
        table.fault(.meter, allowed: "\(MetersFile.rows) values a file", found: "more values")
        break rows
      }
    }
    var faults = table.faults
    guard faults.isEmpty else { throw faults.faults }
    let isOneWay = options.isOneWay
    return try book.delivery(
      .hhWide, &faults, source: nil, rounded: rounded,
      halves: "import alone and are missing; --one-way says that export does not exist"
    ) { _ in isOneWay }
  }

  /// The values of a row; none where it has a fault.
  private static func day(
    _ table: inout CSVTable<Column>, _ book: inout ChannelBook, _ options: ImportOptions,
    _ rounded: inout Int
  ) -> [ChannelBook.Value] {
    let (meter, allowed) = BritishDay.meter(ofMPAN: table.text(.meter), .hhWide, options.map)
    if meter == nil { table.fault(.meter, allowed: allowed) }
    guard let date = CivilDate(text: table.text(.date)),
      (BritishDay.firstYear...2_100).contains(date.components.year)
    else {
      table.fault(.date, allowed: "a date YYYY-MM-DD of \(BritishDay.firstYear)...2100")
      return []
    }
    let count = BritishDay.periods(of: date)
    let flags = table.cell(.flags).map { Array(table.bytes[$0.start..<$0.end]) } ?? []
    if flags.count != count {
      table.fault(.flags, allowed: "\(count) letters on \(date)", found: "\(flags.count) letters")
    }
    let start = BritishDay.start(of: date)
    var values: [ChannelBook.Value] = []
    for number in 1...most {
      let column = Column.period(number)
      guard number <= count else {
        if !table.isEmpty(column) { table.fault(column, allowed: "empty: \(date) has \(count)") }
        continue
      }
      let energy = table.energy(column)
      if energy?.isRounded == true { rounded += 1 }
      guard flags.indices.contains(number - 1) else { continue }
      guard let quality = quality(flags[number - 1]) else {
        let letter = Excerpt.of([flags[number - 1]])
        table.fault(.flags, allowed: "A, E or M", found: "\(letter) for period \(number)")
        continue
      }
      if quality == .missing, !table.isEmpty(column) {
        table.fault(column, allowed: "empty, with flag M")
      }
      values.append(
        ChannelBook.Value(
          meter: 0, isExport: false, start: start + Int64(number - 1) * BritishDay.periodSeconds,
          seconds: Int32(BritishDay.periodSeconds), joules: energy?.energy.joules,
          quality: energy == nil ? .missing : quality,
          line: Int32(truncatingIfNeeded: table.line)))
    }
    guard table.rowIsGood, let meter else { return [] }
    guard let ordinal = book.ordinal(of: meter) else {
      table.fault(.meter, allowed: "\(MetersFile.meters) meters a file", found: "one more")
      return []
    }
    for place in values.indices { values[place].meter = ordinal }
    return values
  }

  private static func quality(_ letter: UInt8) -> Quality? {
    switch letter {
    case UInt8(ascii: "A"): .actual
    case UInt8(ascii: "E"): .estimated
    case UInt8(ascii: "M"): .missing
    default: nil
    }
  }
}
