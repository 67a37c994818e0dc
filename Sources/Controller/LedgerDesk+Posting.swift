public import Grid
import Ledger
import Settlement
public import Signing
import Storage

/// Requests that the ledger did not take; nothing was written.
public struct PostFaults: Error, Sendable, CustomStringConvertible {
  /// One line each, with the place of the request.
  public let lines: [String]
  /// True when they were well formed and a rule said no.
  public let isRefusal: Bool

  /// One fault a line.
  public var description: String { lines.joined(separator: "\n") }
}

extension LedgerDesk {
  /// Writes all requests, or none of them.
  ///
  /// - Parameters:
  ///   - key: The log's own private key, or one that is enrolled in the log.
  ///   - pending: Where a request waits that needs more approvals; nil refuses it.
  ///   - opensAccounts: Accounts and customary commodities that are not there are opened on the way.
  /// - Throws: `PostFaults`; `StoreError.conflict` when somebody else has written meanwhile.
  public mutating func post(
    _ requests: [PostRequest], key: SigningKey, opensAccounts: Bool = false,
    waitingIn pending: PendingRequests? = nil, now: Timestamp
  ) throws -> [PostReceipt] {
    try giveBackExpired(now: now)
    let author = authorID(of: key)
    var opening = Opening(desk: self)
    if opensAccounts {
      for request in requests { try opening.open(request.names) }
    }
    var made: [EntryRequest] = []
    var malformed: [String] = []
    var refused: [String] = []
    for request in requests {
      do throws(Unmade) {
        made.append(try opening.make(request, author: author))
      } catch {
        switch error {
        case .malformed(let text): malformed.append("\(request.place): \(text)")
        case .refused(let text): refused.append("\(request.place): \(text)")
        }
      }
    }
    guard malformed.isEmpty, refused.isEmpty else {
      throw PostFaults(lines: malformed + refused, isRefusal: malformed.isEmpty)
    }
    if let pending, let place = made.firstIndex(where: { book.quorum($0.data.right) > 0 }) {
      guard made.count == 1, opening.requests.isEmpty else {
        throw PostFaults(
          lines: ["\(requests[place].place): more keys must approve it, so it is posted alone"],
          isRefusal: true)
      }
      return [try settle(requests[0].key, made[0], by: key, in: pending, now: now)]
    }
    do {
      let taken = try write(opening.requests + made, names: opening.names, now: now)
      return zip(requests, taken.dropFirst(opening.requests.count)).map {
        PostReceipt($0.key, $1)
      }
    } catch let error as BatchRefusal {
      let place = error.place - opening.requests.count
      let subject = place >= 0 ? requests[place].place : "opening accounts"
      let legs = place >= 0 ? made[place].legs : []
      throw PostFaults(
        lines: ["\(subject): \(explain(error.refusal, legs, opening))"],
        isRefusal: !error.refusal.isOfForm)
    }
  }

  /// A refusal with names and decimals.
  private func explain(_ refusal: LedgerRefusal, _ legs: [Leg], _ opening: Opening) -> String {
    var text = refusal.description
    if case .insufficient(let account, let available, let asked) = refusal,
      let leg = legs.first(where: { $0.account == account }),
      let commodity = opening.commodities[Int(leg.commodity) - 1] as Commodity?
    {
      text =
        "insufficient: account \(account) has \(commodity.text(available)) \(commodity.code)"
        + " available and was asked for \(commodity.text(asked)) \(commodity.code)"
    }
    for leg in legs {
      text = text.replacing(leg.account.description, with: opening.name(of: leg.account))
    }
    return text
  }

  /// Why a request cannot be put to the book.
  enum Unmade: Error {
    case malformed(String)
    case refused(String)
  }

  /// The names that requests use: those of the book, and those opened on the way.
  struct Opening {
    let book: Book
    var accounts: [String: AccountID]
    var commodities: [Commodity]
    var requests: [EntryRequest] = []
    var names: [AccountPath] = []

    init(desk: LedgerDesk) {
      book = desk.book
      accounts = desk.accounts
      commodities = desk.book.commodities
    }

    mutating func open(_ wanted: [(account: String, commodity: String)]) throws {
      for (account, code) in wanted {
        if !commodities.contains(where: { $0.code == code }),
          let commodity = Commodity.customary(code)
        {
          commodities.append(commodity)
          requests.append(EntryRequest(.commodity(commodity)))
        }
        if let role = AccountRole(path: account) { _ = try open(account, role) }
      }
    }

    /// The account of a name, opened on the way when the book lacks it.
    mutating func open(_ path: String, _ role: AccountRole) throws -> AccountID {
      if let known = accounts[path] { return known }
      let opened = try LedgerDesk.opening(path, role, role.defaultFlags)
      requests.append(opened.request)
      names.append(opened.name)
      let id = AccountID(bytes: opened.name.id)!
      accounts[path] = id
      return id
    }

    func name(of id: AccountID) -> String {
      accounts.first { $0.value == id }?.key ?? id.description
    }

