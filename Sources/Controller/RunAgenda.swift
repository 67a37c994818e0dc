import Engine
import Grid
import Policies
import Settlement

/// Which settlement runs are due when.
///
/// The provisional run comes as soon as the event's last readings can be there; the payable ones,
/// and what follows them, so many days after the event as the policy says, counted in whole days
/// from that moment.
struct RunAgenda {
  /// Readings of the last interval have this long to arrive.
  static let graceSeconds: Int64 = 900

  /// After each connection to the broker this long is given to what waited there: a run measures
  /// only when it has been heard.
  static let catchUpSeconds: Int64 = 60

  /// How long a run waits that could not be paid.
  static let patienceSeconds: Int64 = 3_600

  struct Item: Hashable {
    let due: Timestamp
    let event: EventID
    let run: SettlementTerms.Run
  }

  private let runs: [Digest: [SettlementTerms.Run]]
  private(set) var items: [Item] = []
  /// No run begins before it; nil while there is no connection.
  private(set) var readyAt: Timestamp?

  init(policies: [Policy]) {
    var runs: [Digest: [SettlementTerms.Run]] = [:]
    for policy in policies { runs[policy.hash] = policy.settlement.runs }
    self.runs = runs
  }

  var nextDue: Timestamp? {
    guard let readyAt, let next else { return nil }
    return max(items[next].due, readyAt)
  }

  /// The place of the first item whose event has no earlier run waiting: what a run posts is taken
  /// off what all before it posted.
  private var next: Int? {
    items.firstIndex { item in
      !items.contains { $0.event == item.event && $0.run.afterDays < item.run.afterDays }
    }
  }

  /// The broker is there again, and what waited comes now.
  mutating func noteConnection(at now: Timestamp) {
    readyAt = now.adding(seconds: Self.catchUpSeconds)
  }

  /// The broker is gone, and readings with it.
  mutating func noteLoss() { readyAt = nil }

  /// Takes in what an event still needs once it is over.
  mutating func consider(_ event: EventRecord, _ decider: Decider) {
    guard event.closedAt != nil, let end = event.endedAt, let policy = event.policy else { return }
    let runs = runs[policy] ?? []
    let firstPayable = runs.firstIndex(where: \.isPayable) ?? runs.endIndex
    for (place, run) in runs.enumerated() where !decider.hasRun(event: event.id, name: run.name) {
      let days = place < firstPayable ? 0 : run.afterDays
      let item = Item(
        due: end.adding(seconds: Self.graceSeconds + days * 86_400), event: event.id, run: run)
      if !items.contains(item) { items.append(item) }
    }
    sort()
  }

  private mutating func sort() {
    items.sort { ($0.due, $0.event, $0.run.afterDays) < ($1.due, $1.event, $1.run.afterDays) }
  }

  /// Puts an item back that could not be carried out, for an hour.
  mutating func postpone(_ item: Item, at now: Timestamp) {
    items.append(
      Item(due: now.adding(seconds: Self.patienceSeconds), event: item.event, run: item.run))
    sort()
  }

  /// Takes the first item that is due, or nil.
  mutating func take(dueAt now: Timestamp) -> Item? {
    guard let due = nextDue, due <= now, let next else { return nil }
    return items.remove(at: next)
  }
}
