/// Why a battery is not asked.
///
/// The raw value is the word that plans and reports print.
public enum SkipReason: String, Hashable, Sendable, CaseIterable {
  /// Its charge is unknown, or its telemetry is too old.
  case notHeard
  /// Its charge is at or below the floor that holds for it.
  case belowReserve
  /// Its gateway is not connected.
  case offline
  /// A storm is expected where it stands, and its charge is at or below the reserve for that.
  case stormHold
  /// Its owner has left the event.
  case optedOut
  /// It is of a kind that is never commanded, or a charger, which a target does not pause.
  case notDispatchable
  /// It serves its site without the grid.
  case islanded
  /// It reports a fault.
  case fault
  /// Its gateway's clock cannot be trusted.
  case clockUnsynced
  /// It serves another event.
  case busy
  /// The signal names others.
  case notTargeted
  /// The event is longer than the site's contract knows.
  case durationNotContracted
  /// Its site does not take part in the programme on that day, or it is smaller than the programme
  /// enrols.
  case notEnrolled
  /// It was drawn not to be asked, so that others can be measured against it.
  case controlGroup
  /// Its share would be smaller than the programme sends.
  case minimumSetpoint
  /// Nothing is left for it: its share is less than 1 W.
  case noShare
}

/// Whether a battery may be asked; one byte.
public enum Standing: Hashable, Sendable {
  /// It may be asked.
  case available
  /// It may not.
  case skipped(SkipReason)
}
