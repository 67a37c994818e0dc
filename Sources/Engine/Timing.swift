/// The moments and limits that the contract fixes and no policy changes.
///
/// Source: the MQTT contract, §12 and §13, where not said otherwise.
public enum Timing {
  /// Commands leave this long before their window (§6: they may be sent well before it), so that
  /// nobody is late because of a vendor's rate limit, and still by a live state of charge.
  public static let commandLeadSeconds: Int64 = 300
  /// Telemetry older than this outside events: the battery was not heard from.
  public static let heardSeconds: Int64 = 180
  /// Telemetry that is older on arrival is dropped.
  public static let staleTelemetrySeconds: Int64 = 60
  /// Telemetry from further in the future is not used: the sender's clock is wrong.
  public static let clockToleranceSeconds: Int64 = 5
  /// `committed` is repeated at most this often while the commitment changes (§4).
  public static let answerSeconds: Int64 = 10
  /// After a birth the open commands are sent again this much later.
  public static let birthSeconds: Int64 = 2
  /// A plan that is older when its commands leave is made again from live charge.
  public static let planLifeSeconds: Int64 = 60
  /// A controller that slept over a dispatch by more than `planLifeSeconds` first listens this long
  /// for its fleet, which reports every 60 s, or until every planned battery was heard.
  public static let listenSeconds: Int64 = 65
  /// Acknowledgements of an event's commands are known this long after its end.
  public static let rememberSeconds: Int64 = 86_400
  /// After its ramp a battery is seen at its setpoint this much later: a report every 10 s (§13).
  public static let steadySeconds: Int64 = 15
  /// Nobody was heard for longer: the controller is cut off, and silence says nothing of the fleet.
  public static let deafSeconds: Int64 = 30
  /// Telemetry that is still `remote` so long after a window or cancel raises an alarm (§13).
  public static let handBackSeconds: Int64 = 120
  /// Batteries that are not handed back are counted for so long before a person is told.
  public static let handBackAlarmSeconds: Int64 = 10
  /// Delivered power is written down this often while an event runs.
  public static let curveSeconds: Int64 = 10
  /// And so long after its end.
  public static let curveTailSeconds: Int64 = 300
  /// A hold after an event is of use only soon after its start: then the battery recharges already.
  public static let holdAcceptanceSeconds: Int64 = 600
  /// A window with less left is not worth a new command.
  public static let shortestRestSeconds: Int64 = 60

  /// Seconds from one sending of a command to the next, without any acknowledgement.
  static func commandResend(attempt: Int32) -> Int64 {
    switch attempt {
    case 0: 5
    case 1: 10
    case 2: 20
    case 3: 40
    default: 60
    }
  }

  /// Seconds from one sending of a notice to the next, without acknowledgement.
  static func noticeResend(attempt: Int32) -> Int64 {
    switch attempt {
    case 0: 60
    case 1: 300
    case 2: 900
    default: 3_600
    }
  }
}
