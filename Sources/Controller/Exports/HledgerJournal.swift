import Grid
import Ledger

/// A journal that `hledger check` accepts: every posting asserts the balance after it.
///
/// The date is that of the recording, so that the order of the file is that of the log. Holds are
/// balanced virtual postings under `pending:`, promises under `promised:`. A part of a book asserts
/// nothing, because the balances before are not in it.
struct HledgerJournal {
  private let listing: LedgerListing

  init(_ listing: LedgerListing) { self.listing = listing }

  func write(to out: (String) -> Void) throws {
    let book = listing.desk.book
    out("; \(book.origin ?? ""), \(book.size) entries, root \(book.tree.root)\n\n")
    for commodity in book.commodities {
      let zeros = String(repeating: "0", count: commodity.scale)
      out("commodity 1000.\(zeros) \(commodity.code)\n")
    }
    for account in book.accountIDs { out("account \(Self.escaped(listing.name(account)))\n") }
    for layer in [Layer.pending, .promised] where listing.uses(layer) {
      for account in book.accountIDs {
        out("account \(Self.prefix(layer))\(Self.escaped(listing.name(account)))\n")
      }
    }
    try listing.visit { item in
      if item.entry.request.legs.isEmpty { return }
      out("\n" + transaction(item))
    }
  }

  private func transaction(_ item: LedgerListing.Item) -> String {
    let request = item.entry.request
    var tags = ["index:\(item.index)"]
    if let effective = request.effective {
      tags += ["from:\(effective.start)", "to:\(effective.end)"]
    }
    if let reference = request.reference { tags.append("reference:\(reference)") }
    if let rule = request.rule { tags.append("policy:\(rule)") }
    tags.append("leaf:\(item.leaf)")
    let reason = item.reason.map { " " + $0.replacing(";", with: ",") } ?? ""
    var text =
      "\(item.day) * (\(item.index)) \(LedgerListing.word(request.data.type))\(reason)"
      + "  ; \(tags.joined(separator: ", "))\n"
    let rows = item.postings.map { leg, place in
      (
        account: account(leg), amount: listing.decimal(leg.amount, leg.commodity),
        code: listing.commodity(leg.commodity).code,
        balance: listing.decimal(place.balanceAfter, leg.commodity), place: place
      )
    }
    let wide = max(20, rows.map(\.account.count).max() ?? 0)
    let long = rows.map(\.amount.count).max() ?? 0
    for row in rows {
      let gap = String(repeating: " ", count: wide - row.account.count + 2)
      let pad = String(repeating: " ", count: long - row.amount.count)
      let assertion = listing.filter.isEverything ? " = \(row.balance) \(row.code)" : ""
      text +=
        "    \(row.account)\(gap)\(pad)\(row.amount) \(row.code)\(assertion)"
        + "  ; ordinal:\(row.place.ordinal)\n"
    }
    return text
  }

  private func account(_ leg: Leg) -> String {
    let name = Self.escaped(listing.name(leg.account))
    return leg.layer == .settled ? name : "[\(Self.prefix(leg.layer))\(name)]"
  }

  private static func prefix(_ layer: Layer) -> String {
    switch layer {
    case .settled: ""
    case .pending: "pending:"
    case .promised: "promised:"
    }
  }

  /// Characters that mean something in a journal, as % and two digits.
  private static func escaped(_ name: String) -> String {
    var escaped = ""
    for byte in name.utf8 {
      let isPlain =
        (0x30...0x39).contains(byte) || (0x61...0x7A).contains(byte | 0x20)
        || Array(":._/@+-".utf8).contains(byte)
      if isPlain {
        escaped.unicodeScalars.append(Unicode.Scalar(byte))
      } else {
        escaped += "%" + Hex.text([byte])
      }
    }
    return escaped
  }
}

extension LedgerListing {
  /// True when anything was ever posted in a layer.
  func uses(_ layer: Layer) -> Bool {
    desk.book.accountIDs.contains { account in
      desk.book.commodities.indices.contains { place in
        !(desk.book.postings(of: account, commodity: UInt32(place + 1), layer: layer) ?? [])
          .isEmpty
      }
    }
  }
}
