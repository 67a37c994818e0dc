public import Grid
import Ledger
public import Signing
import Storage

extension LedgerDesk {
  /// Why a dispute is not taken, or not decided.
  public enum DisputeFault: Error, Hashable, Sendable, CustomStringConvertible {
    /// The run's tables have no such line, or it posted nothing.
    case noLine(event: String, run: String, site: String, line: String)
    /// The policy's time to object is over.
    case late(until: CivilDate, now: CivilDate)
    /// The line waits already.
    case open(hold: UInt64)
    /// It was decided before, and nothing new was handed in.
    case needsNewEvidence(hold: UInt64)
    /// No hold of a dispute.
    case noDispute(UInt64)
    /// The hold was decided, or ran out.
    case decided(UInt64)
    /// The account of the owner is not in the book.
    case noAccount(String)
    /// Settlement holds no line of the home.
    case nothingHeld(event: String, site: String)
    /// What settlement held is decided.
    case holdDecided(event: String, site: String)
    /// The evidence of the home is not kept.
    case noEvidence(event: String, run: String, site: String)
    /// Even without the hold nothing of it could be paid.
    case stillHeld(event: String, site: String)
    /// Another key than the log's own.
    case notTheLogsKey(String)

    /// What was found and what is allowed.
    public var description: String {
      switch self {
      case .noLine(let event, let run, let site, let line):
        "event \(event), run \(run), site \(site): no posted line \(line); allowed: a line of the "
          + "run's lines.csv that has an entry and an amount"
      case .late(let until, let now):
        "disputeLate: it is \(now); allowed: until \(until), by the policy's disputeDays"
      case .open(let hold): "alreadyDisputed: entry \(hold) holds this line until it is decided"
      case .needsNewEvidence(let hold):
        "alreadyDecided: entry \(hold) disputed this line before; allowed: with --evidence that "
          + "was not handed in then"
      case .noDispute(let index): "entry \(index) is no dispute; `headroom dispute list` has them"
      case .decided(let index): "entry \(index) is decided already, or its time ran out"
      case .noAccount(let path): "\(path): no such account in the ledger"
      case .nothingHeld(let event, let site):
        "event \(event), home \(site): settlement holds no line; `headroom dispute held` lists those"
          + " it holds"
      case .holdDecided(let event, let site):
        "event \(event), home \(site): what was held is decided already"
      case .noEvidence(let event, let run, let site):
        "event \(event), run \(run), home \(site): its evidence is not beside the ledger; allowed:"
          + " a run of this version or later"
      case .stillHeld(let event, let site):
        "event \(event), home \(site): nothing can be paid even without the hold: readings are"
          + " missing, and a corrected run pays when they come"
      case .notTheLogsKey(let name):
        "the key is that of \(name); allowed: the log's own, so that later runs find what is posted"
      }
    }
  }

  /// A dispute as the book has it.
  public struct DisputeStanding: Sendable {
    /// The entry of the hold.
    public let hold: UInt64
    /// What it is about.
    public let dispute: Dispute
    /// The entry that ended it, or nil while it waits.
    public let resolvedBy: UInt64?
    /// How it was decided; nil while it waits, and when its time ran out.
    public let decision: DisputeDecision?

    /// `held`, `owner`, `utility` or `expired`.
    public var state: String {
      guard resolvedBy != nil else { return "held" }
      return decision?.decidedFor.rawValue ?? "expired"
    }
  }

  /// Every dispute of the book, in the order of the log.
  public func disputes() throws -> [DisputeStanding] {
    let size = book.size
    let holds = (0..<size).filter { book.type(of: $0) == .reserve }
    guard !holds.isEmpty else { return [] }
    let ends = (0..<size).filter { [.post, .void].contains(book.type(of: $0)) }
    var resolutions: [UInt64: (index: UInt64, evidence: [Evidence])] = [:]
    for (index, bytes) in zip(ends, try entries(ends)) {
      let request = try Entry(bytes).request
      if let hold = request.reference { resolutions[hold] = (index, request.evidence) }
    }
    var found: [DisputeStanding] = []
    for (index, bytes) in zip(holds, try entries(holds)) {
      let request = try Entry(bytes).request
      guard let cited = request.evidence.first(where: { $0.kind == .document }),
        let body = try store.proven(cited.hash), let dispute = Dispute(bytes: body)
      else { continue }
      let end = resolutions[index]
      let decision = try end?.evidence.first { $0.kind == .decision }
        .flatMap { try store.proven($0.hash) }.flatMap { DisputeDecision(bytes: $0) }
      found.append(
        DisputeStanding(
          hold: index, dispute: dispute, resolvedBy: end?.index, decision: decision))
    }
    return found
  }

