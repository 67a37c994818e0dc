import Grid
public import Policies

/// A statement as somebody was given it, added up again.
public struct StatementCheck: Sendable {
  struct Row {
    var index: UInt64?
    var received: Int64
    var sent: Int64
    var balance: Int64?
    var isPending: Bool
  }

  private(set) var account: String?
  private(set) var commodity: String?
  private(set) var window: Window?
  private(set) var opening: Int64 = 0
  private var received: Int64 = 0
  private var sent: Int64 = 0
  private var closing: Int64 = 0
  private var pendingReceived: Int64?
  private var pendingSent: Int64?
  private(set) var rows: [Row] = []

  /// Decimals of the amounts that are read.
  static let places = 6

  /// Reads the JSON that `headroom ledger statement --format json` writes.
  /// - Throws: every fault of the file at once.
  public static func read(bytes: [UInt8], file: String) throws(YAMLFaults) -> StatementCheck {
    let reader = try YAMLReader(bytes: bytes, file: file)
    return try reader.read { root in
      var check = StatementCheck()
      check.account = root.optional("account", .text(300))
      check.commodity = root.optional("commodity", .text(16))
      let from = root.optional("from", .text(40)).flatMap { Timestamp(rfc3339: $0) }
      let to = root.optional("to", .text(40)).flatMap { Timestamp(rfc3339: $0) }
      if let from, let to { check.window = Window(start: from, end: to) }
      check.opening = root.required("opening", amount) ?? 0
      check.received = root.required("in", amount) ?? 0
      check.sent = root.required("out", amount) ?? 0
      check.closing = root.required("closing", amount) ?? 0
      check.pendingReceived = root.optional("pendingIn", amount)
      check.pendingSent = root.optional("pendingOut", amount)
      check.rows = root.required("rows", .list(of: .section(row), 0...100_000)) ?? []
      return check
    }
  }

  private static var amount: YAMLForm<Int64> {
    .scalar("a decimal with at most \(places) places") {
      try? FixedDecimal.parse($0, places: places)
    }
  }

  private static func row(_ section: YAMLSection) -> Row? {
    let index = section.optional("index", .text(20))
    _ = section.optional("date", .text(40))
    let received = section.optional("in", amount)
    let sent = section.optional("out", amount)
    let balance = section.optional("balance", amount.orNothing("null"))
    let state = section.optional(
      "state", YAMLForm<Bool>.words(["settled": false, "pending": true]))
    guard (received == nil) != (sent == nil) else {
      section.fault("in", allowed: "exactly one of in and out")
      return nil
    }
    return Row(
      index: index.flatMap { UInt64($0) }, received: received ?? 0, sent: sent ?? 0,
      balance: balance ?? nil,
      isPending: state ?? false)
  }

  /// What does not add up, in the order of the statement; empty when all of it does.
  public var findings: [String] {
    var findings: [String] = []
    var sums = (received: Int128(0), sent: Int128(0))
    var pending = sums
    for (number, row) in rows.enumerated() {
      if row.isPending {
        pending.received += Int128(row.received)
        pending.sent += Int128(row.sent)
        continue
      }
      sums.received += Int128(row.received)
      sums.sent += Int128(row.sent)
      let balance = Int128(opening) + sums.received - sums.sent
      if let said = row.balance, Int128(said) != balance {
        findings.append(
          "row \(number + 1): balance \(text(said)) should be \(text(balance))")
      }
    }
    func compare(_ name: String, _ said: Int64?, _ sum: Int128, alsoPending: Int128 = 0) {
      guard let said, Int128(said) != sum else { return }
      let counted = alsoPending != 0 && Int128(said) == sum + alsoPending
      findings.append(
        "\(name) \(text(said)) should be \(text(sum))"
          + (counted ? " (\(text(alsoPending)) pending was counted)" : ""))
    }
    compare("in", received, sums.received, alsoPending: pending.received)
    compare("out", sent, sums.sent, alsoPending: pending.sent)
    compare("pendingIn", pendingReceived, pending.received)
    compare("pendingOut", pendingSent, pending.sent)
    let stated = Int128(opening) + Int128(received) - Int128(sent)
    let counted = Int128(opening) + sums.received - sums.sent
    if stated != Int128(closing) {
      findings.append(
        "opening \(text(opening)) + in \(text(received)) - out \(text(sent)) = \(text(stated))"
          + " is not closing \(text(closing))")
    } else if counted != Int128(closing) {
      findings.append("closing \(text(closing)) should be \(text(counted))")
    }
    return findings
  }

  private func text(_ amount: Int64) -> String { text(Int128(amount)) }

  private func text(_ amount: Int128) -> String {
    FixedDecimal.text(amount, places: Self.places, minimumPlaces: 0)
  }
}
