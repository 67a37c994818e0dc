import Controller
import Engine
import Grid
import Ledger
import Policies
import Settlement
import Signing
import Storage
import Verification
import Wire

/// What the events of real homes came to, and what the same events earn when nothing moves.
struct RealHomesSummary {
  /// What verification said of one home.
  enum Standing: Equatable {
    case verified
    /// Paid only once a person has looked, and why.
    case held(String)
    /// Not verifiable, and why.
    case refused(String)

    var word: String {
      switch self {
      case .verified: "verified"
      case .held: "held"
      case .refused: "refused"
      }
    }
  }

  /// One home in one event.
  struct Home {
    let site: SiteID
    let dataClass: String
    let standing: Standing
    /// What the meter's own values say of it.
    let findings: [MeterHealth.Code]
    /// Why a result waits, is refused, or is to be doubted; empty where there is nothing to say.
    let remark: String
  }

  /// One event.
  struct Event {
    let row: EventRow
    /// Why the controller did not take the signal, or nil.
    var refusal: String?
    var asked = Energy.zero
    var committed = Energy.zero
    var delivered = Energy.zero
    var verified = Energy.zero
    var premium = Money.zero
    var penalty = Money.zero
    /// Those that were asked.
    var homes: [Home] = []
  }

  let policy: Policy
  let homeCount: Int
  let events: [Event]
  /// False credit by event, method and class.
  let falseCredit: [NullEvents.Row]
  let methods: [String]
  let entries: Int
  let root: Digest
  let isVerified: Bool

  init(
    world: DemoWorld, homes: RealHomes, records: [EventRecord], delivered: [EventID: Energy],
    answers: [Result<SignalAcknowledgement, Rejection>]
  ) async throws {
    policy = world.policy
    homeCount = homes.homes.count
    let measurement = CaseMeasurement(
      readings: world.readings, policy: policy, historyDays: world.meterHistoryDays)
    var events: [Event] = []
    for row in homes.events {
      var event = Event(row: row)
      if let record = records.first(where: { $0.id == row.event }) {
        event.fill(record, world: world)
        event.delivered = delivered[row.event] ?? .zero
        let content = EventCase(
          record, fleet: world.enrolment, policy: policy, others: records)
        if let content, !content.homes.isEmpty {
          event.penalty = world.book.penalties(ofEventsFrom: content.window.start)
          let performances = try await measurement.verify(content)
          event.homes = performances.map { Home($0, among: homes.homes) }
        }
      } else {
        let refused = answers.lazy.compactMap { answer -> String? in
          if case .failure(let rejection) = answer { return rejection.code.rawValue }
          return nil
        }
        event.refusal = refused.first ?? "unknown"
      }
      events.append(event)
    }
    self.events = events
    let methods = NullEvents.methods(of: policy)
    self.methods = methods.map(\.name)
    falseCredit = NullEvents(
      homes: zip(homes.homes, homes.meters).map {
        NullEvents.Home(site: $0.site, dataClass: $0.dataClass, meter: $1)
      }, events: homes.events.map { ($0.event, $0.window) }
    ).rows(methods)
    // The book is read from disk again: what was written, not what is remembered.
    let book = try LedgerKeeper.replay(world.store)
    entries = Int(book.size)
    root = book.tree.root
    let note = try world.store.checkpoints().last.map {
      try Checkpoint.verified(Note($0.note), log: world.book.key.verifier)
    }
    isVerified = note.map { book.tree.root(at: Int($0.size)) == $0.root } ?? false
  }
}

extension RealHomesSummary.Event {
  fileprivate mutating func fill(_ record: EventRecord, world: DemoWorld) {
    refusal = record.refusal?.code.rawValue
    let facts = record.summary
    asked = facts.asked
    committed = facts.committed
    verified = Energy(wattHours: record.settled?.verifiedWh ?? 0)
    premium =
      world.book.rewards(ofEvent: record.id)
  }

  /// Homes by standing.
  func count(_ word: String) -> Int { homes.count { $0.standing.word == word } }
}

extension RealHomesSummary.Home {
  fileprivate init(_ performance: Performance, among homes: [HomeRow]) {
    site = performance.site
    findings = performance.meterFindings
    dataClass = homes.first { $0.site == performance.site }?.dataClass ?? "clean"
    let seen = performance.meterFindings.map(\.rawValue).joined(separator: ", ")
    if case .refused(let refusal) = performance.verdict {
      standing = .refused(refusal.code)
      remark = refusal.sentence
    } else if let flag = performance.flags.first(where: \.holdsResult) {
      standing = .held(flag.code)
      remark = Self.sentence(flag)
    } else {
      standing = .verified
      if !seen.isEmpty {
        remark = "flagged, but not held: the meter shows \(seen)"
      } else if dataClass != "clean" {
        remark = "not flagged: the readings up to the event do not show it yet"
      } else {
        remark = ""
      }
    }
  }

  private static func sentence(_ flag: Flag) -> String {
    switch flag {
    case .meterSuspect(let codes):
      return "the meter shows " + codes.map(\.rawValue).joined(separator: ", ")
    case .meterDeviceMismatch(let site, let device):
      return "the meter changed by \(site.fourDecimals) kWh, the battery by"
        + " \(device.fourDecimals) kWh"
    case .adjustmentCapped, .adjustmentSkipped, .degenerateRatio, .filledWithEventDays,
      .belowMinimumDays, .eventIntervalsMissing, .reductionWithoutDischarge,
      .contaminatedHistory, .windowAboveHistory, .preEventCharge, .scheduleInflated,
      .splitSites:
      return flag.code
    }
  }
}
