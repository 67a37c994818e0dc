import Grid

/// A command as a gateway keeps it: what it says, and how far it has come.
struct TimelineCommand: Sendable {
  enum Standing: Sendable {
    /// Accepted; it has not begun, or a cancel has not taken effect.
    case waiting
    /// The battery obeys it.
    case running
    /// Over; its last status stands.
    case over
  }

  let command: Command
  /// In microseconds of the true clock; a late gateway begins late, a cut command ends early.
  var start: Int64
  var end: Int64
  /// A newer command ends it, not its own window.
  var isCut = false
  /// The owner had opted out: it never counts, for nothing is accepted.
  var isDeclined = false
  /// Watts that the device goes to.
  var setpoint: Int64 = 0
  /// Microjoules that it may give in all.
  var limit: Int64 = 0
  /// Microjoules in the cells that it keeps.
  var floor: Int64 = 0
  /// What the owner keeps is more than what the command would.
  var isReserveHigher = false
  /// When it began, in microseconds.
  var began: Int64 = 0
  /// Watts at that moment, from which the ramp goes.
  var rampFrom: Int64 = 0
  /// What the battery had told to have given before.
  var toldBefore: Int64 = 0
  /// Watts last told with `started`.
  var accepted: Int64 = 0
  var standing = Standing.waiting
  var last: Acknowledgement

  var rampEnd: Int64 { began + command.rampSeconds * 1_000_000 }

  var isCancel: Bool { command.action == .cancel }

  var isDischarge: Bool {
    if case .discharge = command.action { true } else { false }
  }

  /// True when both act and their windows overlap, so that the one of lower `seq` is cut.
  func contends(with other: TimelineCommand) -> Bool {
    !isCancel && !other.isCancel && !isDeclined && !other.isDeclined
      && command.window.intersection(other.command.window) != nil
  }

  /// True when `older` is not needed beside this one: a late copy of it comes to nothing, and so
  /// does what it keeps from acting.
  func stands(for older: TimelineCommand, at moment: Int64) -> Bool {
    guard command.seq > older.command.seq, start <= moment,
      command.window.end >= older.command.window.end, isCancel == older.isCancel
    else { return false }
    return isCancel ? standing == .over && command.event == older.command.event : !isDeclined
  }
}

/// A notice as a gateway remembers it.
struct RememberedNotice: Sendable {
  let event: EventID
  var revision: Int64
  var status: Acknowledgement.Status
}

/// A command on its slow way to a late gateway.
struct HeldCommand: Sendable {
  let command: Command
  /// When it gets there, in microseconds.
  let at: Int64
}
