import Grid
import Ledger

extension LedgerListing {
  /// One row a posting.
  func csv(to out: (String) -> Void) throws {
    out(
      "index,recorded_at,effective_from,effective_to,type,reason,account,commodity,layer,amount,"
        + "ordinal,balance_after,reference,policy_sha256,leaf_hash\n")
    try visit { item in
      let request = item.entry.request
      let head = [
        "\(item.index)", "\(item.entry.recordedAt)",
        request.effective.map { "\($0.start)" } ?? "", request.effective.map { "\($0.end)" } ?? "",
        Self.word(request.data.type), item.reason ?? "",
      ]
      let tail = [
        request.reference.map { "\($0)" } ?? "", request.rule.map { "\($0)" } ?? "", "\(item.leaf)",
      ]
      for (leg, place) in item.postings where filter.wants(leg) {
        let cells =
          head + [
            name(leg.account), commodity(leg.commodity).code, "\(leg.layer.rawValue)",
            decimal(leg.amount, leg.commodity), "\(place.ordinal)",
            decimal(place.balanceAfter, leg.commodity),
          ] + tail
        out(cells.map(Self.quoted).joined(separator: ",") + "\n")
      }
    }
  }

  private static func quoted(_ cell: String) -> String {
    guard cell.contains(where: { $0 == "," || $0 == "\"" }) else { return cell }
    return "\"\(cell.replacing("\"", with: "\"\""))\""
  }

  /// One object an entry; what an entry lacks is absent.
  func json(to out: (String) -> Void) throws {
    try visit { out(try object($0).line + "\n") }
  }

  private func object(_ item: Item) throws -> JSONResult {
    let entry = item.entry
    let request = entry.request
    var members: [(String, JSONResult)] = [
      ("index", .integer(Int64(item.index))), ("version", .integer(1)),
      ("type", .text(Self.word(request.data.type))), ("recordedAt", .text("\(entry.recordedAt)")),
    ]
    if let effective = request.effective {
      members.append(
        ("effective", .array([.text("\(effective.start)"), .text("\(effective.end)")])))
    }
    if !request.legs.isEmpty {
      members.append(("postings", .array(item.postings.map { posting($0.leg, $0.place) })))
    }
    if let source = request.source {
      members.append(("key", .text("\(source.key)")))
      members.append(("requestHash", .text("\(entry.requestHash ?? item.leaf)")))
      members.append(("author", .text("\(source.author)")))
    }
    if !request.evidence.isEmpty {
      members.append(
        (
          "evidence",
          .array(
            request.evidence.map {
              .object([
                ("kind", .integer(Int64($0.kind.rawValue))), ("sha256", .text("\($0.hash)")),
              ])
            })
        ))
    }
    if let reference = request.reference {
      members.append(("reference", .integer(Int64(reference))))
    }
    if let rule = request.rule { members.append(("rule", .text("\(rule)"))) }
    if case .map(let pairs) = try CBOR.decode(item.bytes),
      let data = pairs.first(where: { $0.key == .unsigned(11) })?.value
    {
      members.append(("data", Self.display(data)))
    }
    if !request.approvals.isEmpty {
      members.append(
        (
          "approvals",
          .array(
            request.approvals.map {
              .object([
                ("key", .text("\($0.key)")), ("signature", .text(Hex.text($0.signature))),
              ])
            })
        ))
    }
    members.append(("leafHash", .text("\(item.leaf)")))
    return .object(members)
  }

  private func posting(_ leg: Leg, _ place: Entry.Place) -> JSONResult {
    .object([
      ("account", .text(name(leg.account))), ("commodity", .text(commodity(leg.commodity).code)),
      ("layer", .integer(Int64(leg.layer.rawValue))),
      ("amount", .text(decimal(leg.amount, leg.commodity))),
      ("ordinal", .integer(Int64(place.ordinal))),
      ("balanceAfter", .text(decimal(place.balanceAfter, leg.commodity))),
    ])
  }

  /// The data of an entry for people; bytes in hex.
  private static func display(_ value: CBOR.Value) -> JSONResult {
    switch value {
    case .unsigned(let number): .integer(Int64(clamping: number))
    case .negative(let number): .integer(number)
    case .bytes(let bytes): .text(Hex.text(bytes))
    case .text(let text): .text(text)
    case .array(let values): .array(values.map(display))
    case .map(let pairs):
      .object(
        pairs.map { pair in
          if case .text(let key) = pair.key { return (key, display(pair.value)) }
          return ("\(pair.key)", display(pair.value))
        })
    case .bool(let value): .bool(value)
    case .null: .null
    }
  }
}
