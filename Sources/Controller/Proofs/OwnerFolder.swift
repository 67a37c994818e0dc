import FoundationEssentials
import Grid
public import Ledger
import Policies
import Signing

/// An owner's bundle as a folder: `owner.json`, and for each entry `N.entry` and `N.tlog-proof`.
public struct OwnerFolder: Sendable {
  /// What `owner.json` says.
  public struct Card: Sendable {
    /// The path of the account, or its bytes in hex when the name was erased.
    public var path: String
    /// The account.
    public var account: AccountID
    /// What the numbers of commodities stand for, with their decimals.
    public var commodities: [(number: UInt32, code: String, scale: Int)]

    /// A card.
    public init(
      path: String, account: AccountID,
      commodities: [(number: UInt32, code: String, scale: Int)]
    ) {
      self.path = path
      self.account = account
      self.commodities = commodities
    }
  }

  /// Why a folder is no bundle.
  public struct Fault: Error, Hashable, Sendable, CustomStringConvertible {
    /// The file.
    public let path: String
    /// What was found and what is allowed.
    public let reason: String

    /// The file and what was found.
    public var description: String { "\(path): \(reason)" }
  }

  /// Who it is about.
  public let card: Card
  /// The proofs.
  public let bundle: OwnerBundle
  /// Entries that the folder should have and of which one of the two files is gone.
  public let absent: [UInt64]

  /// A bundle to be written.
  public init(card: Card, bundle: OwnerBundle) {
    self.card = card
    self.bundle = bundle
    absent = []
  }

  /// Writes the folder, which must be new or empty.
  public func write(to folder: String) throws {
    let existing = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    guard existing.isEmpty else {
      throw Fault(path: folder, reason: "the folder has files; allowed: a new or empty one")
    }
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    for item in bundle.items + (bundle.snapshot.map { [$0] } ?? []) {
      try Self.write(item, to: folder)
    }
    try Data((json.line + "\n").utf8).write(to: URL(filePath: "\(folder)/owner.json"))
  }

  /// Writes `N.entry` and `N.tlog-proof`.
  public static func write(_ item: OwnerBundle.Item, to folder: String) throws {
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    let name = "\(folder)/\(item.receipt.index)"
    try Data(item.entry).write(to: URL(filePath: name + ".entry"))
    try Data(item.receipt.text.utf8).write(to: URL(filePath: name + ".tlog-proof"))
  }

  private var json: JSONResult {
    var members: [(String, JSONResult)] = [
      ("account", .text(card.path)), ("id", .text("\(card.account)")),
      ("entries", .array(bundle.items.map { .integer(Int64($0.receipt.index)) })),
      (
        "commodities",
        .array(
          card.commodities.map {
            .object([
              ("number", .integer(Int64($0.number))), ("code", .text($0.code)),
              ("scale", .integer(Int64($0.scale))),
            ])
          })
      ),
    ]
    if let snapshot = bundle.snapshot { members.append(("snapshot", json(snapshot))) }
    return .object(members)
  }

  private func json(_ snapshot: OwnerBundle.Item) -> JSONResult {
    .object([
      ("entry", .integer(Int64(snapshot.receipt.index))),
      (
        "balances",
        .array(
          bundle.leaves.map { leaf in
            .object([
              ("leaf", .text(Hex.text(leaf.bytes))), ("place", .integer(Int64(leaf.place))),
              ("path", .array(leaf.path.map { .text(Base64.text($0.bytes)) })),
            ])
          })
      ),
    ])
  }

  // MARK: Reading

