import Engine
import Grid
import Ledger
import Policies
import Settlement
import Signing
import Storage

/// Settles entries of a ledger again from their evidence alone, and compares.
///
/// Nothing of the entry goes into the computation but the hashes that it cites.
public struct EvidenceCheck {
  /// Entries that were settled again.
  public private(set) var settled = 0
  /// Entries of runs that were posted before homes had evidence of their own.
  public private(set) var older = 0
  /// What became of the readings that evidence cites, where their database was given: days of meters
  /// that were compared, readings that came later, and homes whose evidence cites none.
  public private(set) var readings: (days: Int, cameLater: Int, without: Int)?
  /// What differs or is absent.
  public private(set) var findings: [LedgerCheck.Finding] = []

  /// True when nothing differs.
  public var isSound: Bool { findings.isEmpty }

  private let desk: LedgerDesk
  private let source: EvidenceSource
  private let salts: [String: [UInt8]]
  private var policies: [Digest: Policy] = [:]
  private var looked: Set<Digest> = []
  private var cited: CitedReadingsCheck?
  private var wholes: [Digest: SettlementResult] = [:]

  /// Checks one entry, or with nil every entry of a settlement.
  /// - Parameters:
  ///   - readings: The readings database that evidence of the second version cites, or nil.
  ///   - progress: Told entries done and entries there, about once in 1,024.
  /// - Throws: As opening the ledger does: every entry is first checked against leaf and rules.
  public init(
    _ file: String, entry wanted: UInt64?, source: EvidenceSource, readings path: String? = nil,
    progress: (UInt64, UInt64) -> Void = { _, _ in }
  ) throws {
    desk = try LedgerDesk(opening: file)
    self.source = source
    cited = try path.map { try CitedReadingsCheck($0) }
    if path != nil { readings = (0, 0, 0) }
    salts = Dictionary(
      try desk.store.names().map { ($0.path, $0.salt) }, uniquingKeysWith: { first, _ in first })
    if let wanted, wanted >= UInt64(desk.book.size) {
      add("missing", wanted, "the ledger has \(desk.book.size) entries")
      return
    }
    var failure: (any Error)?
    try desk.store.entries(from: Int64(wanted ?? 0)) { index, stored in
      if index & 1_023 == 0 { progress(UInt64(index), desk.book.size) }
      do { try check(UInt64(index), stored.body, isWanted: wanted != nil) } catch {
        failure = error
        return false
      }
      return wanted == nil
    }
    if let failure { throw failure }
    if wanted == nil { try checkTheRest() }
    try checkReadings()
  }

  private mutating func checkReadings() throws {
    try cited?.run()
    guard let cited else { return }
    readings?.days = cited.days
    readings?.cameLater = cited.cameLater
    findings += cited.findings
  }

  /// What no entry cites, such as the evidence of a home that is owed nothing, has its hash at
  /// least.
  private mutating func checkTheRest() throws {
    for hash in try source.hashes() where !looked.contains(hash) {
      guard let bytes = try source.bytes(hash) else { continue }
      let found = SHA256.hash(bytes)
      guard found != hash else {
        if let evidence = try? HomeEvidence(bytes: bytes), let readings = evidence.readings {
          cited?.note(evidence, readings, entry: nil)
        }
        continue
      }
      findings.append(
        .init(
          code: "evidenceAltered", entries: 0..<0,
          detail: "\(hash), which no entry cites, has the SHA-256 \(found)"))
    }
  }

  private mutating func add(_ code: String, _ index: UInt64, _ detail: String) {
    findings.append(.init(code: code, entries: index..<index + 1, detail: detail))
  }

  private mutating func check(_ index: UInt64, _ bytes: [UInt8], isWanted: Bool) throws {
    let request = try Entry(bytes).request
    guard case .transfer(let reason, _, let run, _) = request.data, run != nil,
      let kind = EntryKind(reason: reason),
      let hash = request.evidence.first(where: { $0.kind == .performance })?.hash,
      request.source != nil
    else {
      if isWanted { add("notSettled", index, "it is no settlement of a home; allowed: one") }
      return
    }
    guard request.evidence.contains(where: { $0.kind == .report }) else {
      older += 1
      if isWanted {
        add("noObject", index, "its run was posted before homes had evidence of their own")
      }
      return
    }
    guard let evidence = try evidence(hash, index),
      let policy = try policy(request, evidence, index)
    else { return }
    settled += 1
    if let readings = evidence.readings {
      cited?.note(evidence, readings, entry: index)
    } else {
      readings?.without += 1
    }
    guard let result = try result(request, evidence, policy, index) else { return }
    compare(request, with: evidence, result, policy, kind, index)
  }

  /// What the home of an entry comes to: alone, or with the others of its event where they count.
  private mutating func result(
    _ request: EntryRequest, _ evidence: HomeEvidence, _ policy: Policy, _ index: UInt64
  ) throws -> SettlementResult? {
    guard policy.needsWholeEvent else { return policy.settle(evidence.input) }
    guard let hash = request.evidence.first(where: { $0.kind == .document })?.hash else {
      add("evidenceMissing", index, "it cites no document with the homes of its event")
      return nil
    }
    if wholes[hash] == nil {
      guard let bytes = hold(try source.bytes(hash), "evidence", hash, index) else { return nil }
      let input = try WholeEvent(bytes: bytes)?.input(for: evidence) { hash in
        looked.insert(hash)
        return try source.bytes(hash)
      }
      guard let input else {
        add(
          "evidenceMissing", index,
          "the homes of its event, which \(hash) names, are not all there as it names them")
        return nil
      }
      wholes[hash] = policy.settle(input)
    }
    return wholes[hash]?.alone(evidence.home.site)
  }

