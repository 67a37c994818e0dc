import Engine
import Grid
import Logging
import Policies
import Verification
import Wire

extension Loop {
  /// Writes down what the file of schedules says now, and freezes those of events whose gates have
  /// closed.
  mutating func watchSchedules(into draft: inout TurnDraft, at now: Timestamp) {
    let closing = openGates.filter { $0.gate <= now }
    // At a gate the file counts as it is, however short ago it was looked at.
    switch scheduleWatch?.look(at: now, isDue: !closing.isEmpty) {
    case .content(let rows):
      let frames = decider.schedules.frames(for: rows)
      if !frames.isEmpty {
        setup.logger.notice("declared schedules have changed", metadata: ["rows": "\(rows.count)"])
        turnAway(rows)
      }
      for frame in frames { note(frame, into: &draft) }
    case .unusable(let reason):
      setup.logger.error("declared schedules are as they were: \(reason)")
    case nil: break
    }
    for event in closing { freeze(event, into: &draft, at: now) }
  }

  /// Says which new versions came after the gate of an event under way: they do not count for it.
  private func turnAway(_ rows: [ScheduleRow]) {
    let windows = Dictionary(
      uniqueKeysWithValues: decider.engine.events.compactMap { record in
        record.closedAt == nil ? record.window.map { (record.id, $0) } : nil
      })
    for (event, sites) in decider.schedules.late(rows, windows: windows) {
      setup.logger.warning(
        "gateClosed: schedules came after gate closure and do not count",
        metadata: ["event": "\(event)", "sites": "\(sites.map(\.text).joined(separator: " "))"])
    }
  }

  /// When the next gate closes, or nil.
  var nextGate: Timestamp? { openGates.map(\.gate).min() }

  /// An event whose schedules are not frozen yet.
  private struct OpenGate {
    let event: EventID
    let window: Window
    let gate: Timestamp
    let minutes: Int64
  }

  /// Those of policies that settle on schedules, whatever is known of the event so far.
  private var openGates: [OpenGate] {
    let policies = setup.policies.filter { $0.measurement.baseline.kind == .declared }
    guard !policies.isEmpty else { return [] }
    return decider.engine.events.compactMap { record in
      guard record.closedAt == nil, let content = record.content,
        let policy = policies.first(where: { $0.hash == record.policy })
      else { return nil }
      let window = EventCase.intervals(
        over: record.window ?? content.window, level: content.level, policy: policy
      ).window
      let minutes = policy.measurement.baseline.gateClosureMinutes
      let gate = window.start.adding(seconds: -60 * minutes)
      guard decider.schedules.frozen[record.id]?.gate != gate else { return nil }
      return OpenGate(event: record.id, window: window, gate: gate, minutes: minutes)
    }
  }

  private mutating func freeze(_ open: OpenGate, into draft: inout TurnDraft, at now: Timestamp) {
    let book = ScheduleBook(decider.schedules.rows, frozen: nil)
    // What was not written down before the event begins was not declared.
    let digests =
      now >= open.window.start
      ? []
      : book.sites.compactMap { site in
        book.inForce(
          site, event: open.event, window: open.window, gateClosureMinutes: open.minutes
        ).map { FrozenSchedule(event: open.event, site: site, digest: $0.digest) }
      }
    setup.logger.notice(
      "schedules are frozen", metadata: ["event": "\(open.event)", "sites": "\(digests.count)"])
    note(ScheduleLog.frame(freezing: digests, of: open.event, gate: open.gate), into: &draft)
  }

  private mutating func note(_ frame: Frame, into draft: inout TurnDraft) {
    draft.note(frame)
    decider.note(frame)
  }
}
