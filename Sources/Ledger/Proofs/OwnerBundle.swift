public import Grid
import Signing

/// All that an owner needs to prove, without the log, that nothing of his account is missing.
public struct OwnerBundle: Sendable {
  /// An entry with its receipt.
  public struct Item: Hashable, Sendable {
    /// Its canonical bytes.
    public let entry: [UInt8]
    /// The proof that it is in the log.
    public let receipt: Receipt

    /// An entry with its receipt.
    public init(entry: [UInt8], receipt: Receipt) {
      self.entry = entry
      self.receipt = receipt
    }
  }

  /// One balance of the account in a snapshot of all balances.
  public struct Leaf: Hashable, Sendable {
    /// The leaf's bytes.
    public let bytes: [UInt8]
    /// Its place among all leaves.
    public let place: UInt64
    /// The path to the snapshot's root.
    public let path: [Digest]

    /// A leaf.
    public init(bytes: [UInt8], place: UInt64, path: [Digest]) {
      self.bytes = bytes
      self.place = place
      self.path = path
    }
  }

  /// The account.
  public let account: AccountID
  /// Every entry with a posting of the account, in the order of the log.
  public let items: [Item]
  /// The last snapshot of all balances, or nil when the log has none.
  public let snapshot: Item?
  /// The account's balances in it.
  public let leaves: [Leaf]

  /// A bundle.
  public init(account: AccountID, items: [Item], snapshot: Item?, leaves: [Leaf]) {
    self.account = account
    self.items = items
    self.snapshot = snapshot
    self.leaves = leaves
  }

  /// A posting of the account.
  public struct Posting: Hashable, Sendable {
    /// The entry.
    public let index: UInt64
    /// What the entry does.
    public let type: EntryType
    /// When it counts.
    public let effective: Window
    /// What it answers.
    public let reference: UInt64?
    /// The posting.
    public let leg: Leg
    /// Its number and the balance after it.
    public let place: Entry.Place
  }

  /// What was found.
  public struct Verdict: Sendable {
    /// What is wrong, one sentence each that begins with a code.
    public internal(set) var findings: [String] = []
    /// Every posting of the account that is in the bundle.
    public internal(set) var postings: [Posting] = []
    /// Nothing is missing up to this entry; nil when no snapshot says so.
    public internal(set) var completeUntil: UInt64?
    /// The checkpoints' sizes that the receipts lead to.
    public internal(set) var sizes: Set<UInt64> = []
  }

  /// Checks every receipt, that no ordinal is missing, that every balance follows from the one
  /// before, and that the snapshot has the same count and balance.
  public func verdict(policy: TrustPolicy) -> Verdict {
    var verdict = Verdict()
    for item in items { check(item, policy, &verdict) }
    verdict.postings.sort { ($0.index, $0.place.ordinal) < ($1.index, $1.place.ordinal) }
    for key in keys(verdict.postings) { checkChain(key, &verdict) }
    checkSnapshot(policy, &verdict)
    return verdict
  }

  private struct Key: Hashable {
    let commodity: UInt32
    let layer: Layer

    var text: String { "commodity \(commodity), layer \(layer.rawValue)" }
  }

  private func keys(_ postings: [Posting]) -> [Key] {
    Set(postings.map { Key(commodity: $0.leg.commodity, layer: $0.leg.layer) }).sorted {
      ($0.commodity, $0.layer.rawValue) < ($1.commodity, $1.layer.rawValue)
    }
  }

  private func check(_ item: Item, _ policy: TrustPolicy, _ verdict: inout Verdict) {
    let index = item.receipt.index
    do throws(ReceiptFault) {
      let trusted = try item.receipt.verify(entry: item.entry, policy: policy)
      verdict.sizes.insert(trusted.checkpoint.size)
    } catch {
      verdict.findings.append("entry \(index): \(error)")
      return
    }
    guard let entry = try? Entry(item.entry), let effective = entry.request.effective else {
      verdict.findings.append("malformed: entry \(index) moves nothing")
      return
    }
    for (leg, place) in zip(entry.request.legs, entry.places) where leg.account == account {
      verdict.postings.append(
        Posting(
          index: index, type: entry.request.data.type, effective: effective,
          reference: entry.request.reference, leg: leg, place: place))
    }
  }