  /// Bytes that are there and have their hash; nil with a finding otherwise.
  private mutating func hold(
    _ bytes: [UInt8]?, _ kind: String, _ hash: Digest, _ index: UInt64
  ) -> [UInt8]? {
    looked.insert(hash)
    guard let bytes else {
      add("\(kind)Missing", index, "the \(kind) \(hash) is not there")
      return nil
    }
    let found = SHA256.hash(bytes)
    guard found == hash else {
      add("\(kind)Altered", index, "the \(kind) \(hash) has the SHA-256 \(found)")
      return nil
    }
    return bytes
  }

  private mutating func evidence(_ hash: Digest, _ index: UInt64) throws -> HomeEvidence? {
    guard let bytes = hold(try source.bytes(hash), "evidence", hash, index) else { return nil }
    do throws(HomeEvidence.Fault) { return try HomeEvidence(bytes: bytes) } catch {
      add("evidenceMalformed", index, "the evidence \(hash): \(error)")
      return nil
    }
  }

  private mutating func policy(
    _ request: EntryRequest, _ evidence: HomeEvidence, _ index: UInt64
  ) throws -> Policy? {
    let hash = evidence.policy
    guard request.rule == hash else {
      add(
        "ruleDiffers", index,
        "the entry cites the policy \(request.rule.map { "\($0)" } ?? "of nobody"), its evidence"
          + " \(hash)")
      return nil
    }
    if let known = policies[hash] { return known }
    guard let bytes = hold(try source.policy(hash), "policy", hash, index) else { return nil }
    do throws(PolicyFaults) {
      let policy = try Policy.load(bytes: bytes, file: "\(hash)")
      policies[hash] = policy
      return policy
    } catch {
      add("policyMalformed", index, "\(error)")
      return nil
    }
  }

  private mutating func compare(
    _ request: EntryRequest, with evidence: HomeEvidence, _ result: SettlementResult,
    _ policy: Policy, _ kind: EntryKind, _ index: UInt64
  ) {
    let posted = posted(before: request, evidence, policy)
    let entries = result.entries(over: posted, minimum: policy.settlement.minimumPosting)
    guard let entry = entries.first(where: { $0.kind == kind }) else {
      return add("postingsDiffer", index, "its evidence gives no \(kind.rawValue) at all")
    }
    let input = evidence.input
    let paths = entry.legs.map { leg in
      leg.account.path(
        event: input.event, utility: evidence.utility, programme: policy.dispatch.programme)
    }
    var legs: [Leg] = []
    let currency = policy.settlement.currency
    guard let commodity = desk.commodity(currency.code)?.number else {
      return add("postingsDiffer", index, "the ledger has no \(currency.code)")
    }
    for (path, leg) in zip(paths, entry.legs) {
      guard let account = desk.accounts[path] else {
        return add("nameMissing", index, "no account has the name \(path), or it was erased")
      }
      legs.append(Leg(account: account, commodity: commodity, amount: leg.amount.millionths))
    }
    var again = EntryRequest(
      .transfer(
        reason: kind.reason, event: input.event.text, run: input.run.name),
      source: request.source,
      // A correction of a period that is closed counts in the open one.
      effective: posted.isEmpty ? input.window : request.effective, legs: legs,
      evidence: request.evidence,
      rule: evidence.policy)
    if let salt = salts["owner:\(evidence.home.owner)"], let author = request.source?.author {
      let key = IdempotencyKey.settlement(
        millisecondsOfEventEnd: UInt64(input.window.end.microseconds / 1_000), salt: salt,
        event: input.event.text, site: evidence.home.site.text, run: entry.key)
      again.source = RequestSource(author: author, key: key)
    }
    if again.hashedBytes != request.hashedBytes {
      add("postingsDiffer", index, difference(request, again))
    } else if again.source != request.source {
      add("keyDiffers", index, "its key is not that of its event, home and run")
    }
  }

  /// What the runs before an entry's own posted for its home: a later run posts the difference.
  private func posted(
    before request: EntryRequest, _ evidence: HomeEvidence, _ policy: Policy
  ) -> [PostedHome] {
    let input = evidence.input
    let earlier = PostedRuns(
      before: input.run.name, of: input.event, window: input.window, utility: evidence.utility,
      policy: policy)
    guard let author = request.source?.author, let salt = salts["owner:\(evidence.home.owner)"]
    else { return [] }
    let found = earlier.home(
      evidence.home.site, owner: evidence.home.owner, salt: salt,
      entry: { desk.book.entry(of: RequestSource(author: author, key: $0)) },
      legs: { entry in
        desk.book.legs(of: entry).map {
          (desk.name(of: $0.account), Money(millionths: $0.amount))
        }
      })
    return found.map { [$0.home] } ?? []
  }

  private func difference(_ found: EntryRequest, _ computed: EntryRequest) -> String {
    func text(_ legs: [Leg]) -> String {
      legs.map { "\(desk.name(of: $0.account)) \($0.amount)" }.joined(separator: ", ")
    }
    if found.legs != computed.legs {
      return "the entry moves \(text(found.legs)); its evidence gives \(text(computed.legs))"
        + " (millionths)"
    }
    return "the entry says \(found.data) over \(found.effective.map { "\($0)" } ?? "no time"); its"
      + " evidence gives \(computed.data) over \(computed.effective.map { "\($0)" } ?? "")"
  }
}
