public import Grid

extension FleetTable {
  /// True when this gateway is connected and says that its clock is right.
  public func isSynced(_ gateway: GatewayID) -> Bool {
    place(of: gateway).map { isBorn[$0] && isSynced[$0] } ?? false
  }

  /// What a gateway's state message changed.
  enum StateChange {
    /// A connection that was not known: open commands go out once more.
    case born
    /// Nothing that needs an answer.
    case nothing
  }

  /// Records a birth or death; a death counts only for the session of the last birth.
  mutating func note(_ news: GatewayState, gateway place: Int) -> StateChange {
    guard let birth = news.birth else {
      if news.session == session[place] { isBorn[place] = false }
      return .nothing
    }
    guard news.session >= session[place] else { return .nothing }
    let isNew = news.session > session[place] || !isBorn[place]
    session[place] = news.session
    isBorn[place] = true
    isSynced[place] = birth.clockSynced
    commandsPerSecond[place] = birth.maxCommandsPerSecond
    if birth.maxCommandsPerSecond != nil { hasNarrowGateways = true }
    readsCommands[place] = birth.schemas.contains("headroom.cmd/1")
    return isNew ? .born : .nothing
  }

  /// Records a description; nil withdraws it. An older one than the last changes nothing.
  mutating func note(_ news: BatteryDescription?, row: Int) {
    guard let news else {
      isDescribed[row] = false
      return
    }
    guard news.at >= describedAt[row] else { return }
    let enrolment = enrolled[row]
    isDescribed[row] = true
    describedAt[row] = news.at
    isOnline[row] = news.online
    isRemote[row] = news.remoteControl
    canExport[row] = news.canExport
    capacityJ[row] = min(enrolment.capacity, news.capacity).joules
    ratedW[row] = min(enrolment.maxDischarge, news.maxDischarge).watts
    chargeW[row] = min(enrolment.maxCharge, news.maxCharge).watts
    exportLimitW[row] = min(enrolment.exportLimit?.watts ?? .max, news.exportLimit?.watts ?? .max)
    deviceFloor[row] = news.floor?.hundredths ?? 0
  }

  /// Records an owner's will; nil withdraws it, and the enrolled reserve holds.
  /// - Returns: False when a newer revision, or this one, is known already.
  mutating func note(_ news: Preference?, row: Int) -> Bool {
    guard let news else {
      preferenceRevision[row] = .min
      reserve[row] = enrolled[row].reserve.hundredths
      optOut[row] = nil
      return true
    }
    guard news.revision > preferenceRevision[row] else { return false }
    preferenceRevision[row] = news.revision
    reserve[row] = (news.reserve ?? enrolled[row].reserve).hundredths
    optOut[row] = nil
    if news.optOutFrom != nil || news.optOutUntil != nil {
      // Interpretation: one bound without the other means "from when it was said", "until further
      // notice".
      optOut[row] = Window(
        start: news.optOutFrom ?? news.at,
        end: news.optOutUntil ?? Timestamp(microseconds: .max))
    }
    return true
  }

  /// Records a battery's report, unless a newer one is known.
  mutating func note(_ news: Telemetry, row: Int) {
    guard news.at.microseconds > heardAt[row] else { return }
    heardAt[row] = news.at.microseconds
    chargeHundredths[row] = news.charge?.hundredths ?? -1
    dischargeW[row] = news.discharge?.watts ?? .min
    netImportW[row] = news.netImport?.watts ?? .min
    state[row] = news.state
  }
}
