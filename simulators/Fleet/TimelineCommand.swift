import Grid

/// A command as a gateway keeps it: what it says, and how far it has come.
struct TimelineCommand: Sendable {
  enum Standing: Sendable {
    /// Accepted; its window has not begun.
    case waiting
    /// The battery moves.
    case running
    /// Over; its last status stands.
    case over
  }

  let command: Command
  /// What was received, for telling a repetition from another command of the same name.
  let received: Command
  /// In microseconds; a late gateway begins late, a cut command ends early.
  var start: Int64
  var end: Int64
  /// Milliwatts that the device goes to.
  var setpoint: Int64 = 0
  /// Millijoules it may give in all.
  var limit: Int64 = 0
  /// Millijoules in the cells that it keeps.
  var floor: Int64 = 0
  /// AC millijoules given.
  var given: Int64 = 0
  var standing = Standing.waiting
  var last: Acknowledgement
}
