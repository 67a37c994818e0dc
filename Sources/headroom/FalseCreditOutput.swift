import Controller
import Grid
import Policies
import Verification

/// What an event in which no battery moved would have been credited: the baseline's own error.
///
/// No commitment caps it: nothing was asked. Refused sites are credited nothing.
struct FalseCreditOutput {
  /// Three ways to look at the same error.
  struct Credit: Equatable {
    /// The signed sum of the reductions.
    var net = Energy.zero
    /// Paid under `netting: event`: the sum of a home, never below 0.
    var perEvent = Energy.zero
    /// Paid under `netting: interval`: each interval of a home, never below 0.
    var perInterval = Energy.zero

    init() {}

    init(_ performance: Performance) {
      guard !performance.isRefused else { return }
      for case let reduction? in performance.intervals.map(\.reduction) {
        net += reduction
        perInterval += max(.zero, reduction)
      }
      perEvent = max(.zero, net)
    }

    static func += (a: inout Credit, b: Credit) {
      a.net += b.net
      a.perEvent += b.perEvent
      a.perInterval += b.perInterval
    }

    fileprivate var cells: [String] { [net, perEvent, perInterval].map(Amounts.fourDecimals) }
  }

  let event: EventCase
  let performances: [Performance]
  let policy: Policy

  /// All homes together.
  var total: Credit {
    var total = Credit()
    for performance in performances { total += Credit(performance) }
    return total
  }

  /// One row a home and the sum, in kWh.
  var text: String {
    let zone = policy.measurement.calendar.zone
    var rows = [["site", "verdict", "net", "per event", "per interval"]]
    for performance in performances {
      rows.append(
        [
          performance.site.text,
          performance.isRefused ? performance.reason ?? "" : performance.verdictWord,
        ] + Credit(performance).cells)
    }
    rows.append(["\(performances.count) homes", ""] + total.cells)
    return "\(event.id)  \(Amounts.window(event.window, in: zone))  "
      + "\(policy.id) \(policy.version)\npolicy SHA-256 \(policy.hash)\n\n"
      + "No battery was asked to move. False credit, kWh:\n"
      + Amounts.table(rows, left: [0, 1])
  }

  /// Integer joules.
  func writeJSON(to sink: @escaping ([UInt8]) -> Void) {
    OrderedJSON.write(to: sink) { json in
      json.text("eventId", event.id.text)
      json.text("policySha256", "\(policy.hash)")
      json.object("falseCredit") { Self.write(total, to: &$0) }
      json.array("homes") { json in
        for performance in performances {
          json.object(nil) { json in
            json.text("siteId", performance.site.text)
            json.text("verdict", performance.verdictWord)
            json.text("reason", performance.reason)
            Self.write(Credit(performance), to: &json)
          }
        }
      }
    }
  }

  private static func write(_ credit: Credit, to json: inout OrderedJSON) {
    json.integer("netJ", credit.net.joules)
    json.integer("perEventJ", credit.perEvent.joules)
    json.integer("perIntervalJ", credit.perInterval.joules)
  }
}
