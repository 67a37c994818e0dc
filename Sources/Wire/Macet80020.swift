import Grid

/// The daily exchange file of Russian metering systems (макет 80020), as implementations write it.
///
/// Times are local to the area, so the zone must be said; values are kilowatt-hours of a period. A
/// missing period is never 0.
public enum Macet80020 {
  /// What the head of a file says.
  struct Head {
    var number = ""
    var timestamp = ""
    var day = ""
    var inn = ""
    var isMessage = false
  }

  /// One period as it stands in the file.
  struct Period {
    /// Minutes since local midnight.
    var start: Int64
    var end: Int64
    var isSummer: Bool
    var joules: Int64?
    var isNonCommercial: Bool
    var isReplaced: Bool
    var line: Int32
  }

  /// The periods of one channel of one point.
  struct Channel {
    let meter: MeterID
    let code: String
    let isExport: Bool
    let line: Int
    var periods: [Period] = []
  }

  /// The delivery, with its receipt.
  static func read(
    _ bytes: [UInt8], file: String, name: String, packing: PackedFile.Packing,
    options: ImportOptions
  ) throws(DeliveryRefusal) -> MeterDelivery {
    var receipt = Receipt80021(
      id: "", isZipped: packing == .zip, name: name, date: "", status: .accepted)
    var scan: MacetScan
    do throws(FileFault) {
      scan = MacetScan(scanner: try XMLScanner(bytes, file: file), options: options)
    } catch {
      receipt.status = .notXML
      receipt.id = nameParts(name)?.number ?? ""
      throw DeliveryRefusal(faults: FileFaults(list: [error], total: 1), receipt: receipt)
    }
    do throws(FileFault) {
      try scan.run()
    } catch {
      receipt.status = .notXML
      receipt.id = nameParts(name)?.number ?? ""
      scan.faults.add(
        line: error.line, field: error.field, found: error.found, allowed: error.allowed)
      throw DeliveryRefusal(faults: scan.faults.faults, receipt: receipt)
    }
    receipt.id = scan.head.number
    receipt.date = scan.head.timestamp
    scan.checkHead(name: name)
    guard let delivery = scan.delivery() else {
      receipt.status = scan.isFormatError ? .formatError : .unknownPoints
      throw DeliveryRefusal(faults: scan.faults.faults, receipt: receipt)
    }
    var result = delivery
    if result.readings.contains(where: \.isNonCommercial) { receipt.status = .nonCommercial }
    result.receipt = receipt
    return result
  }

  /// Sender, day and number in a file's name; nil when it has another form.
  static func nameParts(_ name: String) -> (inn: String, day: String, number: String)? {
    let stem = name.split(separator: ".", maxSplits: 1)[0...].first ?? ""
    let parts = stem.split(separator: "_", omittingEmptySubsequences: false)
    guard parts.count == 4 || parts.count == 5, parts[0] == "80020" else { return nil }
    return (String(parts[1]), String(parts[2]), String(parts[3]))
  }

  /// `YYYYMMDD` as a date.
  static func date(_ text: some StringProtocol) -> CivilDate? {
    let digits = Array(text.utf8)
    guard digits.count == 8, digits.allSatisfy({ $0 &- UInt8(ascii: "0") < 10 }) else { return nil }
    let number = Int64(String(text))!
    guard (1_990...2_100).contains(number / 10_000) else { return nil }
    return CivilDate(year: number / 10_000, month: number / 100 % 100, day: number % 100)
  }

  /// `hhmm` as minutes; 2400 only where the end of the day may stand.
  static func minutes(_ text: String?) -> Int64? {
    guard let text, text.utf8.count == 4,
      text.utf8.allSatisfy({ $0 &- UInt8(ascii: "0") < 10 }), let number = Int64(text)
    else { return nil }
    let minutes = number / 100 * 60 + number % 100
    return number % 100 < 60 && minutes <= 1_440 ? minutes : nil
  }
}