  private func checkChain(_ key: Key, _ verdict: inout Verdict) {
    let chain = verdict.postings.filter {
      $0.leg.commodity == key.commodity && $0.leg.layer == key.layer
    }
    var expected: UInt64 = 1
    var balance: Int64? = 0
    for posting in chain {
      if posting.place.ordinal < expected {
        verdict.findings.append(
          "ordinalGap: entry \(posting.index) repeats ordinal \(posting.place.ordinal)"
            + " of \(key.text)")
        continue
      }
      if posting.place.ordinal > expected {
        let last = posting.place.ordinal - 1
        verdict.findings.append(
          "ordinalGap: ordinal \(expected)\(last > expected ? " to \(last)" : "") of \(key.text)"
            + " is missing, before entry \(posting.index)")
        balance = nil
      }
      if let before = balance {
        let (sum, overflow) = before.addingReportingOverflow(posting.leg.amount)
        if overflow || sum != posting.place.balanceAfter {
          verdict.findings.append(
            "balanceWrong: entry \(posting.index) of \(key.text) states"
              + " \(posting.place.balanceAfter); \(before) + \(posting.leg.amount) is \(sum)")
        }
      }
      balance = posting.place.balanceAfter
      expected = posting.place.ordinal + 1
    }
  }

  private func checkSnapshot(_ policy: TrustPolicy, _ verdict: inout Verdict) {
    guard let snapshot else { return }
    do throws(ReceiptFault) {
      try snapshot.receipt.verify(entry: snapshot.entry, policy: policy)
    } catch {
      return verdict.findings.append("snapshot: \(error)")
    }
    guard let entry = try? Entry(snapshot.entry),
      case .snapshot(let asOf, let count, let root) = entry.request.data
    else {
      return verdict.findings.append(
        "malformed: entry \(snapshot.receipt.index) is no snapshot")
    }
    let before = verdict.findings.count
    var seen: Set<Key> = []
    for leaf in leaves {
      guard
        MerkleProof.includes(
          leafHash: MerkleHash.leaf(leaf.bytes), at: leaf.place, size: count, proof: leaf.path,
          root: root),
        let stated = SnapshotLeaf(leaf.bytes), stated.account == account
      else {
        verdict.findings.append("snapshotWrong: a balance does not lead to the snapshot's root")
        continue
      }
      let key = Key(commodity: stated.commodity, layer: stated.layer)
      seen.insert(key)
      check(stated, key, asOf, &verdict)
    }
    let moved = verdict.postings.filter { $0.index <= asOf }
    for key in keys(moved) where !seen.contains(key) {
      verdict.findings.append("snapshotWrong: the snapshot's balance of \(key.text) is not here")
    }
    if verdict.findings.count == before { verdict.completeUntil = asOf }
  }

  private func check(
    _ stated: SnapshotLeaf, _ key: Key, _ asOf: UInt64, _ verdict: inout Verdict
  ) {
    let last = verdict.postings.last {
      $0.index <= asOf && $0.leg.commodity == key.commodity && $0.leg.layer == key.layer
    }
    let ordinal = last?.place.ordinal ?? 0
    if ordinal < stated.ordinal {
      let count = stated.ordinal - ordinal
      verdict.findings.append(
        "ordinalGap: ordinal \(ordinal + 1)\(count > 1 ? " to \(stated.ordinal)" : "") of"
          + " \(key.text) is missing at the end: the snapshot counts \(stated.ordinal)")
    } else if ordinal > stated.ordinal || last?.place.balanceAfter != stated.balance {
      verdict.findings.append(
        "snapshotWrong: \(key.text): the snapshot has \(stated.balance) after"
          + " \(stated.ordinal) postings, the entries \(last?.place.balanceAfter ?? 0)"
          + " after \(ordinal)")
    }
  }
}

/// A balance as a snapshot counts it.
struct SnapshotLeaf {
  let account: AccountID
  let commodity: UInt32
  let layer: Layer
  let ordinal: UInt64
  let balance: Int64

  init?(_ bytes: [UInt8]) {
    guard case .array(let values) = try? CBOR.decode(bytes), values.count == 6,
      values[0] == .text("hr/bal1"), case .bytes(let id) = values[1],
      let account = AccountID(bytes: id), case .unsigned(let number) = values[2],
      let commodity = UInt32(exactly: number), case .unsigned(let code) = values[3],
      let layer = UInt8(exactly: code).flatMap(Layer.init(rawValue:)),
      case .unsigned(let ordinal) = values[4]
    else { return nil }
    switch values[5] {
    case .unsigned(let value): balance = Int64(clamping: value)
    case .negative(let value): balance = value
    case .bytes, .text, .array, .map, .bool, .null: return nil
    }
    self.account = account
    self.commodity = commodity
    self.layer = layer
    self.ordinal = ordinal
  }
}

extension Book {
  /// The balances of an account among the leaves of a snapshot of now.
  public func snapshotProof(of account: AccountID) -> [OwnerBundle.Leaf] {
    let all = snapshotLeaves
    var tree = MerkleTree()
    for leaf in all { tree.append(leaf) }
    return all.enumerated().filter { SnapshotLeaf($0.element)?.account == account }.map {
      OwnerBundle.Leaf(
        bytes: $0.element, place: UInt64($0.offset),
        path: tree.inclusionProof(of: $0.offset, size: all.count))
    }
  }
}