  /// What is asked for when a dispute is filed.
  public struct DisputeRequest: Sendable {
    /// The event.
    public var event: String
    /// The run.
    public var run: String
    /// The home.
    public var site: String
    /// The line's type.
    public var line: String
    /// A code.
    public var reason: String
    /// Why.
    public var text: String
    /// Who objects.
    public var by: Dispute.Side
    /// When it is to be decided.
    public var decideBy: Timestamp
    /// Hash of what was handed in.
    public var evidence: Digest?

    /// A request.
    public init(
      event: String, run: String, site: String, line: String, reason: String, text: String,
      by: Dispute.Side, decideBy: Timestamp, evidence: Digest?
    ) {
      self.event = event
      self.run = run
      self.site = site
      self.line = line
      self.reason = reason
      self.text = text
      self.by = by
      self.decideBy = decideBy
      self.evidence = evidence
    }
  }

  /// Files a dispute: the owner's part of the line waits in the pending layer, and nothing else.
  ///
  /// A reward that was paid waits from the owner towards where it came from, a penalty from where
  /// it went towards the owner.
  ///
  /// - Parameters:
  ///   - days: Local days after the posting in which a dispute is taken, by its rule.
  public mutating func open(
    _ request: DisputeRequest, reports: ReportFolder, zone: ZoneOffsets,
    days: (Digest?) throws -> Int64, key: SigningKey, now: Timestamp
  ) throws -> DisputeStanding {
    try giveBackExpired(now: now)
    let lines = try RunTables(reports, event: request.event, run: request.run)
      .lines(of: request.site)
    guard let line = lines.first(where: { $0.name == request.line }), let index = line.entry,
      line.difference != .zero, UInt64(index) < book.size
    else {
      throw DisputeFault.noLine(
        event: request.event, run: request.run, site: request.site, line: request.line)
    }
    let entry = UInt64(index)
    let posted = try Entry(try entries([entry])[0]).request
    let today = zone.date(at: now)
    let until = zone.date(at: book.recordedAt(of: entry)).adding(days: try days(posted.rule))
    guard today <= until else { throw DisputeFault.late(until: until, now: today) }
    let before = try disputes().filter { $0.dispute.entry == entry && $0.dispute.line == line.name }
    if let open = before.first(where: { $0.resolvedBy == nil }) {
      throw DisputeFault.open(hold: open.hold)
    }
    if let last = before.last,
      request.evidence == nil
        || before.contains(where: { $0.dispute.evidence == request.evidence.map { "\($0)" } })
    {
      throw DisputeFault.needsNewEvidence(hold: last.hold)
    }
    let legs = try disputed(line, lines, posted)
    let commodity = book.commodities[Int(legs[0].commodity) - 1]
    let dispute = Dispute(
      event: request.event, run: request.run, site: request.site, line: line.name, entry: entry,
      amount: commodity.text(Int128(legs[1].amount)), currency: commodity.code,
      reason: request.reason, text: request.text, by: request.by, openedAt: "\(now)",
      decideBy: "\(request.decideBy)", evidence: request.evidence.map { "\($0)" })
    let hash = SHA256.hash(dispute.bytes)
    try store.keep(
      evidence: dispute.bytes, kind: Int(EvidenceKind.document.rawValue), hash: hash)
    let taken = try write(
      [
        EntryRequest(
          .reserve(reason: "dispute", expires: request.decideBy),
          source: source(key, "dispute-open", hash), effective: Self.moment(now), legs: legs,
          evidence: [Evidence(.document, hash)], rule: posted.rule)
      ], names: [], now: now)
    return DisputeStanding(
      hold: taken[0].index, dispute: dispute, resolvedBy: nil, decision: nil)
  }

