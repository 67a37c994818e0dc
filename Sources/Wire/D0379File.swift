import Grid

/// British half-hourly advances (flow D0379), as implementations write them: groups of fields
/// between `|`.
///
/// `ZHV` opens the file and `ZPT` ends it with a count of the groups between them. `25B` names a
/// meter point and a quantity, `26B` a settlement day, `66L` one settlement period. A day is one of
/// British clocks: 48 periods, 46 and 50 when they change. Files come and none is made.
public enum D0379File {
  /// The readings of the file.
  /// - Throws: every fault.
  public static func read(
    _ bytes: [UInt8], file: String, options: ImportOptions = ImportOptions()
  ) throws(FileFaults) -> MeterDelivery {
    var scan = D0379Scan(bytes, file: file, options: options)
    scan.run()
    guard scan.file.faults.isEmpty else { throw scan.file.faults.faults }
    return try scan.delivery()
  }
}
