public import Ledger
public import Policies

/// What a new ledger counts and which accounts it opens with, from a YAML file.
public struct LedgerChart: Sendable {
  /// One account of the chart.
  public struct Account: Hashable, Sendable {
    /// Its name, which also says its role.
    public var path: String
    /// What it is for.
    public var role: AccountRole
    /// True for a utility that pays afterwards: its funding may fall below zero.
    public var mayGoNegative: Bool

    /// What it may do: what its role may, or that and fall below zero.
    public var flags: AccountFlags {
      mayGoNegative ? role.defaultFlags.subtracting(.noNegative) : role.defaultFlags
    }
  }

  /// In their order, which gives them their numbers.
  public var commodities: [Commodity]
  /// In their order.
  public var accounts: [Account]

  /// Nothing yet: what is needed is opened when it is needed.
  public static let empty = LedgerChart(commodities: [], accounts: [])

  /// Reads a chart.
  /// - Throws: every fault of the file at once.
  public static func read(bytes: [UInt8], file: String) throws(YAMLFaults) -> LedgerChart {
    let reader = try YAMLReader(bytes: bytes, file: file)
    return try reader.read { root in
      let commodities = root.optional(
        "commodities", .list(of: .section(commodity), 0...1_000), default: [])
      let accounts = root.optional(
        "accounts", .list(of: .section(account), 0...10_000), default: [])
      refuseTwice(commodities.map(\.code), "commodities", root)
      refuseTwice(accounts.map(\.path), "accounts", root)
      return LedgerChart(commodities: commodities, accounts: accounts)
    }
  }

  static func commodity(_ section: YAMLSection) -> Commodity? {
    let code = section.required(
      "code",
      YAMLForm<String>.scalar("1 to 16 letters") { text in
        let isLetters = text.utf8.allSatisfy { (65...90).contains($0 & 0xDF) }
        return isLetters && (1...16).contains(text.utf8.count) ? text : nil
      })
    let kind = section.required("kind", YAMLForm<CommodityKind>.word())
    let digits = section.optional("digits", .int(0...6))
    let isTransferable = section.optional("transferable", .bool, default: true)
    guard let code, let kind else { return nil }
    if (kind == .money) != (digits != nil) {
      section.fault("digits", allowed: "0…6 for money, and nothing for any other kind")
      return nil
    }
    return .counted(code, kind, digits: digits.map(Int.init), isTransferable: isTransferable)
  }

  private static func account(_ section: YAMLSection) -> Account? {
    let path = section.required("path", .accountPath)
    let mayGoNegative = section.optional("mayGoNegative", .bool, default: false)
    guard let path, let role = AccountRole(path: path) else { return nil }
    return Account(path: path, role: role, mayGoNegative: mayGoNegative)
  }

  private static func refuseTwice(_ names: [String], _ key: String, _ root: YAMLSection) {
    var seen: Set<String> = []
    for name in names where !seen.insert(name).inserted {
      root.fault(key, found: "\(name) twice", allowed: "each once")
    }
  }
}

extension YAMLForm where Value == String {
  /// The name of an account, which says its role.
  static var accountPath: YAMLForm {
    .scalar(AccountRole.pathForms) { text in
      EntryLimits.isPrintable(text) && AccountRole(path: text) != nil ? text : nil
    }
  }
}
