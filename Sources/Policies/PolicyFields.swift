/// Which fields a policy may have: those that are read, those that may only say "nothing special",
/// and those that are described for later.
enum PolicyFields {
  static let limits = YAMLLimits(
    isAnnotated: true, notYet: Set(notYet), withoutEffect: withoutEffect)

  /// Every field that is read, by its path in the schema: `[]` is a list, `*` a name from data.
  static let accepted: [String] =
    [
      "headroomPolicy", "id", "title", "version", "supersedes", "effective", "effective.from",
      "effective.to", "timeZone", "currency", "currencyDigits", "sources", "source",
      "toBeConfirmed",
      "calendar", "calendar.seasons", "calendar.seasons[].name", "calendar.seasons[].from",
      "calendar.seasons[].to", "calendar.seasons[].days", "calendar.seasons[].holidays",
      "calendar.seasons[].windows", "calendar.seasons[].windows[].from",
      "calendar.seasons[].windows[].to", "calendar.seasons[].maximumEvents", "calendar.holidays",
      "calendar.workingDays", "calendar.nonWorkingDays",
      "events", "events.minimumMinutes", "events.maximumMinutes", "events.allowedMinutes",
      "events.stepMinutes", "events.maximumPerDay", "events.maximumPerMonth",
      "events.maximumPerSeason", "events.maximumHoursPerSeason", "events.plannedHoursPerSeason",
      "events.minimumRestMinutes",
      "events.maximumConsecutiveDays", "events.durationFromEnrolment", "events.overlap",
      "events.adjacent", "events.countCancelled",
      "events.tests", "events.tests.allowed",
      "events.tests.paid", "events.tests.counted", "events.tests.maximumPerSeason",
      "events.tests.minimumMinutes",
      "signals", "signals.from", "signals.forms", "signals.signature", "signals.revise",
      "signals.cancel", "signals.joinLate", "signals.minimumKW", "signals.maximumKW",
      "notice", "notice.minimumMinutes", "notice.dayBeforeBy", "notice.late",
      "notice.acknowledgement", "notice.reminderMinutes",
      "enrolment", "enrolment.otherProgrammes", "enrolment.allowedWith", "enrolment.agreement",
      "enrolment.kinds",
      "enrolment.startsOn", "enrolment.minimumBatteryW", "enrolment.minimumFleetKW",
      "enrolment.maximumFleetKW",
      "dispatch", "dispatch.release", "dispatch.release.percent", "dispatch.release.byLevel",
      "dispatch.release.of", "dispatch.release.byPrice", "dispatch.release.byPrice[].atOrAbove",
      "dispatch.release.byPrice[].percent", "dispatch.meritBy", "dispatch.fairnessWindowDays",
      "dispatch.overCommit", "dispatch.overCommit.by", "dispatch.overCommit.historyEvents",
      "dispatch.overCommit.newBatteryPercent", "dispatch.overCommit.maximumPercent",
      "dispatch.overCommit.probabilityPercent", "dispatch.chargeUncertaintyPercent",
      "dispatch.target", "dispatch.target.shortfall",
      "dispatch.target.maximumKW", "dispatch.fairness", "dispatch.reservePercent",
      "dispatch.minimumSetpointW", "dispatch.ramp", "dispatch.ramp.batterySeconds",
      "dispatch.ramp.spreadSeconds", "dispatch.ramp.fleetKWPerMinute", "dispatch.correction",
      "dispatch.correction.notHeardSeconds",
      "dispatch.correction.everySeconds", "dispatch.correction.deadbandPercent",
      "dispatch.correction.maximumRounds", "dispatch.reserveLowered",
      "dispatch.commands", "dispatch.commands.graceSeconds",
      "dispatch.commands.perGatewayPerHour", "dispatch.commands.vendorPerSecond",
      "dispatch.handBack",
      "dispatch.recovery", "dispatch.recovery.mode", "dispatch.recovery.fleetLimitPercentOfEvent",
      "dispatch.recovery.fleetLimitKW", "dispatch.recovery.startAfterMinutes",
      "dispatch.recovery.spreadMinutes",
      "dispatch.optOut", "dispatch.optOut.until", "dispatch.optOut.effect",
      "dispatch.optOut.minutesBeforeStart", "dispatch.optOut.maximumPerSeason",
      "dispatch.storm", "dispatch.storm.hold", "dispatch.storm.event",
      "dispatch.storm.reservePercent", "dispatch.storm.hoursBefore", "dispatch.storm.hoursAfter",
      "measurement", "measurement.mode", "measurement.exports", "measurement.intervalMinutes",
      "measurement.aggregate",
      "measurement.lossFactor", "measurement.estimatedPayable", "measurement.capAtDeviceOutput",
      "measurement.reconcile", "measurement.reconcile.percent", "measurement.reconcile.kWh",
      "baseline", "baseline.kind", "baseline.lookbackDays", "baseline.skipRecentDays",
      "baseline.dayClasses", "baseline.holidayDays", "baseline.excludedDates",
      "baseline.eventDays", "baseline.excludedQualities", "baseline.wallClockGap",
      "baseline.selection", "baseline.selection.*.choose", "baseline.selection.*.y",
      "baseline.selection.*.x", "baseline.selection.*.minimumDays",
      "baseline.selection.*.weights", "baseline.selection.*.dropHigh",
      "baseline.selection.*.dropLow", "baseline.rankBy", "baseline.lowUsage",
      "baseline.tooFewDays", "baseline.adjustment", "baseline.adjustment.type",
      "baseline.adjustment.direction", "baseline.adjustment.windows",
      "baseline.adjustment.windows[].anchor", "baseline.adjustment.windows[].fromMinutes",
      "baseline.adjustment.windows[].toMinutes", "baseline.adjustment.cap",
      "baseline.adjustment.capUp", "baseline.adjustment.capDown", "baseline.adjustment.capOf",
      "baseline.adjustment.onMissing", "baseline.floorAtZero", "baseline.before",
      "baseline.before.minutes", "baseline.before.gapMinutes", "baseline.after",
      "baseline.after.minutes", "baseline.after.gapMinutes", "baseline.combine",
      "baseline.charging", "baseline.gateClosureMinutes", "baseline.eligibility",
      "baseline.eligibility.rrmsePercent", "baseline.eligibility.biasPercent", "baseline.control",
      "baseline.control.minimumHomes", "baseline.control.sharePercent",
      "baseline.control.saltSha256",
      "validation", "validation.connectionW", "validation.spikePercent",
      "validation.sumCheckPercent", "validation.zeroRunHours", "validation.equalValues",
      "validation.clockSeconds",
      "reward", "reward.unit", "reward.netting", "reward.excusals",
      "reward.distribute", "reward.caps", "reward.caps.fleetPerEvent", "reward.energy.line",
      "reward.energy", "reward.energy.rate", "reward.energy.capPercent",
      "reward.premium", "reward.premium.rate", "reward.premium.capPercent",
      "reward.penalty", "reward.penalty.rate",
      "reward.penalty.multipleOf", "reward.penalty.multiple", "reward.penalty.deadbandPercent",
      "reward.penalty.netting", "reward.penalty.belowBaseline", "reward.penalty.missingData",
      "reward.penalty.caps", "reward.penalty.caps[].basis", "reward.penalty.caps[].percent",
      "reward.penalty.to",
      "reward.capacity", "reward.capacity.rate", "reward.capacity.average",
      "reward.capacity.missed", "reward.capacity.optedOut", "reward.capacity.excused",
      "reward.capacity.floorAtZero", "reward.capacity.noEvents", "reward.capacity.weightBy",
      "reward.availability", "reward.availability.rate", "reward.availability.partMonth",
      "reward.availability.noEvents", "reward.availability.performance",
      "reward.availability.performance.measure", "reward.availability.performance.capPercent",
      "reward.availability.performance.floorPercent", "reward.availability.strikes",
      "reward.availability.strikes.failedBelowPercent",
      "reward.availability.strikes.cutPercentPerFailure", "reward.availability.nthEvent",
      "reward.availability.nthEvent.from", "reward.availability.nthEvent.per",
      "reward.availability.nthEvent.add", "reward.availability.tiers",
      "reward.availability.tiers[].from", "reward.availability.tiers[].factor",
      "reward.availability.tiers[].offset", "reward.availability.spread",
      "reward.availability.floor",
      "reward.flat", "reward.flat.rate", "reward.flat.whileHeardPercent",
      "reward.caps.homePerMonth", "reward.caps.homePerSeason",
      "reward.budget", "reward.budget.amount", "reward.budget.per", "reward.budget.whenSpent",
      "reward.bonusPool", "reward.bonusPool.sharePercent", "reward.bonusPool.fleetAtLeastPercent",
      "reward.bonusPool.otherwise", "reward.rateLockYears",
      "splits", "splits.shares", "splits.of", "splits.penaltyShares",
      "fees", "fees[].name", "fees[].to", "fees[].paidBy", "fees[].beforeSplit", "fees[].rate",
      "fees[].rate.amount", "fees[].rate.per", "fees[].percentOf", "fees[].percent",
      "escrow", "escrow.required", "escrow.coverPercent", "escrow.releaseAt",
      "settlement", "settlement.runs", "settlement.runs[].name", "settlement.runs[].afterDays",
      "settlement.runs[].payable", "settlement.payerBasis", "settlement.disputeDays",
      "settlement.reconcilePercent", "settlement.evidence", "settlement.minimumPosting",
    ] + rates

