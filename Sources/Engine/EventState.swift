import Grid

/// One event as the engine keeps it: the record, and what is needed to carry it on.
struct EventState: Sendable {
  var record: EventRecord
  /// The answer that a duplicate of the stored revision gets.
  var answer: SignalAcknowledgement
  /// The answer that stood before a revision began to wait for its money.
  var answerBefore: SignalAcknowledgement?
  /// Rises when another revision comes into force or a cancel does: older timers are stale.
  var generation: Int32 = 0
  /// The commands of the plan in force were sent.
  var isDispatched = false
  /// When the plan in force was made.
  var plannedAt: Timestamp
  /// Sum of `EventRecord.greatestEnergy` when money was last held.
  var heldEnergy = Energy.zero
  /// Batteries with a share not heard since the controller woke; nil when it does not wait.
  var unheard: Int?
  /// When it woke.
  var listeningSince: Timestamp?
  /// When `committed` was last answered.
  var committedAt: Timestamp?
  /// When its delivered power is written down next; nil when it is not.
  var nextCurvePoint: Timestamp?
  var commandsSinceCurvePoint = 0
  /// A repeated `committed` is due.
  var answerIsDue = false
  /// Corrections that were made or tried.
  var rounds = 0
  /// It was said that there are no more.
  var isOutOfRounds = false
  /// Batteries of it gave way to another event, or will.
  var hasConceded = false
  /// A correction that waits for its money.
  var draft: CorrectionDraft?
  /// What its plan was made from has changed.
  var mustPlanAgain = false
  /// Its commands were due while the clock was off.
  var isHeldByClock = false
  /// Its deliveries are in the fleet's history.
  var isLearned = false
  /// When each battery begins and ends; nil where the fleet's slope is not limited.
  var slope: FleetSlope?
  /// Who takes part on the day of the event; nil until it was looked up.
  var roll: EnrolmentRoll?

  /// The stored revision's number: the one in force, or the one that waits.
  var storedRevision: Int64 { record.revisions.last?.signal.revision ?? 0 }

  /// True while a revision waits for its money.
  var isPending: Bool { record.pendingPlan != nil }

  /// True while batteries may be moved for it.
  var isLive: Bool {
    switch record.status {
    case .notified, .ramping, .sustaining: true
    case .refused, .scheduled, .recovering, .closed, .cancelled: false
    }
  }

  /// True when its window has begun and commands were sent, or it is past that.
  func hasStarted(at now: Timestamp) -> Bool {
    guard let window = record.window else { return false }
    switch record.status {
    case .refused, .scheduled: return false
    case .notified, .cancelled: return record.startedAt != nil || window.start <= now
    case .ramping, .sustaining, .recovering, .closed: return true
    }
  }
}

/// A command that was sent, until it is forgotten.
struct OpenCommand: Sendable {
  let command: Command
  let event: Int32
  var isAcknowledged = false
  /// It has not left yet: its door is narrow.
  var isWaiting = false
  var isFinal = false
}
