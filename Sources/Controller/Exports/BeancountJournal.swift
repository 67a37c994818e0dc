import Grid
import Ledger

/// A journal that `bean-check` accepts, with every balance asserted at its end.
///
/// Accounts lie under `Assets:`; `bank`, `rounding`, `opening` and issuers under `Equity:`; holds
/// under `Assets:Pending:`, promises under `Assets:Promised:`. Names begin with capitals and have
/// letters, digits and `-`; two that would be alike get a part of their bytes. Codes are in capitals.
struct BeancountJournal {
  private let listing: LedgerListing
  private var names: [AccountID: String] = [:]
  private var codes: [String] = []

  init(_ listing: LedgerListing) {
    self.listing = listing
    let book = listing.desk.book
    var taken: Set<String> = []
    for account in book.accountIDs {
      var name = Self.name(listing.name(account))
      if !taken.insert(name).inserted {
        name += "-" + "\(account)".prefix(8)
        taken.insert(name)
      }
      names[account] = name
    }
    for (place, commodity) in book.commodities.enumerated() {
      let code = commodity.code.uppercased()
      let isFree = code.count > 1 && !codes.contains(code)
      codes.append(isFree ? code : "\(code)-\(place + 1)")
    }
  }

  /// What was posted to, and what is there in the end.
  private struct Slot: Hashable {
    let account: AccountID
    let layer: Layer
    let commodity: UInt32
  }

  func write(to out: (String) -> Void) throws {
    let book = listing.desk.book
    out("; \(book.origin ?? ""), \(book.size) entries, root \(book.tree.root)\n")
    out("option \"title\" \"\(book.origin ?? "")\"\n\n")
    var first: [String: CivilDate] = [:]
    var opened: [String] = []
    var ends: [Slot: (ordinal: UInt64, balance: Int64)] = [:]
    var slots: [Slot] = []
    var last: CivilDate?
    // Accounts are opened before anything is posted to them, so the entries are read twice.
    try listing.visit { item in
      last = item.day
      for (leg, place) in item.postings {
        let path = account(leg)
        if first[path] == nil {
          first[path] = item.day
          opened.append(path)
        }
        let slot = Slot(account: leg.account, layer: leg.layer, commodity: leg.commodity)
        if ends[slot] == nil { slots.append(slot) }
        ends[slot] = (place.ordinal, place.balanceAfter)
      }
    }
    for path in opened { out("\(first[path]!) open \(path)\n") }
    try listing.visit { item in
      if item.entry.request.legs.isEmpty { return }
      out("\n" + transaction(item))
    }
    guard listing.filter.isEverything, let last else { return }
    out("\n")
    for slot in slots {
      let leg = Leg(
        account: slot.account, commodity: slot.commodity, layer: slot.layer, amount: 0)
      let balance = listing.decimal(ends[slot]!.balance, slot.commodity)
      // Exactly: without the tilde some of the last digits would be forgiven.
      out(
        "\(last.adding(days: 1)) balance \(account(leg))  \(balance) ~ 0"
          + " \(codes[Int(slot.commodity) - 1])\n")
    }
  }

  private func transaction(_ item: LedgerListing.Item) -> String {
    let request = item.entry.request
    let type = LedgerListing.word(request.data.type)
    let reason = (item.reason ?? "").replacing("\\", with: "\\\\").replacing("\"", with: "\\\"")
    var text = "\(item.day) * \"\(type)\(reason.isEmpty ? "" : " " + reason)\"\n"
    text += "  index: \(item.index)\n"
    if let effective = request.effective {
      text += "  from: \"\(effective.start)\"\n  to: \"\(effective.end)\"\n"
    }
    if let reference = request.reference { text += "  reference: \(reference)\n" }
    if let rule = request.rule { text += "  policy: \"\(rule)\"\n" }
    text += "  leaf: \"\(item.leaf)\"\n"
    for (leg, place) in item.postings {
      text +=
        "  \(account(leg))  \(listing.decimal(leg.amount, leg.commodity))"
        + " \(codes[Int(leg.commodity) - 1])\n    ordinal: \(place.ordinal)\n"
    }
    return text
  }

  private func account(_ leg: Leg) -> String {
    let name = names[leg.account] ?? ""
    switch leg.layer {
    case .pending: return "Assets:Pending:\(name)"
    case .promised: return "Assets:Promised:\(name)"
    case .settled: break
    }
    switch listing.desk.book.account(leg.account)?.role {
    case .bank, .rounding, .opening, .issuer: return "Equity:\(name)"
    case .funding, .escrow, .owner, .aggregator, .grid, .supplier, .tax, .utility, .penalty,
      .retired, nil:
      return "Assets:\(name)"
    }
  }

  /// `owner:h_1` becomes `Owner:H-5f1`.
  private static func name(_ path: String) -> String {
    path.split(separator: ":").map { part in
      var name = ""
      for byte in part.utf8 {
        let isPlain =
          (0x30...0x39).contains(byte) || (0x61...0x7A).contains(byte | 0x20) || byte == 0x2D
        if isPlain {
          name.unicodeScalars.append(Unicode.Scalar(byte))
        } else {
          name += "-" + Hex.text([byte])
        }
      }
      if name.hasPrefix("-") { return "X" + name }
      return name.prefix(1).uppercased() + name.dropFirst()
    }.joined(separator: ":")
  }
}
