import Engine
import Grid
import Policies

/// A plan for a person and for a program.
struct PlanOutput {
  private let rehearsal: Rehearsal
  private let fleet: [EnrolledBattery]
  private let feeder: FeederTree
  private let policy: Policy

  init(
    _ rehearsal: Rehearsal, fleet: [EnrolledBattery], feeder: FeederTree, policy: Policy
  ) {
    self.rehearsal = rehearsal
    self.fleet = fleet
    self.feeder = feeder
    self.policy = policy
  }

  private var plan: Plan { rehearsal.plan }

  /// Every battery, asked or skipped, in the order of the fleet file.
  func writeJSON(to sink: @escaping ([UInt8]) -> Void) {
    OrderedJSON.write(to: sink) { json in
      json.text("eventId", rehearsal.event.text)
      json.text("policySha256", "\(policy.hash)")
      json.integer("requestedW", plan.requested.watts)
      json.integer("committedW", plan.committed.watts)
      json.integer("shortfallW", plan.shortfall.watts)
      json.array("batteries") { json in
        for row in fleet.indices where plan.skipped[row] == nil {
          json.object(nil) { json in
            json.text("batteryId", fleet[row].battery.text)
            json.integer("setpointW", plan.setpointW[row])
            json.integer("energyLimitWh", plan.energyLimitWh[row])
            json.text("boundBy", plan.bound[row].text(feeder))
          }
        }
      }
      json.array("skipped") { json in
        for row in fleet.indices {
          guard let reason = plan.skipped[row] else { continue }
          json.object(nil) { json in
            json.text("batteryId", fleet[row].battery.text)
            json.text("reason", reason.rawValue)
          }
        }
      }
      guard let over = plan.overCommit else { return }
      json.object("overCommit") { json in
        json.integer("askedW", over.asked.watts)
        json.integer("expectedW", over.expected.watts)
        json.integer("promisedW", plan.committed.watts)
        json.integer("addedW", over.addedPower.watts)
        json.integer("addedBatteries", Int64(over.addedBatteries))
        json.text("because", because(over))
      }
    }
  }

  /// Sums, reasons, and the first `rows` batteries that are asked.
  func text(rows: Int) -> String {
    let zone = policy.dispatch.calendar.zone
    let asked = plan.skipped.count { $0 == nil }
    var text =
      "\(rehearsal.event)  \(Amounts.window(rehearsal.window, in: zone))  "
      + "\(policy.id) \(policy.version)\npolicy SHA-256 \(policy.hash)\n\n"
    text += Amounts.table([
      sum("asked", plan.requested), sum("committed", plan.committed),
      sum("shortfall", plan.shortfall),
    ])
    if let over = plan.overCommit {
      text +=
        "\nasked of batteries \(Amounts.power(over.asked)), \(Amounts.power(over.addedPower)) and "
        + "\(Amounts.count(over.addedBatteries)) batteries more than the target needs,\n"
        + "because \(because(over))\n"
    }
    text += "\n\(Amounts.count(asked)) of \(Amounts.count(fleet.count)) batteries are asked\n"
    text += reasons("bound by", bounds)
    text += reasons("skipped", skips)
    let first = fleet.indices.filter { plan.skipped[$0] == nil }.prefix(rows)
    guard !first.isEmpty else { return text }
    text += "\n"
    text += Amounts.table(
      [["battery", "node", "setpoint W", "energy Wh", "bound by"]]
        + first.map { row in
          [
            fleet[row].battery.text, fleet[row].node.text, "\(plan.setpointW[row])",
            "\(plan.energyLimitWh[row])", plan.bound[row].text(feeder),
          ]
        }, left: [0, 1, 4])
    let more = asked - first.count
    if more > 0 { text += "and \(Amounts.count(more)) more; --json prints them all\n" }
    return text
  }

  private func because(_ over: OverCommitment) -> String {
    let terms = policy.dispatch.overCommit
    let share =
      over.asked > .zero ? Int128(over.expected.watts) * 10_000 / Int128(over.asked.watts) : 0
    let percent = FixedDecimal.text(Int64(share), places: 2, minimumPlaces: 0)
    var text = "batteries as reliable as these give \(percent) % of what they are asked"
    if let probability = terms?.probability {
      text += ", and the promise is to hold with a probability of \(probability) %"
    }
    if over.isLimited, let most = terms?.maximumPercent {
      text += "; the policy asks for no more than \(most) % of the target"
    }
    return text
  }

  private func sum(_ name: String, _ power: Power) -> [String] {
    [name, Amounts.power(power), Amounts.energy(power.held(forSeconds: plan.seconds))]
  }

  private var bounds: [String: Int] {
    var counts: [Bound: Int] = [:]
    for row in fleet.indices where plan.skipped[row] == nil {
      counts[plan.bound[row], default: 0] += 1
    }
    return counts.reduce(into: [:]) { $0[$1.key.text(feeder)] = $1.value }
  }

  private var skips: [String: Int] {
    var counts: [SkipReason: Int] = [:]
    for case let reason? in plan.skipped { counts[reason, default: 0] += 1 }
    return counts.reduce(into: [:]) { $0[$1.key.rawValue] = $1.value }
  }

  private func reasons(_ title: String, _ counts: [String: Int]) -> String {
    guard !counts.isEmpty else { return "" }
    let most = counts.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
    return "\(title)\n"
      + Amounts.table(most.map { ["  \($0.key)", Amounts.count($0.value)] })
  }
}
