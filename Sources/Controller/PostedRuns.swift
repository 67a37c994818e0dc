import Engine
public import Grid
import Ledger
import Policies
public import Settlement
import Storage

/// What the runs before one posted for the homes of an event: the legs of their entries.
///
/// The book itself is asked, so that a difference is always taken off what is really there. An
/// entry is found by its key, which follows from event, home and run.
struct PostedRuns {
  /// The payable runs before, in their order, each with what was decided of the lines it held.
  let runs: [String]
  private let event: EventID
  private let end: UInt64
  private let parties: [(path: String, party: SettlementTerms.Party)]

  /// - Parameter run: The run before which; nil for all of them.
  init(
    before run: String? = nil, of event: EventID, window: Window, utility: UtilityID,
    policy: Policy
  ) {
    let all = policy.settlement.runs.filter { $0.isPayable || $0.name == run }
      .flatMap { [$0.name, Self.decided($0.name)] }
    runs = Array(all.prefix { $0 != run })
    self.event = event
    end = UInt64(window.end.microseconds / 1_000)
    let programme = policy.dispatch.programme
    parties = SettlementTerms.Party.allCases.filter { $0 != .owner }.map {
      (
        SettlementAccount.share($0).path(
          event: event, utility: utility, programme: programme), $0
      )
    }
  }

  /// The name under which what a run held is posted once it is decided for the owner.
  static func decided(_ run: String) -> String { run + ":decided" }

  /// True when what an earlier run held of a home was decided for its owner: it waits no more.
  func isReleased(
    _ site: SiteID, salt: [UInt8], entry: (IdempotencyKey) -> UInt64?
  ) -> Bool {
    runs.filter { $0.hasSuffix(":decided") }.flatMap { run in
      EntryKind.allCases.map { run + $0.suffix }
    }.contains { run in
      entry(
        IdempotencyKey.settlement(
          millisecondsOfEventEnd: end, salt: salt, event: event.text, site: site.text, run: run))
        != nil
    }
  }

  /// What one home has got from all of them together, and the last entry that gave it.
  ///
  /// The lines are the sums of rewards and of penalties: which line each was the book does not say.
  ///
  /// - Parameters:
  ///   - salt: That of the owner's account.
  ///   - entry: The entry that a key made.
  ///   - legs: The legs of an entry, by the names of their accounts.
  /// - Returns: nil when nothing was posted.
  func home(
    _ site: SiteID, owner: OwnerID, salt: [UInt8], entry: (IdempotencyKey) -> UInt64?,
    legs: (UInt64) -> [(path: String, amount: Money)]
  ) -> (home: PostedHome, last: UInt64)? {
    var sums: [EntryKind: [SettlementTerms.Party: Money]] = [:]
    var last: UInt64?
    for run in runs {
      for kind in EntryKind.allCases {
        let key = IdempotencyKey.settlement(
          millisecondsOfEventEnd: end, salt: salt, event: event.text, site: site.text,
          run: run + kind.suffix)
        guard let index = entry(key) else { continue }
        last = max(last ?? 0, index)
        for leg in legs(index) {
          guard let party = party(at: leg.path, owner) else { continue }
          sums[kind, default: [:]][party, default: .zero] =
            sums[kind, default: [:]][party, default: .zero] + leg.amount
        }
      }
    }
    guard let last else { return nil }
    return (Self.home(site, owner, sums), last)
  }

  private static func home(
    _ site: SiteID, _ owner: OwnerID, _ sums: [EntryKind: [SettlementTerms.Party: Money]]
  ) -> PostedHome {
    let (rewards, penalties) = (sums[.reward] ?? [:], sums[.penalty] ?? [:])
    let named = Set(rewards.keys).union(penalties.keys)
    let reward = named.map { PartyShare(party: $0, amount: rewards[$0] ?? .zero) }
    let net = reward.map {
      PartyShare(party: $0.party, amount: $0.amount + (penalties[$0.party] ?? .zero))
    }
    func split(_ kind: EntryKind) -> [PartyShare] {
      (sums[kind] ?? [:]).sorted { $0.key < $1.key }
        .map { PartyShare(party: $0.key, amount: $0.value) }
    }
    let lines: [PostedHome.PostedLine] = [
      .init(type: .directReward, charged: rewards.values.reduce(.zero, +)),
      .init(type: .penalty, charged: penalties.values.reduce(.zero, +)),
    ]
    var home = PostedHome(
      site: site, owner: owner, lines: lines.filter { $0.charged != .zero }, rewardSplit: reward,
      netSplit: net)
    home.bonusSplit = split(.bonus)
    home.feeSplit = split(.fee)
    return home
  }

  /// Whose account has this name; nil for escrow, funding and penalties.
  private func party(at path: String, _ owner: OwnerID) -> SettlementTerms.Party? {
    if path == "owner:\(owner)" { return .owner }
    return parties.first { $0.path == path }?.party
  }
}

extension EventAccount {
  /// What the runs before this one posted for the homes, in the order of the case; none in the
  /// first.
  ///
  /// Lines come from the evidence that the home's last entry cites; for an entry that was posted
  /// before homes had evidence they are the sums that its legs say.
  public func posted(in book: LedgerKeeper, utility: UtilityID) throws -> [PostedHome] {
    let earlier = PostedRuns(
      before: result.run.name, of: event.id, window: event.window, utility: utility, policy: policy)
    guard !earlier.runs.isEmpty else { return [] }
    var found: [(home: PostedHome, last: UInt64)] = []
    for home in event.homes {
      guard let salt = book.salt(of: "owner:\(home.owner)") else { continue }
      let posted = earlier.home(
        home.site, owner: home.owner, salt: salt, entry: book.entry(of:), legs: book.legs(of:))
      if let posted { found.append(posted) }
    }
    let evidence = try book.performances(of: found.map(\.last))
    var wholes: [Digest: SettlementResult] = [:]
    return try found.map { posted, last in
      guard let cited = evidence[last], let bytes = try book.store.proven(cited.home),
        let object = try? HomeEvidence(bytes: bytes), object.policy == policy.hash
      else { return posted }
      var posted = posted
      let settled: HomeSettlement?
      if policy.needsWholeEvent {
        guard let hash = cited.whole else { return posted }
        if wholes[hash] == nil {
          let input = try book.store.proven(hash).flatMap { WholeEvent(bytes: $0) }?
            .input(for: object, load: book.store.proven)
          wholes[hash] = input.map(policy.settle)
        }
        settled = wholes[hash]?.alone(object.home.site).homes.first
      } else {
        settled = policy.settle(object.input).homes.first
      }
      posted.lines = settled.map { PostedHome($0).lines } ?? posted.lines
      return posted
    }
  }
}