  /// The owner's part of a line: out of the account that would lose it, into the one that gains.
  private func disputed(
    _ line: RunTables.PostedLine, _ lines: [RunTables.PostedLine], _ posted: EntryRequest
  ) throws -> [Leg] {
    let sides = posted.legs.map { ($0, book.account($0.account)!.role) }
    guard let owner = sides.first(where: { $0.1 == .owner })?.0 else {
      throw DisputeFault.noAccount("owner of \(line.site)")
    }
    guard
      let other = sides.first(where: { [.escrow, .funding, .penalty].contains($0.1) })?.0
        // A fee goes from the owner to a party.
        ?? sides.first(where: { $0.1 != .owner && ($0.0.amount < 0) != (owner.amount < 0) })?.0
    else { throw DisputeFault.noAccount("payer of \(line.site)") }
    let together = lines.filter { $0.entry == line.entry }
      .reduce(Int128(0)) { $0 + Int128($1.difference.millionths) }
    let minor = Int128(
      Currency(
        code: book.commodities[Int(owner.commodity) - 1].code,
        digits: book.commodities[Int(owner.commodity) - 1].minor ?? 2)?.millionthsPerMinorUnit ?? 1)
    // Of an entry with several lines the owner's part of one is cut down to the minor unit.
    let exact = Int128(owner.amount) * Int128(line.difference.millionths) / together
    let part = Int64(together == Int128(line.difference.millionths) ? exact : exact / minor * minor)
    guard part != 0 else {
      throw DisputeFault.noLine(event: "", run: "", site: line.site, line: line.name)
    }
    let size = part < 0 ? -part : part
    // What the owner got waits on the way back, what he lost on the way to him.
    let payer = part > 0 ? other.account : holder(of: size, owner.commodity, first: other.account)
    let (from, to) = part > 0 ? (owner.account, payer) : (payer, owner.account)
    return [
      Leg(account: from, commodity: owner.commodity, layer: .pending, amount: -size),
      Leg(account: to, commodity: owner.commodity, layer: .pending, amount: size),
    ]
  }

  /// Where a penalty lies now: where it was posted to, or the utility's funding account, to which
  /// penalties are passed on when an event is closed.
  private func holder(of amount: Int64, _ commodity: UInt32, first: AccountID) -> AccountID {
    let funding = book.accountIDs.filter { book.account($0)?.role == .funding }
    return ([first] + funding).first { account in
      book.position(account, commodity: commodity).map { $0.available >= Int128(amount) } ?? false
    } ?? first
  }

  /// Decides a dispute: one side gets the whole of what waited.
  public mutating func decide(
    _ hold: UInt64, for side: Dispute.Side, text: String, key: SigningKey, now: Timestamp
  ) throws -> DisputeStanding {
    try giveBackExpired(now: now)
    guard let standing = try disputes().first(where: { $0.hold == hold }) else {
      throw DisputeFault.noDispute(hold)
    }
    guard standing.resolvedBy == nil else { throw DisputeFault.decided(hold) }
    let decision = DisputeDecision(hold: hold, decidedFor: side, text: text, decidedAt: "\(now)")
    let hash = SHA256.hash(decision.bytes)
    try store.keep(
      evidence: decision.bytes, kind: Int(EvidenceKind.decision.rawValue), hash: hash)
    // Who has it now keeps it when the hold is given back.
    let losing = book.legs(of: hold).first { $0.amount < 0 }!
    let holder: Dispute.Side = book.account(losing.account)?.role == .owner ? .owner : .utility
    let source = source(key, "dispute-decide", hash)
    var request: EntryRequest
    if holder == side {
      request = book.voiding(hold, .refused, effective: Self.moment(now), source: source)!
      request.evidence = [Evidence(.decision, hash)]
    } else {
      request = book.posting(
        hold, reason: "dispute", effective: Self.moment(now), source: source,
        evidence: [Evidence(.decision, hash)])!
    }
    let taken = try write([request], names: [], now: now)
    return DisputeStanding(
      hold: hold, dispute: standing.dispute, resolvedBy: taken[0].index, decision: decision)
  }

  private static func moment(_ now: Timestamp) -> Window {
    Window(start: now, end: now.adding(seconds: 1))!
  }

  private func source(_ key: SigningKey, _ use: String, _ hash: Digest) -> RequestSource {
    let name = SHA256.hash(Array(use.utf8) + hash.bytes).bytes.prefix(16)
    return RequestSource(
      author: authorID(of: key), key: IdempotencyKey(bytes: Array(name))!)
  }
}
