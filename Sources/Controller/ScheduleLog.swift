import Grid
import Wire

/// Declared schedules as the logbook knows them: what the operator's file said when, and the digests
/// that were frozen at the gate closures.
struct ScheduleLog: Sendable {
  /// What was frozen for an event.
  struct Frozen: Hashable, Sendable {
    /// The gate closure it was frozen for; a revised event may have another one.
    let gate: Timestamp
    /// A digest a site.
    let digests: [FrozenSchedule]
  }

  /// What the file says, by site, version and time.
  private(set) var rows: [ScheduleRow] = []
  /// The digests of each event.
  private(set) var frozen: [EventID: Frozen] = [:]
  /// What the file said when a run began that has not ended, by `event/run`.
  private var readBy: [String: [ScheduleRow]] = [:]

  /// The frames that make `rows` of what is known; none when nothing has changed.
  func frames(for rows: [ScheduleRow]) -> [Frame] {
    let (old, new) = (Set(self.rows), Set(rows))
    let removed = self.rows.filter { !new.contains($0) }
    let added = rows.filter { !old.contains($0) }
    return [("removed", removed), ("added", added)].compactMap { name, rows in
      rows.isEmpty ? nil : Frame(.schedules, name, SchedulesFile.encode(rows))
    }
  }

  /// Sites with rows that are not known yet and came after the gate of an event, by event.
  func late(
    _ rows: [ScheduleRow], windows: [EventID: Window]
  ) -> [(event: EventID, sites: [SiteID])] {
    let known = Set(self.rows)
    return frozen.sorted { $0.key < $1.key }.compactMap { event, frozen in
      guard let window = windows[event] else { return nil }
      let late = rows.filter {
        $0.declaredAt > frozen.gate && $0.window.intersection(window) != nil && !known.contains($0)
      }
      return late.isEmpty ? nil : (event, Set(late.map(\.site)).sorted())
    }
  }

  /// The frame that freezes the schedules in force for an event.
  static func frame(freezing digests: [FrozenSchedule], of event: EventID, gate: Timestamp) -> Frame
  {
    Frame(.frozen, event.text, Array("\(gate)\n".utf8) + FrozenFile.encode(digests))
  }

  /// Takes a frame of either kind, as it was written or is about to be.
  mutating func take(_ frame: Frame) {
    do {
      switch frame.kind {
      case .schedules where frame.name == "added":
        rows += try SchedulesFile.parse(frame.body, file: "logbook")
        rows.sort()
      case .schedules:
        let gone = Set(try SchedulesFile.parse(frame.body, file: "logbook"))
        rows.removeAll(where: gone.contains)
      default:
        guard let event = EventID(frame.name), let end = frame.body.firstIndex(of: 10),
          let gate = Timestamp(rfc3339: String(decoding: frame.body[..<end], as: UTF8.self))
        else { preconditionFailure("the logbook's own frame of \(frame.name) is damaged") }
        frozen[event] = Frozen(
          gate: gate,
          digests: try FrozenFile.parse(Array(frame.body[(end + 1)...]), file: "logbook"))
      }
    } catch {
      preconditionFailure("the logbook's own schedules are damaged: \(error)")
    }
  }

  /// A run reads what is known now, also when it is carried out again.
  mutating func noteBegun(_ run: String) {
    if !rows.isEmpty || !frozen.isEmpty { readBy[run] = rows }
  }

  /// The run is over.
  mutating func noteDone(_ run: String) { readBy[run] = nil }

  /// The schedules of an event for a run; a site without a digest has not declared.
  func book(of event: EventID, run: String) -> ScheduleBook {
    ScheduleBook(readBy[run] ?? rows, frozen: frozen[event]?.digests ?? [])
  }
}
