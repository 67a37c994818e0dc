import Engine
import Grid
import Logging
import Settlement
import Storage
import Synchronization

extension Loop {
  /// Starts the next settlement run that is due; one at a time, so that money moves in one order.
  ///
  /// What it reads is fixed in the logbook before: carried out again after a crash, with more
  /// readings there, it still posts the same.
  mutating func startRuns() async throws {
    guard controller.shared.withLock({ $0.activity.runs == 0 && $0.finished.isEmpty }),
      let item = agenda.take(dueAt: setup.clock.now)
    else { return }
    var lastRecord = decider.lastRecord(event: item.event, name: item.run.name)
    if lastRecord == nil {
      let last = try setup.readings.lastRecord()
      lastRecord = last
      try await step([], begun: (item, last))
    }
    guard let record = decider.engine.event(item.event) else {
      preconditionFailure("a run is due for an event that the engine knows")
    }
    let settler = EventSettler(
      setup: setup, record: record, item: item, others: decider.engine.events,
      lastRecord: lastRecord ?? .max,
      schedules: decider.schedules.book(of: item.event, run: "\(item.event)/\(item.run.name)"))
    let controller = controller
    controller.shared.withLock { $0.activity.runs += 1 }
    setup.logger.info("settling", metadata: ["event": "\(item.event)", "run": "\(item.run.name)"])
    runTask = Task {
      do {
        let finished = try await settler.carryOut()
        controller.shared.withLock {
          $0.finished.append(finished)
          $0.activity.runs -= 1
        }
      } catch {
        controller.shared.withLock {
          $0.failure = error
          $0.activity.runs -= 1
        }
      }
    }
  }

  /// Takes what background work has finished into the turn.
  mutating func takeFinishedRuns(into draft: inout TurnDraft) throws {
    let (finished, failure) = controller.shared.withLock { shared in
      defer { shared.finished = [] }
      return (shared.finished, shared.failure)
    }
    if let failure { throw failure }
    for done in finished {
      let (event, run) = (done.item.event, done.item.run.name)
      if let reason = done.blocked {
        setup.logger.warning(
          "a settlement run waits: \(reason)", metadata: ["event": "\(event)", "run": "\(run)"])
        agenda.postpone(done.item, at: setup.clock.now)
        continue
      }
      draft.note(run: run, of: event)
      decider.noteRun(event: event, name: run)
      if let settled = done.settled { draft.note([.settled(event, settled)]) }
    }
  }

  /// A run under way is finished, so that its reports are whole; what it posted is found again.
  func waitForRuns() async { await runTask?.value }
}
