/// One thing that is wrong with what was handed to this room: where, what was found, what may be.
public struct Fault: Equatable, Sendable, CustomStringConvertible {
  /// The place, such as `messages[3].topic` or `options.port`.
  public var place: String
  /// What was found there, shortened.
  public var found: String
  /// What is allowed there.
  public var allowed: String

  /// The sentence a person can act on.
  public var description: String { "\(place) is \(found); allowed: \(allowed)" }
}

/// Why a client could not be started.
public enum StartError: Error, Equatable, CustomStringConvertible {
  /// The options or subscriptions are wrong; every fault is listed.
  case refused([Fault])
  /// It was started before; a client is started once.
  case alreadyStarted
  /// The operating system or libmosquitto refused something the client needs.
  case system(String)

  /// The sentence a person can act on.
  public var description: String {
    switch self {
    case .refused(let faults): faults.map(\.description).joined(separator: "\n")
    case .alreadyStarted: "the client was started before"
    case .system(let what): what
    }
  }
}

/// Why messages were not taken.
public enum PublishError: Error, Equatable, CustomStringConvertible {
  /// Some messages cannot be sent as they are. None of the batch was taken.
  case refused([Fault])
  /// The client was stopped. A leading part of the batch may have been taken before.
  case stopped

  /// The sentence a person can act on.
  public var description: String {
    switch self {
    case .refused(let faults): faults.map(\.description).joined(separator: "\n")
    case .stopped: "the client was stopped"
    }
  }
}
