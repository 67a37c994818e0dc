import Engine
import Fleet
import Grid

/// How a fleet recharged after its event, and how it would have without the controller's holds.
///
/// It is the simulated truth: what the gateways had been told when the event ended, played on.
struct DemoRecharge: Sendable {
  /// With the holds that arrived.
  let held: SimulatedFleet.Peak
  /// As if there had been none.
  let free: SimulatedFleet.Peak
  /// Energy that came back, with the holds.
  let energy: Energy

  /// Moments that are looked at are this far apart.
  private static let stepSeconds: Int64 = 60
  /// Nobody waits longer, by docs/RECOVERY.md.
  private static let longestSeconds: Int64 = 86_400

  /// Plays both worlds from the event's end until nothing changes any more.
  init(held: SimulatedFleet, free: SimulatedFleet, feeder: FeederTree, end: Timestamp) async {
    async let other = Self.play(free, feeder, end)
    let own = await Self.play(held, feeder, end)
    self.held = own.peak
    energy = own.energy
    self.free = await other.peak
  }

  private static func play(
    _ fleet: SimulatedFleet, _ feeder: FeederTree, _ end: Timestamp
  ) async -> (peak: SimulatedFleet.Peak, energy: Energy) {
    var fleet = fleet
    var peak = SimulatedFleet.Peak()
    let nodes = fleet.enrolment.map { feeder.place(of: $0.node)! }
    let before = fleet.totals.recharged
    var moment = end
    while moment < end.adding(seconds: longestSeconds) {
      moment = moment.adding(seconds: stepSeconds)
      _ = fleet.advance(to: moment)
      let load = fleet.load(below: feeder, nodes: nodes)
      peak.note(load, feeder, at: moment)
      if load.recharge == .zero, fleet.isAtRest { break }
    }
    return (peak, fleet.totals.recharged - before)
  }

  /// Lines for a person, in columns of the summary.
  func lines(limit: Power?, end: Timestamp, row: (String, String) -> String) -> [String] {
    func megawatts(_ power: Power) -> String {
      FixedDecimal.text(power.watts / 1_000, places: 3, minimumPlaces: 3) + " MW"
    }
    func node(_ peak: SimulatedFleet.Peak) -> String {
      guard let node = peak.node else { return "nothing limits" }
      let percent = node.load.watts * 100 / max(1, node.limit.watts)
      return "\(node.id) at \(percent) % of \(node.limit.watts) W; \(peak.nodesAbove) above theirs"
    }
    func time(_ peak: SimulatedFleet.Peak) -> String {
      guard let first = peak.firstRecharge, let last = peak.lastRecharge else { return "never" }
      return
        "\(first.seconds(since: end) / 60) to \(last.seconds(since: end) / 60) min after the end"
    }
    let most = limit.map { " (limit \(megawatts($0)))" } ?? " (no limit)"
    return [
      "",
      row(
        "recharged",
        FixedDecimal.text(energy.wattHoursRoundedDown / 1_000, places: 3, minimumPlaces: 3) + " MWh"
      ),
      row("  fleet at most", megawatts(held.recharge) + most), row("  node at most", node(held)),
      row("  time", time(held)), row("without holds", megawatts(free.recharge)),
      row("  node at most", node(free)), row("  time", time(free)),
    ]
  }

  /// The same as JSON.
  func json(limit: Power?) -> String {
    func text(_ peak: SimulatedFleet.Peak) -> String {
      let node =
        peak.node.map {
          "{\"nodeId\":\"\($0.id)\",\"loadW\":\($0.load.watts),\"limitW\":\($0.limit.watts)}"
        } ?? "null"
      return
        "{\"fleetW\":\(peak.recharge.watts),\"node\":\(node),\"nodesAbove\":\(peak.nodesAbove)}"
    }
    return "{\"limitW\":\(limit.map { "\($0.watts)" } ?? "null"),"
      + "\"rechargedWh\":\(energy.wattHoursRoundedDown),\"held\":\(text(held)),"
      + "\"withoutHolds\":\(text(free))}"
  }
}