    func make(
      _ request: PostRequest, author: AuthorID
    ) throws(Unmade) -> EntryRequest {
      let source = RequestSource(author: author, key: request.key)
      func built(_ made: EntryRequest?, _ index: UInt64) throws(Unmade) -> EntryRequest {
        guard var made else { throw .refused("holdUnknown: entry \(index) is no hold") }
        made.evidence = request.evidence
        made.rule = request.rule
        return made
      }
      // Only what moves something is made with this, and that has a time.
      let window = request.effective ?? Window(start: .init(seconds: 0), end: .init(seconds: 1))!
      switch request.body {
      case .transfer(let reason, let event, let run, let reference, let movement):
        let legs = try legs(movement, .settled)
        let isOfEvent =
          event != nil
          || request.evidence.contains { $0.kind == .performance || $0.kind == .report }
        if isOfEvent,
          let code = legs.lazy.map({ commodities[Int($0.commodity) - 1] })
            .first(where: { $0.kind == .certificate })?.code
        {
          throw .refused(
            "certificateOfEvent: \(code) proves generation, and what an event moves is a battery's"
              + " discharge; allowed: a transfer without event and performance")
        }
        return EntryRequest(
          .transfer(reason: reason, event: event, run: run), source: source,
          effective: request.effective, legs: legs,
          evidence: request.evidence, reference: reference, rule: request.rule)
      case .reserve(let reason, let expires, let movement):
        return EntryRequest(
          .reserve(reason: reason, expires: expires), source: source,
          effective: request.effective, legs: try legs(movement, .pending),
          evidence: request.evidence, rule: request.rule)
      case .post(let reason, let hold):
        return try built(
          book.posting(hold, reason: reason, effective: window, source: source), hold)
      case .void(let reason, let hold):
        return try built(
          book.voiding(hold, reason, effective: window, source: source), hold)
      case .reverse(let reason, let index):
        guard
          let made = book.reversing(index, reason: reason, effective: window, source: source)
        else { throw .refused("notReversible: entry \(index) moved nothing, or is not there") }
        return try built(made, index)
      case .close, .snapshot, .flags, .commodity, .policy, .quorum, .continues, .key:
        return EntryRequest(
          try still(request.body), source: source, effective: request.effective,
          evidence: request.evidence, rule: request.rule)
      }
    }

    private func legs(
      _ movement: PostRequest.Movement, _ layer: Layer
    ) throws(Unmade) -> [Leg] {
      var legs: [Leg] = []
      switch movement {
      case .postings(let postings):
        for posting in postings {
          let (number, commodity) = try self.commodity(posting.commodity)
          let amount = try amount(posting.amount, commodity)
          let account = try account(posting.account)
          // What is only promised is never paid from: it has a layer of its own.
          let own = commodity.kind == .obligation ? .promised : layer
          legs.append(Leg(account: account, commodity: number, layer: own, amount: amount))
        }
      case .split(let division):
        let (number, commodity) = try self.commodity(division.commodity)
        let total = try amount(division.amount, commodity)
        var unit: Int64 = 1
        for _ in (commodity.minor ?? commodity.scale)..<commodity.scale { unit *= 10 }
        guard total.isMultiple(of: unit), total != 0, total != .min else {
          throw .malformed(
            "split.amount is \(division.amount); allowed: whole units of"
              + " \(commodity.text(unit)) \(commodity.code), not 0")
        }
        let to = division.to.sorted { $0.account.utf8.lexicographicallyPrecedes($1.account.utf8) }
        // The arithmetic of a split is that of smallest units, whatever is counted.
        let parts = Split.largestRemainder(
          Money(millionths: total), weights: to.map(\.weight), unit: unit)
        legs.append(
          Leg(
            account: try account(division.from), commodity: number, layer: layer, amount: -total))
        for (recipient, part) in zip(to, parts) {
          let account = try account(recipient.account)
          // Whoever gets less than a unit gets nothing, and nothing is no posting.
          if part == .zero { continue }
          legs.append(
            Leg(account: account, commodity: number, layer: layer, amount: part.millionths))
        }
      }
      return legs
    }

    func account(_ path: String) throws(Unmade) -> AccountID {
      guard let id = accounts[path] else {
        throw .refused(
          "unknownAccount: no account \(path); open it with a chart or with --open-accounts")
      }
      return id
    }

    private func commodity(_ code: String) throws(Unmade) -> (UInt32, Commodity) {
      guard let place = commodities.firstIndex(where: { $0.code == code }) else {
        let known = commodities.map(\.code).joined(separator: ", ")
        throw .refused(
          "unknownCommodity: no commodity \(code); there are: \(known.isEmpty ? "none" : known)")
      }
      return (UInt32(place + 1), commodities[place])
    }

    private func amount(_ text: String, _ commodity: Commodity) throws(Unmade) -> Int64 {
      do throws(FixedDecimal.Fault) {
        return try FixedDecimal.parse(text, places: commodity.scale)
      } catch {
        throw .malformed(
          "amount is \(text); allowed: a decimal with at most 12 digits and \(commodity.scale) places"
        )
      }
    }
  }
}

extension PostRequest {
  /// The accounts and commodities that a movement names.
  var names: [(account: String, commodity: String)] {
    let movement: Movement
    switch body {
    case .transfer(_, _, _, _, let moved), .reserve(_, _, let moved): movement = moved
    case .post, .void, .reverse, .close, .snapshot, .flags, .commodity, .policy, .quorum,
      .continues, .key:
      return []
    }
    switch movement {
    case .postings(let postings): return postings.map { ($0.account, $0.commodity) }
    case .split(let split):
      return [(split.from, split.commodity)] + split.to.map { ($0.account, split.commodity) }
    }
  }
}
