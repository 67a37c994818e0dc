public import Grid

/// What participants owe, as CSV: `participant_id,programme_id,zone_id,obligation_w,headroom_w`.
public enum ObligationsFile {
  private enum Column: Int, CSVColumn {
    case participant, programme, zone, obligation, headroom

    static let names = [
      "participant_id", "programme_id", "zone_id", "obligation_w", "headroom_w",
    ]
    static let optional: [Column] = []
    static let ignored: [String] = []
  }

  /// The obligations, in the order of the file.
  /// - Throws: every fault; a participant stands there once and owes no more than he can hold.
  public static func parse(_ bytes: [UInt8], file: String) throws(FileFaults) -> [Obligation] {
    var table = CSVTable<Column>(bytes, file: file)
    var obligations: [Obligation] = []
    var lines: [OwnerID: Int] = [:]
    while table.next() {
      let participant = table.id(.participant, as: OwnerKind.self)
      let programme = table.id(.programme, as: ProgrammeKind.self)
      let zone = table.id(.zone, as: NodeKind.self)
      let owed = table.integer(.obligation, 0...WireLimits.signalWatts)
      let headroom = table.integer(.headroom, 0...WireLimits.signalWatts)
      guard table.rowIsGood, let participant, let programme, let zone, let owed, let headroom
      else { continue }
      guard owed <= headroom else {
        table.fault(.obligation, allowed: "up to headroom_w, here \(headroom)")
        continue
      }
      if let first = lines[participant] {
        table.fault(.participant, allowed: "each participant once; he stands on line \(first)")
        continue
      }
      lines[participant] = table.line
      obligations.append(
        Obligation(
          participant: participant, programme: programme, zone: zone, owed: Power(watts: owed),
          headroom: Power(watts: headroom)))
    }
    guard table.faults.isEmpty else { throw table.faults.faults }
    return obligations
  }

  /// The same file with what is owed now.
  public static func write(_ obligations: [Obligation]) -> String {
    var text = Column.names.joined(separator: ",") + "\n"
    for owed in obligations {
      text += "\(owed.participant),\(owed.programme),\(owed.zone),\(owed.owed.watts),"
      text += "\(owed.headroom.watts)\n"
    }
    return text
  }
}

/// The text of a transfer that both parties sign: one member a line, in this order.
public enum ObligationTransferText {
  /// The first line.
  public static let schema = "headroom.obligation-transfer/1"
  private static let members = ["event", "from", "to", "watts", "offered"]

  /// The lines, with a newline at the end.
  public static func write(_ transfer: ObligationTransfer) -> String {
    """
    \(schema)
    event \(transfer.event)
    from \(transfer.from)
    to \(transfer.to)
    watts \(transfer.power.watts)
    offered \(transfer.offeredAt)

    """
  }

  /// Reads the text; what it would be written as again is the same text.
  /// - Throws: every fault of the lines.
  public static func parse(_ text: String, file: String) throws(FileFaults) -> ObligationTransfer {
    var faults = FaultCollector(file: file)
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    if lines[0] != schema {
      faults.add(line: 1, field: "schema", found: lines[0], allowed: schema)
      throw faults.faults
    }
    func member(_ place: Int) -> String {
      let line = place + 1 < lines.count ? lines[place + 1] : ""
      let prefix = members[place] + " "
      return line.hasPrefix(prefix) ? String(line.dropFirst(prefix.count)) : ""
    }
    func read<Value>(_ place: Int, _ allowed: String, _ value: (String) -> Value?) -> Value? {
      let text = member(place)
      if let value = value(text) { return value }
      faults.add(
        line: place + 2, field: members[place], found: text.isEmpty ? "nothing" : text,
        allowed: allowed)
      return nil
    }
    let name = "1 to 64 of A-Z a-z 0-9 _ -"
    let event = read(0, name) { EventID($0) }
    let from = read(1, name) { OwnerID($0) }
    let to = read(2, name) { OwnerID($0) }
    let watts = read(3, "1 to \(WireLimits.signalWatts)") { text in
      Int64(text).flatMap {
        (1...WireLimits.signalWatts).contains($0) && "\($0)" == text ? $0 : nil
      }
    }
    let offered = read(4, "a time such as 2026-09-15T17:00:00Z") { Timestamp(rfc3339: $0) }
    guard let event, let from, let to, let watts, let offered else { throw faults.faults }
    let transfer = ObligationTransfer(
      event: event, from: from, to: to, power: Power(watts: watts), offeredAt: offered)
    guard write(transfer) == text else {
      faults.add(
        line: 1, field: "text", found: "\(lines.count) lines", allowed: "exactly its six lines")
      throw faults.faults
    }
    return transfer
  }
}
