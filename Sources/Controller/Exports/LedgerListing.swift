public import Grid
public import Ledger
import Storage

/// The whole book, or a part of it, in a form that other programs read.
public struct LedgerListing {
  /// The forms.
  public enum Format: String, CaseIterable, Sendable {
    /// A journal of hledger.
    case hledger
    /// A journal of Beancount.
    case beancount
    /// One row a posting.
    case csv
    /// One object an entry, one a line.
    case json
  }

  /// Which entries are wanted; a part of a book is no proof of anything.
  public struct Filter: Hashable, Sendable {
    /// Entries with a posting of this account.
    public var account: AccountID?
    /// Entries with a posting in this commodity.
    public var commodity: UInt32?
    /// From the first moment on, by the effective end, or where there is none the recorded time.
    public var from: Timestamp?
    /// Until before this moment.
    public var to: Timestamp?

    /// Everything.
    public init() {}

    /// True when nothing is left out.
    public var isEverything: Bool { self == Filter() }

    func wants(_ entry: Entry) -> Bool {
      let moment = entry.request.effective?.end ?? entry.recordedAt
      if let from, moment < from { return false }
      if let to, moment >= to { return false }
      if account == nil, commodity == nil { return true }
      return entry.request.legs.contains(where: wants)
    }

    func wants(_ leg: Leg) -> Bool {
      (account == nil || leg.account == account)
        && (commodity == nil || leg.commodity == commodity)
    }
  }

  /// One entry on its way out.
  struct Item {
    let index: UInt64
    let entry: Entry
    let bytes: [UInt8]
    let leaf: Digest

    var postings: [(leg: Leg, place: Entry.Place)] {
      Array(zip(entry.request.legs, entry.places)).map { ($0, $1) }
    }

    /// The day on which it was recorded, in UTC.
    var day: CivilDate { CivilDate(dayNumber: LedgerListing.day(entry.recordedAt)) }

    var reason: String? {
      switch entry.request.data {
      case .transfer(let reason, _, _, _), .reserve(let reason, _), .post(let reason),
        .reverse(let reason):
        reason
      case .void(let reason): reason.rawValue
      case .commodity, .account, .close, .snapshot, .key, .note: nil
      }
    }
  }

  let desk: LedgerDesk
  let filter: Filter
  private let pseudonyms: Bool

  /// - Parameter pseudonyms: Accounts by their 16 bytes in hex: for whatever leaves the house.
  public init(_ desk: LedgerDesk, filter: Filter = Filter(), pseudonyms: Bool = false) {
    self.desk = desk
    self.filter = filter
    self.pseudonyms = pseudonyms
  }

  /// Writes everything, piece by piece.
  public func write(_ format: Format, to out: (String) -> Void) throws {
    switch format {
    case .hledger: try HledgerJournal(self).write(to: out)
    case .beancount: try BeancountJournal(self).write(to: out)
    case .csv: try csv(to: out)
    case .json: try json(to: out)
    }
  }

  /// Visits the entries that are wanted, in the order of the log.
  func visit(_ body: (Item) throws -> Void) throws {
    var failure: (any Error)?
    try desk.store.entries(from: 0) { index, stored in
      // As of an earlier moment the desk has fewer entries than the store.
      guard UInt64(index) < desk.book.size else { return false }
      do {
        let entry = try Entry(stored.body)
        if filter.wants(entry) {
          try body(
            Item(index: UInt64(index), entry: entry, bytes: stored.body, leaf: stored.leaf))
        }
        return true
      } catch {
        failure = error
        return false
      }
    }
    if let failure { throw failure }
  }

  func name(_ account: AccountID) -> String {
    pseudonyms ? "\(account)" : desk.name(of: account)
  }

  func commodity(_ number: UInt32) -> Commodity { desk.book.commodities[Int(number) - 1] }

  /// All decimals of the commodity.
  func decimal(_ amount: Int64, _ number: UInt32) -> String {
    let scale = commodity(number).scale
    return FixedDecimal.text(amount, places: scale, minimumPlaces: scale)
  }

  static func word(_ type: EntryType) -> String { "\(type)" }

  static func day(_ moment: Timestamp) -> Int64 {
    let (days, rest) = moment.seconds.quotientAndRemainder(dividingBy: 86_400)
    return rest < 0 ? days - 1 : days
  }
}
