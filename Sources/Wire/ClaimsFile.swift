public import Grid

/// Energy of a service point that a programme has claimed, so that nobody pays it twice.
public struct EnergyClaim: Hashable, Sendable {
  /// Which way the energy went.
  public enum Direction: String, Hashable, Sendable, CaseIterable {
    /// Taken from the grid.
    case imported = "import"
    /// Given to it.
    case exported = "export"
  }

  /// Who claims.
  public let programme: ProgrammeID
  /// For which event.
  public let event: EventID
  /// The meter of the service point, or of the device.
  public let meter: MeterID
  /// The time.
  public let window: Window
  /// The direction.
  public let direction: Direction

  /// A claim.
  public init(
    programme: ProgrammeID, event: EventID, meter: MeterID, window: Window, direction: Direction
  ) {
    self.programme = programme
    self.event = event
    self.meter = meter
    self.window = window
    self.direction = direction
  }
}

/// Claims as CSV: `programme_id,event_id,meter_id,start,end,direction`.
public enum ClaimsFile {
  private enum Column: Int, CSVColumn {
    case programme, event, meter, start, end, direction

    static let names = ["programme_id", "event_id", "meter_id", "start", "end", "direction"]
    static let optional: [Column] = []
    static let ignored: [String] = []
  }

  /// The claims, in the order of the file: of two, the first came first.
  /// - Throws: every fault.
  public static func parse(_ bytes: [UInt8], file: String) throws(FileFaults) -> [EnergyClaim] {
    var table = CSVTable<Column>(bytes, file: file)
    var claims: [EnergyClaim] = []
    while table.next() {
      let programme = table.id(.programme, as: ProgrammeKind.self)
      let event = table.id(.event, as: EventKind.self)
      let meter = table.id(.meter, as: MeterKind.self)
      let start = table.time(.start)
      let end = table.time(.end)
      let direction = EnergyClaim.Direction(rawValue: table.text(.direction))
      if direction == nil { table.fault(.direction, allowed: "import or export") }
      guard table.rowIsGood, let programme, let event, let meter, let start, let end,
        let direction
      else { continue }
      guard let window = Window(start: start, end: end) else {
        table.fault(.end, allowed: "after start")
        continue
      }
      claims.append(
        EnergyClaim(
          programme: programme, event: event, meter: meter, window: window, direction: direction))
    }
    guard table.faults.isEmpty else { throw table.faults.faults }
    return claims
  }

  /// The file of some claims.
  public static func encode(_ claims: [EnergyClaim]) -> [UInt8] {
    var bytes: [UInt8] = []
    FleetFile.append(Column.names, to: &bytes)
    for claim in claims {
      FleetFile.append(
        [
          claim.programme.text, claim.event.text, claim.meter.text, "\(claim.window.start)",
          "\(claim.window.end)", claim.direction.rawValue,
        ], to: &bytes)
    }
    return bytes
  }
}