  /// Reads a folder.
  /// - Throws: `YAMLFaults` of `owner.json`, or `Fault` for a file that is missing or no receipt.
  public init(reading folder: String) throws {
    let file = "\(folder)/owner.json"
    guard let bytes = try WholeFile.read(file) else {
      throw Fault(path: file, reason: "file is missing; allowed: a bundle of `prove --owner`")
    }
    let form = try Self.form(bytes, file)
    var items: [OwnerBundle.Item] = []
    var absent: [UInt64] = []
    for index in form.entries {
      // An ordinal that is not there says so too, but for the last ones.
      if let item = try Self.item(index, folder) {
        items.append(item)
      } else {
        absent.append(index)
      }
    }
    self.absent = absent
    let snapshot = try form.snapshot.map { index -> OwnerBundle.Item in
      guard let item = try Self.item(index, folder) else {
        throw Fault(path: "\(folder)/\(index).entry", reason: "the snapshot's entry is missing")
      }
      return item
    }
    card = form.card
    bundle = OwnerBundle(
      account: form.card.account, items: items, snapshot: snapshot, leaves: form.leaves)
  }

  /// An entry and its receipt, or nil when either is not there.
  public static func item(_ index: UInt64, _ folder: String) throws -> OwnerBundle.Item? {
    let name = "\(folder)/\(index)"
    guard let entry = try WholeFile.read(name + ".entry"),
      let receipt = try WholeFile.read(name + ".tlog-proof")
    else { return nil }
    do {
      return OwnerBundle.Item(
        entry: entry, receipt: try Receipt(text: String(decoding: receipt, as: UTF8.self)))
    } catch { throw Fault(path: name + ".tlog-proof", reason: "\(error)") }
  }

  private struct Form {
    var card: Card
    var entries: [UInt64]
    var snapshot: UInt64?
    var leaves: [OwnerBundle.Leaf] = []
  }

  private static func form(_ bytes: [UInt8], _ file: String) throws(YAMLFaults) -> Form {
    let reader = try YAMLReader(bytes: bytes, file: file)
    let index = YAMLForm<Int64>.int(0...Int64.max).map { UInt64($0) }
    return try reader.read { root -> Form? in
      let path = root.required("account", .text(300))
      let account = root.required(
        "id",
        YAMLForm<AccountID>.scalar("32 hexadecimal digits") {
          Hex.bytes($0).flatMap(AccountID.init(bytes:))
        })
      let entries = root.required("entries", .list(of: index, 0...1_000_000))
      let commodities = root.required("commodities", .list(of: .section(commodity), 0...1_000))
      let snapshot = root.optional("snapshot", .section(snapshot))
      guard let path, let account, let entries, let commodities else { return nil }
      return Form(
        card: Card(path: path, account: account, commodities: commodities), entries: entries,
        snapshot: snapshot?.entry, leaves: snapshot?.leaves ?? [])
    }
  }

  private static func commodity(
    _ section: YAMLSection
  ) -> (number: UInt32, code: String, scale: Int)? {
    let number = section.required("number", .int(1...Int64(UInt32.max)))
    let code = section.required("code", .text(16))
    let scale = section.required("scale", .int(0...18))
    guard let number, let code, let scale else { return nil }
    return (UInt32(number), code, Int(scale))
  }

  private static func snapshot(
    _ section: YAMLSection
  ) -> (entry: UInt64, leaves: [OwnerBundle.Leaf])? {
    let entry = section.required("entry", .int(0...Int64.max))
    let hash = YAMLForm<Digest>.scalar("32 bytes in base64") {
      Base64.bytes($0).flatMap(Digest.init(bytes:))
    }
    let leaves = section.required(
      "balances",
      .list(
        of: .section { leaf -> OwnerBundle.Leaf? in
          let bytes = leaf.required(
            "leaf", YAMLForm<[UInt8]>.scalar("hexadecimal digits") { Hex.bytes($0) })
          let place = leaf.required("place", .int(0...Int64.max))
          let path = leaf.required("path", .list(of: hash, 0...63))
          guard let bytes, let place, let path else { return nil }
          return OwnerBundle.Leaf(bytes: bytes, place: UInt64(place), path: path)
        }, 0...10_000))
    guard let entry, let leaves else { return nil }
    return (UInt64(entry), leaves)
  }
}
