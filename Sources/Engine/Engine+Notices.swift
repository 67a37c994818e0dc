import Grid

// The schedule, early: one notice a battery and event, sent again until it is acknowledged.
extension Engine {
  /// Notices of a revision that came into force before its start.
  mutating func sendNotices(_ place: Int) {
    for row in 0..<fleet.count {
      if states[place].record.batteries[row].holding > .zero {
        sendNotice(place, row: row)
      } else if let notice = states[place].record.batteries[row].notice, !notice.isWithdrawn {
        withdrawNotice(place, row: row)
      }
    }
  }

  mutating func sendNotice(_ place: Int, row: Int) {
    guard let last = states[place].record.plans.last,
      let window = states[place].record.window
    else { return }
    let power = states[place].record.batteries[row].holding
    let revision = last.revision
    states[place].record.batteries[row].notice = .init(
      revision: revision, sentAt: now, planned: power,
      plannedEnergy: inItsTime(
        place, row: row, power: power, Energy(wattHours: last.plan.energyLimitWh[row])),
      floorHundredths: last.floorHundredths[row])
    states[place].record.batteries[row].unnotified = now >= window.start
    postNotice(place, row: row)
    addNoticeTimer(place, row: row, revision: revision, attempt: 0)
  }

  private mutating func postNotice(_ place: Int, row: Int) {
    guard let trace = states[place].record.batteries[row].notice,
      let window = states[place].record.window, let content = states[place].record.content,
      let terms = states[place].record.terms
    else { return }
    let notice = Notice(
      event: states[place].record.id, battery: fleet.enrolled[row].battery,
      revision: trace.revision, issuedAt: trace.sentAt,
      schedule: .init(
        window: window, level: content.level, acknowledgeBy: window.start, planned: trace.planned,
        plannedEnergy: trace.plannedEnergy, floor: Percent(hundredths: trace.floorHundredths),
        optOutBy: terms.optOutBy(in: window), policy: terms.policy))
    effects.append(.notice(notice, to: fleet.gateway(of: row)))
  }

  private mutating func addNoticeTimer(_ place: Int, row: Int, revision: Int64, attempt: Int32) {
    guard let window = states[place].record.window else { return }
    let id = LongIdentifier.notice(
      event: states[place].record.id, battery: fleet.enrolled[row].battery, revision: revision)
    let due = Spread.after(now, seconds: Timing.noticeResend(attempt: attempt), by: id)
    guard due < window.start else { return }
    timers.add(
      .notice(event: Int32(place), row: Int32(row), revision: revision, attempt: attempt + 1),
      at: due)
  }

  mutating func resendNotice(_ place: Int, row: Int, revision: Int64, attempt: Int32) {
    guard isNoticeOpen(place, row: row, revision: revision) else { return }
    postNotice(place, row: row)
    addNoticeTimer(place, row: row, revision: revision, attempt: attempt)
  }

  /// Sends the notice again when it is still unanswered, without changing its rhythm.
  mutating func repeatNotice(_ place: Int, row: Int) {
    guard let notice = states[place].record.batteries[row].notice,
      isNoticeOpen(place, row: row, revision: notice.revision)
    else { return }
    postNotice(place, row: row)
  }

  /// Sends every notice again that nobody has answered.
  mutating func remind(_ place: Int) {
    for row in states[place].record.batteries.indices { repeatNotice(place, row: row) }
  }

  private func isNoticeOpen(_ place: Int, row: Int, revision: Int64) -> Bool {
    guard states[place].record.status == .notified,
      let window = states[place].record.window, now < window.start,
      let notice = states[place].record.batteries[row].notice
    else { return false }
    return notice.revision == revision && notice.isOpen
  }

  /// `ackBy` has passed: who did not acknowledge can never be penalised.
  mutating func noteUnnotified(_ place: Int) {
    for row in states[place].record.batteries.indices
    where states[place].record.batteries[row].takesPart {
      if states[place].record.batteries[row].notice?.acknowledgedAt == nil {
        states[place].record.batteries[row].unnotified = true
      }
    }
  }

  mutating func cancelNotices(_ place: Int) {
    for row in states[place].record.batteries.indices {
      if let notice = states[place].record.batteries[row].notice, !notice.isWithdrawn {
        withdrawNotice(place, row: row)
      }
    }
  }

  /// Tells an owner that the event is off for him; sent once, because nothing moves without a
  /// command.
  private mutating func withdrawNotice(_ place: Int, row: Int) {
    states[place].record.batteries[row].notice?.isWithdrawn = true
    let notice = Notice(
      event: states[place].record.id, battery: fleet.enrolled[row].battery,
      revision: states[place].storedRevision, issuedAt: now, schedule: nil)
    effects.append(.notice(notice, to: fleet.gateway(of: row)))
  }
}