  /// The fields of every rate of `reward`.
  private static let rates: [String] =
    ["energy", "premium", "penalty", "capacity", "availability", "flat"].flatMap { component in
      var fields = ["amount", "byMonth", "bySeason", "byZone", "byVintage", "ceiling", "per"]
      if ["energy", "premium", "penalty"].contains(component) {
        fields += ["byLevel", "fromSignal", "floor"]
      }
      return fields.map { "reward.\(component).rate.\($0)" }
    }

  /// Fields that nothing carries out yet, with the texts that ask for nothing.
  static let withoutEffect: [String: Set<String>] = [
    "dispatch.preCharge.mode": ["none"]
  ]

  /// Fields that are described but that nothing carries out, whatever they say.
  static let notYet: [String] = [
    "signals.openADR", "notice.publishSchedule",
    "dispatch.preCharge.hoursBefore", "dispatch.preCharge.paidBy",
  ]
}

extension Policy {
  /// Every field that a policy may have here, for a test that each is documented.
  ///
  /// `[]` stands for a place in a list and `*` for a name from data.
  public static var fieldPaths: [String] { PolicyFields.accepted }

  /// Fields that may only say that nothing special is wanted, with the texts that say so.
  public static var fieldsWithoutEffect: [String: Set<String>] { PolicyFields.withoutEffect }

  /// Fields that are described for later and are refused here, in the order of the description.
  public static var fieldsNotYet: [String] { PolicyFields.notYet }
}
