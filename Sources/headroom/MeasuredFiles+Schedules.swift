import Controller
import FoundationEssentials
import Grid
import Policies
import Verification
import Wire

extension MeasuredFiles {
  /// Does the policy settle on the fleet's meter instead of the homes'.
  var countsAsOneMeter: Bool { policy.measurement.aggregate == .fleet }

  /// The digests of the schedules in force at gate closure: CSV as `--frozen` reads it, or JSON.
  func frozenSchedules(json: Bool) -> [UInt8] {
    let minutes = policy.measurement.baseline.gateClosureMinutes
    let gate = window.start.adding(seconds: -60 * minutes)
    let rows = evidence.frozen(event: row.event, window: window, gateClosureMinutes: minutes)
    if json {
      return OrderedJSON.bytes { json in
        json.text("eventId", row.event.text)
        json.text("policySha256", "\(policy.hash)")
        json.text("gateClosure", "\(gate)")
        json.array("schedules") { json in
          for schedule in rows {
            json.object(nil) { json in
              json.text("siteId", schedule.site.text)
              json.text("declaredAt", "\(schedule.declaredAt)")
              json.text("sha256", "\(schedule.digest)")
            }
          }
        }
      }
    }
    var text = "event_id,site_id,sha256,declared_at,gate_closure\n"
    for schedule in rows {
      text += "\(row.event),\(schedule.site),\(schedule.digest),\(schedule.declaredAt),\(gate)\n"
    }
    return Array(text.utf8)
  }
}

/// Files that a command leaves.
enum OutputFile {
  /// Writes a file whole or not at all.
  static func write(_ bytes: [UInt8], to path: String) throws {
    try Data(bytes).write(to: URL(filePath: path), options: .atomic)
  }
}
